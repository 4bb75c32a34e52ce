/** The functions of libc that the batched listener and ICMP call, through koffi. Linux on 64-bit machines only. */
import { createRequire } from 'node:module'

/** An address in this process's memory, or the bytes themselves. */
type Pointer = bigint | Uint8Array | null

export interface Libc {
  socket(domain: number, type: number, protocol: number): number
  bind(fd: number, address: Pointer, length: number): number
  connect(fd: number, address: Pointer, length: number): number
  send(fd: number, bytes: Pointer, length: number, flags: number): number
  setsockopt(fd: number, level: number, option: number, value: Pointer, length: number): number
  getsockopt(fd: number, level: number, option: number, value: Pointer, length: Pointer): number
  getsockname(fd: number, address: Pointer, length: Pointer): number
  close(fd: number): number
  poll(fds: Pointer, count: number, timeoutMs: number): number
  recvmmsg(fd: number, vector: Pointer, count: number, flags: number, timeout: Pointer): number
  sendmmsg(fd: number, vector: Pointer, count: number, flags: number): number
  /** The error number of the call just made in this thread. */
  errno(): number
  /** `ENOBUFS`, `EADDRINUSE`, … or the number as text. */
  errorName(errno: number): string
  /** Where the bytes lie: they must stay referenced as long as the address is used. */
  addressOf(bytes: Uint8Array): bigint
}

/** The calls, or the reason why this machine does not have them. */
export function loadLibc(): { libc: Libc } | { unavailable: string } {
  if (process.platform !== 'linux') return { unavailable: `recvmmsg is not to be had on ${process.platform}` }
  if (process.arch !== 'x64' && process.arch !== 'arm64')
    return { unavailable: `not tried on ${process.arch}` }
  try {
    return { libc: declare() }
  } catch (error) {
    return { unavailable: `koffi does not load: ${error instanceof Error ? error.message : String(error)}` }
  }
}

function declare(): Libc {
  // Loaded on demand: where koffi has no binary for the platform, the server still runs.
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi')
  const library = koffi.load('libc.so.6')
  const names = new Map(Object.entries(koffi.os.errno).map(([name, code]) => [code as number, name]))
  return {
    socket: library.func('int socket(int, int, int)') as Libc['socket'],
    bind: library.func('int bind(int, void *, uint32_t)') as Libc['bind'],
    connect: library.func('int connect(int, void *, uint32_t)') as Libc['connect'],
    send: library.func('int64_t send(int, void *, uint64_t, int)') as Libc['send'],
    setsockopt: library.func('int setsockopt(int, int, int, void *, uint32_t)') as Libc['setsockopt'],
    getsockopt: library.func('int getsockopt(int, int, int, void *, void *)') as Libc['getsockopt'],
    getsockname: library.func('int getsockname(int, void *, void *)') as Libc['getsockname'],
    close: library.func('int close(int)') as Libc['close'],
    poll: library.func('int poll(void *, uint64_t, int)') as Libc['poll'],
    recvmmsg: library.func('int recvmmsg(int, void *, uint32_t, int, void *)') as Libc['recvmmsg'],
    sendmmsg: library.func('int sendmmsg(int, void *, uint32_t, int)') as Libc['sendmmsg'],
    errno: () => koffi.errno(),
    errorName: errno => names.get(errno) ?? String(errno),
    addressOf: bytes => koffi.address(bytes) as bigint,
  }
}
