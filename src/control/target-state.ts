/** What control knows of one address under one health check, whatever number of pools use it. */

import type { MayFall } from '#health/cut-off.ts'
import type { Outcome } from '#health/outcome.ts'
import type { Pace } from '#health/timing.ts'
import { type Health, judge, longestGapMs, paceOf, UNKNOWN } from '#health/verdict.ts'
import type { StoredVerdict } from '#store/records.ts'
import type { JudgedTarget } from './judged-target.ts'

/** Probes of a steady endpoint are recorded once in so many intervals: enough to know how long the server was away. */
const RECORD_EVERY_INTERVALS = 3

/** For a picture of the last minutes. */
const KEPT_LATENCIES = 40

/** After so many of the intervals that were in force without a probe the counters say nothing any more. */
const ABSENCE_INTERVALS = 10

export class TargetState {
  /** Replaced where its secrets have been changed. */
  target: JudgedTarget
  health: Health = UNKNOWN
  /** The latest outcome, inconclusive ones too, and when it came. */
  lastOutcome: { readonly outcome: Outcome; readonly wallMs: number } | undefined
  /** Of the latest probes that passed or failed, the newest last. */
  readonly latenciesMs: number[] = []
  /** Monotonic start of the latest probe that passed or failed; negative if that was before this machine's start. */
  lastProbeMs: number
  /** Monotonic time at which the next fail comes, where that is foretold: while a report is overdue. */
  nextFailMs: number | undefined
  /** Wall clock of the latest that passed or failed; undefined before the first. */
  decidedWallMs: number | undefined
  /** Wall clock since when it is judged. */
  readonly sinceWallMs: number
  /** Something is stored of it that does not count any more, and nothing has been seen since. */
  isForgotten = false
  /** Monotonic start of the first of those outcomes that count now and may come of this node being cut off; endless where none does. */
  #firstDoubtfulMs = Number.POSITIVE_INFINITY
  /** What references said of the latest that passed or failed. */
  #belief: MayFall = 'yes'
  #recordedWallMs = Number.NEGATIVE_INFINITY

  constructor(target: JudgedTarget, nowMs: number, wallMs: number) {
    this.target = target
    this.lastProbeMs = nowMs
    this.sinceWallMs = wallMs
  }

  /** Whether the latest fail waits for what references say, or was not believed. */
  get isDoubted(): boolean {
    return this.#belief !== 'yes'
  }

  /** What references said of the latest that passed or failed. */
  get belief(): MayFall {
    return this.#belief
  }

  get pace(): Pace {
    return this.isDoubted ? 'fast' : paceOf(this.health)
  }

  /** Takes up what an earlier run has stored, unless that was too long ago to count, or the wall clock has been set back since. */
  restore(stored: StoredVerdict, wallMs: number): void {
    const agoMs = wallMs - stored.atMs
    if (Math.abs(agoMs) > ABSENCE_INTERVALS * longestGapMs(stored.health, this.target.timing)) {
      this.isForgotten = true
      return
    }
    this.health = stored.health
    this.lastProbeMs -= Math.max(0, agoMs)
    if (this.#doubtful > 0) this.#firstDoubtfulMs = this.lastProbeMs
    this.decidedWallMs = stored.atMs
    this.#recordedWallMs = stored.atMs
    if (stored.outcome !== undefined) this.lastOutcome = { outcome: stored.outcome, wallMs: stored.atMs }
  }

  /**
   * Judges one more outcome; gives the health before it.
   *
   * @param isBelieved asked before the address goes down, or up where that is what a fail makes it, with the start of the first fail
   */
  take(
    outcome: Outcome,
    startedMs: number,
    endedWallMs: number,
    isBelieved: (firstFailMs: number) => MayFall,
  ): Health {
    const before = this.health
    this.isForgotten = false
    this.lastOutcome = { outcome, wallMs: endedWallMs }
    const foretoldMs = this.nextFailMs
    this.nextFailMs = undefined
    if (outcome.kind === 'inconclusive') return before
    this.latenciesMs.push(Math.round(outcome.latencyMs * 10) / 10)
    if (this.latenciesMs.length > KEPT_LATENCIES) this.latenciesMs.shift()
    const after = judge(before, outcome.kind, this.target.timing)
    const isDoubtful = outcome.kind === (this.#isInverted ? 'pass' : 'fail')
    if (isDoubtful) this.#firstDoubtfulMs = Math.min(this.#firstDoubtfulMs, startedMs)
    const turns = isDoubtful && after.verdict !== before.verdict
    const verdict = turns ? isBelieved(this.#firstDoubtfulMs) : 'yes'
    this.#belief = verdict
    if (verdict === 'wait') this.nextFailMs = foretoldMs
    if (verdict === 'yes') this.health = after
    if (verdict === 'discard' && this.#doubtful > 0)
      this.health = this.#isInverted ? { ...before, passes: 0 } : { ...before, fails: 0 }
    if (verdict !== 'wait' && this.#doubtful === 0) this.#firstDoubtfulMs = Number.POSITIVE_INFINITY
    this.lastProbeMs = startedMs
    this.decidedWallMs = endedWallMs
    return before
  }

  get #isInverted(): boolean {
    return this.target.spec.inverted === true
  }

  /** How many of the outcomes that count now may come of this node being cut off: what has failed. */
  get #doubtful(): number {
    return this.#isInverted ? this.health.passes : this.health.fails
  }

  /** What is to be stored now: each change, and from time to time that all is as it was. */
  toRecord(changed: boolean): StoredVerdict | undefined {
    const atMs = this.decidedWallMs
    if (atMs === undefined) return undefined
    const sinceMs = atMs - this.#recordedWallMs
    const isRecent = sinceMs >= 0 && sinceMs < RECORD_EVERY_INTERVALS * this.target.timing.intervalMs
    return isRecent && !changed ? undefined : this.record()
  }

  /** What is known, for the store; undefined before anything has been decided. */
  record(): StoredVerdict | undefined {
    const atMs = this.decidedWallMs
    if (atMs === undefined) return undefined
    this.#recordedWallMs = atMs
    const outcome = this.lastOutcome?.outcome
    return { key: this.target.key, health: this.health, atMs, ...(outcome === undefined ? {} : { outcome }) }
  }
}
