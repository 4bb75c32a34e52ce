/** From record sets to what is answered for each name: static data, or endpoints with a policy. Aliases are followed here. */
import { isHost } from '#config/values.ts'
import { type Name, nameToText } from '#wire/name.ts'
import type { RecordDraft } from './draft.ts'
import type { Findings } from './findings.ts'
import { uniqueIn } from './pool-names.ts'
import { plainName } from './relative-name.ts'
import { ALWAYS, type CheckBook, type Judgement } from './route53-checks.ts'
import { recordData } from './route53-data.ts'
import { type RecordSet, shownSet } from './route53-record-set.ts'
import { byPreference, fieldOf, labelOf, POLICIES } from './route53-routing.ts'

export interface PlannedEndpoint {
  readonly name: string
  readonly from: string
  readonly addresses: readonly string[]
  readonly hostname?: string
  /** The name whose pool it is. */
  readonly pool?: Name
  readonly weight: number
  readonly judgement: Judgement
}

/** What a name answers for a type, where that is chosen. */
export interface Plan {
  readonly name: Name
  readonly type: string
  readonly policy: 'failover' | 'weighted' | 'all'
  readonly endpoints: readonly PlannedEndpoint[]
  /** Seconds. */
  readonly ttl: number | undefined
  readonly from: string
  readonly set: RecordSet
}

export interface Planned {
  /** By name. */
  readonly plans: ReadonlyMap<Name, readonly Plan[]>
  readonly records: readonly RecordDraft[]
}

type Target =
  | { readonly kind: 'pool'; readonly name: Name }
  | { readonly kind: 'data'; readonly data: readonly string[]; readonly ttl: number; readonly from: string }
  | { readonly kind: 'hostname'; readonly hostname: string }

/** Types whose answers a pool can choose. */
const CHOSEN = ['A', 'AAAA', 'CNAME']
/** Of what an alias of AWS leads to. */
const ALIAS_TTL_SECONDS = 60
const MAX_ALIASES = 16
/** Of one name and type: as many as a pool has endpoints. */
const MAX_SETS = 1000

export class Planner {
  readonly #sets = new Map<Name, Map<string, RecordSet[]>>()
  readonly #book: CheckBook
  readonly #findings: Findings
  readonly #zoneOf: (name: Name) => Name | undefined

  /** @param zoneOf the zone, of those that are imported, that the name is in */
  constructor(
    sets: readonly RecordSet[],
    book: CheckBook,
    findings: Findings,
    zoneOf: (name: Name) => Name | undefined,
  ) {
    this.#book = book
    this.#findings = findings
    this.#zoneOf = zoneOf
    for (const set of sets) {
      const types = this.#sets.get(set.name) ?? new Map<string, RecordSet[]>()
      this.#sets.set(set.name, types)
      const known = types.get(set.type)
      if (known === undefined) types.set(set.type, [set])
      else if (known.length === MAX_SETS)
        set.input.complain(
          set.offset,
          `${nameToText(set.name)} ${set.type} has more than ${MAX_SETS} record sets`,
        )
      else known.push(set)
    }
  }

  plan(): Planned {
    const plans = new Map<Name, Plan[]>()
    const records: RecordDraft[] = []
    for (const [name, types] of this.#sets) {
      const start = records.length
      this.#complainOfCname(name, types)
      for (const [type, sets] of types) {
        const [first, second] = sets
        if (first === undefined) continue
        if (second !== undefined && sets.some(({ routing }) => routing.kind !== first.routing.kind))
          second.input.complain(
            second.offset,
            `${nameToText(name)} ${type} has sets of several routing policies`,
          )
        const isManaged = CHOSEN.includes(type) && this.#isChosen(first)
        if (isManaged) plans.set(name, [...(plans.get(name) ?? []), this.#planOf(name, type, sets, first)])
        else records.push(...this.#records(sets, first))
      }
      const managed = plans.get(name)
      if (managed !== undefined) plans.set(name, this.#withStatic(name, managed, records, start))
    }
    return { plans, records }
  }

  /** RFC 1034 section 3.6.2; what stands at the apex is at least an SOA. */
  #complainOfCname(name: Name, types: ReadonlyMap<string, readonly RecordSet[]>): void {
    const [cname] = types.get('CNAME') ?? []
    if (cname === undefined) return
    if (types.size > 1) cname.input.complain(cname.offset, `${nameToText(name)} has a CNAME and other data`)
    else if (this.#zoneOf(name) === name)
      cname.input.complain(cname.offset, `${nameToText(name)} is the apex of its zone, which has no CNAME`)
  }

  /** Whether the answer is chosen, rather than always the same. */
  #isChosen(set: RecordSet): boolean {
    if (set.routing.kind !== 'simple') return true
    return set.alias !== undefined && this.#follow(set)?.kind !== 'data'
  }

  #planOf(name: Name, type: string, sets: readonly RecordSet[], first: RecordSet): Plan {
    const { routing } = first
    const ordered =
      routing.kind === 'failover' || routing.kind === 'place' ? [...sets].sort(byPreference) : sets
    const taken = new Set<string>()
    const all = ordered.flatMap(set => this.#endpoint(set, taken) ?? [])
    const open = all.filter(({ judgement }) => judgement.kind !== 'never')
    const weights = sets.map(one => (one.routing.kind === 'weighted' ? one.routing.weight : 1))
    const isZero = routing.kind === 'weighted' && weights.every(weight => weight === 0)
    if (isZero)
      this.#findings.note(
        `weights of ${plainName(name)} ${type}`,
        'all are 0, and so each is as likely: 1 is written',
        first.input.at(first.offset),
      )
    if (routing.kind === 'place')
      this.#findings.lost(
        `${routing.field} of ${plainName(name)} ${type}`,
        'answers do not depend on where the client is: the sets are a failover in this order',
        first.input.at(first.offset),
      )
    this.#reportRoles(ordered, first)
    const endpoints = (open.length > 0 ? open : all).map(one => (isZero ? { ...one, weight: 1 } : one))
    const ttls = new Set(sets.flatMap(({ ttl }) => ttl ?? []))
    const [ttl = this.#ttlOf(first, 0)] = ttls
    if (ttls.size > 1)
      this.#findings.changed(
        `TTLs of ${plainName(name)} ${type}`,
        `differ; ${ttl} s is for all`,
        first.input.at(first.offset),
      )
    return {
      name,
      type,
      policy: POLICIES[routing.kind],
      endpoints,
      ttl,
      from: `${fieldOf(first)}, ${first.input.at(first.offset)}`,
      set: first,
    }
  }

  #reportRoles(ordered: readonly RecordSet[], { routing, input, offset, name, type }: RecordSet): void {
    if (routing.kind !== 'failover') return
    const primaries = ordered.filter(one => one.routing.kind === 'failover' && one.routing.isPrimary)
    if (primaries.length > 1 || ordered.length - primaries.length > 1)
      input.complain(
        offset,
        `${nameToText(name)} ${type} has more than one ${primaries.length > 1 ? 'PRIMARY' : 'SECONDARY'}`,
      )
    const [primary] = primaries
    if (primary === undefined)
      this.#findings.note(
        `PRIMARY of ${plainName(name)} ${type}`,
        'is not in the files: the SECONDARY is answered',
        input.at(offset),
      )
    else if (primary.check === undefined && primary.alias === undefined)
      this.#findings.note(
        `PRIMARY of ${plainName(name)} ${type}`,
        'has no health check: it is always answered, as in Route 53',
        input.at(primary.offset),
      )
  }

  #endpoint(set: RecordSet, taken: Set<string>): PlannedEndpoint | undefined {
    const judgement = this.#book.judgementOf(set)
    const label = labelOf(set)
    const place = set.input.at(set.offset)
    const plain = {
      name: uniqueIn(taken, label),
      from: `${set.id === undefined ? fieldOf(set) : JSON.stringify(set.id)}, ${place}`,
      weight: set.routing.kind === 'weighted' ? set.routing.weight : 1,
      judgement,
      addresses: [],
    }
    if (set.alias === undefined) return this.#valued(set, plain)
    const target = this.#follow(set)
    if (target === undefined) return undefined
    this.#reportAlias(set, target)
    if (target.kind === 'pool') return { ...plain, pool: target.name, judgement: ALWAYS }
    if (target.kind === 'hostname') return { ...plain, hostname: target.hostname }
    return set.type === 'CNAME'
      ? this.#named(set, plain, target.data[0])
      : { ...plain, addresses: target.data }
  }

  #valued(set: RecordSet, plain: PlannedEndpoint): PlannedEndpoint | undefined {
    const data = recordData(set).map(({ text }) => text)
    if (set.type === 'CNAME') return this.#named(set, plain, data[0])
    return data.length === 0 ? undefined : { ...plain, addresses: [...new Set(data)] }
  }

  #named(set: RecordSet, plain: PlannedEndpoint, data: string | undefined): PlannedEndpoint | undefined {
    const hostname = data?.replace(/\.$/, '').toLowerCase()
    if (hostname === undefined) return undefined
    if (isHost(hostname) && hostname.includes('.')) return { ...plain, hostname }
    set.input.complain(
      set.values[0]?.offset ?? set.offset,
      `Value: ${JSON.stringify(hostname)} is not a host name that a pool can have`,
    )
    return undefined
  }

  #reportAlias(set: RecordSet, target: Target): void {
    const shown = `EvaluateTargetHealth of ${shownSet(set, plainName)}`
    const place = set.input.at(set.alias?.offset ?? set.offset)
    const isRouted = set.routing.kind !== 'simple'
    if (target.kind === 'pool' && isRouted && set.alias?.isEvaluated === false)
      this.#findings.changed(shown, 'is false; here the health of the pool that it leads to counts', place)
    if (target.kind === 'hostname' && isRouted && set.alias?.isEvaluated === true)
      this.#findings.lost(
        shown,
        'the health of what is not in these zones is not known: it is taken for healthy',
        place,
      )
    if (target.kind === 'pool' && set.check !== undefined)
      this.#findings.lost(
        `HealthCheckId of ${shownSet(set, plainName)}`,
        'a pool is judged by its own checks alone',
        place,
      )
    if (target.kind === 'data')
      this.#findings.note(
        `AliasTarget of ${shownSet(set, plainName)}`,
        'the data of its target is copied, and does not follow it when it is changed',
        place,
      )
  }

  /** What an alias leads to. */
  #follow(set: RecordSet, seen: readonly Name[] = []): Target | undefined {
    const { alias, input, type } = set
    if (alias === undefined) return undefined
    if (seen.includes(alias.name) || alias.name === set.name || seen.length >= MAX_ALIASES) {
      input.complain(alias.offset, `AliasTarget: ${nameToText(alias.name)} leads back to where it comes from`)
      return undefined
    }
    const zone = this.#zoneOf(alias.name)
    const sets = this.#sets.get(alias.name)
    const found = sets?.get(type) ?? (type === 'CNAME' ? undefined : sets?.get('CNAME'))
    const [first] = found ?? []
    if (first === undefined) {
      if (zone === undefined) return this.#outside(set, alias.name)
      input.complain(
        alias.offset,
        `AliasTarget: ${nameToText(alias.name)} has no ${type} record set in the files`,
      )
      return undefined
    }
    if (zone !== this.#zoneOf(set.name)) return this.#outside(set, alias.name)
    if (first.routing.kind !== 'simple') return { kind: 'pool', name: alias.name }
    if (first.alias === undefined) {
      const data = recordData(first).map(({ text }) => text)
      return { kind: 'data', data, ttl: first.ttl ?? 0, from: input.at(first.offset) }
    }
    return this.#follow(first, [...seen, set.name])
  }

  #outside(set: RecordSet, name: Name): Target | undefined {
    const hostname = plainName(name)
    if (isHost(hostname)) return { kind: 'hostname', hostname }
    set.input.complain(
      set.alias?.offset ?? set.offset,
      `AliasTarget: ${JSON.stringify(hostname)} is not a host name`,
    )
    return undefined
  }

  #ttlOf(set: RecordSet, depth: number): number {
    if (set.ttl !== undefined || set.alias === undefined || depth > MAX_ALIASES)
      return set.ttl ?? ALIAS_TTL_SECONDS
    const [next] = this.#sets.get(set.alias.name)?.get(set.type) ?? []
    return next === undefined ? ALIAS_TTL_SECONDS : this.#ttlOf(next, depth + 1)
  }

  /** Records that are always answered; of types that no pool can choose, one set stands for all. */
  #records(sets: readonly RecordSet[], first: RecordSet): RecordDraft[] {
    const { routing, name, type, input } = first
    const chosen = routing.kind === 'simple' ? first : this.#standIn(sets, first)
    if (chosen.check !== undefined && routing.kind === 'simple')
      this.#findings.note(
        `HealthCheckId of ${plainName(name)} ${type}`,
        'is left out: the only record set is always answered',
        input.at(chosen.offset),
      )
    const target = chosen.alias === undefined ? undefined : this.#follow(chosen)
    if (target?.kind === 'data') {
      this.#reportAlias(chosen, target)
      return target.data.map(data => ({
        owner: name,
        ttl: target.ttl,
        type,
        data,
        from: `AliasTarget, ${input.at(chosen.offset)}`,
      }))
    }
    return recordData(chosen).map(({ text, offset }) => ({
      owner: name,
      ttl: chosen.ttl ?? 0,
      type,
      data: text,
      from: chosen.input.at(offset),
    }))
  }

  #standIn(sets: readonly RecordSet[], first: RecordSet): RecordSet {
    const chosen = [...sets].sort(byPreference)[0] ?? first
    this.#findings.lost(
      `${fieldOf(first)} of ${plainName(first.name)} ${first.type}`,
      `only A, AAAA and CNAME are chosen by health; ${chosen.id === undefined ? 'one set' : JSON.stringify(chosen.id)} is always answered`,
      first.input.at(first.offset),
    )
    return chosen
  }

  /** The other family's records of a managed name are part of its pool: a name is managed or static. */
  #withStatic(name: Name, managed: Plan[], records: RecordDraft[], start: number): Plan[] {
    const families = managed.map(({ type }) => type)
    if (families.includes('CNAME')) return managed
    const own = records.splice(start)
    records.push(...own.filter(({ type }) => type !== 'A' && type !== 'AAAA'))
    const found = ['A', 'AAAA'].flatMap(type => {
      const data = own.filter(one => one.type === type)
      const [set] = this.#sets.get(name)?.get(type) ?? []
      const [first] = data
      return set === undefined || first === undefined ? [] : staticPlan(set, data, first)
    })
    return [...managed, ...found]
  }
}

/** Records that are always answered, as a pool that always answers them. */
function staticPlan(set: RecordSet, records: readonly RecordDraft[], { ttl, from = '' }: RecordDraft): Plan {
  const addresses = records.map(({ data }) => data)
  const endpoint: PlannedEndpoint = { name: 'static', from, addresses, weight: 1, judgement: ALWAYS }
  return {
    name: set.name,
    type: set.type,
    policy: 'failover',
    endpoints: [endpoint],
    ttl,
    from: `simple, ${from}`,
    set,
  }
}
