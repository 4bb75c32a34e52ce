/**
 * The board: what the pools answer now, in memory that control writes and all responders read, without a lock.
 *
 *   header   slot count, then for each slot the word where it begins and the bytes of records it can hold
 *   slot     next, seq, then two halves
 *   half     see HalfWord, then the records, each as { owner 2 bytes, type, class, TTL 4 bytes, length, data }
 *
 * Publishing number s+1: next = s+1; fill half (s+1)&1; seq = s+1. Reading: s = seq; copy half s&1; good if next − s < 2, else again.
 * (With `seq` alone, a reader that is overtaken twice would copy a half while it is being filled.) Every word is read and
 * written by Atomics: that orders the copying between the two loads on every processor.
 */
import type { AnswerTtl } from '#steering/ttl.ts'
import { RrClass } from '#wire/types.ts'
import { ExtendedError } from './extended-error.ts'
import { POINTER, QUESTION } from './layout.ts'

export const SlotWord = { next: 0, seq: 1, halves: 2 } as const

export const HalfWord = {
  kind: 0,
  recordCount: 1,
  byteLength: 2,
  ttlMin: 3,
  ttlMax: 4,
  /** Monotonic milliseconds of the next possible change: low and high 32 bits. */
  changeLow: 5,
  changeHigh: 6,
  /** The number of an Extended DNS Error. */
  error: 7,
  size: 8,
} as const

/** 0, so that a slot to which nothing was ever published answers SERVFAIL. */
export const SlotKind = { servfail: 0, nodata: 1, records: 2 } as const

/** No change is in sight. */
export const NEVER = 0xffff_ffff

/** Owner, type, class, TTL and length before the data of a record. */
export const RECORD_HEAD_BYTES = 12
export const RECORD_TTL_AT = 6
const NO_BYTES = new Uint8Array(0)

export type SlotContent =
  | { readonly kind: 'servfail' | 'nodata'; readonly error?: ExtendedError }
  | {
      readonly kind: 'records'
      readonly type: number
      readonly data: readonly Uint8Array[]
      readonly ttl: AnswerTtl
      /** Why this is not the usual answer. */
      readonly error?: ExtendedError
    }

/** What a slot for so many records with so many bytes of data each has to hold. */
export function slotBytes(records: number, dataBytes: number): number {
  return records * (RECORD_HEAD_BYTES + dataBytes)
}

/** A board whose slots hold so many bytes each; all answer SERVFAIL until something is published. */
export function createBoard(capacities: readonly number[]): SharedArrayBuffer {
  const sizes = capacities.map(bytes => SlotWord.halves + 2 * halfWords(bytes))
  const head = 1 + 2 * capacities.length
  const buffer = new SharedArrayBuffer(4 * sizes.reduce((sum, size) => sum + size, head))
  const words = new Uint32Array(buffer)
  words[0] = capacities.length
  let at = head
  sizes.forEach((size, slot) => {
    words[1 + 2 * slot] = at
    words[2 + 2 * slot] = capacities[slot] ?? 0
    at += size
  })
  return buffer
}

/** How many words one half of a slot of that capacity takes. */
export function halfWords(capacityBytes: number): number {
  return HalfWord.size + Math.ceil(capacityBytes / 4)
}

/** The writing side. One thread only. */
export class BoardWriter {
  readonly #words: Uint32Array

  constructor(board: SharedArrayBuffer) {
    this.#words = new Uint32Array(board)
  }

  /** Every answer that is begun after this returns has the new content. False, and nothing done, if the slot is too small for it. */
  publish(slot: number, content: SlotContent): boolean {
    const words = this.#words
    const at = words[1 + 2 * slot]
    const capacity = words[2 + 2 * slot]
    if (at === undefined || capacity === undefined || slot >= words[0]!)
      throw new RangeError(`no slot ${slot}`)
    const bytes = content.kind === 'records' ? recordBytes(content.type, content.data) : NO_BYTES
    if (bytes.length > capacity) return false
    const next = (Atomics.load(words, at + SlotWord.seq) + 1) >>> 0
    Atomics.store(words, at + SlotWord.next, next)
    this.#fill(at + SlotWord.halves + (next & 1) * halfWords(capacity), content, bytes)
    Atomics.store(words, at + SlotWord.seq, next)
    return true
  }

  #fill(half: number, content: SlotContent, bytes: Uint8Array): void {
    const words = this.#words
    const { recordCount, ttlMin, ttlMax, change } =
      content.kind === 'records'
        ? {
            recordCount: content.data.length,
            ttlMin: content.ttl.minSeconds,
            ttlMax: content.ttl.maxSeconds,
            change: content.ttl.nextChangeMs,
          }
        : { recordCount: 0, ttlMin: 0, ttlMax: 0, change: undefined }
    Atomics.store(words, half + HalfWord.kind, SlotKind[content.kind])
    Atomics.store(words, half + HalfWord.error, content.error ?? ExtendedError.none)
    Atomics.store(words, half + HalfWord.recordCount, recordCount)
    Atomics.store(words, half + HalfWord.byteLength, bytes.length)
    Atomics.store(words, half + HalfWord.ttlMin, ttlMin)
    Atomics.store(words, half + HalfWord.ttlMax, ttlMax)
    // From before the clock began, the high word would be that of NEVER.
    const changeMs = change === undefined ? undefined : Math.max(0, Math.floor(change))
    Atomics.store(words, half + HalfWord.changeLow, changeMs === undefined ? NEVER : changeMs >>> 0)
    Atomics.store(
      words,
      half + HalfWord.changeHigh,
      changeMs === undefined ? NEVER : Math.floor(changeMs / 2 ** 32),
    )
    const source = new Uint32Array(bytes.buffer)
    for (let i = 0; i < source.length; i++) Atomics.store(words, half + HalfWord.size + i, source[i]!)
  }
}

/** The records as a response carries them, owned by the query name, with a TTL of 0 to be filled in; on a buffer of whole words. */
function recordBytes(type: number, data: readonly Uint8Array[]): Uint8Array {
  const length = data.reduce((sum, one) => sum + RECORD_HEAD_BYTES + one.length, 0)
  const view = new DataView(new ArrayBuffer((length + 3) & ~3))
  const bytes = new Uint8Array(view.buffer, 0, length)
  let at = 0
  for (const one of data) {
    view.setUint16(at, POINTER | QUESTION)
    view.setUint16(at + 2, type)
    view.setUint16(at + 4, RrClass.IN)
    view.setUint16(at + 10, one.length)
    bytes.set(one, at + RECORD_HEAD_BYTES)
    at += RECORD_HEAD_BYTES + one.length
  }
  return bytes
}
