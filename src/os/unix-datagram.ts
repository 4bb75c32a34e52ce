/** One datagram to a socket in the file system, which Node cannot send. */
import type { Libc } from './libc.ts'
import { AF_UNIX, writeUnixSockaddr } from './sockaddr.ts'
import { systemError } from './system-error.ts'

const SOCK_DGRAM = 2
const SOCK_NONBLOCK = 0o4000
const SOCK_CLOEXEC = 0o2000000
const MSG_NOSIGNAL = 0x4000

/**
 * Sends it, or throws: a `SystemError` where the system refuses. A receiver that takes nothing is an error too (`EAGAIN`): this never waits.
 *
 * @param path of the socket; with `@` at its beginning the name of one without a file
 */
export function sendUnixDatagram(libc: Libc, path: string, text: string): void {
  const address = writeUnixSockaddr(path)
  if (address === undefined) throw new Error(`${path} is too long for a socket's path`)
  const fd = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)
  if (fd < 0) throw systemError(libc, 'socket')
  try {
    if (libc.connect(fd, address, address.length) < 0) throw systemError(libc, 'connect')
    const bytes = new TextEncoder().encode(text)
    if (libc.send(fd, bytes, bytes.length, MSG_NOSIGNAL) < 0) throw systemError(libc, 'send')
  } finally {
    libc.close(fd)
  }
}
