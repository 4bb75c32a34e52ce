/** All targets and pools of a configuration, with what is already known of them: from before a reload, or from before a restart. */
import type { Address } from '#base/address.ts'
import type { Clock } from '#base/clock.ts'
import type { ConfiguredPool, ConfiguredZone } from '#config/configuration.ts'
import type { DampingRule } from '#health/damping.ts'
import { probeKey } from '#probe/probe-key.ts'
import type { ProbeSpec, ProbeTarget } from '#probe/spec.ts'
import { ANSWER_KINDS, type AnswerKind, type PoolEndpoint } from '#steering/pool.ts'
import type { Selection } from '#steering/selection.ts'
import type { Restored, StoredVerdict } from '#store/records.ts'
import { AddressState } from './address-state.ts'
import { type JudgedCheck, judgedCheck } from './judged-check.ts'
import { heartbeatTarget, type JudgedTarget } from './judged-target.ts'
import { plainName } from './plan.ts'
import { answered, PoolState } from './pool-state.ts'
import { TargetState } from './target-state.ts'

/** A place where the verdict on an address counts. */
export interface Use {
  readonly pool: PoolState
  readonly endpoint: string
  readonly address: Address
}

const NOTHING_KEPT: ReadonlyMap<ConfiguredPool, PoolState> = new Map()

interface Selected {
  readonly selection: Selection
  readonly sinceMs: number
}

export class JudgedState {
  /** By key. */
  readonly targets = new Map<string, TargetState>()
  /** By key. */
  readonly addresses = new Map<string, AddressState>()
  /** In the order of the configuration. */
  pools: readonly PoolState[] = []
  /** By pool those that it is an endpoint of. */
  readonly #parents = new Map<PoolState, PoolState[]>()
  readonly #judgedBy = new Map<string, AddressState[]>()
  readonly #uses = new Map<AddressState, Use[]>()

  /** Everything whose verdict is made of the target's. */
  judgedBy(key: string): readonly AddressState[] {
    return this.#judgedBy.get(key) ?? []
  }

  usesOf(state: AddressState): readonly Use[] {
    return this.#uses.get(state) ?? []
  }

  /**
   * The state for a configuration. With `keeps`, a pool whose object is the same as before, with all that is in it, keeps its state whole. What is the same as before, by definition and address, keeps its verdict; what was selected counts for
   * more than what was once stored.
   */
  static from(
    zones: readonly ConfiguredZone[],
    before: JudgedState,
    restored: Restored,
    clock: Clock,
    keeps = false,
  ): JudgedState {
    const state = new JudgedState()
    const verdicts = new Map(restored.verdicts.map(verdict => [verdict.key, verdict]))
    const selected = selectedBefore(before, restored)
    const poolsBefore = new Map(before.pools.map(one => [poolKey(one.zoneName, one.pool), one]))
    const kept = keeps ? state.#keepUnchanged(zones, before) : NOTHING_KEPT
    state.pools = zones.flatMap(zone => {
      const zoneName = plainName(zone.zone.origin)
      const made = new Map<string, PoolState>()
      for (const pool of inOrder(zone.pools, ({ depth }) => depth)) {
        const old = kept.get(pool)
        const nested = pool.endpoints.flatMap(endpoint => made.get(endpoint.pool ?? '') ?? [])
        const newPool = (): PoolState => {
          const addresses = state.#addressesOf(zone, pool, before, verdicts, clock)
          return new PoolState(zone, pool, addresses, nested, poolsBefore.get(poolKey(zoneName, pool)))
        }
        const one = old ?? newPool()
        made.set(pool.name, one)
        if (old === undefined) state.#takeUp(one, selected)
        state.#addPool(one)
      }
      return zone.pools.flatMap(({ name }) => made.get(name) ?? [])
    })
    return state
  }

  /** Those whose configuration is the same object, with all that they know: others may share that with them, and must find it here. */
  #keepUnchanged(
    zones: readonly ConfiguredZone[],
    before: JudgedState,
  ): ReadonlyMap<ConfiguredPool, PoolState> {
    const known = new Map(before.pools.map(one => [one.pool, one]))
    const kept = new Map<ConfiguredPool, PoolState>()
    for (const { pools } of zones) {
      for (const pool of inOrder(pools, ({ depth }) => depth)) {
        const state = known.get(pool)
        if (state === undefined) continue
        if (![...state.nested.values()].every(one => kept.get(one.pool) === one)) continue
        kept.set(pool, state)
        for (const one of state.states) this.#addState(one)
      }
    }
    return kept
  }

  /** Pools that are parts of others before these. */
  get poolsInOrder(): PoolState[] {
    return inOrder(this.pools, ({ pool }) => pool.depth)
  }

  /** These and all that they are parts of, those first that are parts of others. */
  withParents(pools: Iterable<PoolState>): PoolState[] {
    const found = new Set(pools)
    for (const one of found) for (const parent of this.#parents.get(one) ?? []) found.add(parent)
    return inOrder([...found], ({ pool }) => pool.depth)
  }

  /** The part of what was stored that has no place here. */
  leftOf({ verdicts, selections, overrides, hostnames, alerts }: Restored): Restored {
    const pools = new Set(this.pools.map(({ zoneName, pool }) => `${zoneName}/${pool.name}`))
    return {
      verdicts: verdicts.filter(({ key }) => !this.targets.has(key) && !this.addresses.has(key)),
      overrides,
      hostnames,
      alerts,
      selections: selections.filter(({ zone, pool }) => !pools.has(`${zone}/${pool}`)),
    }
  }

  /** By the text of the address. */
  #addressesOf(
    { zone: { origin } }: ConfiguredZone,
    { name: poolName, check, endpoints, tokens }: ConfiguredPool,
    before: JudgedState,
    verdicts: ReadonlyMap<string, StoredVerdict>,
    clock: Clock,
  ): Map<string, AddressState> {
    const addresses = new Map<string, AddressState>()
    if (check === undefined) return addresses
    const place = `${plainName(origin)}/${poolName}`
    for (const endpoint of endpoints) {
      for (const address of endpoint.addresses) {
        const judged = judgedCheck(check, part => {
          const { timing, secrets, probeAddress = address } = part
          if (part.spec.type === 'heartbeat') {
            const target = heartbeatTarget(part, endpoint, place, tokens?.get(endpoint.name))
            return this.#targetState(target, before, verdicts, clock)
          }
          const spec = specAt(part.spec, endpoint.port)
          const aimed = (endpoint.probeAddress ?? probeAddress).text
          const key = probeKey(spec, timing, aimed)
          const target: ProbeTarget = {
            key,
            spec,
            timing,
            address: aimed,
            ...(secrets === undefined ? {} : { secrets }),
          }
          return this.#targetState(target, before, verdicts, clock)
        })
        addresses.set(address.text, this.#addressState(judged, check.damping, before, verdicts, clock))
      }
    }
    return addresses
  }

  #targetState(
    target: JudgedTarget,
    before: JudgedState,
    verdicts: ReadonlyMap<string, StoredVerdict>,
    clock: Clock,
  ): TargetState {
    const { key } = target
    const known = this.targets.get(key) ?? before.targets.get(key)
    const state = known ?? newTarget(target, verdicts.get(key), clock)
    state.target = target
    this.targets.set(key, state)
    return state
  }

  #addressState(
    judged: JudgedCheck,
    rule: DampingRule,
    before: JudgedState,
    verdicts: ReadonlyMap<string, StoredVerdict>,
    clock: Clock,
  ): AddressState {
    const key = AddressState.keyOf(judged, rule)
    const known = this.addresses.get(key)
    if (known !== undefined) return known
    const nowMs = clock.monotonicMs()
    const state = new AddressState(key, judged, rule, nowMs)
    const wallMs = clock.wallMs()
    const stored = before.addresses.get(key)?.record(nowMs, wallMs) ?? verdicts.get(key)
    if (stored !== undefined) state.restore(stored, nowMs, wallMs)
    this.#addState(state)
    return state
  }

  #addState(state: AddressState): void {
    if (this.addresses.get(state.key) === state) return
    this.addresses.set(state.key, state)
    for (const one of state.targets) {
      const { key } = one.target
      this.targets.set(key, one)
      this.#judgedBy.set(key, [...(this.#judgedBy.get(key) ?? []), state])
    }
  }

  /** What was selected before goes on. */
  #takeUp(state: PoolState, selected: ReadonlyMap<string, Selected>): void {
    const { pool } = state
    for (const kind of state.kinds) {
      const earlier = selected.get(selectedKey(state.zoneName, pool.name, kind))
      const selection = earlier === undefined ? undefined : selectionIn(state, kind, earlier.selection)
      if (earlier !== undefined && selection !== undefined) state.resume(kind, selection, earlier.sinceMs)
    }
  }

  #addPool(state: PoolState): void {
    const { pool } = state
    for (const nested of state.nested.values())
      this.#parents.set(nested, [...(this.#parents.get(nested) ?? []), state])
    for (const { name: endpoint, addresses: listed } of pool.endpoints) {
      for (const address of listed) this.#addUse(state.stateOf(address), { pool: state, endpoint, address })
    }
  }

  #addUse(state: AddressState | undefined, use: Use): void {
    if (state === undefined) return
    const uses = this.#uses.get(state)
    if (uses === undefined) this.#uses.set(state, [use])
    else uses.push(use)
  }
}

/** The spec at the endpoint's own port, if it has one. */
function specAt(spec: ProbeSpec, port: number | undefined): ProbeSpec {
  return port === undefined || spec.type === 'icmp' ? spec : { ...spec, port }
}

function newTarget(target: JudgedTarget, stored: StoredVerdict | undefined, clock: Clock): TargetState {
  const wallMs = clock.wallMs()
  const state = new TargetState(target, clock.monotonicMs(), wallMs)
  if (stored !== undefined) state.restore(stored, wallMs)
  return state
}

function selectedBefore(before: JudgedState, restored: Restored): Map<string, Selected> {
  const selected = new Map<string, Selected>()
  for (const { zone, pool, family, selection, sinceMs } of restored.selections) {
    selected.set(selectedKey(zone, pool, family), { selection, sinceMs })
  }
  for (const pool of before.pools) {
    for (const family of ANSWER_KINDS) {
      const selection = pool.selection(family)
      const key = selectedKey(pool.zoneName, pool.pool.name, family)
      if (selection !== undefined) selected.set(key, { selection, sinceMs: pool.sinceMs(family) })
    }
  }
  return selected
}

/**
 * An earlier selection in the words of the pool as it is now: an address that is still there stands for its endpoint, whatever that is
 * called now; else the endpoint of that name does. Undefined if there is neither.
 */
function selectionIn(state: PoolState, kind: AnswerKind, selection: Selection): Selection | undefined {
  const { pool } = state
  const earlier = new Set(answered(selection))
  if (selection.endpoints.length === 0 || earlier.size === 0) return selection
  const isNamed = ({ name }: PoolEndpoint): boolean => selection.endpoints.includes(name)
  const possible = pool.endpoints.filter(endpoint => state.canBe(endpoint, kind))
  const byAnswer = possible.filter(endpoint => [...state.reachOf(endpoint)].some(one => earlier.has(one)))
  // Several pools may lead to the same address.
  const both = byAnswer.filter(isNamed)
  const found = byAnswer.length > 0 ? byAnswer : possible.filter(isNamed)
  const kept = pool.policy === 'failover' ? [...both, ...found].slice(0, 1) : found
  const endpoints = kept.map(({ name }) => name)
  return endpoints.length === 0 ? undefined : { ...selection, endpoints }
}

/** The lowest first; of the same rank in the order in which they are. */
function inOrder<T>(all: readonly T[], rankOf: (one: T) => number): T[] {
  return [...all].sort((a, b) => rankOf(a) - rankOf(b))
}

function poolKey(zone: string, { name }: ConfiguredPool): string {
  return `${zone}/${name}`
}

function selectedKey(zone: string, pool: string, kind: AnswerKind): string {
  return `${zone}/${pool}/${kind}`
}
