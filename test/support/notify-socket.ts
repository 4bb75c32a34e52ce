/** The socket on which a service manager listens: datagrams in the file system. */
import { read } from 'node:fs'
import { join } from 'node:path'
import { type Libc, loadLibc } from '#os/libc.ts'
import { AF_UNIX, writeUnixSockaddr } from '#os/sockaddr.ts'
import { systemError } from '#os/system-error.ts'
import { sendUnixDatagram } from '#os/unix-datagram.ts'
import { TempFolder } from './temp-folder.ts'

const SOCK_DGRAM = 2
const PATIENCE_MS = 20_000
const END = 'the end of this socket'

interface Waiter {
  readonly matches: (message: string) => boolean
  readonly resolve: (message: string) => void
}

export class NotifySocket implements AsyncDisposable {
  /** For NOTIFY_SOCKET. */
  readonly path: string
  /** All that has come, in its order. */
  readonly messages: string[] = []
  readonly #libc: Libc
  readonly #folder: TempFolder
  readonly #fd: number
  readonly #ended: Promise<void>
  readonly #waiters = new Set<Waiter>()

  private constructor(libc: Libc, folder: TempFolder, path: string, fd: number) {
    this.#libc = libc
    this.#folder = folder
    this.path = path
    this.#fd = fd
    this.#ended = this.#receive()
  }

  /** @param abstract whether it has a name without a file */
  static async open(abstract = false): Promise<NotifySocket> {
    const loaded = loadLibc()
    if ('unavailable' in loaded) throw new Error(loaded.unavailable)
    const { libc } = loaded
    const folder = await TempFolder.open()
    const file = join(folder.path, 'notify')
    const path = abstract ? `@${file}` : file
    const address = writeUnixSockaddr(path)
    if (address === undefined) throw new Error(`${path} is too long`)
    const fd = libc.socket(AF_UNIX, SOCK_DGRAM, 0)
    if (libc.bind(fd, address, address.length) < 0) throw systemError(libc, 'bind')
    return new NotifySocket(libc, folder, path, fd)
  }

  /** The first message from the number `from` on that matches, now or later. */
  find(matches: (message: string) => boolean, from = 0): Promise<string> {
    const known = this.messages.slice(from).find(matches)
    if (known !== undefined) return Promise.resolve(known)
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const waiter = { matches, resolve }
    this.#waiters.add(waiter)
    const timer = setTimeout(
      () => reject(new Error(`the awaited message did not come:\n${this.messages.join('\n--\n')}`)),
      PATIENCE_MS,
    )
    return promise.finally(() => {
      clearTimeout(timer)
      this.#waiters.delete(waiter)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    sendUnixDatagram(this.#libc, this.path, END)
    await this.#ended
    this.#libc.close(this.#fd)
    await this.#folder[Symbol.asyncDispose]()
  }

  async #receive(): Promise<void> {
    for (;;) {
      const message = await this.#datagram()
      if (message === END) return
      this.messages.push(message)
      for (const waiter of this.#waiters) if (waiter.matches(message)) waiter.resolve(message)
    }
  }

  /** read(2) takes one datagram; Node's socket classes know none of this kind. */
  #datagram(): Promise<string> {
    return new Promise((resolve, reject) => {
      const buffer = Buffer.alloc(4096)
      read(this.#fd, buffer, 0, buffer.length, null, (error, length) => {
        if (error === null) resolve(buffer.toString('utf8', 0, length))
        else reject(error)
      })
    })
  }
}
