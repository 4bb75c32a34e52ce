/** What becomes of a decision once the answer has changed: store, events, log, alerts. */
import type { Announcement } from '#alert/announcement.ts'
import type { Clock } from '#base/clock.ts'
import type { Log } from '#base/log.ts'
import type { Outcome } from '#health/outcome.ts'
import { seenAs } from '#health/probe-run.ts'
import { type Health, isNew, type Verdict } from '#health/verdict.ts'
import type { Override } from '#steering/override.ts'
import type { AnswerKind } from '#steering/pool.ts'
import type { StoredTransition } from '#store/records.ts'
import type { Store } from '#store/store.ts'
import type { AddressState } from './address-state.ts'
import { Announcer } from './announcer.ts'
import type { EventSink } from './events.ts'
import type { Use } from './judged-state.ts'
import type { BookChanges } from './overrides.ts'
import type { PoolState, SelectionChange } from './pool-state.ts'
import { ProbeRecorder } from './probe-recorder.ts'
import type { TargetState } from './target-state.ts'
import {
  directionOf,
  maintenanceTransition,
  overrideTransition,
  selectionTransition,
  transitionLine,
  transitionView,
  verdictTransition,
} from './transitions.ts'
import type { DrillView } from './view.ts'

export interface RecorderOptions {
  readonly clock: Clock
  readonly store: Pick<Store, 'saveVerdict' | 'saveSelection' | 'addTransition' | 'saveRun'>
  readonly events: EventSink
  readonly log: Log
  /** Told of what somebody may want to be alerted of. */
  announce?(announcement: Announcement): void
}

export class Recorder {
  readonly #options: RecorderOptions
  /** What probes saw. */
  readonly probes: ProbeRecorder
  /** Where people are told of it. */
  readonly announcer: Announcer

  constructor(options: RecorderOptions) {
    this.#options = options
    this.announcer = new Announcer(announcement => options.announce?.(announcement))
    this.probes = new ProbeRecorder((key, run) => options.store.saveRun(key, run))
  }

  /** A target has been judged by that outcome; `before` is its health before. */
  target(target: TargetState, before: Health, outcome: Outcome): void {
    const stored = target.toRecord(target.health !== before)
    if (stored !== undefined) this.#options.store.saveVerdict(stored)
    const { kind, reason, latencyMs } = outcome
    const startMs = (target.lastOutcome?.wallMs ?? 0) - latencyMs
    const seen = seenAs(kind, target.belief)
    this.probes.take(target.target.key, { startMs, seen, reason, latencyMs, fresh: isNew(before) })
  }

  /**
   * The verdict on an address, if it is another one, at all places where it counts.
   *
   * @param from the verdict before
   * @param decided the target whose outcome has decided, and its health before
   */
  verdict(
    state: AddressState,
    from: Verdict,
    uses: readonly Use[],
    decided: { readonly target: TargetState; readonly before: Health },
  ): void {
    if (state.verdict === from) return
    const { clock, store } = this.#options
    const [nowMs, wallMs] = [clock.monotonicMs(), clock.wallMs()]
    const stored = state.record(nowMs, wallMs)
    if (stored !== undefined) store.saveVerdict(stored)
    for (const { pool, endpoint, address } of uses) {
      const change = { endpoint, address, state, from, ...decided }
      this.announce(verdictTransition(pool, change, wallMs))
      this.announcer.verdict(pool, change, nowMs, wallMs)
    }
  }

  selections(pool: PoolState, changes: readonly SelectionChange[]): void {
    const wallMs = this.#options.clock.wallMs()
    for (const change of changes) {
      const { family } = change
      this.selection(pool, family)
      this.announce(selectionTransition(pool, change, wallMs))
      this.announcer.selection(pool, change)
      const direction = directionOf(pool, change)
      const [zone, name] = [pool.zoneName, pool.pool.name]
      if (direction !== undefined) this.#options.events.failover({ zone, pool: name, family, direction })
    }
  }

  /** Stores what the pool has selected. */
  selection(pool: PoolState, family: AnswerKind): void {
    const selection = pool.selection(family)
    if (selection === undefined) return
    const [zone, name, sinceMs] = [pool.zoneName, pool.pool.name, pool.sinceMs(family)]
    this.#options.store.saveSelection({ zone, pool: name, family, selection, sinceMs })
  }

  /** An override that was set or released. */
  override(override: Override, what: 'set' | 'released'): void {
    this.announce(overrideTransition(override, what, this.#options.clock.wallMs()))
  }

  /** What time has made of overrides and windows. */
  bookChanges({ expired, windows }: BookChanges): void {
    const wallMs = this.#options.clock.wallMs()
    for (const one of expired) this.announce(overrideTransition(one, 'expired', wallMs))
    for (const one of windows.closed) this.announce(maintenanceTransition(one, 'closed', wallMs))
    for (const one of windows.opened) this.announce(maintenanceTransition(one, 'opened', wallMs))
  }

  /** A drill that is over. */
  drill(transition: StoredTransition, drill: DrillView): void {
    this.announce(transition)
    this.announcer.drill(drill)
  }

  /** Stores it, and tells of it. */
  announce(transition: StoredTransition): void {
    const { store, events, log } = this.#options
    store.addTransition(transition)
    events.transition(transitionView(transition))
    const { zone, pool, family, endpoint, from, to, reason } = transition
    log.info({ zone, pool, family, endpoint, from, to, reason }, transitionLine(transition))
  }
}
