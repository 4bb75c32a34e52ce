/** The parameters of SVCB and HTTPS (RFC 9460 §2.1, §2.2): each a key and a value behind its length, keys ascending. */
import { unescapeText } from './character-string.ts'
import { type FieldCodec, show, type TokenCursor } from './field-codec.ts'
import { badEscape } from './string-codecs.ts'
import {
  ALPN_KEY,
  formatOf,
  isNumbered,
  keyFromText,
  keyToText,
  MANDATORY_KEY,
  mandatoryKeys,
  NO_DEFAULT_ALPN_KEY,
} from './svcb-keys.ts'
import { OPAQUE } from './svcb-values.ts'

type Params = ReadonlyMap<number, Uint8Array>

const HEAD_BYTES = 4

export const SVCB_PARAMS: FieldCodec = {
  measure: (data, at) => {
    const params = paramsOf(data.subarray(at))
    if (params === undefined || contradiction(params) !== undefined) return -1
    return [...params].every(([key, value]) => formatOf(key).isValid(value)) ? data.length - at : -1
  },
  toText: field => Array.from(paramsOf(field) ?? [], paramToText).join(' '),
  read: (cursor, out) => {
    const params = new Map<number, Uint8Array>()
    while (cursor.at < cursor.tokens.length) {
      const problem = readParam(cursor, params)
      if (problem !== undefined) return problem
    }
    for (const [key, value] of [...params].sort(([a], [b]) => a - b)) {
      out.u16(key)
      out.u16(value.length)
      out.bytes(value)
    }
    return contradiction(params)
  },
  optional: true,
}

/** Reads `key`, `key=value` or `key="value"`: the latter are two tokens. Gives what is wrong, or undefined. */
function readParam(cursor: TokenCursor, params: Map<number, Uint8Array>): string | undefined {
  const { text = '', quoted = false } = cursor.tokens[cursor.at] ?? {}
  const equals = text.indexOf('=')
  const name = equals === -1 ? text : text.slice(0, equals)
  const key = quoted ? undefined : keyFromText(name)
  if (key === undefined) return `${show(quoted ? text : name)} is not a key, such as alpn or key667`
  if (params.has(key)) return `${name} is there twice`
  const next = cursor.tokens[cursor.at + 1]
  const apart = equals === text.length - 1 && next?.quoted === true
  const escaped = apart ? next.text : text.slice(name.length + 1)
  const chars = unescapeText(escaped)
  if (chars === undefined) return badEscape(escaped)
  const value = (isNumbered(name) ? OPAQUE : formatOf(key)).fromText(chars)
  if (value === undefined || !formatOf(key).isValid(value)) return valueProblem(key, name, escaped)
  params.set(key, value)
  cursor.at += apart ? 2 : 1
  return undefined
}

function valueProblem(key: number, name: string, text: string): string {
  const { what } = formatOf(key)
  if (what === undefined) return `${name} takes no value`
  if (text === '') return `${name} needs a value: ${what}`
  return isNumbered(name)
    ? `${name}: the bytes ${show(text)} are no value of ${keyToText(key)}, which has its own form`
    : `${name}: ${show(text)} is not ${what}`
}

function paramToText([key, value]: [number, Uint8Array]): string {
  const text = formatOf(key).toText(value)
  return text === '' ? keyToText(key) : `${keyToText(key)}=${text}`
}

/** Keys and values of the wire form; undefined where they do not fill it or do not ascend. */
function paramsOf(field: Uint8Array): Params | undefined {
  const params = new Map<number, Uint8Array>()
  let last = -1
  for (let at = 0; at < field.length; ) {
    if (at + HEAD_BYTES > field.length) return undefined
    const [a = 0, b = 0, c = 0, d = 0] = field.subarray(at, at + HEAD_BYTES)
    const key = (a << 8) | b
    const end = at + HEAD_BYTES + ((c << 8) | d)
    if (key <= last || end > field.length) return undefined
    params.set(key, field.subarray(at + HEAD_BYTES, end))
    last = key
    at = end
  }
  return params
}

/** What keeps the parameters from being "self-consistent" (RFC 9460 §2.4.3, §7.1.1), if anything. */
function contradiction(params: Params): string | undefined {
  const absent = mandatoryKeys(params.get(MANDATORY_KEY) ?? new Uint8Array()).find(key => !params.has(key))
  if (absent !== undefined) return `mandatory says ${keyToText(absent)}, which is not there`
  return params.has(NO_DEFAULT_ALPN_KEY) && !params.has(ALPN_KEY)
    ? 'no-default-alpn needs an alpn'
    : undefined
}
