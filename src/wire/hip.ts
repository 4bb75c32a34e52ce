/** Algorithm, tag and key of HIP (RFC 8005 §5): in wire form both lengths come first, so the three are one field here. */
import { fromBase64, toBase64, toHex } from './encodings.ts'
import { type FieldCodec, show } from './field-codec.ts'

interface Part {
  readonly name: string
  readonly what: string
  parse(text: string): Uint8Array | undefined
}

const HEAD_BYTES = 4

/** In the order of the text. */
const PARTS: readonly Part[] = [
  {
    name: 'algorithm',
    what: 'an algorithm from 0 to 255',
    parse: text => (/^\d{1,3}$/.test(text) && Number(text) < 256 ? Uint8Array.of(Number(text)) : undefined),
  },
  {
    name: 'tag',
    what: 'a tag of up to 255 bytes in hexadecimal',
    parse: text => (/^(?:[0-9a-f]{2}){1,255}$/i.test(text) ? Buffer.from(text, 'hex') : undefined),
  },
  {
    name: 'key',
    what: 'a key of up to 65535 bytes in base64, without white space',
    parse: text => {
      const key = fromBase64(text)
      return key !== undefined && key.length > 0 && key.length < 65536 ? key : undefined
    },
  },
]

export const HIP_IDENTITY: FieldCodec = {
  measure: (data, at) => {
    const { tag, key } = lengthsOf(data, at)
    const length = HEAD_BYTES + tag + key
    return tag > 0 && key > 0 && at + length <= data.length ? length : -1
  },
  toText: field => {
    const tagEnd = HEAD_BYTES + lengthsOf(field, 0).tag
    const tag = toHex(field.subarray(HEAD_BYTES, tagEnd)).toUpperCase()
    return `${field[1]} ${tag} ${toBase64(field.subarray(tagEnd))}`
  },
  read: (cursor, out) => {
    const read: Uint8Array[] = []
    for (const { name, what, parse } of PARTS) {
      const token = cursor.tokens[cursor.at]
      if (token === undefined) return `the ${name} is missing`
      const bytes = parse(token.text)
      if (bytes === undefined) return `${show(token.text)} is not ${what}`
      read.push(bytes)
      cursor.at++
    }
    const [algorithm, tag, key] = read as [Uint8Array, Uint8Array, Uint8Array]
    out.u8(tag.length)
    out.bytes(algorithm)
    out.u16(key.length)
    out.bytes(tag)
    out.bytes(key)
    return undefined
  },
}

function lengthsOf(data: Uint8Array, at: number): { tag: number; key: number } {
  return { tag: data[at] ?? 0, key: ((data[at + 2] ?? 0) << 8) | (data[at + 3] ?? 0) }
}
