/** One pool of one zone: what it answers now, since when and why, and what that puts on the board. */
import type { SlotContent } from '#answer/board.ts'
import { ExtendedError } from '#answer/extended-error.ts'
import type { Address } from '#base/address.ts'
import type { ConfiguredPool, ConfiguredZone, ManagedName } from '#config/configuration.ts'
import { type Candidate, groupsOf, type Look } from '#steering/candidates.ts'
import type { PoolOverrides } from '#steering/override.ts'
import { type AnswerKind, addressesOf, type PoolEndpoint } from '#steering/pool.ts'
import { type Decision, type Selections, selectPool } from '#steering/select.ts'
import { isEmpty, type Selection } from '#steering/selection.ts'
import {
  type AddressStanding,
  ALWAYS_UP,
  compareStandings,
  type PoolStandings,
  type Standing,
} from '#steering/standing.ts'
import { type AnswerTtl, answerTtl } from '#steering/ttl.ts'
import { name, nameToBytes } from '#wire/name.ts'
import type { AddressState } from './address-state.ts'
import { ANSWER_TYPE, plainName, slotId } from './plan.ts'
import { hostsOf } from './resolved-zones.ts'

export interface SelectionChange {
  readonly family: AnswerKind
  readonly before: Selection | undefined
  readonly after: Selection
}

/** By what the pool selects, beside the verdicts. */
export interface SelectNow {
  readonly wallMs: number
  /** Monotonic. */
  readonly nowMs: number
  readonly overrides: PoolOverrides
  /** Whether an operator asks for the failback now. */
  readonly asked?: boolean
}

interface Published {
  readonly selection: Selection
  readonly ttl: AnswerTtl
  readonly isSilent: boolean
}

const SILENCE: SlotContent = { kind: 'servfail', error: ExtendedError.cutOff }

export class PoolState {
  readonly zone: ConfiguredZone
  /** Without the final dot. */
  readonly zoneName: string
  readonly pool: ConfiguredPool
  /** Those that are endpoints of it, by name. */
  readonly nested: ReadonlyMap<string, PoolState>
  /** The managed names that it answers for. */
  readonly names: readonly ManagedName[]
  readonly #addresses: ReadonlyMap<string, AddressState>
  readonly #published = new Map<string, Published>()
  readonly #since = new Map<AnswerKind, number>()
  #selections: Selections = {}
  #standings: PoolStandings = {}
  #wakeMs: number | undefined

  /** Whether its hostnames, or those of pools in it, have other addresses than a moment ago. */
  readonly #isReaddressed: boolean

  /**
   * @param addresses by the text of the address; none for a pool without a health check
   * @param nested those that are endpoints of it
   * @param before the same pool until now
   */
  constructor(
    zone: ConfiguredZone,
    pool: ConfiguredPool,
    addresses: ReadonlyMap<string, AddressState>,
    nested: readonly PoolState[],
    before: PoolState | undefined,
  ) {
    this.zone = zone
    this.zoneName = plainName(zone.zone.origin)
    this.pool = pool
    this.nested = new Map(nested.map(one => [one.pool.name, one]))
    this.#isReaddressed =
      nested.some(one => one.#isReaddressed) ||
      (before !== undefined && hostsOf(before.pool) !== hostsOf(pool))
    this.names = zone.names.filter(name => name.pool === pool.name)
    this.#addresses = addresses
  }

  /** What is known of its addresses, those of pools in it not among them. */
  get states(): AddressState[] {
    return [...this.#addresses.values()]
  }

  /** What it has selections for. */
  get kinds(): readonly AnswerKind[] {
    return this.pool.kinds
  }

  /** How it stands with pools that it is an endpoint of. Where nothing has been decided since the start, nothing is known but what it answers. */
  get standings(): PoolStandings {
    const standings: PoolStandings = { ...this.#standings }
    for (const kind of this.kinds) {
      const answer = this.#selections[kind]
      if (standings[kind] !== undefined || answer === undefined) continue
      const standing = answer.mode === 'serving' ? 'unknown' : 'down'
      standings[kind] = { standing, upSinceMs: 0, answer, isFailed: answer.mode === 'servfail' }
    }
    return standings
  }

  /** Undefined for a pool without a health check. */
  stateOf(address: Address): AddressState | undefined {
    return this.#addresses.get(address.text)
  }

  /** Monotonic time at which it must select again even if nothing happens; undefined for never. */
  get wakeMs(): number | undefined {
    return this.#wakeMs
  }

  selection(family: AnswerKind): Selection | undefined {
    return this.#selections[family]
  }

  /** Wall clock at which the selection was made. */
  sinceMs(family: AnswerKind): number {
    return this.#since.get(family) ?? 0
  }

  /** Goes on with a selection that was made before a restart or a reload. */
  resume(family: AnswerKind, selection: Selection, sinceMs: number): void {
    this.#selections = { ...this.#selections, [family]: selection }
    this.#since.set(family, sinceMs)
  }

  /**
   * The first selection after a start or a reload. Where nothing is known of any endpoint, or what was known of one has been forgotten, the earlier
   * answer stays: it was decided by somebody who knew more.
   */
  selectAtStart(now: SelectNow): SelectionChange[] {
    const states = this.#allStates
    const hasForgotten = states.some(({ targets }) => targets.some(({ isForgotten }) => isForgotten))
    const knowsLess =
      states.every(({ verdict }) => verdict === 'unknown') || (hasForgotten && !this.#servesWhatIsDown)
    const resumed = this.kinds.every(kind => this.#isStillPossible(kind))
    const stays = knowsLess && resumed && !this.#isReaddressed && !this.#contradicts(now.overrides)
    return states.length > 0 && stays ? [] : this.select(now)
  }

  standingOf(address: Address, nowMs: number): AddressStanding {
    return this.stateOf(address)?.standing(nowMs) ?? ALWAYS_UP
  }

  /** Its endpoints as the policy sees them for that kind; with `apart` as if families were not bound together. */
  candidates(kind: AnswerKind, now: SelectNow, apart = false): readonly Candidate[] {
    const pool: ConfiguredPool = apart ? { ...this.pool, families: 'apart' } : this.pool
    return groupsOf(pool, this.#look(now)).find(({ kinds }) => kinds.includes(kind))?.candidates ?? []
  }

  /** What `select` would select. */
  preview(now: SelectNow): Selections {
    return this.#decide(now).selections
  }

  #look({ nowMs, overrides }: SelectNow): Look {
    return {
      standingOf: address => this.standingOf(address, nowMs),
      standingsOf: pool => this.nested.get(pool)?.standings ?? {},
      overrides,
    }
  }

  #decide(now: SelectNow): Decision {
    const { nowMs, asked = false } = now
    return selectPool(this.pool, { ...this.#look(now), nowMs, asked }, this.#selections)
  }

  /** Selects by the verdicts as they are; gives what has changed. */
  select(now: SelectNow): SelectionChange[] {
    const { wallMs } = now
    const before = this.#selections
    const { selections, standings, wakeMs } = this.#decide(now)
    this.#selections = selections
    this.#standings = standings
    this.#wakeMs = wakeMs
    const changes: SelectionChange[] = []
    for (const family of this.kinds) {
      const after = this.#selections[family]
      if (after === undefined || after === before[family]) continue
      this.#since.set(family, wallMs)
      changes.push({ family, before: before[family], after })
    }
    return changes
  }

  /**
   * Writes to the board what has changed since it was last written.
   *
   * @param isSilent whether SERVFAIL is answered whatever is selected
   */
  publish(write: (slotId: string, content: SlotContent) => void, isSilent: boolean): void {
    for (const kind of this.kinds) {
      const selection = this.#selections[kind]
      if (selection === undefined) continue
      for (const name of this.names) {
        const id = slotId(this.zone.zone.origin, name, kind)
        const ttl = this.ttlOf(name, selection, kind)
        const last = this.#published.get(id)
        if (last?.selection === selection && last.isSilent === isSilent && sameTtl(last.ttl, ttl)) continue
        write(id, isSilent ? SILENCE : contentOf(selection, kind, ttl))
        this.#published.set(id, { selection, ttl, isSilent })
      }
    }
  }

  /** The limits of the TTL that the name's answer bears, and when that answer could change. */
  ttlOf({ ttlSeconds, ttlMinSeconds }: ManagedName, selection: Selection, kind: AnswerKind): AnswerTtl {
    const times = this.statesBehind(selection, kind).map(state => state.earliestDownMs)
    return answerTtl(selection, { ttlSeconds, ttlMinSeconds }, times)
  }

  /** What is known of the addresses behind the answer, also of those that a hostname is judged by, and those of pools in it. */
  statesBehind(selection: Selection, kind: AnswerKind): AddressState[] {
    if (kind !== 'cname' && this.nested.size === 0)
      return selection.addresses.flatMap(address => this.stateOf(address) ?? [])
    const answered = new Set(selection.addresses.map(({ text }) => text))
    return this.#endpointsIn(selection).flatMap(({ pool = '', addresses }) => {
      const nested = this.nested.get(pool)
      const below = nested?.selection(kind)
      if (nested !== undefined) return below === undefined ? [] : nested.statesBehind(below, kind)
      const judged = addresses.filter(({ text }) => kind === 'cname' || answered.has(text))
      return judged.flatMap(address => this.stateOf(address) ?? [])
    })
  }

  #endpointsIn({ endpoints }: Selection): PoolEndpoint[] {
    return this.pool.endpoints.filter(({ name: one }) => endpoints.includes(one))
  }

  get #allStates(): AddressState[] {
    return [...this.states, ...[...this.nested.values()].flatMap(pool => pool.#allStates)]
  }

  /** The endpoint of highest preference of those that can be answered so. */
  first(kind: AnswerKind): PoolEndpoint | undefined {
    return this.pool.endpoints.find(endpoint => this.canBe(endpoint, kind))
  }

  /** Whether the endpoint may have anything to be answered so. */
  canBe(endpoint: PoolEndpoint, kind: AnswerKind): boolean {
    if (endpoint.pool !== undefined) return this.nested.get(endpoint.pool)?.kinds.includes(kind) === true
    return endpoint.hostname !== undefined || addressesOf(endpoint, kind).length > 0
  }

  /** How the endpoint stands, without what operators say of it: the better of its families. */
  endpointStanding(endpoint: PoolEndpoint, nowMs: number): Standing {
    const { pool = '', addresses } = endpoint
    const nested = Object.values(this.nested.get(pool)?.standings ?? {})
    const own = addresses.map(address => this.standingOf(address, nowMs))
    const [best] = [...nested, ...own].map(({ standing }) => standing).sort(compareStandings)
    if (best !== undefined) return best
    return endpoint.unresolved === undefined ? 'up' : endpoint.unresolved === 'missing' ? 'down' : 'unknown'
  }

  /** What the endpoint can be answered with: addresses as text, and hostnames. */
  reachOf({ addresses, hostname, pool = '' }: PoolEndpoint): Set<string> {
    const below = this.nested.get(pool)
    return new Set([
      ...addresses.map(({ text }) => text),
      ...(hostname === undefined ? [] : [hostname]),
      ...(below?.pool.endpoints.flatMap(endpoint => [...below.reachOf(endpoint)]) ?? []),
    ])
  }

  /** Whether operators or maintenance windows want another answer than that of before. */
  #contradicts({ pin, effectOn }: PoolOverrides): boolean {
    return this.kinds.some(kind => {
      const { mode, endpoints = [] } = this.#selections[kind] ?? {}
      if (pin !== undefined) return endpoints.join() !== pin
      const forcesUp = this.pool.endpoints.some(({ name }) => effectOn(name) === 'forced-up')
      if (forcesUp && mode !== 'serving') return true
      return endpoints.some(one => effectOn(one) !== 'none' && effectOn(one) !== 'forced-up')
    })
  }

  get #servesWhatIsDown(): boolean {
    return this.kinds.some(kind => {
      const selection = this.#selections[kind]
      return (
        selection?.mode === 'serving' &&
        this.statesBehind(selection, kind).some(({ verdict }) => verdict === 'down')
      )
    })
  }

  /** Whether the endpoints that it names, or the rule for all being down, have the addresses that it answers. */
  #isStillPossible(kind: AnswerKind): boolean {
    const selection = this.#selections[kind]
    if (selection === undefined) return false
    const { whenAllDown: rule } = this.pool
    const given = selection.mode === 'all-down' && rule.kind === 'addresses' ? rule.addresses : []
    const served = this.#endpointsIn(selection).flatMap(endpoint => [...this.reachOf(endpoint)])
    const reach = new Set([...served, ...given.map(({ text }) => text)])
    return (
      answered(selection).every(one => reach.has(one)) &&
      this.#endpointsIn(selection).every(endpoint => this.#agreesWithNested(endpoint, kind, selection))
    )
  }

  /** A pool in it may have selected anew. */
  #agreesWithNested({ pool = '' }: PoolEndpoint, kind: AnswerKind, selection: Selection): boolean {
    const nested = this.nested.get(pool)
    if (nested === undefined) return true
    const now = nested.selection(kind)
    const own = new Set(answered(selection))
    if (now === undefined || (selection.mode === 'serving' && now.mode !== 'serving')) return false
    return answered(now).every(one => own.has(one))
  }
}

/** What is answered, as text. */
export function answered({ addresses, hostnames = [] }: Selection): string[] {
  return [...addresses.map(({ text }) => text), ...hostnames]
}

function contentOf(selection: Selection, kind: AnswerKind, ttl: AnswerTtl): SlotContent {
  const error = selection.reason.kind === 'all-down' ? ExtendedError.allDown : ExtendedError.none
  if (selection.mode === 'servfail') return { kind: 'servfail', error }
  if (isEmpty(selection)) return { kind: 'nodata', error }
  const { hostnames = [] } = selection
  const data = [
    ...selection.addresses.map(address => address.bytes),
    ...hostnames.map(hostname => nameToBytes(name(`${hostname}.`))),
  ]
  const { pick } = selection
  return {
    kind: 'records',
    type: ANSWER_TYPE[kind],
    data,
    ttl,
    ...(pick === undefined ? {} : { pick }),
    error,
  }
}

function sameTtl(a: AnswerTtl, b: AnswerTtl): boolean {
  return a.nextChangeMs === b.nextChangeMs && a.minSeconds === b.minSeconds && a.maxSeconds === b.maxSeconds
}
