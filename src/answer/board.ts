/**
 * The board: what the pools answer now, in memory that control writes and all responders read, without a lock.
 *
 *   header   slot count, then for each slot the word where it begins and the bytes of records it can hold; several may begin at the same word
 *   slot     next, seq, then two halves
 *   half     see HalfWord, then the records, each as { owner 2 bytes, type, class, TTL 4 bytes, length, data }, and from the next whole word on
 *            for each group the words of GroupWord
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

/** What is said of each group of a weighted pick; their records stand one behind the other, in the order of the groups. */
export const GroupWord = { records: 0, weight: 1, byteLength: 2, size: 3 } as const

/** How a query picks from the records. */
export const PickKind = { none: 0, rotate: 1, weighted: 2 } as const

/** 0, so that a slot to which nothing was ever published answers SERVFAIL. */
export const SlotKind = { servfail: 0, nodata: 1, records: 2 } as const

/** No change is in sight. */
export const NEVER = 0xffff_ffff

/** Owner, type, class, TTL and length before the data of a record. */
export const RECORD_HEAD_BYTES = 12
export const RECORD_TTL_AT = 6
const GROUP_BYTES = GroupWord.size * 4
const NO_BYTES = new Uint8Array(0)
const NO_GROUPS = new Uint32Array(0)

export type SlotContent =
  | { readonly kind: 'servfail' | 'nodata'; readonly error?: ExtendedError }
  | {
      readonly kind: 'records'
      readonly type: number
      /** IN unless said. */
      readonly class?: number
      /** None is the same as `nodata`. */
      readonly data: readonly Uint8Array[]
      readonly ttl: AnswerTtl
      /** How each query picks from the records, which must all be of one size to be rotated; all of them in their order without it. */
      readonly pick?: Pick
      /** Why this is not the usual answer. */
      readonly error?: ExtendedError
    }

/** What a slot for so many records with at most so many bytes of data each has to hold, in so many groups with weights. */
export function slotBytes(records: number, dataBytes: number, groups = 0): number {
  return wholeWords(records * (RECORD_HEAD_BYTES + dataBytes)) + groups * GROUP_BYTES
}

function wholeWords(bytes: number): number {
  return (bytes + 3) & ~3
}

/**
 * A board whose slots hold so many bytes each; all answer SERVFAIL until something is published.
 *
 * @param placeOf by slot, which of the capacities is its place, where several slots share one: what is published to any of them is in all
 */
export function createBoard(
  capacities: readonly number[],
  placeOf: readonly number[] = capacities.map((_, place) => place),
): SharedArrayBuffer {
  const head = 1 + 2 * placeOf.length
  let end = head
  const begins = capacities.map(bytes => {
    const begin = end
    end += SlotWord.halves + 2 * halfWords(bytes)
    return begin
  })
  const buffer = new SharedArrayBuffer(4 * end)
  const words = new Uint32Array(buffer)
  words[0] = placeOf.length
  placeOf.forEach((place, slot) => {
    words[1 + 2 * slot] = begins[place] ?? 0
    words[2 + 2 * slot] = capacities[place] ?? 0
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

  /**
   * Every answer that is begun after this returns has the new content. False, and nothing done, if the slot is too small for it. Throws a RangeError on a slot
   * that is not there, and on a pick that cannot be.
   */
  publish(slot: number, content: SlotContent): boolean {
    const words = this.#words
    const at = words[1 + 2 * slot]
    const capacity = words[2 + 2 * slot]
    if (at === undefined || capacity === undefined || slot >= words[0]!)
      throw new RangeError(`no slot ${slot}`)
    const bytes = content.kind === 'records' ? recordBytes(content) : NO_BYTES
    const groups = content.kind === 'records' ? groupWords(content.data, content.pick) : NO_GROUPS
    const size = groups.length === 0 ? bytes.length : wholeWords(bytes.length) + groups.byteLength
    if (size > capacity) return false
    const next = (Atomics.load(words, at + SlotWord.seq) + 1) >>> 0
    Atomics.store(words, at + SlotWord.next, next)
    this.#fill(at + SlotWord.halves + (next & 1) * halfWords(capacity), content, bytes, groups)
    Atomics.store(words, at + SlotWord.seq, next)
    return true
  }

  #fill(half: number, content: SlotContent, bytes: Uint8Array, groups: Uint32Array): void {
    const words = this.#words
    const count = countOf(content)
    const pick = content.kind === 'records' && count > 0 ? content.pick : undefined
    const { ttlMin, ttlMax, change } =
      content.kind === 'records'
        ? {
            ttlMin: content.ttl.minSeconds,
            ttlMax: content.ttl.maxSeconds,
            change: content.ttl.nextChangeMs,
          }
        : { ttlMin: 0, ttlMax: 0, change: undefined }
    Atomics.store(words, half + HalfWord.kind, kindOf(content))
    Atomics.store(words, half + HalfWord.error, content.error ?? ExtendedError.none)
    Atomics.store(words, half + HalfWord.recordCount, count)
    Atomics.store(words, half + HalfWord.byteLength, bytes.length)
    Atomics.store(words, half + HalfWord.ttlMin, ttlMin)
    Atomics.store(words, half + HalfWord.ttlMax, ttlMax)
    Atomics.store(words, half + HalfWord.pick, PickKind[pick?.kind ?? 'none'])
    Atomics.store(words, half + HalfWord.answers, Math.min(pick?.answers ?? 0, count))
    Atomics.store(words, half + HalfWord.groupCount, groups.length / GroupWord.size)
    // From before the clock began, the high word would be that of NEVER.
    const changeMs = change === undefined ? undefined : Math.max(0, Math.floor(change))
    Atomics.store(words, half + HalfWord.changeLow, changeMs === undefined ? NEVER : changeMs >>> 0)
    Atomics.store(
      words,
      half + HalfWord.changeHigh,
      changeMs === undefined ? NEVER : Math.floor(changeMs / 2 ** 32),
    )
    const records = new Uint32Array(bytes.buffer)
    this.#copy(records, half + HalfWord.size)
    this.#copy(groups, half + HalfWord.size + records.length)
  }

  #copy(source: Uint32Array, to: number): void {
    for (let i = 0; i < source.length; i++) Atomics.store(this.#words, to + i, source[i]!)
  }
}

/** The groups of the pick, as GroupWord has them. Readers rely on what is demanded here. */
function groupWords(data: readonly Uint8Array[], pick: Pick | undefined): Uint32Array {
  if (pick === undefined) return NO_GROUPS
  if (!(pick.answers >= 1)) throw new RangeError(`a pick of ${pick.answers} answers`)
  if (pick.kind === 'rotate') {
    if (data.some(one => one.length !== data[0]?.length))
      throw new RangeError('records of different sizes cannot be rotated')
    return NO_GROUPS
  }
  const words = new Uint32Array(pick.groups.length * GroupWord.size)
  let end = 0
  pick.groups.forEach(({ records, weight }, index) => {
    if (!isPositive(records)) throw new RangeError(`a group of ${records} records`)
    if (!isPositive(weight)) throw new RangeError(`a weight of ${weight}`)
    words.set([records, weight, bytesOf(data.slice(end, end + records))], index * GroupWord.size)
    end += records
  })
  if (end !== data.length) throw new RangeError(`groups of ${end} records, not ${data.length}`)
  return words
}

/** Whether it is a whole number above 0 that fits into a word. */
function isPositive(number: number): boolean {
  return number >= 1 && number >>> 0 === number
}

function kindOf(content: SlotContent): number {
  return content.kind === 'records' && content.data.length === 0 ? SlotKind.nodata : SlotKind[content.kind]
}

function countOf(content: SlotContent): number {
  return content.kind === 'records' ? content.data.length : 0
}

function bytesOf(data: readonly Uint8Array[]): number {
  return data.reduce((sum, one) => sum + RECORD_HEAD_BYTES + one.length, 0)
}

/** The records as a response carries them, owned by the query name, with a TTL of 0 to be filled in; on a buffer of whole words. */
function recordBytes({
  type,
  class: rrClass = RrClass.IN,
  data,
}: Extract<SlotContent, { kind: 'records' }>): Uint8Array {
  const length = bytesOf(data)
  const view = new DataView(new ArrayBuffer(wholeWords(length)))
  const bytes = new Uint8Array(view.buffer, 0, length)
  let at = 0
  for (const one of data) {
    view.setUint16(at, POINTER | QUESTION)
    view.setUint16(at + 2, type)
    view.setUint16(at + 4, rrClass)
    view.setUint16(at + 10, one.length)
    bytes.set(one, at + RECORD_HEAD_BYTES)
    at += RECORD_HEAD_BYTES + one.length
  }
  return bytes
}
