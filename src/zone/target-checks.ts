/** Whether the names that NS, MX and SRV records point to can be found where they are in the same zone. */
import {
  childOf,
  isAtOrBelow,
  labelsOf,
  lowerCase,
  type Name,
  nameFromBytes,
  nameToText,
  parentOf,
} from '#wire/name.ts'
import { nameFields } from '#wire/record-data.ts'
import { RrType, typeToText } from '#wire/types.ts'
import type { ComplaintList } from './complaint-list.ts'
import type { StoredRRset } from './rrset.ts'
import type { Place } from './sources.ts'
import type { Zone } from './zone.ts'

export class TargetChecks {
  readonly #zone: Zone
  readonly #elsewhere: ReadonlySet<Name>
  readonly #complaints: ComplaintList

  /** @param elsewhere names, in lower case, whose addresses come from elsewhere */
  constructor(zone: Zone, elsewhere: ReadonlySet<Name>, complaints: ComplaintList) {
    this.#zone = zone
    this.#elsewhere = elsewhere
    this.#complaints = complaints
  }

  check(owner: Name, rrset: StoredRRset): void {
    const { type, data, places } = rrset
    for (const [index, one] of data.entries()) {
      const [field] = nameFields(type, one)
      const target = field === undefined ? undefined : nameFromBytes(one, field.offset)
      if (target !== undefined) this.#checkTarget(owner, type, target, places[index] ?? 0)
    }
  }

  #checkTarget(owner: Name, type: number, target: Name, place: Place): void {
    const lower = lowerCase(target)
    if (looksLikeAddress(lower))
      this.#complaints.warn(
        place,
        `${typeToText(type)} has a name, not an address: ${nameToText(target)} is a name`,
      )
    // RFC 2782 and RFC 7505: the root says that there is none.
    else if (lower.length > 1 && isAtOrBelow(lower, this.#zone.origin)) this.#find(owner, type, target, place)
  }

  #find(owner: Name, type: number, target: Name, place: Place): void {
    const lower = lowerCase(target)
    const what = typeToText(type)
    if (this.#zone.rrset(lower, RrType.CNAME) !== undefined) {
      this.#complaints.warn(place, `${what} names ${nameToText(target)}, which is a CNAME (RFC 2181 §10.3)`)
      return
    }
    if (this.#hasAddress(lower)) return
    const cut = this.#cutAbove(lower)
    // A server below its own delegation is found by glue alone (RFC 9471).
    if (type === RrType.NS && cut === owner)
      this.#complaints.warn(
        place,
        `no glue: ${nameToText(target)} has no A or AAAA, so nobody finds the servers of ${nameToText(owner)}`,
      )
    else if (cut === undefined && !this.#hasWildcard(lower))
      this.#complaints.warn(
        place,
        type === RrType.NS
          ? `the nameserver ${nameToText(target)} has no A or AAAA`
          : `${what} names ${nameToText(target)}, which has no A or AAAA`,
      )
  }

  #hasAddress(name: Name): boolean {
    const node = this.#zone.nodes.get(name)
    return this.#elsewhere.has(name) || (node !== undefined && (node.has(RrType.A) || node.has(RrType.AAAA)))
  }

  /** The topmost delegation that the name is at or below, or DNAME that it is below. */
  #cutAbove(name: Name): Name | undefined {
    const { origin } = this.#zone
    let cut: Name | undefined
    for (let at: Name | undefined = name; at !== undefined && at.length >= origin.length; at = parentOf(at)) {
      const node = this.#zone.nodes.get(at)
      if (at !== origin && node?.has(RrType.NS)) cut = at
      if (at !== name && node?.has(RrType.DNAME)) cut = at
    }
    return cut
  }

  /** Whether a wildcard answers for the name, which does not exist (RFC 4592 §3.3.1). */
  #hasWildcard(name: Name): boolean {
    if (this.#zone.nodes.has(name)) return false
    for (let above = parentOf(name); above !== undefined; above = parentOf(above)) {
      const wildcard = childOf('*', above)
      if (wildcard !== undefined && (this.#zone.nodes.has(wildcard) || this.#elsewhere.has(wildcard)))
        return true
      if (this.#zone.nodes.has(above)) return false
    }
    return false
  }
}

/** Four labels of digits, as an IPv4 address has them. */
function looksLikeAddress(name: Name): boolean {
  const labels = labelsOf(name)
  return labels.length >= 4 && labels.slice(0, 4).every(label => /^\d{1,3}$/.test(label))
}
