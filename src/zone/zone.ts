/** A zone's data: names, and at each its RRsets, as authoritative servers hold them (RFC 1034 §4.2). */
import { isAtOrBelow, lowerCase, type Name, parentOf } from '#wire/name.ts'
import { RrType } from '#wire/types.ts'
import { RecordStore } from './record-store.ts'
import { StoredNode, StoredRRset } from './rrset.ts'
import type { FileExtent, Place } from './sources.ts'

export type { RRset, ZoneNode } from './rrset.ts'

export interface ZoneRecord {
  readonly owner: Name
  readonly type: number
  readonly ttl: number
  readonly data: Uint8Array
}

/** Records. */
const LARGE_RRSET = 32

const scratch = Buffer.alloc(255)

export class Zone {
  /** In lower case, as all keys of `nodes`. */
  readonly origin: Name
  /** The files that it was read from; none for a zone that was made. */
  files: readonly FileExtent[] = []
  readonly #store = new RecordStore()
  readonly #nodes = new Map<Name, StoredNode>()
  /** What the larger RRsets hold, as text: looking through all of their data for each record would be quadratic. */
  readonly #contents = new Map<StoredRRset, Set<string>>()
  #recordCount = 0
  #nameBytes = 0

  constructor(origin: Name) {
    this.origin = lowerCase(origin)
  }

  get nodes(): ReadonlyMap<Name, StoredNode> {
    return this.#nodes
  }

  get recordCount(): number {
    return this.#recordCount
  }

  /** Bytes set aside for record data. */
  get dataBytes(): number {
    return this.#store.bytes
  }

  /** Bytes of all names, with the empty ones between them. */
  get nameBytes(): number {
    return this.#nameBytes
  }

  /**
   * Adds a record. A second record of the same data is dropped (RFC 2181 §5); of differing TTLs in an RRset the first
   * stays (§5.2 forbids them; who reads the file warns). Empty non-terminals come by themselves. The owner must be at or below the origin.
   */
  add(record: ZoneRecord): 'added' | 'duplicate' {
    return this.put(record, 0).outcome
  }

  /**
   * As `add`; gives the record's set too.
   *
   * @param place where the record stands in the files that the zone is read from
   */
  put(
    { owner, type, ttl, data }: ZoneRecord,
    place: Place,
  ): { outcome: 'added' | 'duplicate'; rrset: StoredRRset } {
    const node = this.#reach(owner)
    let rrset = node.get(type)
    if (rrset === undefined) {
      rrset = new StoredRRset(this.#store, type, ttl, data, place)
      node.push(rrset)
    } else {
      if (this.#holds(rrset, data)) return { outcome: 'duplicate', rrset }
      rrset.append(data, place)
    }
    this.#recordCount++
    return { outcome: 'added', rrset }
  }

  /** Makes the name exist, if only as an empty non-terminal: for names whose records come from elsewhere. */
  touch(owner: Name): void {
    this.#reach(owner)
  }

  /** The RRset at the very name (no wildcards, no delegations); undefined if there is none. */
  rrset(owner: Name, type: number): StoredRRset | undefined {
    return this.#nodes.get(lowerCase(owner))?.get(type)
  }

  /** The file in which the first record of the set stands; undefined for one that comes from no file. */
  fileOf(rrset: StoredRRset): string | undefined {
    const place = rrset.places[0] ?? 0
    return place === 0 ? undefined : this.files.findLast(({ base }) => base <= place)?.file
  }

  /** The serial of the SOA, or undefined without one. */
  get serial(): number | undefined {
    const data = this.rrset(this.origin, RrType.SOA)?.data[0]
    if (data === undefined) return undefined
    // serial, refresh, retry, expire, minimum: the last 20 bytes (RFC 1035 §3.3.13)
    return new DataView(data.buffer, data.byteOffset + data.length - 20).getUint32(0)
  }

  /** Whether the data is in the set; if it is not, it is about to be. */
  #holds(rrset: StoredRRset, data: Uint8Array): boolean {
    if (rrset.count < LARGE_RRSET) return rrset.data.some(other => equalBytes(other, data))
    let contents = this.#contents.get(rrset)
    if (contents === undefined) {
      contents = new Set(rrset.data.map(textOf))
      this.#contents.set(rrset, contents)
    }
    const size = contents.size
    return contents.add(textOf(data)).size === size
  }

  #reach(name: Name): StoredNode {
    const owner = compactLower(name)
    const known = this.#nodes.get(owner)
    if (known !== undefined) return known
    if (!isAtOrBelow(owner, this.origin)) throw new RangeError('the owner is outside the zone')
    const node = this.#newNode(owner)
    let above = owner === this.origin ? undefined : parentOf(owner)
    while (above !== undefined && !this.#nodes.has(above)) {
      this.#newNode(compactLower(above))
      above = above === this.origin ? undefined : parentOf(above)
    }
    return node
  }

  #newNode(owner: Name): StoredNode {
    const node = new StoredNode()
    this.#nodes.set(owner, node)
    this.#nameBytes += owner.length
    return node
  }
}

/** In lower case, and as a text of its own: one that was cut from others or joined of them keeps those in memory. */
function compactLower(name: Name): Name {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    scratch[i] = code >= 65 && code <= 90 ? code + 32 : code
  }
  return scratch.toString('latin1', 0, name.length) as Name
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

function textOf(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.length).toString('latin1')
}
