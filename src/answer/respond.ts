/** Query bytes in, response bytes out: the whole of answering, without I/O and without allocating. */
import { Rcode, RrClass, RrType } from '#wire/types.ts'
import { SlotKind } from './board.ts'
import { BoardReader } from './board-reader.ts'
import {
  type Counters,
  DROPS,
  Drop,
  queryIndex,
  responseIndex,
  TRANSPORT_SIZE,
  type Transport,
} from './counters.ts'
import { FragmentWord, INSERT_ADDITIONAL } from './layout.ts'
import { TableReader } from './lookup.ts'
import { HEADER_BYTES, QueryReader } from './query.ts'
import { Response } from './response.ts'

const QR = 0x80

export class Responder {
  readonly #counters: Counters
  readonly #query = new QueryReader()
  readonly #response = new Response(this.#query)
  #table: TableReader | undefined
  #board: BoardReader | undefined

  constructor(counters: Counters) {
    this.#counters = counters
  }

  /** Answers from these from now on. */
  use(table: SharedArrayBuffer, board: SharedArrayBuffer): void {
    this.#table = new TableReader(table)
    this.#board = new BoardReader(board)
  }

  /**
   * Answers the query at `bytes[start, start + length)`, in its place: gives the length of the response, or 0 where none may be sent. From
   * `start` on there must be room for 1232 bytes with UDP, 65,535 with TCP. Never throws, whatever the bytes are.
   *
   * @param nowMs the monotonic time from which TTLs are reckoned
   */
  respond(bytes: Uint8Array, start: number, length: number, transport: Transport, nowMs: number): number {
    if (length < HEADER_BYTES) return this.drop(transport, Drop.short)
    // Two servers that answer each other's answers would never stop.
    if ((bytes[start + 2]! & QR) !== 0) return this.drop(transport, Drop.response)
    const query = this.#query
    const rcode = query.read(bytes, start, length)
    this.#counters[transport * TRANSPORT_SIZE + queryIndex(query.qtype)]!++
    this.#response.begin(bytes, start, transport)
    const refusal = rcode === Rcode.NOERROR ? this.#refusal() : rcode
    if (refusal !== Rcode.NOERROR) return this.#finish(0, refusal, false, transport)
    const fragment = this.#table === undefined ? 0 : this.#table.find(bytes, start + HEADER_BYTES, query)
    if (fragment === 0 || this.#table === undefined) return this.#finish(0, Rcode.REFUSED, false, transport)
    return this.#answer(this.#table, fragment, transport, nowMs)
  }

  /** Counts a packet that gets no answer; gives the 0 that says so. */
  drop(transport: Transport, reason: (typeof Drop)[keyof typeof Drop]): 0 {
    this.#counters[transport * TRANSPORT_SIZE + DROPS + reason]!++
    return 0
  }

  /** What is refused for its class or type, whatever the name. */
  #refusal(): number {
    const { qclass, qtype } = this.#query
    if (qtype === RrType.OPT) return Rcode.FORMERR
    if (qclass !== RrClass.IN) return Rcode.REFUSED
    const meta = qtype >= RrType.TKEY && qtype < RrType.ANY
    return meta ? Rcode.REFUSED : Rcode.NOERROR
  }

  #answer(table: TableReader, fragment: number, transport: Transport, nowMs: number): number {
    const words = table.words
    const response = this.#response
    const board = this.#board
    let chosen = fragment
    if (words[fragment + FragmentWord.insertCount] !== 0 && board !== undefined) {
      board.take(words[fragment + FragmentWord.size]!)
      if (board.kind === SlotKind.servfail) return this.#finish(0, Rcode.SERVFAIL, false, transport)
      if (board.kind === SlotKind.nodata) chosen = words[fragment + FragmentWord.fallback]!
    }
    const flags = words[chosen + FragmentWord.flags]!
    const fits = response.copy(table, chosen, false) || response.copy(table, chosen, true)
    if (fits && (chosen !== fragment || this.#insert(table, fragment, nowMs))) {
      return this.#finish(flags, flags & 0x0f, false, transport)
    }
    // Nothing but TC: the client comes back by TCP (RFC 2181 §9).
    response.clear()
    return this.#finish(flags, flags & 0x0f, true, transport)
  }

  /** Adds what the pools have selected; false if the answer has no room for it. The first slot has been taken already. */
  #insert(table: TableReader, fragment: number, nowMs: number): boolean {
    const words = table.words
    const board = this.#board
    const first = fragment + FragmentWord.size
    const end = first + words[fragment + FragmentWord.insertCount]! * 2
    for (let at = first; at < end && board !== undefined; at += 2) {
      if (at !== first) board.take(words[at]!)
      const fits = this.#response.insert(table, fragment, at + 1, board, nowMs)
      // Additional data may be left out, an answer may not.
      if (!fits && (words[at + 1]! & INSERT_ADDITIONAL) === 0) return false
    }
    return true
  }

  #finish(flags: number, rcode: number, truncated: boolean, transport: Transport): number {
    this.#counters[transport * TRANSPORT_SIZE + responseIndex(rcode)]!++
    return this.#response.finish(flags, rcode, truncated)
  }
}
