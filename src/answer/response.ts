/** Makes one response in the buffer of its query: fragment, board records, header, EDNS. One object, used over and over. */
import type { BoardReader } from './board-reader.ts'
import { Transport } from './counters.ts'
import { FragmentWord, INSERT_ADDITIONAL, INSERT_OWNER_MOVES } from './layout.ts'
import type { TableReader } from './lookup.ts'
import { HEADER_BYTES, OPT_BYTES, type QueryReader, u16 } from './query.ts'

/** The largest UDP response: what passes any path unfragmented (DNS flag day 2020). */
const MAX_UDP_BYTES = 1232
const MAX_TCP_BYTES = 65_535
const MIN_UDP_BYTES = 512

const RD = 0x01
const TC = 0x02
const CD = 0x10
/** A body this long is copied by the engine, a shorter one byte by byte: each is quicker there. */
const LONG_BODY_BYTES = 160

export class Response {
  readonly #query: QueryReader
  #bytes: Uint8Array = new Uint8Array(0)
  #start = 0
  #end = 0
  #limit = 0

  constructor(query: QueryReader) {
    this.#query = query
  }

  /** Goes to work on the query at `bytes[start]`, which has been read. There are no records yet. */
  begin(bytes: Uint8Array, start: number, transport: Transport): void {
    this.#bytes = bytes
    this.#start = start
    this.#limit = start + this.#maxBytes(transport) - (this.#query.hasEdns ? OPT_BYTES : 0)
    this.clear()
  }

  /** Takes all records out. */
  clear(): void {
    const { qnameLength } = this.#query
    this.#end = this.#start + HEADER_BYTES + (qnameLength === 0 ? 0 : qnameLength + 4)
    for (let at = this.#start + 6; at < this.#start + HEADER_BYTES; at++) this.#bytes[at] = 0
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
    const delta = this.#query.qnameLength - (arcountAndBase >>> 16)
    if (delta !== 0) this.#movePointers(table.halves, pointersAt * 2, pointerCount, length, delta)
    const counts = words[fragment + FragmentWord.counts]!
    this.#setCount(6, counts & 0xffff)
    this.#setCount(8, counts >>> 16)
    this.#setCount(10, onlyRequired ? lengthWord >>> 16 : arcountAndBase & 0xffff)
    this.#end += length
    return true
  }

  /** Adds the records of the slot that was taken last, for this insert of the fragment; false if there is no room. */
  insert(table: TableReader, fragment: number, place: number, board: BoardReader, nowMs: number): boolean {
    if (this.#end + board.byteLength > this.#limit) return false
    const word = table.words[place]!
    const base = table.words[fragment + FragmentWord.arcountAndBase]! >>> 16
    const delta = (word & INSERT_OWNER_MOVES) === 0 ? 0 : this.#query.qnameLength - base
    this.#end = board.write(this.#bytes, this.#end, (word & 0xffff) + delta, nowMs)
    const countAt = (word & INSERT_ADDITIONAL) === 0 ? 6 : 10
    this.#setCount(countAt, u16(this.#bytes, this.#start + countAt) + board.recordCount)
    return true
  }

  /** Writes header and OPT; gives the response's length. `flags` as in the fragment: AA and the low bits of the code. */
  finish(flags: number, rcode: number, truncated: boolean): number {
    const bytes = this.#bytes
    const start = this.#start
    const opcodeAndRd = bytes[start + 2]! & (0x78 | RD)
    bytes[start + 2] = 0x80 | opcodeAndRd | ((flags >> 8) & 0x04) | (truncated ? TC : 0)
    bytes[start + 3] = (bytes[start + 3]! & CD) | (rcode & 0x0f)
    bytes[start + 4] = 0
    bytes[start + 5] = this.#query.qnameLength === 0 ? 0 : 1
    if (this.#query.hasEdns) this.#option(rcode >> 4)
    return this.#end - start
  }

  /** RFC 6891 §6.1.3; DO comes back as it was sent (RFC 3225 §3). */
  #option(extendedRcode: number): void {
    const bytes = this.#bytes
    const at = this.#end
    bytes[at] = 0
    bytes[at + 1] = 0
    bytes[at + 2] = 41
    bytes[at + 3] = MAX_UDP_BYTES >> 8
    bytes[at + 4] = MAX_UDP_BYTES & 255
    bytes[at + 5] = extendedRcode
    bytes[at + 6] = 0
    bytes[at + 7] = this.#query.dnssecOk ? 0x80 : 0
    bytes[at + 8] = 0
    bytes[at + 9] = 0
    bytes[at + 10] = 0
    this.#end += OPT_BYTES
    this.#setCount(10, u16(bytes, this.#start + 10) + 1)
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

  #setCount(at: number, count: number): void {
    this.#bytes[this.#start + at] = count >> 8
    this.#bytes[this.#start + at + 1] = count
  }
}
