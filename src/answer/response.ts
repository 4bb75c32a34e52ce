/** Makes one response in the buffer of its query: fragment, board records, header, EDNS. One object, used over and over. */
import { RrClass, RrType } from '#wire/types.ts'
import { RECORD_HEAD_BYTES } from '#zone/rrset.ts'
import type { Arrival } from './arrival.ts'
import type { BoardReader } from './board-reader.ts'
import { Transport } from './counters.ts'
import type { ExtendedError } from './extended-error.ts'
import { FragmentWord, INSERT_ADDITIONAL, INSERT_OWNER_MOVES, POINTER, QUESTION } from './layout.ts'
import type { TableReader } from './lookup.ts'
import { MAX_UDP_BYTES, type OptRecord } from './opt-record.ts'
import { HEADER_BYTES, type QueryReader, u16 } from './query.ts'
import { movedTarget, relocate } from './relocation.ts'

const MAX_TCP_BYTES = 65_535
const MIN_UDP_BYTES = 512

const RD = 0x01
const TC = 0x02
/** Where the counts of the sections stand. */
const ANSWERS = 6
const AUTHORITY = 8
const ADDITIONAL = 10
/** A body this long is copied by the engine, a shorter one byte by byte: each is quicker there. */
const LONG_BODY_BYTES = 160

export class Response {
  /** The name that is being answered: the question's, or where an alias has led. */
  subject: QueryReader
  readonly #query: QueryReader
  readonly #opt: OptRecord
  #bytes: Uint8Array = new Uint8Array(0)
  #start = 0
  #end = 0
  /** Records may stand up to here, and all of the message up to there. */
  #limit = 0
  #hardLimit = 0
  /** Where the subject stands, from the start of the message. */
  #nameAt = QUESTION
  /** Where the records begin that were copied last. */
  #copiedAt = 0

  constructor(query: QueryReader, opt: OptRecord) {
    this.#query = query
    this.subject = query
    this.#opt = opt
  }

  /** Goes to work on the query at `bytes[start]`, which has been read. There are no records yet. */
  begin(bytes: Uint8Array, start: number, arrival: Arrival): void {
    this.#bytes = bytes
    this.#start = start
    this.#hardLimit = start + this.#maxBytes(arrival.transport)
    this.#limit = this.#hardLimit - this.#opt.size(arrival)
    this.clear()
  }

  /** Takes all records out. */
  clear(): void {
    const { qnameLength } = this.#query
    this.subject = this.#query
    this.#nameAt = QUESTION
    this.#end = this.#start + HEADER_BYTES + (qnameLength === 0 ? 0 : qnameLength + 4)
    for (let at = this.#start + ANSWERS; at < this.#start + HEADER_BYTES; at++) this.#bytes[at] = 0
  }

  /** Adds the fragment's records, or only those that are required; false if there is no room. */
  copy(table: TableReader, fragment: number, onlyRequired: boolean): boolean {
    const words = table.words
    const lengthWord =
      words[fragment + (onlyRequired ? FragmentWord.required : FragmentWord.bodyAndPointers)]!
    const length = lengthWord & 0xffff
    if (this.#end + length > this.#limit) return false
    const arcountAndBase = words[fragment + FragmentWord.arcountAndBase]!
    const pointerCount = words[fragment + FragmentWord.bodyAndPointers]! >>> 16
    const pointersAt = fragment + FragmentWord.size + words[fragment + FragmentWord.insertCount]! * 2
    this.#body(table.bytes, (pointersAt + ((pointerCount + 1) >> 1)) * 4, length)
    const delta = this.subject.qnameLength - (arcountAndBase >>> 16)
    if (delta !== 0) this.#movePointers(table.halves, pointersAt * 2, pointerCount, length, delta)
    const counts = words[fragment + FragmentWord.counts]!
    const additional = onlyRequired ? lengthWord >>> 16 : arcountAndBase & 0xffff
    if (this.#nameAt !== QUESTION) {
      const count = (counts & 0xffff) + (counts >>> 16) + additional
      if (!relocate(this.#bytes, this.#start, this.#end, count, this.#move)) return false
    }
    this.#copiedAt = this.#end
    this.#count(ANSWERS, counts & 0xffff)
    this.#count(AUTHORITY, counts >>> 16)
    this.#count(ADDITIONAL, additional)
    this.#end += length
    return true
  }

  /** Adds the records of the slot that was taken last, for this insert of the fragment; false if there is no room. */
  insert(table: TableReader, fragment: number, place: number, board: BoardReader, nowMs: number): boolean {
    if (this.#end + board.byteLength > this.#limit) return false
    const word = table.words[place]!
    const base = table.words[fragment + FragmentWord.arcountAndBase]! >>> 16
    const delta = (word & INSERT_OWNER_MOVES) === 0 ? 0 : this.subject.qnameLength - base
    let owner = (word & 0xffff) + delta
    if (this.#nameAt !== QUESTION) {
      // Inserts are owned by what stands in the question, or by what the fragment's body holds, which has been moved the same way.
      const moved = movedTarget(owner & ~POINTER, this.#move)
      if (moved === 0) return false
      owner = POINTER | moved
    }
    this.#end = board.write(this.#bytes, this.#end, owner, nowMs)
    this.#count((word & INSERT_ADDITIONAL) === 0 ? ANSWERS : ADDITIONAL, board.recordCount)
    return true
  }

  /**
   * The DNAME that was copied last gives the subject another name: adds the CNAME that says so (RFC 6672 §3.1), and leaves the name in `name`. Gives its length,
   * 0 where it would be longer than a name can be, or −1 where there is no room for the record.
   *
   * @param ownerLength bytes of the DNAME's owner
   */
  rename(ownerLength: number, name: Uint8Array): number {
    const bytes = this.#bytes
    const start = this.#start
    const subjectAt = start + this.#nameAt
    const prefix = this.subject.qnameLength - ownerLength
    // One record, whose data is a name without pointers. Its owner is a pointer, or the root.
    const fixed = this.#copiedAt + (bytes[this.#copiedAt] === 0 ? 1 : 2)
    const targetLength = u16(bytes, fixed + 8)
    const length = prefix + targetLength
    if (length > 255) return 0
    const at = this.#end
    const dataAt = at + RECORD_HEAD_BYTES
    if (dataAt + length > this.#limit || this.#nameAt > 0x3fff) return -1
    for (let i = 0; i < prefix; i++) bytes[dataAt + i] = bytes[subjectAt + i]!
    for (let i = 0; i < targetLength; i++) bytes[dataAt + prefix + i] = bytes[at - targetLength + i]!
    bytes[at] = 0xc0 | (this.#nameAt >> 8)
    bytes[at + 1] = this.#nameAt
    bytes[at + 2] = 0
    bytes[at + 3] = RrType.CNAME
    bytes[at + 4] = 0
    bytes[at + 5] = RrClass.IN
    for (let i = 0; i < 4; i++) bytes[at + 6 + i] = bytes[fixed + 4 + i]!
    bytes[at + 10] = 0
    bytes[at + 11] = length
    for (let i = 0; i < length; i++) name[i] = bytes[dataAt + i]!
    this.#count(ANSWERS, 1)
    this.#end = dataAt + length
    this.#nameAt = dataAt - start
    return length
  }

  /** Adds a TXT record of class CH, of at most 255 characters of ASCII. */
  text(text: string): void {
    const bytes = this.#bytes
    const at = this.#end
    const head = [0xc0, QUESTION, 0, RrType.TXT, 0, RrClass.CH, 0, 0, 0, 0, 0, text.length + 1, text.length]
    for (let i = 0; i < head.length; i++) bytes[at + i] = head[i]!
    for (let i = 0; i < text.length; i++) bytes[at + head.length + i] = text.charCodeAt(i)
    this.#end = at + head.length + text.length
    this.#count(ANSWERS, 1)
  }

  /** Adds all records of the slot that was taken last, owned by the question's name; false if there is no room. */
  records(board: BoardReader, nowMs: number): boolean {
    if (this.#end + board.byteLength > this.#limit) return false
    this.#end = board.write(this.#bytes, this.#end, POINTER | QUESTION, nowMs)
    this.#count(ANSWERS, board.recordCount)
    return true
  }

  /** Writes header and OPT; gives the response's length. `flags` as in the fragment: AA and the low bits of the code. */
  finish(flags: number, rcode: number, truncated: boolean, error: ExtendedError, arrival: Arrival): number {
    const bytes = this.#bytes
    const start = this.#start
    const opcodeAndRd = bytes[start + 2]! & (0x78 | RD)
    // What is said of all classes is not authoritative, since this is of IN only (RFC 1035 §6.2).
    const aa = this.#query.qclass === RrClass.ANY ? 0 : (flags >> 8) & 0x04
    bytes[start + 2] = 0x80 | opcodeAndRd | aa | (truncated ? TC : 0)
    // AD and CD are for resolvers (RFC 4035 §3.1.6).
    bytes[start + 3] = rcode & 0x0f
    bytes[start + 4] = 0
    bytes[start + 5] = this.#query.qnameLength === 0 ? 0 : 1
    if (this.#query.hasEdns) {
      const expireAt = this.#expireAt(flags)
      this.#end = this.#opt.write(bytes, this.#end, this.#hardLimit, rcode >> 4, error, expireAt, arrival)
      this.#count(ADDITIONAL, 1)
    }
    return this.#end - start
  }

  /** An answer of nothing but the zone's SOA has the expire that EXPIRE tells (RFC 7314 §3.2), before the minimum at its end. */
  #expireAt(flags: number): number {
    const { qtype, qnameLength } = this.#query
    if (flags === 0 || qtype !== RrType.SOA || u16(this.#bytes, this.#start + ANSWERS) !== 1) return 0
    // The first record, which may be an alias: its owner is a pointer, or the root.
    const owner = this.#start + HEADER_BYTES + qnameLength + 4
    const type = owner + (this.#bytes[owner] === 0 ? 1 : 2)
    return u16(this.#bytes, type) === RrType.SOA ? this.#end - 8 : 0
  }

  get #move() {
    return {
      nameLength: this.subject.qnameLength,
      nameAt: this.#nameAt,
      bodyAt: this.#end - this.#start,
    }
  }

  #maxBytes(transport: Transport): number {
    if (transport === Transport.tcp) return MAX_TCP_BYTES
    const { udpSize } = this.#query
    if (udpSize < MIN_UDP_BYTES) return MIN_UDP_BYTES
    return Math.min(udpSize, MAX_UDP_BYTES)
  }

  #body(source: Uint8Array, from: number, length: number): void {
    const bytes = this.#bytes
    const to = this.#end
    if (length >= LONG_BODY_BYTES) bytes.set(source.subarray(from, from + length), to)
    else for (let i = 0; i < length; i++) bytes[to + i] = source[from + i]!
  }

  /** Names in the body point to where they stand behind a question of the fragment's base; this question is longer. */
  #movePointers(places: Uint16Array, first: number, count: number, length: number, delta: number): void {
    const bytes = this.#bytes
    for (let i = first; i < first + count; i++) {
      const place = places[i]!
      if (place >= length) return
      const at = this.#end + place
      const moved = u16(bytes, at) + delta
      bytes[at] = moved >> 8
      bytes[at + 1] = moved
    }
  }

  /** Adds to the count of a section. */
  #count(at: number, more: number): void {
    const count = u16(this.#bytes, this.#start + at) + more
    this.#bytes[this.#start + at] = count >> 8
    this.#bytes[this.#start + at + 1] = count
  }
}
