/** When signatures begin and end (RFC 4034 §3.2): seconds since 1970 modulo 2^32, as `YYYYMMDDHHmmSS` in UTC or as a number. */

const MAX_U32 = 0xffffffff

/** Seconds of a text of 14 digits, which is a date, or of at most 10; undefined if it is neither. */
export function parseSignatureTime(text: string): number | undefined {
  if (/^\d{1,10}$/.test(text)) return Number(text) <= MAX_U32 ? Number(text) : undefined
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text)
  if (parts === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number)
  const seconds = Date.UTC(year, month - 1, day, hour, minute, second) / 1000
  // A date that there is not, such as 30 February, comes back as another one.
  return year >= 1970 && digitsOf(seconds) === text ? seconds % (MAX_U32 + 1) : undefined
}

/** The text of the seconds, as a date from 1970 to 2106. */
export function signatureTimeToText(seconds: number): string {
  return digitsOf(seconds)
}

function digitsOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\..*|\D/g, '')
}
