/** Looks for a text in a body that arrives in pieces, without keeping the body. */

export type SearchState = 'found' | 'more' | 'absent'

export class BodySearch {
  readonly #needle: Buffer
  #left: number
  #tail: Buffer = Buffer.alloc(0)

  /** @param maxBytes only so many bytes of the body count */
  constructor(text: string, maxBytes: number) {
    this.#needle = Buffer.from(text, 'utf8')
    this.#left = maxBytes
  }

  /** Takes the next piece: `more` while the text could still come, `absent` once the bound is reached without it. */
  take(piece: Buffer): SearchState {
    const counted = piece.subarray(0, this.#left)
    this.#left -= counted.length
    const seen = this.#tail.length === 0 ? counted : Buffer.concat([this.#tail, counted])
    if (seen.includes(this.#needle)) return 'found'
    if (this.#left === 0) return 'absent'
    // The text may begin in this piece and end in the next. A copy: the piece itself must not be kept alive.
    this.#tail = Buffer.from(seen.subarray(Math.max(0, seen.length - this.#needle.length + 1)))
    return 'more'
  }
}
