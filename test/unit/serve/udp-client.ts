/** A UDP client that keeps what it receives. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { EventEmitter, once } from 'node:events'
import type { SocketAddr } from '#base/address.ts'
import { type ReadAnswer, readAnswer } from './answers.ts'

const LIMIT_MS = 5000
/** Room for the answers to a burst. */
const RECEIVE_BUFFER_BYTES = 1 << 20

export interface Received extends ReadAnswer {
  readonly from: RemoteInfo
}

export class UdpClient implements AsyncDisposable {
  readonly #socket: Socket
  readonly #arrivals = new EventEmitter()
  #received: Received[] = []

  constructor(family: 'ipv4' | 'ipv6' = 'ipv4') {
    this.#socket = createSocket({ type: family === 'ipv6' ? 'udp6' : 'udp4' })
    this.#socket.on('listening', () => this.#socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES))
    this.#socket.on('message', (bytes, from) => {
      this.#received.push({ ...readAnswer(bytes), from })
      this.#arrivals.emit('one')
    })
  }

  send(to: SocketAddr, bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(bytes, to.port, to.address.text, error => (error ? reject(error) : resolve()))
    })
  }

  /** The next so many answers; rejects if they have not come after a few seconds. */
  async receive(count: number): Promise<Received[]> {
    const signal = AbortSignal.timeout(LIMIT_MS)
    while (this.#received.length < count) await once(this.#arrivals, 'one', { signal })
    return this.#received.splice(0, count)
  }

  /** The answer to one query. */
  async ask(to: SocketAddr, bytes: Uint8Array): Promise<Received> {
    await this.send(to, bytes)
    const [answer] = await this.receive(1)
    if (answer === undefined) throw new Error('no answer')
    return answer
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#socket, 'close')
    this.#socket.close()
    await closed
  }
}

/** Sends, and reads none of the answers. */
export class NoiseSocket implements AsyncDisposable {
  readonly #socket: Socket = createSocket('udp4')
  readonly #to: SocketAddr

  constructor(to: SocketAddr) {
    this.#to = to
    this.#socket.on('message', () => undefined)
  }

  send(bytes: Uint8Array): void {
    this.#socket.send(bytes, this.#to.port, this.#to.address.text)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#socket, 'close')
    this.#socket.close()
    await closed
  }
}
