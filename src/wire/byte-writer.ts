/** Bytes written one after the other into a buffer that grows. */

export class ByteWriter {
  #bytes = new Uint8Array(512)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** The byte that was written at the index since the last `take`; undefined outside. */
  at(index: number): number | undefined {
    return index < this.#length ? this.#bytes[index] : undefined
  }

  u8(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  u16(value: number): void {
    this.u8(value >>> 8)
    this.u8(value)
  }

  u32(value: number): void {
    this.u16(value >>> 16)
    this.u16(value)
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** One byte for each character, as in a `Name`. */
  latin1(text: string): void {
    this.#reserve(text.length)
    const bytes = this.#bytes
    const start = this.#length
    for (let i = 0; i < text.length; i++) bytes[start + i] = text.charCodeAt(i)
    this.#length += text.length
  }

  /** A copy of what was written since the last time. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length)
    this.#length = 0
    return taken
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(this.#length + more, this.#bytes.length * 2))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
