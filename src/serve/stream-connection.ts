/**
 * One client's connection (RFC 7766): pipelined queries are answered in order, no faster than the client reads, and also those that it sent before it
 * closed its side. The socket may be one of TCP or of TLS.
 */
import type { Duplex } from 'node:stream'
import { FrameBuffer } from './frame-buffer.ts'
import type { StreamAnswerer } from './stream-answerer.ts'

export class StreamConnection {
  readonly #socket: Duplex
  readonly #client: Uint8Array
  readonly #answerer: StreamAnswerer
  readonly #progressed: () => void
  readonly #input = new FrameBuffer()
  /** The client does not read what it has been sent. */
  #blocked = false
  #clientEnded = false
  #ended = false

  /**
   * @param client bytes of its address
   * @param progressed is called for every query that is answered and when a slow client has read its answers: a connection without either is idle. */
  constructor(socket: Duplex, client: Uint8Array, answerer: StreamAnswerer, progressed: () => void) {
    this.#socket = socket
    this.#client = client
    this.#answerer = answerer
    this.#progressed = progressed
    socket.on('data', chunk => this.#receive(chunk as Uint8Array))
    socket.on('drain', () => this.#unblock())
    socket.on('end', () => {
      this.#clientEnded = true
      this.#advance()
    })
  }

  #receive(chunk: Uint8Array): void {
    // What comes behind the end is read and forgotten: unread bytes would turn the end into a reset, and the client lose its answers.
    if (this.#ended) return
    this.#input.append(chunk)
    this.#advance()
  }

  #unblock(): void {
    this.#progressed()
    this.#blocked = false
    this.#socket.resume()
    this.#advance()
  }

  #advance(): void {
    while (!this.#blocked && !this.#ended) {
      const { bytes, broken } = this.#answerer.answer(this.#input, this.#client)
      if (bytes.length > 0) this.#send(bytes)
      if (broken) this.#end()
      if (bytes.length === 0) break
    }
    if (this.#clientEnded && !this.#blocked) this.#end()
  }

  #send(bytes: Uint8Array): void {
    this.#progressed()
    if (this.#socket.write(bytes)) return
    this.#blocked = true
    this.#socket.pause()
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#socket.end()
    this.#socket.resume()
  }
}
