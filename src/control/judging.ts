/** The loop from an outcome to a changed answer: the only writer of verdicts and selections. */
import type { SlotContent } from '#answer/board.ts'
import type { Family } from '#base/address.ts'
import type { Clock } from '#base/clock.ts'
import type { Log } from '#base/log.ts'
import type { Configuration } from '#config/configuration.ts'
import type { Health } from '#health/verdict.ts'
import type { ProbeReport } from '#probe/prober.ts'
import type { ProbeTarget } from '#probe/spec.ts'
import type { Restored, StoredTransition } from '#store/records.ts'
import type { Store } from '#store/store.ts'
import type { EventSink } from './events.ts'
import { JudgedState, type Use } from './judged-state.ts'
import type { PoolState, SelectionChange } from './pool-state.ts'
import type { Pace, TargetState } from './target-state.ts'
import {
  directionOf,
  selectionTransition,
  transitionLine,
  transitionView,
  verdictTransition,
} from './transitions.ts'

export interface JudgingOptions {
  readonly clock: Clock
  /** Puts an answer on the board. */
  write(slotId: string, content: SlotContent): void
  pace(key: string, pace: Pace): void
  readonly store: Pick<Store, 'restored' | 'saveVerdict' | 'saveSelection' | 'addTransition'>
  readonly events: EventSink
  readonly log: Log
}

export class Judging {
  readonly #options: JudgingOptions
  #state = new JudgedState()
  /** What an earlier run has stored, until it is taken up: later it would be older than what has been decided since. */
  #restored: Restored

  constructor(options: JudgingOptions) {
    this.#options = options
    this.#restored = options.store.restored
  }

  get pools(): readonly PoolState[] {
    return this.#state.pools
  }

  /** All that is to be probed. */
  get targets(): readonly ProbeTarget[] {
    return Array.from(this.#state.targets.values(), state => state.target)
  }

  /**
   * Judges by this configuration from now on. What is the same as before, by definition and address, keeps its verdicts and
   * selections; what is new takes up what an earlier run has stored. Every answer is on the board when this returns.
   */
  adopt(configuration: Configuration): void {
    const { clock, write } = this.#options
    this.#state = JudgedState.from(configuration, this.#state, this.#restored, clock)
    this.#restored = this.#state.leftOf(this.#restored)
    const wallMs = clock.wallMs()
    const changes = this.#state.pools.map(pool => ({ pool, changes: pool.selectAtStart(wallMs) }))
    for (const { pool } of changes) pool.publish(write)
    for (const { pool, changes: made } of changes) this.#recordSelections(pool, made, wallMs)
  }

  /** Tells the prober of every target whose pace is not the normal one. */
  setPaces(): void {
    for (const { target, pace } of this.#state.targets.values()) this.#options.pace(target.key, pace)
  }

  /** Takes the outcome of one probe. The answers have changed when this returns. */
  take({ key, outcome, startedMs, endedWallMs }: ProbeReport): void {
    const { clock, events } = this.#options
    const target = this.#state.targets.get(key)
    if (target === undefined) return
    const arrivedMs = clock.monotonicMs()
    const uses = this.#state.usesOf(key)
    const paceBefore = target.pace
    const before = target.take(outcome, startedMs, endedWallMs)
    const changes = target.health === before ? [] : this.#select(uses)
    if (changes.some(({ changes: made }) => made.length > 0))
      events.switched((clock.monotonicMs() - arrivedMs) / 1000)
    if (target.pace !== paceBefore) this.#options.pace(key, target.pace)
    this.#record(target, before, uses)
    for (const { pool, changes: made } of changes) this.#recordSelections(pool, made, clock.wallMs())
    for (const { zone, check } of checksOf(uses))
      events.probe({ zone, check, type: target.target.spec.type, outcome })
  }

  /** Stores everything that is in use, whether it has changed or not. */
  saveAgain(): void {
    const { store } = this.#options
    for (const target of this.#state.targets.values()) {
      const stored = target.record()
      if (stored !== undefined) store.saveVerdict(stored)
    }
    for (const pool of this.#state.pools)
      for (const family of pool.families) this.#saveSelection(pool, family)
  }

  #saveSelection(pool: PoolState, family: Family): void {
    const selection = pool.selection(family)
    if (selection === undefined) return
    const [zone, name, sinceMs] = [pool.zoneName, pool.pool.name, pool.sinceMs(family)]
    this.#options.store.saveSelection({ zone, pool: name, family, selection, sinceMs })
  }

  #select(uses: readonly Use[]): { pool: PoolState; changes: SelectionChange[] }[] {
    const { clock, write } = this.#options
    const pools = new Set(uses.map(use => use.pool))
    return Array.from(pools, pool => {
      const changes = pool.select(clock.wallMs())
      pool.publish(write)
      return { pool, changes }
    })
  }

  #record(target: TargetState, before: Health, uses: readonly Use[]): void {
    const stored = target.toRecord(target.health !== before)
    if (stored !== undefined) this.#options.store.saveVerdict(stored)
    if (target.health.verdict === before.verdict) return
    const wallMs = this.#options.clock.wallMs()
    for (const { pool, endpoint, address } of uses) {
      this.#announce(verdictTransition(pool, endpoint, address, target, before, wallMs))
    }
  }

  #recordSelections(pool: PoolState, changes: readonly SelectionChange[], wallMs: number): void {
    for (const change of changes) {
      const { family } = change
      this.#saveSelection(pool, family)
      this.#announce(selectionTransition(pool, change, wallMs))
      const direction = directionOf(pool, change)
      const [zone, name] = [pool.zoneName, pool.pool.name]
      if (direction !== undefined) this.#options.events.failover({ zone, pool: name, family, direction })
    }
  }

  #announce(transition: StoredTransition): void {
    const { store, events, log } = this.#options
    store.addTransition(transition)
    events.transition(transitionView(transition))
    const { zone, pool, family, endpoint, from, to, reason } = transition
    log.info({ zone, pool, family, endpoint, from, to, reason }, transitionLine(transition))
  }
}

/** Each health check of each zone once, of all that this target's outcome was for. */
function checksOf(uses: readonly Use[]): { zone: string; check: string }[] {
  const found = new Map<string, { zone: string; check: string }>()
  for (const { pool } of uses) {
    const check = pool.pool.check?.name ?? ''
    found.set(`${pool.zoneName}\n${check}`, { zone: pool.zoneName, check })
  }
  return [...found.values()]
}
