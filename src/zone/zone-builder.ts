/** Puts a master file's records into a zone, and complains of those that do not belong there. */
import { isAtOrBelow, lowerCase, type Name, nameToText } from '#wire/name.ts'
import { RrType, typeToText } from '#wire/types.ts'
import type { ComplaintList } from './complaint-list.ts'
import type { PlacedRecord } from './entry-reader.ts'
import type { Position } from './lexer.ts'
import { type RRset, Zone } from './zone.ts'

const MAX_MESSAGE_BYTES = 65535
/** Header, type and class of the question. */
const MESSAGE_HEAD_BYTES = 12 + 4
/** Pointer to the owner, type, class, TTL and length. */
const RECORD_HEAD_BYTES = 12

/** Records that are looked at again when the zone is complete. */
const NOTED: ReadonlySet<number> = new Set([
  RrType.NS,
  RrType.CNAME,
  RrType.MX,
  RrType.SRV,
  RrType.DNAME,
  RrType.DS,
])

export class ZoneBuilder {
  readonly #complaints: ComplaintList
  readonly #expectOrigin: Name | undefined
  /** Those that stand before the SOA: only that tells what the zone is. */
  #waiting: PlacedRecord[] = []
  #soaAt: Position | undefined
  #zone: Zone | undefined
  /** Bytes of a message with the set, of sets with several records. */
  readonly #sizes = new Map<RRset, number>()
  readonly noted: PlacedRecord[] = []

  constructor(expectOrigin: Name | undefined, complaints: ComplaintList) {
    this.#expectOrigin = expectOrigin
    this.#complaints = complaints
  }

  /** Undefined until there was an SOA. */
  get zone(): Zone | undefined {
    return this.#zone
  }

  get soaAt(): Position | undefined {
    return this.#soaAt
  }

  place(placed: PlacedRecord): void {
    if (placed.record.type === RrType.SOA) this.#placeSoa(placed)
    else if (this.#zone === undefined) this.#waiting.push(placed)
    else this.#add(this.#zone, placed)
  }

  #placeSoa(placed: PlacedRecord): void {
    const { record, at } = placed
    if (this.#soaAt !== undefined) {
      this.#complaints.error(at, `a second SOA: the first is on line ${this.#soaAt.line}`)
      return
    }
    this.#soaAt = at
    const zone = new Zone(record.owner)
    this.#zone = zone
    if (this.#expectOrigin !== undefined && lowerCase(this.#expectOrigin) !== zone.origin)
      this.#complaints.error(
        at,
        `the SOA is of ${nameToText(record.owner)}, but the zone is ${nameToText(this.#expectOrigin)}`,
      )
    this.#add(zone, placed)
    for (const waiting of this.#waiting) this.#add(zone, waiting)
    this.#waiting = []
  }

  #add(zone: Zone, placed: PlacedRecord): void {
    const { record, at } = placed
    const { type, ttl } = record
    const owner = lowerCase(record.owner)
    if (!isAtOrBelow(owner, zone.origin)) {
      this.#complaints.warn(
        at,
        `${nameToText(owner)} is outside of the zone ${nameToText(zone.origin)}: left out`,
      )
      return
    }
    if (zone.add({ ...record, owner }) === 'duplicate') {
      this.#complaints.warn(at, 'the same record stands here more than once')
      return
    }
    const rrset = zone.rrset(owner, type) as RRset
    if (rrset.ttl !== ttl)
      this.#complaints.warn(
        at,
        `the TTL ${ttl} differs from that of the ${typeToText(type)} before, ${rrset.ttl}, which is taken (RFC 2181)`,
      )
    this.#checkSize(owner, rrset, at)
    if (NOTED.has(type)) this.noted.push(placed)
  }

  /** Complains once of a set that fits in no message. */
  #checkSize(owner: Name, rrset: RRset, at: Position): void {
    const single = rrset.data.length === 1
    const before = single ? MESSAGE_HEAD_BYTES + owner.length : this.#sizes.get(rrset)
    const added = before === undefined ? rrset.data : rrset.data.slice(-1)
    const start = before ?? MESSAGE_HEAD_BYTES + owner.length
    const size = added.reduce((sum, data) => sum + RECORD_HEAD_BYTES + data.length, start)
    if (!single) this.#sizes.set(rrset, size)
    if (size <= MAX_MESSAGE_BYTES || start > MAX_MESSAGE_BYTES) return
    const what = `${typeToText(rrset.type)} records of ${nameToText(owner)}`
    this.#complaints.error(
      at,
      `with this one the ${what} are more than a message can hold, ${MAX_MESSAGE_BYTES} bytes`,
    )
  }
}
