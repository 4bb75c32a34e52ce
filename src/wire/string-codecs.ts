/** Fields that are text: character strings (RFC 1035 §3.3), and text to the end of the data. */
import { quote, unescapeText } from './character-string.ts'
import { type FieldCodec, one, remaining, rest, show } from './field-codec.ts'

export const STRING: FieldCodec = {
  measure: measureString,
  toText: field => quote(field.subarray(1)),
  read: one((text, out) => {
    const value = unescapeText(text)
    if (value === undefined) return badEscape(text)
    if (value.length > 255)
      return `a string of ${value.length} bytes: at most 255, so write it as several strings`
    out.u8(value.length)
    out.latin1(value)
    return undefined
  }),
}

/** At least one string (RFC 1035 §3.3.14), and nothing behind the last. */
export const STRINGS: FieldCodec = {
  measure: (data, from) => {
    let at = from
    do {
      const length = measureString(data, at)
      if (length === -1) return -1
      at += length
    } while (at < data.length)
    return at - from
  },
  toText: field => {
    const texts: string[] = []
    for (let at = 0; at < field.length; at += measureString(field, at))
      texts.push(quote(field.subarray(at + 1, at + measureString(field, at))))
    return texts.join(' ')
  },
  read: rest(STRING.read),
}

/** Text to the end of the data, without a length of its own. */
export const LONG_TEXT: FieldCodec = {
  measure: remaining(0),
  toText: quote,
  read: one((text, out) => {
    const value = unescapeText(text)
    if (value === undefined) return badEscape(text)
    out.latin1(value)
    return undefined
  }),
}

/** RFC 7553 §4.5: there is a URI. */
export const URI: FieldCodec = {
  ...LONG_TEXT,
  measure: remaining(1),
  read: (cursor, out) =>
    cursor.tokens[cursor.at]?.text === '' ? 'an empty text is no URI' : LONG_TEXT.read(cursor, out),
}

export const CAA_TAG: FieldCodec = {
  measure: (data, at) => {
    const length = measureString(data, at)
    return length > 1 && isTag(latin1(data.subarray(at + 1, at + length))) ? length : -1
  },
  toText: field => latin1(field.subarray(1)),
  read: one((text, out) => {
    if (!isTag(text)) return `${show(text)} is not a tag: letters and digits, such as issue (RFC 8659)`
    out.u8(text.length)
    out.latin1(text)
    return undefined
  }),
}

/** The complaint of a text that `unescapeText` does not read. */
export function badEscape(text: string): string {
  return `${show(text)} has a bad escape: after a backslash comes one character, or three digits up to 255`
}

function measureString(data: Uint8Array, at: number): number {
  const length = data[at]
  return length !== undefined && at + 1 + length <= data.length ? 1 + length : -1
}

/** RFC 8659 §4.1: ASCII letters and digits. */
function isTag(text: string): boolean {
  return /^[0-9a-z]{1,255}$/i.test(text)
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
