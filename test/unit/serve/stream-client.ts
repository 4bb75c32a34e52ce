/** A TCP client that takes the framing apart. */
import { EventEmitter, once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { SocketAddr } from '#base/address.ts'
import { FrameBuffer } from '#serve/frame-buffer.ts'
import { type ReadAnswer, readAnswer } from './answers.ts'

const LIMIT_MS = 5000

/** The messages, each behind its length. */
export function framed(...messages: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    messages.flatMap(message => [Uint8Array.of(message.length >> 8, message.length & 255), message]),
  )
}

/** The messages that are complete, each without its length. */
export function framesOf(bytes: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = []
  for (let at = 0; at + 2 <= bytes.length; ) {
    const end = at + 2 + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0))
    if (end <= bytes.length) messages.push(bytes.subarray(at + 2, end))
    at = end
  }
  return messages
}

export class StreamClient implements AsyncDisposable {
  readonly socket: Socket
  readonly #input = new FrameBuffer()
  readonly #changes = new EventEmitter()
  #closed = false

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('error', () => undefined)
    socket.on('readable', () => this.#changes.emit('change'))
    for (const event of ['end', 'close']) {
      socket.on(event, () => {
        this.#closed = true
        this.#changes.emit('change')
      })
    }
  }

  static async connect({ address, port }: SocketAddr, from = address.text): Promise<StreamClient> {
    const socket = connect({
      host: address.text,
      port,
      localAddress: from,
      noDelay: true,
      allowHalfOpen: true,
    })
    await once(socket, 'connect')
    return new StreamClient(socket)
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.write(bytes, error => (error ? reject(error) : resolve()))
    })
  }

  /** The next so many answers; rejects if the server closes first, or after a few seconds. Reads nothing unless it is called. */
  async receive(count: number): Promise<ReadAnswer[]> {
    const answers: ReadAnswer[] = []
    const signal = AbortSignal.timeout(LIMIT_MS)
    for (;;) {
      while (answers.length < count && this.#input.next()) {
        const { bytes, start, length } = this.#input
        answers.push(readAnswer(bytes.subarray(start, start + length)))
      }
      if (answers.length === count) return answers
      const chunk = this.socket.read() as Uint8Array | null
      if (chunk !== null) this.#input.append(chunk)
      else if (this.#closed) throw new Error(`closed after ${answers.length} answers`)
      else await once(this.#changes, 'change', { signal })
    }
  }

  /** Everything that comes until the server closes its side. */
  async rest(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = []
    const signal = AbortSignal.timeout(LIMIT_MS)
    for (;;) {
      const chunk = this.socket.read() as Uint8Array | null
      if (chunk !== null) chunks.push(chunk)
      else if (this.#closed) return Buffer.concat(chunks)
      else await once(this.#changes, 'change', { signal })
    }
  }

  /** Resolves when the server has closed its side. What comes until then is not looked at. */
  async closedByServer(): Promise<void> {
    const signal = AbortSignal.timeout(LIMIT_MS)
    while (!this.#closed) {
      this.socket.read()
      await once(this.#changes, 'change', { signal })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.socket.closed) return
    const closed = once(this.socket, 'close')
    this.socket.destroy()
    await closed
  }
}
