/** Seconds as master files write them: a number, or with units as in `1h30m`. */

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
const MAX_U32 = 0xffffffff

/** Seconds of a text such as `3600` or `1h30m` (letters of any case); undefined if it is none or more than 32 bits hold. */
export function parseSeconds(text: string): number | undefined {
  let total = 0
  if (/^\d+$/.test(text)) {
    total = Number(text)
  } else {
    if (!/^(\d+[smhdw])+$/i.test(text)) return undefined
    for (const [, amount, unit = ''] of text.matchAll(/(\d+)([smhdw])/gi)) {
      total += Number(amount) * (UNIT_SECONDS[unit.toLowerCase()] ?? 0)
    }
  }
  return total <= MAX_U32 ? total : undefined
}
