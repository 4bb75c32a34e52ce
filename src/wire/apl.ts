/** Lists of address prefixes (RFC 3123): each a family, a prefix length, a sign and an address without its last zeros. */
import { addressFromBytes, type Family, parseAddress } from '#base/address.ts'
import { type FieldCodec, one, rest, show } from './field-codec.ts'

/** By the number of the family. */
const FAMILIES: Readonly<Record<number, { readonly family: Family; readonly bytes: number }>> = {
  1: { family: 'ipv4', bytes: 4 },
  2: { family: 'ipv6', bytes: 16 },
}
const NEGATED = 0x80
const HEAD_BYTES = 4

export const PREFIXES: FieldCodec = {
  measure: (data, from) => {
    let at = from
    while (at < data.length) {
      const length = measureItem(data, at)
      if (length === -1) return -1
      at += length
    }
    return at - from
  },
  toText: field => {
    const texts: string[] = []
    for (let at = 0; at < field.length; at += measureItem(field, at)) texts.push(itemToText(field, at))
    return texts.join(' ')
  },
  read: rest(
    one((text, out) => {
      const [, sign, number = '', address = '', prefix] = /^(!?)([12]):([^/]+)\/(\d{1,3})$/.exec(text) ?? []
      const kind = FAMILIES[Number(number)]
      const parsed = parseAddress(address)
      if (kind === undefined || parsed?.family !== kind.family || Number(prefix) > kind.bytes * 8)
        return `${show(text)} is not a prefix such as 1:192.0.2.0/24 or !2:2001:db8::/32`
      const part = parsed.bytes.subarray(0, parsed.bytes.findLastIndex(byte => byte !== 0) + 1)
      out.u16(Number(number))
      out.u8(Number(prefix))
      out.u8((sign === '!' ? NEGATED : 0) | part.length)
      out.bytes(part)
      return undefined
    }),
  ),
  optional: true,
}

function measureItem(data: Uint8Array, at: number): number {
  const kind = FAMILIES[((data[at] ?? 0) << 8) | (data[at + 1] ?? 0)]
  const length = HEAD_BYTES + ((data[at + 3] ?? 0) & ~NEGATED)
  if (kind === undefined || at + length > data.length) return -1
  const endsInZero = length > HEAD_BYTES && data[at + length - 1] === 0
  const fits = (data[at + 2] ?? 0) <= kind.bytes * 8 && length - HEAD_BYTES <= kind.bytes
  return fits && !endsInZero ? length : -1
}

function itemToText(field: Uint8Array, at: number): string {
  const family = field[at + 1] ?? 0
  const bytes = new Uint8Array(FAMILIES[family]?.bytes ?? 0)
  bytes.set(field.subarray(at + HEAD_BYTES, at + measureItem(field, at)))
  const sign = (field[at + 3] ?? 0) & NEGATED ? '!' : ''
  return `${sign}${family}:${addressFromBytes(bytes).text}/${field[at + 2]}`
}
