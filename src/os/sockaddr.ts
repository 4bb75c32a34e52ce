/** `struct sockaddr_in` and `struct sockaddr_in6` of Linux. */
import type { SocketAddr } from '#base/address.ts'

export const AF_INET = 2
export const AF_INET6 = 10
export const IPV4_ADDRESS_AT = 4
export const IPV6_ADDRESS_AT = 8

/**
 *   sockaddr_in    family u16, port u16 (network order), address 4 bytes, 8 bytes of nothing
 *   sockaddr_in6   family u16, port u16 (network order), flow u32, address 16 bytes, scope u32
 */
export function writeSockaddr({ address, port }: SocketAddr): Uint8Array {
  const ipv6 = address.family === 'ipv6'
  const bytes = new Uint8Array(ipv6 ? 28 : 16)
  new Uint16Array(bytes.buffer)[0] = ipv6 ? AF_INET6 : AF_INET
  bytes[2] = port >> 8
  bytes[3] = port & 255
  bytes.set(address.bytes, ipv6 ? IPV6_ADDRESS_AT : IPV4_ADDRESS_AT)
  return bytes
}

/** The port of either kind of address, which begins at `at`. */
export function readPort(bytes: Uint8Array, at = 0): number {
  return (bytes[at + 2]! << 8) | bytes[at + 3]!
}
