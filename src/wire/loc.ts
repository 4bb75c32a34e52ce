/**
 * Locations (RFC 1876), in 16 bytes:
 *
 *     version=0 | size | horizontal precision | vertical precision | latitude x4 | longitude x4 | altitude x4
 *
 * Angles are thousandths of a second of arc from 2^31, north and east upwards; the altitude is in centimetres above -100 km;
 * the three sizes are centimetres, a digit and an exponent of ten.
 */
import type { ByteWriter } from './byte-writer.ts'
import { type FieldCodec, fixed, show, type TokenCursor } from './field-codec.ts'

interface Axis {
  readonly name: string
  readonly directions: readonly [plus: string, minus: string]
  /** Degrees. */
  readonly limit: number
}

const BYTES = 16
const EQUATOR = 2 ** 31
const MS_PER_DEGREE = 3_600_000
const LATITUDE: Axis = { name: 'latitude', directions: ['N', 'S'], limit: 90 }
const LONGITUDE: Axis = { name: 'longitude', directions: ['E', 'W'], limit: 180 }
/** Centimetres. */
const DEEPEST = 10_000_000
const MAX_U32 = 0xffffffff
const MAX_SIZE_CM = 9e9

/** What the sizes are where they are left out, in centimetres. */
const SIZES: readonly { readonly name: string; readonly ifAbsent: number }[] = [
  { name: 'size', ifAbsent: 100 },
  { name: 'horizontal precision', ifAbsent: 1_000_000 },
  { name: 'vertical precision', ifAbsent: 1000 },
]

export const LOCATION: FieldCodec = {
  measure: (data, at) => {
    if (fixed(BYTES)(data, at) === -1 || data[at] !== 0) return -1
    const good =
      [1, 2, 3].every(offset => isSize(data[at + offset] ?? 0)) &&
      Math.abs(angleAt(data, at + 4)) <= LATITUDE.limit * MS_PER_DEGREE &&
      Math.abs(angleAt(data, at + 8)) <= LONGITUDE.limit * MS_PER_DEGREE
    return good ? BYTES : -1
  },
  toText: field => {
    const altitude = ((u32(field, 12) - DEEPEST) / 100).toFixed(2)
    const sizes = [1, 2, 3].map(offset => sizeToText(field[offset] ?? 0)).join(' ')
    const latitude = angleToText(angleAt(field, 4), LATITUDE)
    return `${latitude} ${angleToText(angleAt(field, 8), LONGITUDE)} ${altitude}m ${sizes}`
  },
  read: (cursor, out) => {
    const latitude = readAngle(cursor, LATITUDE)
    if (typeof latitude === 'string') return latitude
    const longitude = readAngle(cursor, LONGITUDE)
    if (typeof longitude === 'string') return longitude
    const altitude = readMetres(cursor, 'altitude', -DEEPEST, MAX_U32 - DEEPEST)
    if (typeof altitude === 'string') return altitude
    const sizes: number[] = []
    for (const { name, ifAbsent } of SIZES) {
      const absent = cursor.at >= cursor.tokens.length
      const size = absent ? ifAbsent : readMetres(cursor, name, 0, MAX_SIZE_CM)
      if (typeof size === 'string') return size
      sizes.push(size)
    }
    write(out, sizes, [EQUATOR + latitude, EQUATOR + longitude, altitude + DEEPEST])
    return undefined
  },
}

/** Degrees, minutes and seconds, of which the latter may be left out, and the direction. A text is what is wrong. */
function readAngle(cursor: TokenCursor, { name, directions, limit }: Axis): number | string {
  const patterns = [/^\d{1,3}$/, /^[0-5]?\d$/, /^[0-5]?\d(\.\d{1,3})?$/]
  const start = cursor.at
  let angle = 0
  for (const [i, pattern] of patterns.entries()) {
    const text = cursor.tokens[cursor.at]?.text ?? ''
    if (i > 0 && directions.includes(text.toUpperCase())) break
    if (!pattern.test(text)) return `the ${name} is no degrees, minutes and seconds: ${missing(text)}`
    angle += Math.round((Number(text) * MS_PER_DEGREE) / 60 ** i)
    cursor.at++
  }
  const direction = cursor.tokens[cursor.at]?.text ?? ''
  const index = directions.indexOf(direction.toUpperCase())
  if (index === -1) return `the ${name} does not end in ${directions.join(' or ')}: ${missing(direction)}`
  if (angle > limit * MS_PER_DEGREE) {
    cursor.at = start
    return `the ${name} is more than ${limit} degrees`
  }
  cursor.at++
  return index === 0 ? angle : -angle
}

/** Centimetres of a text in metres. A text is what is wrong. */
function readMetres(cursor: TokenCursor, name: string, least: number, most: number): number | string {
  const text = cursor.tokens[cursor.at]?.text ?? ''
  const [, metres] = /^(-?\d+(?:\.\d{0,2})?)m?$/i.exec(text) ?? []
  const cm = Math.round(Number(metres) * 100)
  if (!(cm >= least && cm <= most))
    return `the ${name} is not in metres from ${least / 100} to ${most / 100}: ${missing(text)}`
  cursor.at++
  return cm
}

function missing(text: string): string {
  return text === '' ? 'it is missing' : show(text)
}

function write(out: ByteWriter, sizes: readonly number[], words: readonly number[]): void {
  out.u8(0)
  for (const size of sizes) out.u8(sizeByte(size))
  for (const word of words) out.u32(word)
}

/** Rounded down to one digit. */
function sizeByte(cm: number): number {
  const digits = String(cm)
  return (Number(digits[0]) << 4) | (digits.length - 1)
}

/** A digit and an exponent, and one way only to write zero. */
function isSize(byte: number): boolean {
  return byte === 0 || (byte >= 0x10 && byte < 0xa0 && (byte & 15) < 10)
}

function sizeToText(byte: number): string {
  const cm = (byte >> 4) * 10 ** (byte & 15)
  return `${cm % 100 === 0 ? cm / 100 : (cm / 100).toFixed(2)}m`
}

function angleToText(angle: number, { directions }: Axis): string {
  const ms = Math.abs(angle)
  const minutes = Math.floor(ms / 60_000)
  const seconds = ((ms % 60_000) / 1000).toFixed(3)
  return `${Math.floor(minutes / 60)} ${minutes % 60} ${seconds} ${directions[angle < 0 ? 1 : 0]}`
}

function angleAt(data: Uint8Array, at: number): number {
  return u32(data, at) - EQUATOR
}

function u32(data: Uint8Array, at: number): number {
  return data.subarray(at, at + 4).reduce((value, byte) => value * 256 + byte, 0)
}
