/** What the listeners under test answer from, queries to ask them, and what is read of their answers. */
import { createBoard } from '#answer/board.ts'
import { compileTable } from '#answer/compile.ts'
import { type Counters, readCounters } from '#answer/counters.ts'
import { PLAIN_POLICY } from '#answer/policy.ts'
import { parseSocketAddr, type SocketAddr } from '#base/address.ts'
import type { Answering } from '#serve/messages.ts'
import { name, nameToBytes } from '#wire/name.ts'
import { RrType } from '#wire/types.ts'
import { Zone } from '#zone/zone.ts'

const SOA_NUMBERS = 20
const HUGE_STRINGS = 240

/** `www.example.` has this address; `huge.example.` has some 60,000 bytes of TXT. */
export function answeringWith(address: string): Answering {
  const zone = new Zone(name('example.'))
  const add = (owner: string, type: number, data: Uint8Array): void => {
    zone.add({ owner: name(owner), type, ttl: 60, data })
  }
  const root = [...nameToBytes(name('.'))]
  add('example.', RrType.SOA, Uint8Array.from([...root, ...root, ...new Array<number>(SOA_NUMBERS).fill(1)]))
  add('example.', RrType.NS, nameToBytes(name('ns.example.')))
  add('www.example.', RrType.A, Uint8Array.from(address.split('.'), Number))
  for (let i = 0; i < HUGE_STRINGS; i++) {
    add('huge.example.', RrType.TXT, Uint8Array.from([240, ...new Array<number>(240).fill(i)]))
  }
  return {
    table: compileTable([{ zone, managed: [] }], [], { seed: 1, minimal: true }),
    board: createBoard([]),
    policy: PLAIN_POLICY,
  }
}

/** Bytes that no responder can use: the thread that takes them dies of it, like of any fault of its own. */
export function unusable(): Answering {
  return { table: new SharedArrayBuffer(64), board: createBoard([]), policy: PLAIN_POLICY }
}

export function query(id: number, owner = 'www.example.', type: number = RrType.A): Uint8Array {
  const header = [id >> 8, id & 255, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
  return Uint8Array.from([...header, ...nameToBytes(name(owner)), type >> 8, type & 255, 0, 1])
}

export interface ReadAnswer {
  readonly id: number
  readonly rcode: number
  readonly truncated: boolean
  readonly answers: number
  /** What the last four bytes spell: the address, in an answer with one A record. */
  readonly address: string
}

export function readAnswer(bytes: Uint8Array): ReadAnswer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    id: view.getUint16(0),
    rcode: view.getUint8(3) & 15,
    truncated: (view.getUint8(2) & 2) !== 0,
    answers: view.getUint16(6),
    address: bytes.subarray(-4).join('.'),
  }
}

export function socketAddr(text: string): SocketAddr {
  const parsed = parseSocketAddr(text)
  if (parsed === undefined) throw new Error(`${text} is no socket address`)
  return parsed
}

/** Queries that were answered. */
export function responseCount(counters: readonly Counters[]): number {
  return readCounters(counters).responses.reduce((sum, { value }) => sum + value, 0)
}

export function dropped(counters: readonly Counters[], reason: string): number {
  return readCounters(counters).dropped.find(({ label }) => label === reason)?.value ?? 0
}
