/** The zones of this server together: what a name is, by the rules of RFC 1034 §4.3.2 and RFC 4592 §3.3. */
import { childOf, lowerCase, type Name, parentOf } from '#wire/name.ts'
import { RrType } from '#wire/types.ts'
import type { RRset, Zone, ZoneNode } from '#zone/zone.ts'

/** A zone to serve, with what is answered from the board. */
export interface ServedZone {
  readonly zone: Zone
  readonly managed: readonly ManagedRRsets[]
}

/** The RRsets of one managed name. */
export interface ManagedRRsets {
  readonly name: Name
  /** Seconds that a negative answer for the name may be cached at most. */
  readonly negativeTtl: number
  /** One for each address family in which the pool has addresses. */
  readonly slots: readonly { readonly type: number; readonly slot: number }[]
  /**
   * In place of the others: the slot of a CNAME, which answers every type (RFC 1034 §3.6.2). No other data may stand at such a name, and of what is published
   * to the slot a query may get only one record (RFC 2181 §10.1).
   */
  readonly alias?: number
}

/** A zone that is answered SERVFAIL because it could not be loaded. */
export interface FailedZone {
  readonly origin: Name
}

export type GivenAway =
  | { readonly kind: 'delegation'; readonly served: ServedZone; readonly cut: Name }
  /** The name lies below `owner`, which has a DNAME (RFC 6672). */
  | { readonly kind: 'renamed'; readonly served: ServedZone; readonly owner: Name; readonly dname: RRset }

export type Found =
  /** `owner` is the name or the wildcard that answers for it; it has a node, perhaps an empty one. */
  | { readonly kind: 'exact' | 'wildcard'; readonly served: ServedZone; readonly owner: Name }
  | GivenAway
  /** `encloser` is the longest ancestor that exists (RFC 4592 §3.3.1). */
  | { readonly kind: 'nxdomain'; readonly served: ServedZone; readonly encloser: Name }
  | { readonly kind: 'failed' }
  | { readonly kind: 'outside' }

export class Catalog {
  readonly zones: readonly ServedZone[]
  readonly failed: ReadonlySet<Name>
  readonly #byOrigin: ReadonlyMap<Name, ServedZone>
  readonly #managed = new Map<ServedZone, Map<Name, ManagedRRsets>>()
  /** Zones with delegations or DNAMEs, and origins above those of others: for all else nobody has to look. */
  readonly #giving = new Set<ServedZone>()
  readonly #above = new Set<Name>()
  readonly #hashed = new Map<ServedZone, ReadonlySet<Name>>()

  constructor(zones: readonly ServedZone[], failed: readonly FailedZone[]) {
    this.zones = zones
    this.failed = new Set(failed.map(({ origin }) => lowerCase(origin)))
    this.#byOrigin = new Map(zones.map(served => [served.zone.origin, served]))
    for (const served of zones) {
      this.#managed.set(served, new Map(served.managed.map(managed => [lowerCase(managed.name), managed])))
      for (const managed of served.managed) served.zone.touch(managed.name)
      if (givesAway(served)) this.#giving.add(served)
      this.#hashed.set(served, hashedNames(served.zone))
    }
    for (const origin of [...this.#byOrigin.keys(), ...this.failed])
      for (let above = parentOf(origin); above !== undefined; above = parentOf(above)) this.#above.add(above)
  }

  /** What the pools answer at the name, if it is a managed one. */
  managedAt(served: ServedZone, owner: Name): ManagedRRsets | undefined {
    return this.#managed.get(served)?.get(owner)
  }

  /** Looks the name up as a query for any type but DS would. */
  find(name: Name): Found {
    const wanted = lowerCase(name)
    let origin: Name | undefined = wanted
    while (origin !== undefined && !this.#byOrigin.has(origin) && !this.failed.has(origin))
      origin = parentOf(origin)
    if (origin === undefined) return { kind: 'outside' }
    const served = this.#byOrigin.get(origin)
    return served === undefined ? { kind: 'failed' } : this.#findIn(served, wanted)
  }

  /** The nearest zone above this one, if that could be loaded. */
  zoneAbove({ zone }: ServedZone): ServedZone | undefined {
    let above = parentOf(zone.origin)
    while (above !== undefined && !this.#byOrigin.has(above) && !this.failed.has(above))
      above = parentOf(above)
    return above === undefined ? undefined : this.#byOrigin.get(above)
  }

  /** Whether the name exists in the zone's own data: not below a cut or a DNAME, nor at or below another zone of this server. */
  isAuthoritative(served: ServedZone, owner: Name): boolean {
    const { origin } = served.zone
    if (!this.#exists(served, owner)) return false
    if (this.givenAway(served, owner) !== undefined) return false
    return !this.#above.has(origin) || this.#zoneOf(owner, origin) === origin
  }

  /** Whether the name's own node is a delegation from this zone (RFC 1034 §4.2.1). */
  isCut(served: ServedZone, owner: Name): boolean {
    return owner !== served.zone.origin && served.zone.nodes.get(owner)?.has(RrType.NS) === true
  }

  /** The topmost delegation or DNAME strictly above the name: what is below it belongs to others. */
  givenAway(served: ServedZone, owner: Name): GivenAway | undefined {
    if (!this.#giving.has(served)) return undefined
    const { origin } = served.zone
    let given: GivenAway | undefined
    let above = owner === origin ? undefined : parentOf(owner)
    while (above !== undefined && above.length >= origin.length) {
      const dname = served.zone.nodes.get(above)?.get(RrType.DNAME)
      if (this.isCut(served, above)) given = { kind: 'delegation', served, cut: above }
      else if (dname !== undefined) given = { kind: 'renamed', served, owner: above, dname }
      above = parentOf(above)
    }
    return given
  }

  #findIn(served: ServedZone, wanted: Name): Found {
    const given = this.givenAway(served, wanted)
    if (given !== undefined) return given
    if (this.isCut(served, wanted)) return { kind: 'delegation', served, cut: wanted }
    if (this.#exists(served, wanted)) return { kind: 'exact', served, owner: wanted }
    let encloser = parentOf(wanted)
    while (encloser !== undefined && !this.#exists(served, encloser)) encloser = parentOf(encloser)
    const wildcard = encloser === undefined ? undefined : childOf('*', encloser)
    if (wildcard === undefined || !this.#exists(served, wildcard))
      return { kind: 'nxdomain', served, encloser: encloser ?? served.zone.origin }
    return { kind: 'wildcard', served, owner: wildcard }
  }

  #exists(served: ServedZone, owner: Name): boolean {
    return served.zone.nodes.has(owner) && this.#hashed.get(served)?.has(owner) !== true
  }

  /** The origin of the zone nearest above the name, from `top` down. */
  #zoneOf(owner: Name, top: Name): Name | undefined {
    let origin: Name | undefined = owner
    while (
      origin !== undefined &&
      origin !== top &&
      !this.#byOrigin.has(origin) &&
      !this.failed.has(origin)
    ) {
      origin = parentOf(origin)
    }
    return origin
  }
}

/** Whether anything below the zone's origin may belong to others. */
function givesAway({ zone }: ServedZone): boolean {
  for (const [owner, node] of zone.nodes)
    if (node.has(RrType.DNAME) || (owner !== zone.origin && node.has(RrType.NS))) return true
  return false
}

/** Names that only an NSEC3 record has, with its signature, and that have none below: to queries they do not exist (RFC 5155 §7.2.8). */
function hashedNames({ nodes }: Zone): Set<Name> {
  const hashed = new Set<Name>()
  for (const [owner, node] of nodes) if (isHashed(node)) hashed.add(owner)
  if (hashed.size === 0) return hashed
  for (const owner of nodes.keys()) hashed.delete(parentOf(owner) ?? owner)
  return hashed
}

function isHashed(node: ZoneNode): boolean {
  if (!node.has(RrType.NSEC3)) return false
  return [...node.keys()].every(type => type === RrType.NSEC3 || type === RrType.RRSIG)
}
