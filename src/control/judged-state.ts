/** All targets and pools of a configuration, with what is already known of them: from before a reload, or from before a restart. */
import { type Address, FAMILIES, type Family } from '#base/address.ts'
import type { Clock } from '#base/clock.ts'
import type { Configuration, ConfiguredPool, ConfiguredZone, HealthCheck } from '#config/configuration.ts'
import { probeKey } from '#probe/probe-key.ts'
import { addressesOf, type PoolEndpoint } from '#steering/pool.ts'
import type { Selection } from '#steering/selection.ts'
import type { Restored, StoredVerdict } from '#store/records.ts'
import { PoolState } from './pool-state.ts'
import { TargetState } from './target-state.ts'

/** A place where a target's verdict counts. */
export interface Use {
  readonly pool: PoolState
  readonly endpoint: string
  readonly address: Address
}

interface Selected {
  readonly selection: Selection
  readonly sinceMs: number
}

export class JudgedState {
  /** By key. */
  readonly targets = new Map<string, TargetState>()
  readonly pools: PoolState[] = []
  readonly #uses = new Map<string, Use[]>()

  /** Every place where the target's verdict counts. */
  usesOf(key: string): readonly Use[] {
    return this.#uses.get(key) ?? []
  }

  /**
   * The state for a configuration. What is the same as before, by definition and address, keeps its verdict; what was selected counts for
   * more than what was once stored.
   */
  static from(
    configuration: Configuration,
    before: JudgedState,
    restored: Restored,
    clock: Clock,
  ): JudgedState {
    const state = new JudgedState()
    const verdicts = new Map(restored.verdicts.map(verdict => [verdict.key, verdict]))
    const selected = selectedBefore(before, restored)
    for (const zone of configuration.zones) {
      for (const pool of zone.pools) {
        const targets = state.#targetsOf(pool, before, verdicts, clock)
        state.#addPool(zone, pool, targets, selected)
      }
    }
    return state
  }

  /** The part of what was stored that has no place here. */
  leftOf({ verdicts, selections }: Restored): Restored {
    const pools = new Set(this.pools.map(({ zoneName, pool }) => `${zoneName}/${pool.name}`))
    return {
      verdicts: verdicts.filter(({ key }) => !this.targets.has(key)),
      selections: selections.filter(({ zone, pool }) => !pools.has(`${zone}/${pool}`)),
    }
  }

  /** By the text of the address. */
  #targetsOf(
    { check, endpoints }: ConfiguredPool,
    before: JudgedState,
    verdicts: ReadonlyMap<string, StoredVerdict>,
    clock: Clock,
  ): Map<string, TargetState> {
    const targets = new Map<string, TargetState>()
    if (check === undefined) return targets
    for (const { text } of endpoints.flatMap(endpoint => endpoint.addresses)) {
      const key = probeKey(check.spec, check.timing, text)
      const known = this.targets.get(key) ?? before.targets.get(key)
      const target = known ?? newTarget(key, check, text, verdicts.get(key), clock)
      this.targets.set(key, target)
      targets.set(text, target)
    }
    return targets
  }

  #addPool(
    zone: ConfiguredZone,
    pool: ConfiguredPool,
    targets: ReadonlyMap<string, TargetState>,
    selected: ReadonlyMap<string, Selected>,
  ): void {
    const state = new PoolState(zone, pool, targets)
    for (const family of state.families) {
      const earlier = selected.get(selectedKey(state.zoneName, pool.name, family))
      const selection = earlier === undefined ? undefined : selectionIn(pool, family, earlier.selection)
      if (earlier !== undefined && selection !== undefined) state.resume(family, selection, earlier.sinceMs)
    }
    this.pools.push(state)
    for (const { name: endpoint, addresses } of pool.endpoints) {
      for (const address of addresses) this.#addUse({ pool: state, endpoint, address })
    }
  }

  #addUse(use: Use): void {
    const key = use.pool.targetOf(use.address)?.target.key
    if (key === undefined) return
    const uses = this.#uses.get(key)
    if (uses === undefined) this.#uses.set(key, [use])
    else uses.push(use)
  }
}

function newTarget(
  key: string,
  { spec, timing }: HealthCheck,
  address: string,
  stored: StoredVerdict | undefined,
  clock: Clock,
): TargetState {
  const wallMs = clock.wallMs()
  const target = new TargetState({ key, spec, timing, address }, clock.monotonicMs(), wallMs)
  if (stored !== undefined) target.restore(stored, wallMs)
  return target
}

function selectedBefore(before: JudgedState, restored: Restored): Map<string, Selected> {
  const selected = new Map<string, Selected>()
  for (const { zone, pool, family, selection, sinceMs } of restored.selections) {
    selected.set(selectedKey(zone, pool, family), { selection, sinceMs })
  }
  for (const pool of before.pools) {
    for (const family of FAMILIES) {
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
function selectionIn(pool: ConfiguredPool, family: Family, selection: Selection): Selection | undefined {
  const [name] = selection.endpoints
  const [address] = selection.addresses
  if (name === undefined || address === undefined) return selection
  const inFamily = pool.endpoints.filter(endpoint => addressesOf(endpoint, family).length > 0)
  const has = ({ addresses }: PoolEndpoint): boolean => addresses.some(({ text }) => text === address.text)
  const endpoint = inFamily.find(has) ?? inFamily.find(one => one.name === name)
  return endpoint === undefined ? undefined : { ...selection, endpoints: [endpoint.name] }
}

function selectedKey(zone: string, pool: string, family: Family): string {
  return `${zone}/${pool}/${family}`
}
