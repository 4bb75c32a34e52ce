/**
 * The board: what the pools answer now, in memory that control writes and all responders read, without a lock.
 *
 *   header   slot count, then for each slot the word where it begins and the bytes of records it can hold
 *   slot     next, seq, then two halves
 *   half     see HalfWord, then the records, each as { owner 2 bytes, type, class, TTL 4 bytes, length, data }, and from the next whole word on
 *            for each group two words, its number of records and its weight
 *
 * Publishing number s+1: next = s+1; fill half (s+1)&1; seq = s+1. Reading: s = seq; copy half s&1; good if next − s < 2, else again.
 * (With `seq` alone, a reader that is overtaken twice would copy a half while it is being filled.) Every word is read and
 * written by Atomics: that orders the copying between the two loads on every processor.
 */
import type { Pick } from '#steering/selection.ts'
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
  /** `PickKind`. */
  pick: 8,
  /** How many records or groups each query picks. */
  answers: 9,
  groupCount: 10,
  size: 11,
} as const

/** How a query picks from the records. */
export const PickKind = { none: 0, rotate: 1, weighted: 2 } as const

/** 0, so that a slot to which nothing was ever published answers SERVFAIL. */
export const SlotKind = { servfail: 0, nodata: 1, records: 2 } as const

/** No change is in sight. */
export const NEVER = 0xffff_ffff

/** Owner, type, class, TTL and length before the data of a record. */
export const RECORD_HEAD_BYTES = 12
export const RECORD_TTL_AT = 6
/** Its number of records, and its weight. */
const GROUP_BYTES = 8
const NO_BYTES = new Uint8Array(0)
const NO_GROUPS: Groups = []

export type SlotContent =
  | { readonly kind: 'servfail' | 'nodata'; readonly error?: ExtendedError }
  | {
      readonly kind: 'records'
      readonly type: number
      readonly data: readonly Uint8Array[]
      readonly ttl: AnswerTtl
      /** How each query picks from the records, which then all have data of the same size; all of them in their order without it. */
      readonly pick?: Pick
      /** Why this is not the usual answer. */
      readonly error?: ExtendedError
    }

/** What a slot for so many records with so many bytes of data each has to hold, in so many groups with weights. */
export function slotBytes(records: number, dataBytes: number, groups = 0): number {
  return wholeWords(records * (RECORD_HEAD_BYTES + dataBytes)) + groups * GROUP_BYTES
}

function wholeWords(bytes: number): number {
  return (bytes + 3) & ~3
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
    const groups =
      content.kind === 'records' && content.pick?.kind === 'weighted' ? content.pick.groups : NO_GROUPS
    if (groups.length > 0) demandWhole(groups, countOf(content))
    const size = groups.length === 0 ? bytes.length : wholeWords(bytes.length) + groups.length * GROUP_BYTES
    if (size > capacity) return false
    const next = (Atomics.load(words, at + SlotWord.seq) + 1) >>> 0
    Atomics.store(words, at + SlotWord.next, next)
    this.#fill(at + SlotWord.halves + (next & 1) * halfWords(capacity), content, bytes, groups)
    Atomics.store(words, at + SlotWord.seq, next)
    return true
  }

  #fill(half: number, content: SlotContent, bytes: Uint8Array, groups: Groups): void {
    const words = this.#words
    const pick = content.kind === 'records' ? content.pick : undefined
    const { ttlMin, ttlMax, change } =
      content.kind === 'records'
        ? {
            ttlMin: content.ttl.minSeconds,
            ttlMax: content.ttl.maxSeconds,
            change: content.ttl.nextChangeMs,
          }
        : { ttlMin: 0, ttlMax: 0, change: undefined }
    Atomics.store(words, half + HalfWord.kind, SlotKind[content.kind])
    Atomics.store(words, half + HalfWord.error, content.error ?? ExtendedError.none)
    Atomics.store(words, half + HalfWord.recordCount, countOf(content))
    Atomics.store(words, half + HalfWord.byteLength, bytes.length)
    Atomics.store(words, half + HalfWord.ttlMin, ttlMin)
    Atomics.store(words, half + HalfWord.ttlMax, ttlMax)
    Atomics.store(words, half + HalfWord.pick, PickKind[pick?.kind ?? 'none'])
    Atomics.store(words, half + HalfWord.answers, pick?.answers ?? 0)
    Atomics.store(words, half + HalfWord.groupCount, groups.length)
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
    let at = half + HalfWord.size + source.length
    for (const { records, weight } of groups) {
      Atomics.store(words, at++, records)
      Atomics.store(words, at++, weight)
    }
  }
}

type Groups = readonly { readonly records: number; readonly weight: number }[]

/** Readers rely on it. */
function demandWhole(groups: Groups, records: number): void {
  const sum = groups.reduce((total, group) => total + group.records, 0)
  if (sum !== records || groups.some(group => group.records < 1 || group.weight < 1))
    throw new RangeError('the groups are not all of the records, or one has no weight')
}

function countOf(content: SlotContent): number {
  return content.kind === 'records' ? content.data.length : 0
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
