/** UDP sockets as descriptors: they belong to one thread and are used by others. */
import { isWildcard, type SocketAddr } from '#base/address.ts'
import type { Libc } from './libc.ts'
import { AF_INET, AF_INET6, readPort, writeSockaddr } from './sockaddr.ts'
import { systemError } from './system-error.ts'

const SOCK_DGRAM = 2
const SOCK_CLOEXEC = 0o2000000
const SOL_SOCKET = 1
const SO_RCVBUF = 8
const SO_REUSEPORT = 15
const SO_RCVTIMEO = 20
const SO_SNDTIMEO = 21
const SO_MEMINFO = 55
const SK_MEMINFO_DROPS = 8
const IPPROTO_IP = 0
const IPPROTO_IPV6 = 41
const IP_PKTINFO = 8
const IP_MTU_DISCOVER = 10
const IPV6_MTU_DISCOVER = 23
const IPV6_V6ONLY = 26
const IPV6_RECVPKTINFO = 49
/** Fragments as the route wants them, never the path MTU that a forged ICMP message claims. */
const PMTUDISC_OMIT = 5

/** How long a receive or a send blocks before the thread looks at its flags again. */
export const BLOCKING_LIMIT_MS = 100

/** What the socket's queue may hold; the kernel gives what `net.core.rmem_max` allows. */
const RECEIVE_BUFFER_BYTES = 4 << 20

export interface UdpSocket {
  readonly fd: number
  /** With the port that the system chose, where 0 was asked for. */
  readonly bound: SocketAddr
}

/**
 * Opens and binds a socket. With `shared` it shares its port with others that do so too, and each gets a part of the packets; without, it
 * fails where the port has any other socket. At a wildcard address it tells of each packet which address was asked. Throws a `SystemError`.
 */
export function openUdpSocket(libc: Libc, address: SocketAddr, shared: boolean): UdpSocket {
  const ipv6 = address.address.family === 'ipv6'
  const fd = libc.socket(ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)
  if (fd < 0) throw systemError(libc, 'socket')
  try {
    const packetInfo = isWildcard(address.address)
    if (shared) setOption(libc, fd, SOL_SOCKET, SO_REUSEPORT, 1)
    libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, int32(RECEIVE_BUFFER_BYTES), 4)
    limitBlocking(libc, fd, SO_RCVTIMEO)
    limitBlocking(libc, fd, SO_SNDTIMEO)
    if (ipv6) {
      setOption(libc, fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)
      setOption(libc, fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, PMTUDISC_OMIT)
      if (packetInfo) setOption(libc, fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
    } else {
      setOption(libc, fd, IPPROTO_IP, IP_MTU_DISCOVER, PMTUDISC_OMIT)
      if (packetInfo) setOption(libc, fd, IPPROTO_IP, IP_PKTINFO, 1)
    }
    const sockaddr = writeSockaddr(address)
    if (libc.bind(fd, sockaddr, sockaddr.length) < 0) throw systemError(libc, 'bind')
    return { fd, bound: { address: address.address, port: boundPort(libc, fd) } }
  } catch (error) {
    libc.close(fd)
    throw error
  }
}

/** How many packets the kernel has dropped at this socket because nobody took them in time; modulo 2³². */
export function droppedPackets(libc: Libc, fd: number): number {
  const values = new Uint32Array(16)
  const length = int32(values.byteLength)
  if (libc.getsockopt(fd, SOL_SOCKET, SO_MEMINFO, new Uint8Array(values.buffer), length) < 0) return 0
  return values[SK_MEMINFO_DROPS] ?? 0
}

function setOption(libc: Libc, fd: number, level: number, option: number, value: number): void {
  if (libc.setsockopt(fd, level, option, int32(value), 4) < 0) throw systemError(libc, 'setsockopt')
}

function limitBlocking(libc: Libc, fd: number, option: number): void {
  const timeval = new BigInt64Array([0n, BigInt(BLOCKING_LIMIT_MS * 1000)])
  if (libc.setsockopt(fd, SOL_SOCKET, option, new Uint8Array(timeval.buffer), 16) < 0)
    throw systemError(libc, 'setsockopt')
}

function boundPort(libc: Libc, fd: number): number {
  const sockaddr = new Uint8Array(28)
  if (libc.getsockname(fd, sockaddr, int32(sockaddr.length)) < 0) throw systemError(libc, 'getsockname')
  return readPort(sockaddr)
}

function int32(value: number): Uint8Array {
  return new Uint8Array(new Int32Array([value]).buffer)
}
