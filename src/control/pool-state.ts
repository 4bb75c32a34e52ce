/** One pool of one zone: what it answers now, since when and why, and what that puts on the board. */
import type { SlotContent } from '#answer/board.ts'
import { ExtendedError } from '#answer/extended-error.ts'
import type { Address, Family } from '#base/address.ts'
import type { ConfiguredPool, ConfiguredZone, ManagedName } from '#config/configuration.ts'
import { earliestDownMs } from '#health/verdict.ts'
import { type Selections, selectFailover } from '#steering/failover.ts'
import type { Selection } from '#steering/selection.ts'
import { type AnswerTtl, answerTtl } from '#steering/ttl.ts'
import { ADDRESS_TYPE, familiesOf, plainName, slotId } from './plan.ts'
import type { TargetState } from './target-state.ts'

export interface SelectionChange {
  readonly family: Family
  readonly before: Selection | undefined
  readonly after: Selection
}

export class PoolState {
  readonly zone: ConfiguredZone
  /** Without the final dot. */
  readonly zoneName: string
  readonly pool: ConfiguredPool
  readonly families: readonly Family[]
  /** The managed names that it answers for. */
  readonly names: readonly ManagedName[]
  readonly #targets: ReadonlyMap<string, TargetState>
  readonly #published = new Map<string, { readonly selection: Selection; readonly ttl: AnswerTtl }>()
  readonly #since = new Map<Family, number>()
  #selections: Selections = {}

  /** @param targets by the text of the address; none for a pool without a health check */
  constructor(zone: ConfiguredZone, pool: ConfiguredPool, targets: ReadonlyMap<string, TargetState>) {
    this.zone = zone
    this.zoneName = plainName(zone.zone.origin)
    this.pool = pool
    this.families = familiesOf(pool)
    this.names = zone.names.filter(name => name.pool === pool.name)
    this.#targets = targets
  }

  targetOf(address: Address): TargetState | undefined {
    return this.#targets.get(address.text)
  }

  selection(family: Family): Selection | undefined {
    return this.#selections[family]
  }

  /** Wall clock at which the selection was made. */
  sinceMs(family: Family): number {
    return this.#since.get(family) ?? 0
  }

  /** Goes on with a selection that was made before a restart or a reload. */
  resume(family: Family, selection: Selection, sinceMs: number): void {
    this.#selections = { ...this.#selections, [family]: selection }
    this.#since.set(family, sinceMs)
  }

  /**
   * The first selection after a start or a reload. Where nothing is known of any endpoint the earlier answer stays: it was decided by
   * somebody who knew more.
   */
  selectAtStart(wallMs: number): SelectionChange[] {
    const unknown = [...this.#targets.values()].every(target => target.health.verdict === 'unknown')
    const resumed = this.families.every(family => this.#isStillPossible(this.#selections[family]))
    return this.#targets.size > 0 && unknown && resumed ? [] : this.select(wallMs)
  }

  /** Selects by the verdicts as they are; gives what has changed. */
  select(wallMs: number): SelectionChange[] {
    const before = this.#selections
    this.#selections = selectFailover(
      this.pool,
      address => this.targetOf(address)?.health.verdict ?? 'up',
      before,
    )
    const changes: SelectionChange[] = []
    for (const family of this.families) {
      const after = this.#selections[family]
      if (after === undefined || after === before[family]) continue
      this.#since.set(family, wallMs)
      changes.push({ family, before: before[family], after })
    }
    return changes
  }

  /** Writes to the board what has changed since it was last written. */
  publish(write: (slotId: string, content: SlotContent) => void): void {
    for (const family of this.families) {
      const selection = this.#selections[family]
      if (selection === undefined) continue
      for (const name of this.names) {
        const id = slotId(this.zone.zone.origin, name, family)
        const ttl = this.ttlOf(name, selection)
        const last = this.#published.get(id)
        if (last?.selection === selection && sameTtl(last.ttl, ttl)) continue
        write(id, contentOf(selection, family, ttl))
        this.#published.set(id, { selection, ttl })
      }
    }
  }

  /** The limits of the TTL that the name's answer bears, and when that answer could change. */
  ttlOf({ ttlSeconds, ttlMinSeconds }: ManagedName, selection: Selection): AnswerTtl {
    const times = selection.addresses.map(address => {
      const state = this.targetOf(address)
      return state === undefined
        ? undefined
        : earliestDownMs(state.health, state.target.timing, state.lastProbeMs)
    })
    return answerTtl(selection, { ttlSeconds, ttlMinSeconds }, times)
  }

  /** Whether the endpoints that it names have the addresses that it answers. */
  #isStillPossible(selection: Selection | undefined): boolean {
    if (selection === undefined) return false
    const endpoints = this.pool.endpoints.filter(({ name }) => selection.endpoints.includes(name))
    const addresses = new Set(endpoints.flatMap(endpoint => endpoint.addresses.map(({ text }) => text)))
    return selection.addresses.every(({ text }) => addresses.has(text))
  }
}

function contentOf(selection: Selection, family: Family, ttl: AnswerTtl): SlotContent {
  const error = selection.reason.kind === 'all-down' ? ExtendedError.allDown : ExtendedError.none
  if (selection.mode === 'servfail') return { kind: 'servfail', error }
  if (selection.addresses.length === 0) return { kind: 'nodata', error }
  const data = selection.addresses.map(address => address.bytes)
  return { kind: 'records', type: ADDRESS_TYPE[family], data, ttl, error }
}

function sameTtl(a: AnswerTtl, b: AnswerTtl): boolean {
  return a.nextChangeMs === b.nextChangeMs && a.minSeconds === b.minSeconds && a.maxSeconds === b.maxSeconds
}
