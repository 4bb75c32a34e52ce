/**
 * Sockets for ICMP echo without privileges: datagram sockets of IPPROTO_ICMP and IPPROTO_ICMPV6 (Linux). The kernel chooses the ID,
 * fills in the checksum, and hands over only replies to that ID.
 *
 *   type u8, code u8, checksum u16, ID u16, sequence u16, payload
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { type Address, parseAddress } from '#base/address.ts'
import { type Libc, loadLibc } from './libc.ts'
import { AF_INET, AF_INET6, writeSockaddr } from './sockaddr.ts'
import { type SystemError, systemError } from './system-error.ts'

const SOCK_DGRAM = 2
const SOCK_NONBLOCK = 0o4000
const SOCK_CLOEXEC = 0o2000000
const IPPROTO_ICMP = 1
const IPPROTO_ICMPV6 = 58
/** Echo request and echo reply (RFC 792, RFC 4443 §4). */
const REQUEST = { ipv4: 8, ipv6: 128 } as const
const REPLY = { ipv4: 0, ipv6: 129 } as const
const HEADER_BYTES = 8

let loaded: ReturnType<typeof loadLibc> | undefined

export type IcmpOpened =
  | { readonly socket: IcmpSocket }
  /** Why this host does not let us, and what to do about it. */
  | { readonly forbidden: string }

/**
 * Opens a socket that exchanges echo messages with one address. Throws a `SystemError` if the address cannot be reached at all, or the
 * source address is none of this host.
 */
export function openIcmpSocket(target: Address, source?: Address): IcmpOpened {
  loaded ??= loadLibc()
  if ('unavailable' in loaded) return { forbidden: `no ICMP here: ${loaded.unavailable}` }
  const { libc } = loaded
  const ipv6 = target.family === 'ipv6'
  const fd = libc.socket(
    ipv6 ? AF_INET6 : AF_INET,
    SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
    ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
  )
  if (fd < 0) {
    const error = systemError(libc, 'socket')
    if (error.code === 'EACCES' || error.code === 'EPERM') return { forbidden: advice() }
    throw error
  }
  try {
    if (source !== undefined) attach(libc, fd, 'bind', source)
    // Connected, it hears what a host on the way forbids.
    attach(libc, fd, 'connect', target)
    return { socket: new IcmpSocket(libc, fd, target) }
  } catch (error) {
    libc.close(fd)
    throw error
  }
}

function attach(libc: Libc, fd: number, call: 'bind' | 'connect', address: Address): void {
  const sockaddr = writeSockaddr({ address, port: 0 })
  if (libc[call](fd, sockaddr, sockaddr.length) < 0) throw systemError(libc, call)
}

function advice(): string {
  return `this host forbids ICMP to group ${process.getgid?.()}; sysctl -w net.ipv4.ping_group_range="0 2147483647" permits it`
}

export class IcmpSocket implements Disposable {
  /** For each echo reply of the target; its payload must not be kept. */
  onReply: (sequence: number, payload: Uint8Array) => void = () => undefined
  /** The system's word on a message sent earlier: `ECONNREFUSED`, … */
  onError: (error: Error) => void = () => undefined
  readonly #libc: Libc
  readonly #fd: number
  readonly #target: Address
  readonly #socket: Socket

  /** The descriptor is the socket's from now on, unless this throws. */
  constructor(libc: Libc, fd: number, target: Address) {
    this.#libc = libc
    this.#fd = fd
    this.#target = target
    this.#socket = createSocket(target.family === 'ipv6' ? 'udp6' : 'udp4')
    this.#socket.on('error', error => this.onError(error))
    this.#socket.on('message', (message, from) => this.#take(message, from))
    // Node takes it for a UDP socket, and so waits for it in its event loop.
    this.#socket.bind({ fd })
  }

  /** Sends an echo request; undefined, or what the system says against it. Never blocks. */
  send(sequence: number, payload: Uint8Array): SystemError | undefined {
    const message = new Uint8Array(HEADER_BYTES + payload.length)
    message[0] = REQUEST[this.#target.family]
    message[6] = sequence >> 8
    message[7] = sequence & 255
    message.set(payload, HEADER_BYTES)
    if (this.#libc.send(this.#fd, message, message.length, 0) >= 0) return undefined
    return systemError(this.#libc, 'send')
  }

  [Symbol.dispose](): void {
    this.#socket.close()
  }

  #take(message: Buffer, { address }: RemoteInfo): void {
    const isReply = message.length >= HEADER_BYTES && message[0] === REPLY[this.#target.family]
    // A link-local address comes with its zone.
    const sender = parseAddress(address.split('%')[0] ?? '')
    if (!isReply || sender?.text !== this.#target.text) return
    this.onReply(message.readUInt16BE(6), message.subarray(HEADER_BYTES))
  }
}
