/** A zone's data: names, and at each its RRsets, as authoritative servers hold them (RFC 1034 §4.2). */
import { isAtOrBelow, lowerCase, type Name, parentOf } from '#wire/name.ts'
import { RrType } from '#wire/types.ts'

export interface RRset {
  readonly type: number
  /** Seconds. */
  readonly ttl: number
  /** Wire form of each record's data, names uncompressed. No two are equal. */
  readonly data: readonly Uint8Array[]
}

/** The RRsets of one name, by type. Empty for an empty non-terminal (RFC 4592 §2.2.2). */
export type ZoneNode = ReadonlyMap<number, RRset>

export interface ZoneRecord {
  readonly owner: Name
  readonly type: number
  readonly ttl: number
  readonly data: Uint8Array
}

/** Records. */
const LARGE_RRSET = 32

export class Zone {
  /** In lower case, as all keys of `nodes`. */
  readonly origin: Name
  readonly #nodes = new Map<Name, Map<number, RRset>>()
  /** What the larger RRsets hold, as text: looking through all of their data for each record would be quadratic. */
  readonly #contents = new Map<RRset, Set<string>>()
  #recordCount = 0

  constructor(origin: Name) {
    this.origin = lowerCase(origin)
  }

  get nodes(): ReadonlyMap<Name, ZoneNode> {
    return this.#nodes
  }

  get recordCount(): number {
    return this.#recordCount
  }

  /**
   * Adds a record. A second record of the same data is dropped (RFC 2181 §5); of differing TTLs in an RRset the first
   * stays (§5.2 forbids them; who reads the file warns). Empty non-terminals come by themselves. The owner must be at or below the origin.
   */
  add({ owner, type, ttl, data }: ZoneRecord): 'added' | 'duplicate' {
    const node = this.#reach(lowerCase(owner))
    const rrset = node.get(type)
    if (rrset === undefined) {
      node.set(type, { type, ttl, data: [data] })
    } else {
      if (this.#holds(rrset, data)) return 'duplicate'
      ;(rrset.data as Uint8Array[]).push(data)
    }
    this.#recordCount++
    return 'added'
  }

  /** Makes the name exist, if only as an empty non-terminal: for names whose records come from elsewhere. */
  touch(owner: Name): void {
    this.#reach(lowerCase(owner))
  }

  /** The RRset at the very name (no wildcards, no delegations); undefined if there is none. */
  rrset(owner: Name, type: number): RRset | undefined {
    return this.#nodes.get(lowerCase(owner))?.get(type)
  }

  /** The serial of the SOA, or undefined without one. */
  get serial(): number | undefined {
    const data = this.rrset(this.origin, RrType.SOA)?.data[0]
    if (data === undefined) return undefined
    // serial, refresh, retry, expire, minimum: the last 20 bytes (RFC 1035 §3.3.13)
    return new DataView(data.buffer, data.byteOffset + data.length - 20).getUint32(0)
  }

  /** Whether the data is in the set; if it is not, it is about to be. */
  #holds(rrset: RRset, data: Uint8Array): boolean {
    if (rrset.data.length < LARGE_RRSET) return rrset.data.some(other => equalBytes(other, data))
    let contents = this.#contents.get(rrset)
    if (contents === undefined) {
      contents = new Set(rrset.data.map(textOf))
      this.#contents.set(rrset, contents)
    }
    const size = contents.size
    return contents.add(textOf(data)).size === size
  }

  #reach(owner: Name): Map<number, RRset> {
    const known = this.#nodes.get(owner)
    if (known !== undefined) return known
    if (!isAtOrBelow(owner, this.origin)) throw new RangeError('the owner is outside the zone')
    const node = new Map<number, RRset>()
    this.#nodes.set(owner, node)
    let above = owner === this.origin ? undefined : parentOf(owner)
    while (above !== undefined && !this.#nodes.has(above)) {
      this.#nodes.set(above, new Map())
      above = above === this.origin ? undefined : parentOf(above)
    }
    return node
  }
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

function textOf(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.length).toString('latin1')
}
