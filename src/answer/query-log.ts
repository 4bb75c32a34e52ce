/**
 * What responders tell of single queries, by a ring in shared memory: one thread writes, control reads. A reader that is late loses entries, never the
 * writer time.
 *
 *   words     written, read, lost, unused
 *   entries   CAPACITY x ENTRY_BYTES:
 *             0 wall clock ms (f64) | 8 length of the response u32, 0 for none | 12 type u16 | 14 class u16 | 16 rcode u16
 *             18 transport u8 | 19 why u8 | 20 length of the address u8 | 21 length of the name u8 | 22 EDNS u8
 *             24 address, 16 bytes | 40 name, 255 bytes
 */
import { addressFromBytes } from '#base/address.ts'
import { type Name, nameFromBytes, nameToText } from '#wire/name.ts'
import { classToText, rcodeToText, typeToText } from '#wire/types.ts'
import type { Arrival } from './arrival.ts'
import { HEADER_BYTES, type QueryReader } from './query.ts'

const CAPACITY = 256
const ENTRY_BYTES = 296
const HEAD_BYTES = 16
const Head = { written: 0, read: 1, lost: 2 } as const

/** Why a query is told of. */
export const LogWhy = { sampled: 0, limited: 1 } as const

export interface QueryLogEntry {
  readonly wallMs: number
  readonly why: 'sampled' | 'limited'
  readonly client: string
  readonly transport: 'udp' | 'tcp'
  readonly name: string
  readonly type: string
  readonly class: string
  readonly rcode: string
  readonly edns: boolean
  /** Bytes; 0 where none was sent. */
  readonly responseBytes: number
}

export interface QueryLogPolicy {
  /** The part of all queries that is told of, 0 to 1. */
  readonly sample: number
  /** At most so many a second, by each thread. */
  readonly perSecond: number
}

export function queryLogMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(HEAD_BYTES + CAPACITY * ENTRY_BYTES)
}

/** The writing side. */
export class QueryLogWriter {
  readonly #words: Uint32Array
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #sample: number
  readonly #perSecond: number
  #share = 0
  #second = 0
  #left = 0

  constructor(memory: SharedArrayBuffer, { sample, perSecond }: QueryLogPolicy) {
    this.#words = new Uint32Array(memory, 0, HEAD_BYTES / 4)
    this.#bytes = new Uint8Array(memory)
    this.#view = new DataView(memory)
    this.#sample = sample
    this.#perSecond = perSecond
  }

  /** Whether this query's turn has come: the sampled part, spread evenly. */
  wants(arrival: Arrival): boolean {
    this.#share += this.#sample
    if (this.#share < 1) return false
    this.#share -= 1
    return this.#hasTime(arrival)
  }

  /** Tells of the query whose message begins at `bytes[start]`, which may be the response by now. */
  write(
    why: (typeof LogWhy)[keyof typeof LogWhy],
    query: QueryReader,
    bytes: Uint8Array,
    start: number,
    rcode: number,
    responseBytes: number,
    arrival: Arrival,
  ): void {
    const words = this.#words
    const written = words[Head.written]!
    if ((written - Atomics.load(words, Head.read)) >>> 0 >= CAPACITY) {
      words[Head.lost]!++
      return
    }
    const at = HEAD_BYTES + (written % CAPACITY) * ENTRY_BYTES
    const view = this.#view
    view.setFloat64(at, arrival.wallMs)
    view.setUint32(at + 8, responseBytes)
    view.setUint16(at + 12, query.qtype)
    view.setUint16(at + 14, query.qclass)
    view.setUint16(at + 16, rcode)
    view.setUint8(at + 18, arrival.transport)
    view.setUint8(at + 19, why)
    view.setUint8(at + 20, arrival.length)
    view.setUint8(at + 21, query.qnameLength)
    view.setUint8(at + 22, query.hasEdns ? 1 : 0)
    for (let i = 0; i < arrival.length; i++) this.#bytes[at + 24 + i] = arrival.bytes[arrival.at + i]!
    const name = start + HEADER_BYTES
    for (let i = 0; i < query.qnameLength; i++) this.#bytes[at + 40 + i] = bytes[name + i]!
    Atomics.store(words, Head.written, (written + 1) >>> 0)
  }

  #hasTime({ wallSeconds }: Arrival): boolean {
    if (wallSeconds !== this.#second) {
      this.#second = wallSeconds
      this.#left = this.#perSecond
    }
    if (this.#left === 0) return false
    this.#left--
    return true
  }
}

/** Takes what has been written since the last time, and how many entries there was no room for since the beginning. */
export function readQueryLog(memory: SharedArrayBuffer): { entries: QueryLogEntry[]; lost: number } {
  const words = new Uint32Array(memory, 0, HEAD_BYTES / 4)
  const written = Atomics.load(words, Head.written)
  const entries: QueryLogEntry[] = []
  for (let i = words[Head.read]!; i !== written; i = (i + 1) >>> 0)
    entries.push(entryAt(memory, i % CAPACITY))
  Atomics.store(words, Head.read, written)
  return { entries, lost: Atomics.load(words, Head.lost) }
}

function entryAt(memory: SharedArrayBuffer, index: number): QueryLogEntry {
  // A copy that is not shared: only such bytes become text.
  const bytes = new Uint8Array(memory, HEAD_BYTES + index * ENTRY_BYTES, ENTRY_BYTES).slice()
  const view = new DataView(bytes.buffer)
  const addressLength = bytes[20] ?? 0
  const name = (bytes[21] ?? 0) === 0 ? undefined : nameFromBytes(bytes, 40)
  return {
    wallMs: view.getFloat64(0),
    why: bytes[19] === LogWhy.limited ? 'limited' : 'sampled',
    client: addressLength === 0 ? '' : addressFromBytes(bytes.slice(24, 24 + addressLength)).text,
    transport: bytes[18] === 0 ? 'udp' : 'tcp',
    name: name === undefined ? '' : nameToText(name as Name),
    type: typeToText(view.getUint16(12)),
    class: classToText(view.getUint16(14)),
    rcode: rcodeToText(view.getUint16(16)),
    edns: bytes[22] === 1,
    responseBytes: view.getUint32(8),
  }
}
