/** What has come on a stream and is not yet answered: messages, each behind its length in two bytes (RFC 1035 §4.2.2). */

const LENGTH_BYTES = 2
const SMALLEST_BYTES = 512

export class FrameBuffer {
  /** The message that `next` has found is `bytes[start, start + length)`. */
  bytes: Uint8Array = new Uint8Array(0)
  start = 0
  length = 0
  /** What lies before is answered. */
  #from = 0
  #to = 0

  append(chunk: Uint8Array): void {
    if (this.#to + chunk.length > this.bytes.length) this.#makeRoom(chunk.length)
    this.bytes.set(chunk, this.#to)
    this.#to += chunk.length
  }

  /** Goes to the next complete message; false if there is none. */
  next(): boolean {
    const from = this.#from
    if (this.#to - from < LENGTH_BYTES) return this.#release()
    const length = (this.bytes[from]! << 8) | this.bytes[from + 1]!
    if (this.#to - from < LENGTH_BYTES + length) return false
    this.start = from + LENGTH_BYTES
    this.length = length
    this.#from = this.start + length
    return true
  }

  /** A connection that has nothing under way holds no memory. */
  #release(): false {
    if (this.#from === this.#to) {
      this.bytes = new Uint8Array(0)
      this.#from = 0
      this.#to = 0
    }
    return false
  }

  /** At least doubles, so that a message that comes byte by byte is not copied as often. */
  #makeRoom(more: number): void {
    const kept = this.bytes.subarray(this.#from, this.#to)
    const needed = kept.length + more
    const size = Math.max(SMALLEST_BYTES, needed, needed > this.bytes.length ? 2 * this.bytes.length : 0)
    const bytes = new Uint8Array(size)
    bytes.set(kept)
    this.bytes = bytes
    this.#from = 0
    this.#to = kept.length
  }
}
