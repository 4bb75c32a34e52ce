/** The reading side of the board: takes a slot's content whole, or takes it again. Nothing is allocated. */
import { HalfWord, halfWords, NEVER, RECORD_HEAD_BYTES, RECORD_TTL_AT, SlotWord } from './board.ts'

export class BoardReader {
  /** `SlotKind` of what was taken last. */
  kind = 0
  recordCount = 0
  byteLength = 0
  readonly #words: Uint32Array
  readonly #taken: Uint32Array
  readonly #takenBytes: Uint8Array
  #ttlMin = 0
  #ttlMax = 0
  #changeLow = 0
  #changeHigh = 0

  constructor(board: SharedArrayBuffer) {
    const words = new Uint32Array(board)
    this.#words = words
    let largest = 0
    for (let slot = 0; slot < words[0]!; slot++) largest = Math.max(largest, words[2 + 2 * slot]!)
    this.#taken = new Uint32Array(Math.ceil(largest / 4))
    this.#takenBytes = new Uint8Array(this.#taken.buffer)
  }

  /** Copies what the slot holds now. */
  take(slot: number): void {
    const words = this.#words
    const at = words[1 + 2 * slot]!
    const capacity = words[2 + 2 * slot]!
    for (;;) {
      const seq = Atomics.load(words, at + SlotWord.seq)
      this.#copy(at + SlotWord.halves + (seq & 1) * halfWords(capacity), capacity)
      if ((Atomics.load(words, at + SlotWord.next) - seq) >>> 0 < 2) return
    }
  }

  /** Writes the records that were taken, each behind the owner pointer, with the TTL of this moment; gives where they end. */
  write(bytes: Uint8Array, at: number, owner: number, nowMs: number): number {
    const source = this.#takenBytes
    const ttl = this.#ttlAt(nowMs)
    let from = 0
    while (from < this.byteLength) {
      const length = RECORD_HEAD_BYTES + ((source[from + 10]! << 8) | source[from + 11]!)
      for (let i = 2; i < length; i++) bytes[at + i] = source[from + i]!
      bytes[at] = owner >> 8
      bytes[at + 1] = owner
      bytes[at + RECORD_TTL_AT] = ttl >>> 24
      bytes[at + RECORD_TTL_AT + 1] = ttl >>> 16
      bytes[at + RECORD_TTL_AT + 2] = ttl >>> 8
      bytes[at + RECORD_TTL_AT + 3] = ttl
      at += length
      from += length
    }
    return at
  }

  /** Seconds until the answer could change, within the limits; the upper one while no change is in sight. */
  #ttlAt(nowMs: number): number {
    if (this.#changeHigh === NEVER) return this.#ttlMax
    const seconds = Math.floor((this.#changeHigh * 2 ** 32 + this.#changeLow - nowMs) / 1000)
    return Math.min(Math.max(seconds, this.#ttlMin), this.#ttlMax)
  }

  #copy(half: number, capacity: number): void {
    const words = this.#words
    this.kind = Atomics.load(words, half + HalfWord.kind)
    this.recordCount = Atomics.load(words, half + HalfWord.recordCount)
    this.byteLength = Math.min(Atomics.load(words, half + HalfWord.byteLength), capacity)
    this.#ttlMin = Atomics.load(words, half + HalfWord.ttlMin)
    this.#ttlMax = Atomics.load(words, half + HalfWord.ttlMax)
    this.#changeLow = Atomics.load(words, half + HalfWord.changeLow)
    this.#changeHigh = Atomics.load(words, half + HalfWord.changeHigh)
    const count = (this.byteLength + 3) >> 2
    for (let i = 0; i < count; i++) this.#taken[i] = Atomics.load(words, half + HalfWord.size + i)
  }
}
