/** What is wrong with a zone as a whole, though each of its records is right. */
import { labelCount, type Name, nameToText, parentOf } from '#wire/name.ts'
import { RrType, typeToText } from '#wire/types.ts'
import type { ComplaintList } from './complaint-list.ts'
import type { StoredNode, StoredRRset } from './rrset.ts'
import type { Place } from './sources.ts'
import { TargetChecks } from './target-checks.ts'
import type { Zone } from './zone.ts'

/** What may stand beside a CNAME: SIG, KEY, NXT (RFC 2181 §10.1), RRSIG, NSEC (RFC 4034 §3, §4). */
const BESIDE_ALIAS: ReadonlySet<number> = new Set([RrType.CNAME, 24, 25, 30, 46, 47])
/** What a delegation has on this side, and its signatures. */
const AT_DELEGATION: ReadonlySet<number> = new Set([RrType.NS, RrType.DS, RrType.A, RrType.AAAA, 46, 47])
const GLUE: ReadonlySet<number> = new Set([RrType.A, RrType.AAAA])

/** Names between two pauses. */
const PACE = 5000

/**
 * Complains of CNAMEs beside other data (an error), and warns of what cannot work. Pauses now and then.
 *
 * @param elsewhere names of the zone, in lower case, whose addresses come from elsewhere
 */
export function* checkZone(
  zone: Zone,
  soaPlace: Place,
  elsewhere: ReadonlySet<Name>,
  complaints: ComplaintList,
): Generator<undefined, void> {
  if (zone.rrset(zone.origin, RrType.NS) === undefined)
    complaints.warn(soaPlace, `${nameToText(zone.origin)} has no NS records, so nobody can delegate to it`)
  const checks = new Checks(zone, elsewhere, complaints)
  let count = 0
  for (const [owner, node] of zone.nodes) {
    checks.node(owner, node)
    if (++count % PACE === 0) yield
  }
  if (!checks.hasCuts) return
  for (const [owner, node] of zone.nodes) {
    checks.hidden(owner, node)
    if (++count % PACE === 0) yield
  }
}

class Checks {
  readonly #zone: Zone
  readonly #complaints: ComplaintList
  readonly #targets: TargetChecks
  /** How names end that were written as absolute but without the final dot; undefined for zones of one label. */
  readonly #doubled: string | undefined
  /** Type by owner: NS of a delegation, or DNAME. */
  readonly #cuts = new Map<Name, number>()

  constructor(zone: Zone, elsewhere: ReadonlySet<Name>, complaints: ComplaintList) {
    this.#zone = zone
    this.#complaints = complaints
    this.#targets = new TargetChecks(zone, elsewhere, complaints)
    this.#doubled = labelCount(zone.origin) > 1 ? zone.origin.slice(0, -1) + zone.origin : undefined
  }

  get hasCuts(): boolean {
    return this.#cuts.size > 0
  }

  /** What can be seen at the name itself, and of the names that its records point to. */
  node(owner: Name, node: StoredNode): void {
    for (const rrset of node.values()) {
      switch (rrset.type) {
        case RrType.CNAME:
          this.#alone(owner, rrset)
          this.#alias(owner, node, rrset)
          break
        case RrType.DNAME:
          this.#alone(owner, rrset)
          this.#cuts.set(owner, RrType.DNAME)
          this.#wildcard(owner, rrset)
          break
        case RrType.NS:
          if (owner !== this.#zone.origin) this.#delegation(owner, node, rrset)
          this.#targets.check(owner, rrset)
          break
        case RrType.DS:
          this.#signers(owner, node, rrset)
          break
        case RrType.MX:
        case RrType.SRV:
          this.#targets.check(owner, rrset)
      }
    }
    if (this.#doubled === undefined || !owner.endsWith(this.#doubled)) return
    for (const { places } of firstOf(node))
      this.#warn(places, `${nameToText(owner)} has the zone's name in it twice; is a final dot missing?`)
  }

  /** What is below a delegation or a DNAME, and so is never answered from here (RFC 1034 §4.2.1, RFC 6672 §2.4). */
  hidden(owner: Name, node: StoredNode): void {
    const cut = this.#cutAbove(owner)
    if (cut === undefined) return
    if (this.#cuts.get(cut) === RrType.DNAME) {
      for (const { places } of firstOf(node))
        this.#warn(
          places,
          `${nameToText(owner)} is below the DNAME of ${nameToText(cut)} and is never answered`,
        )
      return
    }
    for (const { type, places } of node.values()) {
      if (GLUE.has(type)) continue
      const what = `${typeToText(type)} of ${nameToText(owner)}`
      this.#warn(places, `${what} is below the delegation of ${nameToText(cut)}, whose servers answer for it`)
    }
  }

  #alone(owner: Name, { type, count, places }: StoredRRset): void {
    if (count === 1) return
    const rfc = type === RrType.DNAME ? 'RFC 6672 §2.4' : 'RFC 2181 §10.1'
    this.#complaints.error(
      places[0] ?? 0,
      `${nameToText(owner)} has more than one ${typeToText(type)}: a name has one only (${rfc})`,
    )
  }

  #alias(owner: Name, node: StoredNode, { places }: StoredRRset): void {
    const others = [...node.keys()].filter(type => !BESIDE_ALIAS.has(type)).map(typeToText)
    if (others.length === 0) return
    this.#complaints.error(
      places[0] ?? 0,
      `${nameToText(owner)} has a CNAME and other data too: ${others.join(', ')}`,
    )
  }

  #delegation(owner: Name, node: StoredNode, servers: StoredRRset): void {
    if (!this.#cuts.has(owner)) this.#cuts.set(owner, RrType.NS)
    this.#wildcard(owner, servers)
    if (node.has(RrType.DNAME))
      this.#warn(
        servers.places,
        `${nameToText(owner)} has NS and DNAME records: a delegation has no DNAME (RFC 6672)`,
      )
    for (const { type, places } of node.values()) {
      if (AT_DELEGATION.has(type) || type === RrType.DNAME || type === RrType.CNAME) continue
      const what = `${typeToText(type)} beside the delegation of ${nameToText(owner)}`
      this.#warn(places, `${what}, whose servers answer for it`)
    }
  }

  /** RFC 4592 §4.2 and §4.4. */
  #wildcard(owner: Name, { type, places }: StoredRRset): void {
    if (!owner.startsWith('\x01*')) return
    this.#warn(
      places,
      `${typeToText(type)} of the wildcard ${nameToText(owner)}: servers disagree on what it means (RFC 4592)`,
    )
  }

  #signers(owner: Name, node: StoredNode, { places }: StoredRRset): void {
    if (owner === this.#zone.origin)
      this.#warn(places, 'DS at the top of a zone: it belongs to the zone above (RFC 4035)')
    else if (!node.has(RrType.NS))
      this.#warn(
        places,
        `DS of ${nameToText(owner)}, which has no NS: a DS belongs to a delegation (RFC 4035)`,
      )
  }

  #cutAbove(owner: Name): Name | undefined {
    let cut: Name | undefined
    for (
      let at = parentOf(owner);
      at !== undefined && at.length >= this.#zone.origin.length;
      at = parentOf(at)
    ) {
      if (owner !== this.#zone.origin && this.#cuts.has(at)) cut = at
    }
    return cut
  }

  #warn([place = 0]: readonly Place[], message: string): void {
    this.#complaints.warn(place, message)
  }
}

/** The set that stands first, if the name has one. */
function firstOf(node: StoredNode): StoredRRset[] {
  return [...node.values()].slice(0, 1)
}
