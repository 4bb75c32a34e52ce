/** Answers the messages of a stream, many of them into one piece of bytes, so that one write sends them all. */
import { Arrival } from '#answer/arrival.ts'
import { Transport } from '#answer/counters.ts'
import type { Responder } from '#answer/respond.ts'
import { systemClock } from '#base/clock.ts'
import type { FrameBuffer } from './frame-buffer.ts'

const LENGTH_BYTES = 2
const MAX_MESSAGE_BYTES = 65_535
/** Once so many bytes of answers are together they are sent before more are made. */
const FULL_BYTES = 65_536

export interface Answers {
  /** Each behind its length; empty if there is no complete message. */
  readonly bytes: Uint8Array
  /** A message was none that has an answer: who sends that has lost the framing, or speaks another protocol. */
  readonly broken: boolean
}

/** One for all connections of a thread. */
export class StreamAnswerer {
  readonly #responder: Responder
  readonly #arrival = new Arrival(Transport.tcp)
  readonly #out = new Uint8Array(FULL_BYTES + LENGTH_BYTES + MAX_MESSAGE_BYTES)

  constructor(responder: Responder) {
    this.#responder = responder
  }

  /**
   * Answers what is complete in the input, or as much as fits. The bytes stay as they are.
   *
   * @param client bytes of the address that it came from
   */
  answer(input: FrameBuffer, client: Uint8Array): Answers {
    this.#arrival.tick(systemClock.monotonicMs(), systemClock.wallMs())
    this.#arrival.from(client, 0, client.length)
    const out = this.#out
    let end = 0
    let broken = false
    while (!broken && end < FULL_BYTES && input.next()) {
      const at = end + LENGTH_BYTES
      out.set(input.bytes.subarray(input.start, input.start + input.length), at)
      const length = this.#responder.respond(out, at, input.length, this.#arrival)
      broken = length === 0
      if (broken) break
      out[end] = length >> 8
      out[end + 1] = length
      end = at + length
    }
    return { bytes: out.slice(0, end), broken }
  }
}
