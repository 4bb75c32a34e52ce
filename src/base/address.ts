/** IP addresses and socket addresses, as text and as bytes. */
import { isIPv4, isIPv6, SocketAddress } from 'node:net'

export const FAMILIES = ['ipv4', 'ipv6'] as const
export type Family = (typeof FAMILIES)[number]

export interface Address {
  readonly family: Family
  /** Canonical text: dotted decimal, or RFC 5952. */
  readonly text: string
  /** 4 or 16 bytes in network order. */
  readonly bytes: Uint8Array
}

/** Reads an IPv4 or IPv6 address without zone index; undefined if the text is none. */
export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { family: 'ipv4', text, bytes: ipv4Bytes(text) }
  if (!isIPv6(text) || text.includes('%')) return undefined
  const canonical = new SocketAddress({ address: text, family: 'ipv6' }).address
  return { family: 'ipv6', text: canonical, bytes: ipv6Bytes(canonical) }
}

/** The address that 4 or 16 bytes spell. */
export function addressFromBytes(bytes: Uint8Array): Address {
  if (bytes.length === 4) return { family: 'ipv4', text: bytes.join('.'), bytes }
  const groups: string[] = []
  for (let i = 0; i < 16; i += 2) groups.push((((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)).toString(16))
  const text = new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address
  return { family: 'ipv6', text, bytes }
}

/** Whether this is 0.0.0.0 or `::`, which a socket takes for "every address of this host". */
export function isWildcard(address: Address): boolean {
  return address.bytes.every(byte => byte === 0)
}

/** Whether it can be that of one host: neither `0.0.0.0` nor `::`, 0.0.0.0/8, multicast or reserved. */
export function isUnicast(address: Address): boolean {
  const first = address.bytes[0] ?? 0
  return !isWildcard(address) && (address.family === 'ipv4' ? first < 224 && first > 0 : first !== 255)
}

/** Whether packets to the address stay on this host: 127.0.0.0/8, ::1, or ::ffff:127.0.0.0/104. */
export function isLoopback(address: Address): boolean {
  if (address.family === 'ipv4') return address.bytes[0] === 127
  return address.text === '::1' || address.text.startsWith('::ffff:127.')
}

export interface SocketAddr {
  readonly address: Address
  /** 0 to 65535; 0 lets the system choose. */
  readonly port: number
}

/** Reads `192.0.2.1:53` or `[2001:db8::1]:53`; undefined if the text is neither. */
export function parseSocketAddr(text: string): SocketAddr | undefined {
  const parts = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text)
  if (parts === null) return undefined
  const address = parseAddress(parts[1] ?? parts[2] ?? '')
  const port = Number(parts[3])
  if (address === undefined || port > 65535 || (address.family === 'ipv6') !== (parts[1] !== undefined))
    return undefined
  return { address, port }
}

/** The text that `parseSocketAddr` reads. */
export function formatSocketAddr({ address, port }: SocketAddr): string {
  return address.family === 'ipv6' ? `[${address.text}]:${port}` : `${address.text}:${port}`
}

function ipv4Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(4)
  for (const [i, part] of text.split('.').entries()) bytes[i] = Number(part)
  return bytes
}

function ipv6Bytes(text: string): Uint8Array {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  if (dotted !== null) {
    const [a = 0, b = 0, c = 0, d = 0] = ipv4Bytes(dotted[2] ?? '')
    return ipv6Bytes(`${dotted[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`)
  }
  const [head = '', tail] = text.split('::')
  const before = groupsOf(head)
  const after = groupsOf(tail ?? '')
  const bytes = new Uint8Array(16)
  before.forEach((group, i) => {
    setGroup(bytes, i, group)
  })
  after.forEach((group, i) => {
    setGroup(bytes, 8 - after.length + i, group)
  })
  return bytes
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map(group => Number.parseInt(group, 16))
}

function setGroup(bytes: Uint8Array, index: number, group: number): void {
  bytes[index * 2] = group >> 8
  bytes[index * 2 + 1] = group & 255
}
