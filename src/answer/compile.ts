/** Compiles zones to the answer table: which fragment answers which name and type. */
import { isAtOrBelow, lowerCase, type Name, nameFromBytes, ROOT } from '#wire/name.ts'
import { Rcode, RrType } from '#wire/types.ts'
import type { RRset, ZoneNode } from '#zone/zone.ts'
import { writeAdditional } from './additional.ts'
import { Catalog, type FailedZone, type ManagedRRsets, type ServedZone } from './catalog.ts'
import { type Chain, followChain } from './chain.ts'
import { ExtendedError } from './extended-error.ts'
import { type FragmentOptions, FragmentWriter, type Owner } from './fragment.ts'
import { NODE_COVERS_BELOW } from './layout.ts'
import { TableBuilder } from './table-builder.ts'

/** Negative answers of a zone are cached no longer than this where nothing says less. */
const NO_LIMIT = 0xffffffff

/**
 * What stands at the ends of aliases and in additional data is repeated for everything that leads there. So that no short zone makes a table without
 * end, that is done up to so many bytes, and so many for each record; beyond that, clients follow by themselves.
 */
const MAX_REPEATED_BYTES = 64 * 1024 * 1024
const MAX_REPEATED_BYTES_PER_RECORD = 1024
/** Of a fragment and what leads to it, beside its records. */
const FRAGMENT_HEAD_BYTES = 64

interface ZoneFragments {
  readonly nodata: number
  readonly nxdomain: number
}

export interface CompileOptions {
  /** Makes the hash of names one that nobody outside can know. */
  readonly seed: number
  /** Whether additional data is left out that nobody needs to go on. */
  readonly minimal: boolean
}

/** Makes the table that responders answer from. Pure, but for filling in the nodes of managed names in their zones. */
export function compileTable(
  zones: readonly ServedZone[],
  failed: readonly FailedZone[],
  options: CompileOptions,
): SharedArrayBuffer {
  return compileCatalog(new Catalog(zones, failed), options)
}

/** The same of zones that have been put together. */
export function compileCatalog(catalog: Catalog, { seed, minimal }: CompileOptions): SharedArrayBuffer {
  return new Compiler(catalog, new TableBuilder(seed), minimal).compile()
}

class Compiler {
  readonly #catalog: Catalog
  readonly #table: TableBuilder
  readonly #minimal: boolean
  readonly #zoneFragments = new Map<ServedZone, ZoneFragments>()
  /** Answers for what cannot be answered, and why. */
  readonly #notLoaded: number
  readonly #tooLarge: number
  /** Bytes that may still be repeated. */
  #repeatable: number

  constructor(catalog: Catalog, table: TableBuilder, minimal: boolean) {
    this.#catalog = catalog
    this.#table = table
    this.#minimal = minimal
    const records = catalog.zones.reduce((sum, { zone }) => sum + zone.recordCount, 0)
    this.#repeatable = MAX_REPEATED_BYTES + records * MAX_REPEATED_BYTES_PER_RECORD
    this.#notLoaded = this.#servfail(ExtendedError.notLoaded)
    this.#tooLarge = this.#servfail(ExtendedError.tooLarge)
  }

  compile(): SharedArrayBuffer {
    for (const served of this.#catalog.zones) {
      this.#zoneFragments.set(served, {
        nodata: this.#negative(served, Rcode.NOERROR, NO_LIMIT),
        nxdomain: this.#negative(served, Rcode.NXDOMAIN, NO_LIMIT),
      })
    }
    for (const served of this.#catalog.zones) {
      for (const [owner, node] of served.zone.nodes) {
        if (this.#catalog.isAuthoritative(served, owner)) this.#node(served, owner, node)
      }
    }
    for (const origin of this.#catalog.failed) {
      const [defaultFragment, nxdomainFragment] = [this.#notLoaded, this.#notLoaded]
      this.#table.addNode({
        name: origin,
        entries: new Map(),
        defaultFragment,
        nxdomainFragment,
        flags: NODE_COVERS_BELOW,
      })
    }
    return this.#table.finish()
  }

  #servfail(error: ExtendedError): number {
    const options = { base: ROOT, movable: true, rcode: Rcode.SERVFAIL, authoritative: false, error }
    return this.#table.addFragment(new FragmentWriter(options).finish())
  }

  #node(served: ServedZone, owner: Name, node: ZoneNode): void {
    const { nodata, nxdomain } = this.#fragmentsOf(served)
    const dname = node.get(RrType.DNAME)
    const below = dname === undefined ? nxdomain : this.#renaming(owner, dname)
    const entries = new Map<number, number>()
    const managed = this.#catalog.managedAt(served, owner)
    const alias = node.get(RrType.CNAME)
    let defaultFragment = nodata
    let flags = 0
    if (this.#catalog.isCut(served, owner)) {
      defaultFragment = this.#referral(served, owner)
      flags = NODE_COVERS_BELOW
      this.#atDelegation(entries, served, owner, node)
    } else if (alias !== undefined) {
      defaultFragment = this.#alias(entries, owner, this.#follow(alias))
      this.#staticRRsets(entries, owner, node)
    } else {
      this.#staticRRsets(entries, owner, node)
      if (owner === served.zone.origin) this.#delegationSigner(entries, served, owner)
      if (managed !== undefined) defaultFragment = this.#managedRRsets(entries, served, managed)
    }
    // RFC 8482 §4.1: one RRset of those at the name, and not one that may be gone if another is always there;
    // an alias is not followed, since the type fits it (RFC 1034 §4.3.2).
    const always = answeredOf(node).map(({ type }) => type)
    const first = Math.min(...(always.length > 0 ? always : entries.keys()))
    const any = entries.get(RrType.CNAME) ?? entries.get(first)
    if (any !== undefined && flags === 0) entries.set(RrType.ANY, any)
    this.#table.addNode({ name: owner, entries, defaultFragment, nxdomainFragment: below, flags })
  }

  /** What the names below a DNAME are answered with, before the answer to their new name (RFC 6672 §3.2). */
  #renaming(owner: Name, dname: RRset): number {
    const options = { base: owner, movable: true, renames: true }
    return this.#lay(new FragmentWriter(options).rrset('answer', owner, dname))
  }

  #staticRRsets(entries: Map<number, number>, owner: Name, node: ZoneNode): void {
    for (const rrset of answeredOf(node)) entries.set(rrset.type, this.#positive(owner, rrset))
  }

  #positive(owner: Name, rrset: RRset): number {
    return this.#lay(this.#withAnswer(new FragmentWriter(exactly(owner)), owner, undefined, rrset))
  }

  /** NODATA or NXDOMAIN with the SOA, cached for min(SOA TTL, MINIMUM) (RFC 2308 §3). */
  #negative(served: ServedZone, rcode: number, limit: number): number {
    const writer = new FragmentWriter({ base: served.zone.origin, movable: true, rcode })
    this.#writeSoa(writer, served, limit)
    return this.#lay(writer)
  }

  #writeSoa(writer: FragmentWriter, { zone }: ServedZone, limit: number): void {
    const soa = zone.rrset(zone.origin, RrType.SOA)
    const data = soa?.data[0]
    if (soa === undefined || data === undefined) return
    const minimumAt = data.length - 4
    const minimum = Math.min(new DataView(data.buffer, data.byteOffset).getUint32(minimumAt), limit)
    const shown = data.slice()
    if (limit !== NO_LIMIT) new DataView(shown.buffer).setUint32(minimumAt, minimum)
    writer.rrset('authority', zone.origin, { ...soa, data: [shown] }, minimum)
  }

  #managedRRsets(entries: Map<number, number>, served: ServedZone, managed: ManagedRRsets): number {
    const nodata = this.#negative(served, Rcode.NOERROR, managed.negativeTtl)
    const inserted = (slot: number): number =>
      this.#lay(new FragmentWriter(exactly(managed.name)).insert('answer', undefined, slot).fallback(nodata))
    // The client follows it: where it leads is known only when the question comes.
    if (managed.alias !== undefined) return inserted(managed.alias)
    for (const { type, slot } of managed.slots) entries.set(type, inserted(slot))
    return nodata
  }

  /** The referral: NS in authority, and the addresses that the zone has for them as glue (RFC 1034 §4.2.1). */
  #referral(served: ServedZone, cut: Name): number {
    const writer = new FragmentWriter({ base: cut, movable: true, authoritative: false })
    this.#writeReferral(writer, served, cut)
    return this.#lay(writer)
  }

  #writeReferral(writer: FragmentWriter, { zone }: ServedZone, cut: Name): void {
    const servers = zone.rrset(cut, RrType.NS)
    if (servers === undefined) return
    writer.rrset('authority', cut, servers)
    const names = servers.data.map(data => nameFromBytes(data)).filter(name => name !== undefined)
    // Without glue from below the cut nobody could reach the child (RFC 9471 §2.1); the rest is a courtesy.
    const isInDomain = (name: Name): boolean => isAtOrBelow(lowerCase(name), cut)
    for (const name of names) if (isInDomain(name)) this.#writeAddresses(writer, zone, name)
    writer.optionalFromHere()
    if (this.#repeatable <= 0) return
    const { length } = writer
    for (const name of names) if (!isInDomain(name)) this.#writeAddresses(writer, zone, name)
    this.#repeatable -= writer.length - length
  }

  #writeAddresses(writer: FragmentWriter, zone: ServedZone['zone'], name: Name): void {
    for (const type of [RrType.A, RrType.AAAA]) {
      const addresses = zone.rrset(name, type)
      if (addresses !== undefined) writer.rrset('additional', name, addresses)
    }
  }

  /** DS belongs to the parent's side of a cut (RFC 4035 §3.1.4.1). */
  #atDelegation(entries: Map<number, number>, served: ServedZone, owner: Name, node: ZoneNode): void {
    const signers = node.get(RrType.DS)
    entries.set(
      RrType.DS,
      signers === undefined ? this.#fragmentsOf(served).nodata : this.#positive(owner, signers),
    )
  }

  /** The child's apex is this server's too: DS is still answered from the parent zone, if that is here. */
  #delegationSigner(entries: Map<number, number>, served: ServedZone, apex: Name): void {
    const parent = this.#catalog.zoneAbove(served)
    if (parent === undefined) return
    entries.set(RrType.DS, this.#signersIn(parent, apex))
  }

  #signersIn(parent: ServedZone, apex: Name): number {
    // There may be another zone in between, which this server does not have.
    const given = this.#catalog.givenAway(parent, apex)
    if (given?.kind === 'delegation') return this.#referral(parent, given.cut)
    if (given?.kind === 'renamed') return this.#renaming(given.owner, given.dname)
    const signers = parent.zone.rrset(apex, RrType.DS)
    return signers === undefined ? this.#fragmentsOf(parent).nodata : this.#positive(apex, signers)
  }

  /** A chain that ends at a cut, seen from the parent zone: DS belongs to this side of it. */
  #signersBehind(entries: Map<number, number>, owner: Name, chain: Chain, parent: ServedZone): void {
    const given = this.#catalog.givenAway(parent, chain.target)
    if (given !== undefined) {
      const writer = writeLinks(owner, chain)
      if (given.kind === 'delegation') this.#writeReferral(writer, parent, given.cut)
      entries.set(RrType.DS, this.#layAgain(writer))
      return
    }
    const signers = parent.zone.rrset(chain.target, RrType.DS)
    entries.set(
      RrType.DS,
      signers === undefined
        ? this.#chainWithSoa(owner, chain, parent, Rcode.NOERROR, NO_LIMIT)
        : this.#layAgain(writeLinks(owner, chain).rrset('answer', chain.target, signers)),
    )
  }

  #follow(alias: RRset): Chain {
    const chain = followChain(this.#catalog, alias)
    if (this.#repeatable > 0) return chain
    return { ...chain, links: chain.links.slice(0, 1), end: { kind: 'outside' } }
  }

  /** For every type at the chain's end the chain with that RRset; gives the fragment for all other types. */
  #alias(entries: Map<number, number>, owner: Name, chain: Chain): number {
    const { end, target } = chain
    switch (end.kind) {
      case 'exact':
      case 'wildcard': {
        const nodata = this.#chainWithSoa(
          owner,
          chain,
          end.served,
          Rcode.NOERROR,
          this.#negativeLimit(end.served, end.owner),
        )
        for (const rrset of answeredOf(end.served.zone.nodes.get(end.owner))) {
          const all = this.#withAnswer(writeLinks(owner, chain), target, target, rrset)
          // A set that has no room behind the aliases is found by who follows them.
          entries.set(rrset.type, this.#layAgain(all.tooLarge ? writeLinks(owner, chain) : all))
        }
        const managed = this.#catalog.managedAt(end.served, end.owner)
        const inserted = (slot: number): number =>
          this.#layAgain(writeLinks(owner, chain).insert('answer', target, slot).fallback(nodata))
        if (managed?.alias !== undefined) return inserted(managed.alias)
        for (const { type, slot } of managed?.slots ?? []) entries.set(type, inserted(slot))
        const parent = end.owner === end.served.zone.origin ? this.#catalog.zoneAbove(end.served) : undefined
        if (parent !== undefined) this.#signersBehind(entries, owner, chain, parent)
        return nodata
      }
      case 'nxdomain':
        return this.#chainWithSoa(owner, chain, end.served, Rcode.NXDOMAIN, NO_LIMIT)
      case 'delegation': {
        const writer = writeLinks(owner, chain)
        this.#writeReferral(writer, end.served, end.cut)
        if (lowerCase(target) === end.cut) this.#signersBehind(entries, owner, chain, end.served)
        return this.#layAgain(writer)
      }
      case 'failed':
        return this.#lay(writeLinks(owner, chain, Rcode.SERVFAIL, ExtendedError.notLoaded))
      case 'too-long':
        return this.#lay(writeLinks(owner, chain, Rcode.YXDOMAIN, ExtendedError.nameTooLong))
      case 'outside':
      case 'renamed':
        return this.#lay(writeLinks(owner, chain))
      default:
        return end satisfies never
    }
  }

  #chainWithSoa(owner: Name, chain: Chain, served: ServedZone, rcode: number, limit: number): number {
    const writer = writeLinks(owner, chain, rcode)
    this.#writeSoa(writer, served, limit)
    return this.#layAgain(writer)
  }

  #negativeLimit(served: ServedZone, owner: Name): number {
    return this.#catalog.managedAt(served, owner)?.negativeTtl ?? NO_LIMIT
  }

  #fragmentsOf(served: ServedZone): ZoneFragments {
    return this.#zoneFragments.get(served) ?? { nodata: this.#notLoaded, nxdomain: this.#notLoaded }
  }

  /** Writes the set as the answer, with what helps those who get it. */
  #withAnswer(writer: FragmentWriter, name: Name, owner: Owner, rrset: RRset): FragmentWriter {
    writer.rrset('answer', owner, rrset)
    const { length } = writer
    if (!this.#minimal && this.#repeatable > 0) writeAdditional(writer, this.#catalog, name, owner, rrset)
    this.#repeatable -= writer.length - length
    return writer
  }

  /** As `#lay`, of what stands elsewhere too. */
  #layAgain(writer: FragmentWriter): number {
    this.#repeatable -= writer.length + FRAGMENT_HEAD_BYTES
    return this.#lay(writer)
  }

  /** No message can carry more than 65,535 bytes: what is larger cannot be answered at all. */
  #lay(writer: FragmentWriter): number {
    return writer.tooLarge ? this.#tooLarge : this.#table.addFragment(writer.finish())
  }
}

/** The sets that are asked for: NSEC3 is none, and only comes with the proof of something else (RFC 5155 §7.2). */
function answeredOf(node: ZoneNode | undefined): RRset[] {
  return [...(node?.values() ?? [])].filter(({ type }) => type !== RrType.NSEC3)
}

function exactly(owner: Name): FragmentOptions {
  const wildcard = owner.startsWith('\x01*')
  return { base: owner, movable: wildcard, wildcard }
}

function writeLinks(
  owner: Name,
  { links }: Chain,
  rcode: number = Rcode.NOERROR,
  error: ExtendedError = ExtendedError.none,
): FragmentWriter {
  const writer = new FragmentWriter({ ...exactly(owner), rcode, error })
  for (const link of links) writer.rrset('answer', link.owner, link.alias)
  return writer
}
