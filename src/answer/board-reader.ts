/**
 * The reading side of the board: a private copy of each slot, taken whole, and taken again when something has been published since. Nothing
 * is allocated per query; while nothing changes a slot costs one atomic load.
 */

import type { Random } from '#base/random.ts'
import {
  GroupWord,
  HalfWord,
  halfWords,
  NEVER,
  PickKind,
  RECORD_HEAD_BYTES,
  RECORD_TTL_AT,
  SlotWord,
} from './board.ts'
import { ExtendedError } from './extended-error.ts'
import { Picker } from './picker.ts'

export class BoardReader {
  /** `SlotKind` of what was taken last. */
  kind = 0
  /** Why the answer is not the usual one. */
  error: ExtendedError = ExtendedError.none
  /** Of what this query has picked. */
  recordCount = 0
  byteLength = 0
  readonly #words: Uint32Array
  /** A half for each slot, one behind the other. Zeros, as slots are before anything is published, until the slot is first asked for: memory of the others is never touched. */
  readonly #copies: Uint32Array
  readonly #copyBytes: Uint8Array
  /** By slot: where its copy begins, and which number it is a copy of. */
  readonly #copyAt: Uint32Array
  readonly #copied: Uint32Array
  /** The copy that was taken last. */
  #copy = 0
  readonly #picker: Picker

  /** @param random for what queries pick */
  constructor(board: SharedArrayBuffer, random: Random) {
    this.#picker = new Picker(random)
    const words = new Uint32Array(board)
    const slots = words[0]!
    this.#words = words
    this.#copyAt = new Uint32Array(slots)
    this.#copied = new Uint32Array(slots)
    let size = 0
    for (let slot = 0; slot < slots; slot++) {
      this.#copyAt[slot] = size
      size += halfWords(words[2 + 2 * slot]!)
    }
    this.#copies = new Uint32Array(size)
    this.#copyBytes = new Uint8Array(this.#copies.buffer)
  }

  /** Takes what the slot holds now. */
  take(slot: number): void {
    const words = this.#words
    if (Atomics.load(words, words[1 + 2 * slot]! + SlotWord.seq) !== this.#copied[slot]) this.#refresh(slot)
    const copies = this.#copies
    const copy = this.#copyAt[slot]!
    this.#copy = copy
    this.kind = copies[copy + HalfWord.kind]!
    this.error = copies[copy + HalfWord.error]! as ExtendedError
    this.recordCount = copies[copy + HalfWord.recordCount]!
    this.byteLength = copies[copy + HalfWord.byteLength]!
    if (copies[copy + HalfWord.pick] !== PickKind.none) this.#pick(copy)
  }

  /** Writes the records that were picked, each behind the owner pointer, with the TTL of this moment; gives where they end. */
  write(bytes: Uint8Array, at: number, owner: number, nowMs: number): number {
    const ttl = this.#ttlAt(nowMs)
    const first = (this.#copy + HalfWord.size) * 4
    if (this.#copies[this.#copy + HalfWord.pick] === PickKind.none)
      return this.#writeRange(bytes, at, first, first + this.byteLength, owner, ttl)
    const { starts, ends, count } = this.#picker
    let end = at
    for (let i = 0; i < count; i++)
      end = this.#writeRange(bytes, end, first + starts[i]!, first + ends[i]!, owner, ttl)
    return end
  }

  #pick(copy: number): void {
    const copies = this.#copies
    const picker = this.#picker
    const answers = copies[copy + HalfWord.answers]!
    const groups = copies[copy + HalfWord.groupCount]!
    const at = copy + HalfWord.size + ((this.byteLength + 3) >> 2)
    if (groups === 0) picker.rotate(this.recordCount, this.byteLength, answers)
    else picker.choose(copies, at, groups, answers)
    this.recordCount = picker.recordCount
    this.byteLength = picker.byteLength
  }

  #writeRange(bytes: Uint8Array, to: number, begin: number, end: number, owner: number, ttl: number): number {
    const source = this.#copyBytes
    let at = to
    let from = begin
    while (from < end) {
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
    const copies = this.#copies
    const max = copies[this.#copy + HalfWord.ttlMax]!
    const high = copies[this.#copy + HalfWord.changeHigh]!
    if (high === NEVER) return max
    const changeMs = high * 2 ** 32 + copies[this.#copy + HalfWord.changeLow]!
    return Math.min(
      Math.max(Math.floor((changeMs - nowMs) / 1000), copies[this.#copy + HalfWord.ttlMin]!),
      max,
    )
  }

  #refresh(slot: number): void {
    const words = this.#words
    const at = words[1 + 2 * slot]!
    const capacity = words[2 + 2 * slot]!
    for (;;) {
      const seq = Atomics.load(words, at + SlotWord.seq)
      this.#fill(this.#copyAt[slot]!, at + SlotWord.halves + (seq & 1) * halfWords(capacity), capacity)
      if ((Atomics.load(words, at + SlotWord.next) - seq) >>> 0 < 2) {
        this.#copied[slot] = seq
        return
      }
    }
  }

  #fill(copy: number, half: number, capacity: number): void {
    const words = this.#words
    const copies = this.#copies
    for (let i = 0; i < HalfWord.size; i++) copies[copy + i] = Atomics.load(words, half + i)
    // What is being overwritten may be anything; it is thrown away, but must not lead out of the slot.
    const byteLength = Math.min(copies[copy + HalfWord.byteLength]!, capacity)
    copies[copy + HalfWord.byteLength] = byteLength
    const room = Math.floor((capacity - byteLength) / (4 * GroupWord.size))
    const groups = Math.min(copies[copy + HalfWord.groupCount]!, room)
    copies[copy + HalfWord.groupCount] = groups
    const end = HalfWord.size + ((byteLength + 3) >> 2) + GroupWord.size * groups
    for (let i = HalfWord.size; i < end; i++) copies[copy + i] = Atomics.load(words, half + i)
  }
}
