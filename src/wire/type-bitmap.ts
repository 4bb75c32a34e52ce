/** Sets of types (RFC 4034 §4.1.2): windows of 256 types in order, each with its number, its length and up to 32 bytes of bits. */
import type { ByteWriter } from './byte-writer.ts'
import { type FieldCodec, show } from './field-codec.ts'
import { typeFromText, typeToText } from './types.ts'

const MAX_WINDOW_BYTES = 32

export const TYPE_BITMAP: FieldCodec = {
  measure: (data, at) => (data.length > at ? measureWindows(data, at) : -1),
  toText: field => typesOf(field).map(typeToText).join(' '),
  read: (cursor, out) => {
    const types = new Set<number>()
    for (; cursor.at < cursor.tokens.length; cursor.at++) {
      const text = cursor.tokens[cursor.at]?.text ?? ''
      const type = typeFromText(text)
      if (type === undefined) return `${show(text)} is not a type, such as A or TYPE65280`
      types.add(type)
    }
    writeWindows(types, out)
    return undefined
  },
}

/** For the sets that may be empty, of an NSEC3 above other names (RFC 5155 §7.1) or a CSYNC. */
export const OPTIONAL_TYPE_BITMAP: FieldCodec = { ...TYPE_BITMAP, measure: measureWindows, optional: true }

/** Windows ascend, none is empty, and none ends with zeros. */
function measureWindows(data: Uint8Array, from: number): number {
  let at = from
  let last = -1
  while (at < data.length) {
    const window = data[at] ?? 0
    const length = data[at + 1] ?? 0
    const end = at + 2 + length
    if (window <= last || length < 1 || length > MAX_WINDOW_BYTES) return -1
    if (end > data.length || data[end - 1] === 0) return -1
    last = window
    at = end
  }
  return at - from
}

function typesOf(field: Uint8Array): number[] {
  const types: number[] = []
  for (let at = 0; at < field.length; ) {
    const window = (field[at] ?? 0) * 256
    const bits = field.subarray(at + 2, at + 2 + (field[at + 1] ?? 0))
    for (const [i, byte] of bits.entries()) {
      for (let bit = 0; bit < 8; bit++) if (byte & (0x80 >> bit)) types.push(window + i * 8 + bit)
    }
    at += 2 + bits.length
  }
  return types
}

function writeWindows(types: ReadonlySet<number>, out: ByteWriter): void {
  const windows = Map.groupBy(
    [...types].sort((a, b) => a - b),
    type => type >> 8,
  )
  for (const [window, members] of windows) {
    const bits = new Uint8Array((((members.at(-1) ?? 0) & 255) >> 3) + 1)
    for (const type of members)
      bits[(type & 255) >> 3] = (bits[(type & 255) >> 3] ?? 0) | (0x80 >> (type & 7))
    out.u8(window)
    out.u8(bits.length)
    out.bytes(bits)
  }
}
