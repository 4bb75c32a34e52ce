/** Pieces of a file as text, one character a byte. Decoded in windows: a call for each word is slow, and the whole file as a text is large. */

const WINDOW_BYTES = 65536

export class ByteText {
  readonly #bytes: Buffer
  #window = ''
  #start = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  slice(start: number, end: number): string {
    if (start < this.#start || end > this.#start + this.#window.length) {
      if (end - start > WINDOW_BYTES) return this.#bytes.toString('latin1', start, end)
      this.#window = this.#bytes.toString('latin1', start, start + WINDOW_BYTES)
      this.#start = start
    }
    return this.#window.slice(start - this.#start, end - this.#start)
  }
}
