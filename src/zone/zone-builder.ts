/** Puts a master file's records into a zone, and complains of those that do not belong there. */
import { isAtOrBelow, lowerCase, type Name, nameToText } from '#wire/name.ts'
import { RrType, typeToText } from '#wire/types.ts'
import type { ComplaintList } from './complaint-list.ts'
import type { PlacedRecord } from './entry-reader.ts'
import { MAX_RRSET_BYTES } from './rrset.ts'
import type { Place, Sources } from './sources.ts'
import { Zone } from './zone.ts'

/** What a zone may take of the memory. */
const MAX_RECORDS = 4_000_000
const MAX_DATA_BYTES = 1024 * 1024 * 1024
const MAX_NAME_BYTES = 256 * 1024 * 1024
/** Of one name: they are looked through one by one. There are fewer that mean anything. */
const MAX_TYPES = 256
/** Only the SOA tells what the zone is. */
const MAX_WAITING = 100_000

export class ZoneBuilder {
  readonly #complaints: ComplaintList
  readonly #sources: Sources
  readonly #expectOrigin: Name | undefined
  /** Those that stand before the SOA. */
  #waiting: PlacedRecord[] = []
  #soaPlace: Place = 0
  #soa: { readonly file: string; readonly line: number } | undefined
  #zone: Zone | undefined
  #full = false

  constructor(expectOrigin: Name | undefined, sources: Sources, complaints: ComplaintList) {
    this.#expectOrigin = expectOrigin
    this.#sources = sources
    this.#complaints = complaints
  }

  /** Undefined until there was an SOA. */
  get zone(): Zone | undefined {
    return this.#zone
  }

  get soaPlace(): Place {
    return this.#soaPlace
  }

  /** Whether a limit is reached, and complained of: nothing more is taken. */
  get full(): boolean {
    return this.#full
  }

  place(placed: PlacedRecord): void {
    if (this.#full) return
    if (placed.record.type === RrType.SOA) this.#placeSoa(placed)
    else if (this.#zone !== undefined) this.#add(this.#zone, placed)
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(placed)
    else this.#giveUp(placed.place, `no SOA among the first ${MAX_WAITING} records`)
  }

  #placeSoa(placed: PlacedRecord): void {
    const { record, place } = placed
    if (this.#zone !== undefined) {
      this.#complaints.error(place, `a second SOA: the first is on ${this.#firstSoa(place)}`)
      return
    }
    this.#soaPlace = place
    const zone = new Zone(record.owner)
    this.#zone = zone
    if (this.#expectOrigin !== undefined && lowerCase(this.#expectOrigin) !== zone.origin)
      this.#complaints.error(
        place,
        `the SOA is of ${nameToText(record.owner)}, but the zone is ${nameToText(this.#expectOrigin)}`,
      )
    this.#add(zone, placed)
    for (const waiting of this.#waiting) this.#add(zone, waiting)
    this.#waiting = []
  }

  #firstSoa(place: Place): string {
    // Looked up once: a file may have a million of them.
    this.#soa ??= this.#sources.position(this.#soaPlace)
    const { file, line } = this.#soa
    return file === this.#sources.fileOf(place) ? `line ${line}` : `${file}:${line}`
  }

  #add(zone: Zone, { record, place }: PlacedRecord): void {
    const { type, ttl } = record
    const owner = lowerCase(record.owner)
    if (!isAtOrBelow(owner, zone.origin)) {
      this.#complaints.warn(
        place,
        `${nameToText(owner)} is outside of the zone ${nameToText(zone.origin)}: left out`,
      )
      return
    }
    const node = zone.nodes.get(owner)
    const before = node?.get(type)
    // It is complained of already.
    if (before?.isTooLarge === true) return
    const { outcome, rrset } = zone.put({ ...record, owner }, place)
    if (outcome === 'duplicate') {
      this.#complaints.warn(place, 'the same record stands here more than once')
      return
    }
    if (rrset.ttl !== ttl)
      this.#complaints.warn(
        place,
        `the TTL ${ttl} differs from that of the ${typeToText(type)} before, ${rrset.ttl}, which is taken (RFC 2181)`,
      )
    if (rrset.isTooLarge)
      this.#complaints.error(
        place,
        `with this one the ${typeToText(type)} records of ${nameToText(owner)} are more than a message can hold, ${MAX_RRSET_BYTES} bytes`,
      )
    this.#checkLimits(zone, place)
    if (before === undefined && node !== undefined && node.size > MAX_TYPES)
      this.#giveUp(place, `more than ${MAX_TYPES} types at ${nameToText(owner)}`)
  }

  #checkLimits(zone: Zone, place: Place): void {
    if (zone.recordCount > MAX_RECORDS) this.#giveUp(place, `more than ${MAX_RECORDS} records in one zone`)
    if (zone.dataBytes > MAX_DATA_BYTES)
      this.#giveUp(place, `more than ${MAX_DATA_BYTES / 1024 / 1024} MiB of data in one zone`)
    if (zone.nameBytes > MAX_NAME_BYTES)
      this.#giveUp(
        place,
        `more than ${MAX_NAME_BYTES / 1024 / 1024} MiB of names in one zone, with those between them`,
      )
  }

  #giveUp(place: Place, message: string): void {
    if (!this.#full) this.#complaints.error(place, `${message}; the rest is not read`)
    this.#full = true
  }
}
