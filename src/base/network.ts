/** Networks: a prefix of addresses (RFC 4632, RFC 4291 §2.3). */
import { type Address, parseAddress } from './address.ts'

export interface Network {
  readonly address: Address
  /** Length of the prefix; all bits of the address behind it are 0. */
  readonly bits: number
}

/** Reads `192.0.2.0/24`, `2001:db8::/32`, or an address alone, which is a network of one; else says what is wrong. */
export function parseNetwork(text: string): { network: Network } | { problem: string } {
  const [before = '', after, more] = text.split('/')
  const address = parseAddress(before)
  if (address === undefined || more !== undefined)
    return { problem: 'no network such as 192.0.2.0/24 or 2001:db8::/32' }
  const size = address.bytes.length * 8
  const bits = after === undefined ? size : Number(after)
  if (after !== undefined && (!/^\d{1,3}$/.test(after) || bits > size))
    return { problem: `a prefix of ${address.family === 'ipv4' ? 'IPv4' : 'IPv6'} has 0 to ${size} bits` }
  return hasHostBits(address.bytes, bits)
    ? { problem: `bits of the address are set behind the prefix of ${bits}` }
    : { network: { address, bits } }
}

function hasHostBits(bytes: Uint8Array, bits: number): boolean {
  return bytes.some((byte, i) => {
    const kept = Math.min(8, Math.max(0, bits - 8 * i))
    return (byte & (0xff >> kept)) !== 0
  })
}
