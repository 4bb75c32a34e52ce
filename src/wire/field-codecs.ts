/** How each kind of field is read from text, measured in wire form, and written as text. */
import { addressFromBytes, parseAddress } from '#base/address.ts'
import type { ByteWriter } from './byte-writer.ts'
import { quote, unescapeText } from './character-string.ts'
import { MAX_LABEL_BYTES, MAX_NAME_BYTES, type Name, nameFromBytes, nameToText, parseName } from './name.ts'
import type { FieldKind } from './record-fields.ts'
import { parseSeconds } from './ttl.ts'

/** A token of a master file: escapes are still in its text. */
export interface TextToken {
  readonly text: string
  readonly quoted: boolean
}

/** What a field is read from: the tokens from `at` on. Who reads a token moves `at` past it. */
export interface TokenCursor {
  readonly tokens: readonly TextToken[]
  readonly origin: Name
  at: number
}

interface FieldCodec {
  /** Bytes of the field at the offset; -1 if there is none. */
  measure(data: Uint8Array, at: number): number
  toText(field: Uint8Array): string
  /** Writes the wire form of what the tokens say. Gives what is wrong with the token at `at`, or undefined. */
  read(cursor: TokenCursor, out: ByteWriter): string | undefined
}

/** Characters of a text. */
const MAX_SHOWN = 60

const NAME: FieldCodec = {
  measure: measureName,
  toText: field => nameToText(nameFromBytes(field) as Name),
  read: one((text, out, origin) => {
    const parsed = parseName(text, origin)
    if ('error' in parsed) return `${show(text)} is not a name: ${nameProblem(text, parsed.error)}`
    out.latin1(parsed.name)
    return undefined
  }),
}

const readString = one((text, out) => {
  const value = unescapeText(text)
  if (value === undefined) return badEscape(text)
  if (value.length > 255)
    return `a string of ${value.length} bytes: at most 255, so write it as several strings`
  out.u8(value.length)
  out.latin1(value)
  return undefined
})

/** By the kind of field. */
export const CODECS: Readonly<Record<FieldKind, FieldCodec>> = {
  name: NAME,
  'compressible-name': NAME,
  u8: number(1, 'a number from 0 to 255'),
  u16: number(2, 'a number from 0 to 65535'),
  u32: number(4, 'a number from 0 to 4294967295'),
  duration: number(4, 'a number of seconds, nor a time such as 1h30m', parseSeconds),
  ipv4: address('ipv4', 4, 'an IPv4 address'),
  ipv6: address('ipv6', 16, 'an IPv6 address'),
  string: {
    measure: measureString,
    toText: field => quote(field.subarray(1)),
    read: readString,
  },
  strings: {
    measure: measureStrings,
    toText: stringsToText,
    read: rest(readString),
  },
  hex: {
    measure: (data, at) => (at < data.length ? data.length - at : -1),
    toText: field => toHex(field).toUpperCase(),
    read: readHex,
  },
  'caa-tag': {
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
  },
  'caa-value': {
    measure: (data, at) => data.length - at,
    toText: quote,
    read: one((text, out) => {
      const value = unescapeText(text)
      if (value === undefined) return badEscape(text)
      out.latin1(value)
      return undefined
    }),
  },
}

/** A token's text within a complaint: in quotes, as UTF-8, and not too much of it. */
export function show(text: string): string {
  const utf8 = Buffer.from(text.slice(0, 4 * MAX_SHOWN), 'latin1').toString('utf8')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  const clean = utf8.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ')
  return clean.length > MAX_SHOWN ? `"${clean.slice(0, MAX_SHOWN)}…"` : `"${clean}"`
}

/** What a person should know about a text that is no name. */
export function nameProblem(text: string, error: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: bytes below 32 are what is looked for
  const strange = /[\x00-\x20\x7f-\xff]/.test(text)
  return error === 'bad escape' && strange ? 'such bytes are written as \\DDD, and IDNs as xn--…' : error
}

/** The bytes in lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}

/** All tokens that are left, as hexadecimal digits in any grouping. */
export function readHex(cursor: TokenCursor, out: ByteWriter): string | undefined {
  const start = cursor.at
  let pending = ''
  for (; cursor.at < cursor.tokens.length; cursor.at++) {
    const text = cursor.tokens[cursor.at]?.text ?? ''
    if (!/^[0-9a-f]+$/i.test(text)) return `${show(text)} is not hexadecimal`
    const digits = pending + text
    const even = digits.length - (digits.length % 2)
    out.bytes(Buffer.from(digits.slice(0, even), 'hex'))
    pending = digits.slice(even)
  }
  if (pending === '') return undefined
  cursor.at = start
  return 'an odd number of hexadecimal digits'
}

/** A field that is one token. */
function one(read: (text: string, out: ByteWriter, origin: Name) => string | undefined): FieldCodec['read'] {
  return (cursor, out) => {
    const token = cursor.tokens[cursor.at]
    const problem = read(token?.text ?? '', out, cursor.origin)
    if (problem === undefined) cursor.at++
    return problem
  }
}

/** A field that goes on as long as there are tokens. */
function rest(read: FieldCodec['read']): FieldCodec['read'] {
  return (cursor, out) => {
    let problem: string | undefined
    while (problem === undefined && cursor.at < cursor.tokens.length) problem = read(cursor, out)
    return problem
  }
}

function number(bytes: 1 | 2 | 4, what: string, parse = parseDigits): FieldCodec {
  const limit = 2 ** (8 * bytes)
  return {
    measure: (data, at) => (at + bytes <= data.length ? bytes : -1),
    toText: field => String(field.reduce((value, byte) => value * 256 + byte, 0)),
    read: one((text, out) => {
      const value = parse(text)
      if (value === undefined || value >= limit) return `${show(text)} is not ${what}`
      for (let shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.u8((value >>> shift) & 255)
      return undefined
    }),
  }
}

function parseDigits(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined
}

function address(family: 'ipv4' | 'ipv6', bytes: number, what: string): FieldCodec {
  return {
    measure: (data, at) => (at + bytes <= data.length ? bytes : -1),
    toText: field => addressFromBytes(field).text,
    read: one((text, out) => {
      const parsed = parseAddress(text)
      if (parsed?.family !== family) return `${show(text)} is not ${what}`
      out.bytes(parsed.bytes)
      return undefined
    }),
  }
}

function measureName(data: Uint8Array, from: number): number {
  let at = from
  for (;;) {
    const length = data[at]
    if (length === undefined || length > MAX_LABEL_BYTES) return -1
    at += 1 + length
    if (at > data.length || at - from > MAX_NAME_BYTES) return -1
    if (length === 0) return at - from
  }
}

function measureString(data: Uint8Array, at: number): number {
  const length = data[at]
  return length !== undefined && at + 1 + length <= data.length ? 1 + length : -1
}

/** At least one string (RFC 1035 §3.3.14), and nothing behind the last. */
function measureStrings(data: Uint8Array, from: number): number {
  let at = from
  do {
    const length = measureString(data, at)
    if (length === -1) return -1
    at += length
  } while (at < data.length)
  return at - from
}

function stringsToText(field: Uint8Array): string {
  const texts: string[] = []
  for (let at = 0; at < field.length; at += measureString(field, at)) {
    texts.push(quote(field.subarray(at + 1, at + measureString(field, at))))
  }
  return texts.join(' ')
}

function badEscape(text: string): string {
  return `${show(text)} has a bad escape: after a backslash comes one character, or three digits up to 255`
}

/** RFC 8659 §4.1: ASCII letters and digits. */
function isTag(text: string): boolean {
  return /^[0-9a-z]{1,255}$/i.test(text)
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
