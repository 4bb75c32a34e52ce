/** Fields that are bytes: in hexadecimal, base64 or base32hex, to the end of the data or behind their length. */
import type { ByteWriter } from './byte-writer.ts'
import { fromBase32Hex, fromBase64, toBase32Hex, toBase64, toHex } from './encodings.ts'
import { type FieldCodec, one, remaining, show, type TokenCursor } from './field-codec.ts'

export const HEX: FieldCodec = {
  measure: remaining(1),
  toText: field => toHex(field).toUpperCase(),
  read: readHex,
}

export const BASE64: FieldCodec = {
  measure: remaining(1),
  toText: toBase64,
  read: readBase64,
}

/** For keys that may not be there. */
export const OPTIONAL_BASE64: FieldCodec = { ...BASE64, measure: remaining(0), optional: true }

/** Bytes of each digest of delegation signers, by the type of digest in the byte before: SHA-1, SHA-256, GOST, SHA-384. */
export const DS_DIGEST = digest({ 1: 20, 2: 32, 3: 32, 4: 48 })
/** SHA-1 and SHA-256 (RFC 4255, RFC 6594). */
export const SSHFP_DIGEST = digest({ 1: 20, 2: 32 })
/** SHA-384 and SHA-512; no other is shorter than 12 bytes (RFC 8976 §2.2.4). */
export const ZONEMD_DIGEST = digest({ 1: 48, 2: 64 }, 12)

/** A salt, or `-` for none; without white space (RFC 5155 §3.3). */
export const NSEC3_SALT: FieldCodec = {
  measure: (data, at) => measureCounted(data, at, 0),
  toText: field => (field.length === 1 ? '-' : toHex(field.subarray(1)).toUpperCase()),
  read: one((text, out) => {
    if (text !== '-' && !/^(?:[0-9a-f]{2}){1,255}$/i.test(text))
      return `${show(text)} is not a salt: up to 255 bytes in hexadecimal, or - for none`
    const salt = Buffer.from(text === '-' ? '' : text, 'hex')
    out.u8(salt.length)
    out.bytes(salt)
    return undefined
  }),
}

export const NSEC3_NEXT: FieldCodec = {
  measure: (data, at) => measureCounted(data, at, 1),
  toText: field => toBase32Hex(field.subarray(1)),
  read: one((text, out) => {
    const hash = fromBase32Hex(text)
    if (hash === undefined || hash.length === 0 || hash.length > 255)
      return `${show(text)} is not a hash in base32hex without padding (RFC 5155)`
    out.u8(hash.length)
    out.bytes(hash)
    return undefined
  }),
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

/** All tokens that are left, as base64 in any grouping. */
function readBase64(cursor: TokenCursor, out: ByteWriter): string | undefined {
  const start = cursor.at
  let whole = ''
  for (; cursor.at < cursor.tokens.length; cursor.at++) {
    const text = cursor.tokens[cursor.at]?.text ?? ''
    if (!/^[0-9a-z+/]*={0,2}$/i.test(text) || text === '') return `${show(text)} is not base64`
    whole += text
  }
  const bytes = fromBase64(whole)
  if (bytes !== undefined) {
    out.bytes(bytes)
    return undefined
  }
  cursor.at = start
  return 'the base64 is cut short, or goes on after its end'
}

/**
 * A digest to the end of the data.
 *
 * @param sizes bytes by the type of digest, which is the byte before
 * @param least bytes of a digest of another type
 */
function digest(sizes: Readonly<Record<number, number>>, least = 1): FieldCodec {
  const fits = (type: number | undefined, length: number): boolean => {
    const size = sizes[type ?? -1]
    return size === undefined ? length >= least : length === size
  }
  return {
    measure: (data, at) => (fits(data[at - 1], data.length - at) ? data.length - at : -1),
    toText: HEX.toText,
    read: (cursor, out) => {
      const [start, from] = [cursor.at, out.length]
      const problem = readHex(cursor, out)
      const type = out.at(from - 1)
      const length = out.length - from
      if (problem !== undefined || fits(type, length)) return problem
      cursor.at = start
      const wanted = sizes[type ?? -1] ?? `at least ${least}`
      return `a digest of type ${type} has ${wanted} bytes, and ${length} are given`
    },
  }
}

/** A length of one byte, and so many bytes. */
function measureCounted(data: Uint8Array, at: number, least: number): number {
  const length = data[at]
  return length !== undefined && length >= least && at + 1 + length <= data.length ? 1 + length : -1
}
