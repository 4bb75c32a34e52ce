/** Fields that are addresses and identifiers of fixed size. */
import { addressFromBytes, parseAddress } from '#base/address.ts'
import { toHex } from './encodings.ts'
import { type FieldCodec, fixed, one, show } from './field-codec.ts'

export const IPV4 = address('ipv4', 4, 'an IPv4 address')
export const IPV6 = address('ipv6', 16, 'an IPv6 address')

/** RFC 7043 §3.2, §4.2. */
export const EUI48 = eui(6, '00-00-5e-00-53-2a')
export const EUI64 = eui(8, '00-00-5e-ef-10-00-00-2a')

/** Four groups of an IPv6 address (RFC 6742 §2.1.2, §2.3.2). */
export const HALF_IPV6: FieldCodec = {
  measure: fixed(8),
  toText: field => (toHex(field).match(/.{4}/g) ?? []).join(':'),
  read: one((text, out) => {
    const groups = text.split(':')
    if (groups.length !== 4 || !groups.every(group => /^[0-9a-f]{1,4}$/i.test(group)))
      return `${show(text)} is not four groups such as 2001:db8:1140:1000`
    for (const group of groups) out.u16(Number.parseInt(group, 16))
    return undefined
  }),
}

function address(family: 'ipv4' | 'ipv6', bytes: number, what: string): FieldCodec {
  return {
    measure: fixed(bytes),
    toText: field => addressFromBytes(field).text,
    read: one((text, out) => {
      const parsed = parseAddress(text)
      if (parsed?.family !== family) return `${show(text)} is not ${what}`
      out.bytes(parsed.bytes)
      return undefined
    }),
  }
}

function eui(bytes: number, example: string): FieldCodec {
  return {
    measure: fixed(bytes),
    toText: field => (toHex(field).match(/../g) ?? []).join('-'),
    read: one((text, out) => {
      const groups = text.split('-')
      if (groups.length !== bytes || !groups.every(group => /^[0-9a-f]{1,2}$/i.test(group)))
        return `${show(text)} is not ${bytes} bytes such as ${example}`
      for (const group of groups) out.u8(Number.parseInt(group, 16))
      return undefined
    }),
  }
}
