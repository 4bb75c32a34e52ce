/** `struct sockaddr_in`, `struct sockaddr_in6` and `struct sockaddr_un` of Linux. */
import type { SocketAddr } from '#base/address.ts'

export const AF_UNIX = 1
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

/** Of `sun_path`, with the zero behind it. */
const UNIX_PATH_BYTES = 108
/** As the processors are that `libc.ts` knows. */
const LITTLE_ENDIAN = true

/**
 * Family u16, and a path that ends with a zero; a path that begins with `@` is a name without a file (unix(7), abstract), which begins with a
 * zero instead. Undefined where the path is too long.
 */
export function writeUnixSockaddr(path: string): Uint8Array | undefined {
  const isAbstract = path.startsWith('@')
  const text = Buffer.from(isAbstract ? `\0${path.slice(1)}` : `${path}\0`)
  if (text.length > UNIX_PATH_BYTES) return undefined
  const bytes = new Uint8Array(2 + text.length)
  new DataView(bytes.buffer).setUint16(0, AF_UNIX, LITTLE_ENDIAN)
  bytes.set(text, 2)
  return bytes
}
