/** A text as bytes in UTF-8, and where in the text each of them stands. */
import type { Place } from '#zone/sources.ts'

export class TextOffsets {
  readonly bytes: Buffer
  readonly #isPlain: boolean
  #byte = 0
  #character = 0

  constructor(text: string) {
    this.bytes = Buffer.from(text, 'utf8')
    this.#isPlain = this.bytes.length === text.length
  }

  /** The offset in UTF-16 units of a place, which is a byte counted from 1. Quick where places come in order. */
  ofPlace(place: Place): number {
    const byte = Math.max(0, place - 1)
    if (this.#isPlain) return byte
    if (byte < this.#byte) {
      this.#byte = 0
      this.#character = 0
    }
    this.#character += this.bytes.toString('utf8', this.#byte, byte).length
    this.#byte = byte
    return this.#character
  }
}
