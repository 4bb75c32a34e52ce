/** The RRsets of one name, lean: a Map for each name and an object for each record take several times the memory. */
import type { RecordStore } from './record-store.ts'
import type { Place } from './sources.ts'

/** What one message can hold of a set, its records as pointer, type, class, TTL, length and data: 65,535 less the question and EDNS, both as large as can be. */
export const MAX_RRSET_BYTES = 65_000
/** Of each record, beside its data. */
export const RECORD_HEAD_BYTES = 12

export interface RRset {
  readonly type: number
  /** Seconds. */
  readonly ttl: number
  /** Wire form of each record's data, names uncompressed. No two are equal. */
  readonly data: readonly Uint8Array[]
}

/** The RRsets of one name, by type. Empty for an empty non-terminal (RFC 4592 §2.2.2). */
export type ZoneNode = ReadonlyMap<number, RRset>

/** Its records are in the store, each linked to the one behind it. */
export class StoredRRset implements RRset {
  readonly type: number
  readonly ttl: number
  readonly #store: RecordStore
  readonly #first: number
  #last: number
  #count = 1
  #size: number
  /** Of the same name. */
  next: StoredRRset | undefined = undefined

  constructor(store: RecordStore, type: number, ttl: number, data: Uint8Array, place: Place) {
    this.#store = store
    this.type = type
    this.ttl = ttl
    this.#first = store.add(data, place)
    this.#last = this.#first
    this.#size = data.length
  }

  get data(): readonly Uint8Array[] {
    return this.#map(address => this.#store.data(address))
  }

  /** Of each record. */
  get places(): Place[] {
    return this.#map(address => this.#store.place(address))
  }

  /** Records. */
  get count(): number {
    return this.#count
  }

  get isTooLarge(): boolean {
    return this.#count * RECORD_HEAD_BYTES + this.#size > MAX_RRSET_BYTES
  }

  append(data: Uint8Array, place: Place): void {
    const address = this.#store.add(data, place)
    this.#store.link(this.#last, address)
    this.#last = address
    this.#count++
    this.#size += data.length
  }

  #map<T>(read: (address: number) => T): T[] {
    const all: T[] = []
    for (let at = this.#first; at !== 0; at = this.#store.next(at)) all.push(read(at))
    return all
  }
}

export class StoredNode implements ZoneNode {
  #first: StoredRRset | undefined

  get size(): number {
    let count = 0
    for (let rrset = this.#first; rrset !== undefined; rrset = rrset.next) count++
    return count
  }

  get(type: number): StoredRRset | undefined {
    let rrset = this.#first
    while (rrset !== undefined && rrset.type !== type) rrset = rrset.next
    return rrset
  }

  has(type: number): boolean {
    return this.get(type) !== undefined
  }

  /** The name must have no set of this type yet. */
  push(rrset: StoredRRset): void {
    let last = this.#first
    while (last?.next !== undefined) last = last.next
    if (last === undefined) this.#first = rrset
    else last.next = rrset
  }

  *values(): Generator<StoredRRset, undefined> {
    for (let rrset = this.#first; rrset !== undefined; rrset = rrset.next) yield rrset
    return undefined
  }

  *keys(): Generator<number, undefined> {
    for (const { type } of this.values()) yield type
    return undefined
  }

  *entries(): Generator<[number, StoredRRset], undefined> {
    for (const rrset of this.values()) yield [rrset.type, rrset]
    return undefined
  }

  [Symbol.iterator](): Generator<[number, StoredRRset], undefined> {
    return this.entries()
  }

  forEach(call: (rrset: StoredRRset, type: number, map: ZoneNode) => void): void {
    for (const rrset of this.values()) call(rrset, rrset.type, this)
  }
}
