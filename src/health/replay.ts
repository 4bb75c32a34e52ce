/** What a health check with other thresholds would have made of what probes saw. Pure. */
import { afterChange, CALM, type DampingRule } from './damping.ts'
import { gapMs, type ProbeRun, type Seen } from './probe-run.ts'
import { type CheckTiming, type Pace, paceMs } from './timing.ts'
import { type Health, isClear, judge, paceOf, UNKNOWN, type Verdict } from './verdict.ts'

/** A change of the verdict. Times are wall time, milliseconds since 1970. */
export interface VerdictChange {
  /** End of the probe that decided. */
  readonly atMs: number
  readonly from: Verdict
  readonly to: Verdict
  /** Of one to down: start of the first probe of the outage that failed, as recorded. */
  readonly firstFailMs: number
  /** Whether every probe that it rests on was made as these thresholds would have made it. */
  readonly isSure: boolean
}

export interface Replay {
  readonly changes: readonly VerdictChange[]
  /** For how long damping would have held it in all. */
  readonly heldMs: number
  /** The longest time between two outcomes in which these thresholds would have probed once more, where that may change anything; 0 for none. */
  readonly resolutionMs: number
}

export interface ReplayRule {
  readonly timing: CheckTiming
  /** By which the probes were made. */
  readonly recorded: CheckTiming
  readonly damping: DampingRule
  /** Whether outcomes come when they come, as reports do, whatever the intervals. */
  readonly isReported: boolean
}

/** An outcome of the record. */
interface Recorded {
  readonly startMs: number
  readonly latencyMs: number
  readonly seen: Seen
  readonly fresh: boolean
  /** Whether it would have been the same under this timing. */
  readonly isSure: boolean
}

/** After so many intervals without a probe the record has a hole: nobody was there to probe. */
const HOLE_INTERVALS = 3
/** A probe of the record stands for one that would have come by so many paces earlier or later. */
const EARLY_PACES = 0.25
const LATE_PACES = 0.5

/**
 * Judges the runs of one target anew. With the timing by which they were recorded every outcome counts as it is, and the changes are those
 * that were made. Else the probes are those that this timing would have made: of more than it needs the record's are left out; of
 * fewer, one between two equal outcomes is taken for equal, and one between unlike ones for inconclusive.
 */
export function replay(runs: readonly ProbeRun[], rule: ReplayRule): Replay {
  const target = new ReplayedTarget(rule)
  for (const run of withDoubts(runs)) target.run(run)
  return target.result()
}

const DOUBTED: readonly Seen[] = ['waited', 'disbelieved', 'waited-pass', 'disbelieved-pass']

/** What an outcome that was not believed says of those before it. */
interface Doubt {
  readonly by: Seen
  readonly on: Seen
  readonly endedBy: Seen
}
const DOUBTS: readonly Doubt[] = [
  { by: 'disbelieved', on: 'fail', endedBy: 'pass' },
  { by: 'disbelieved-pass', on: 'pass', endedBy: 'fail' },
]

class ReplayedTarget {
  readonly #rule: ReplayRule
  readonly #isAsRecorded: boolean
  readonly #holeMs: number
  readonly #changes: VerdictChange[] = []
  #health: Health = UNKNOWN
  /** The probe before, as this timing makes them. */
  #probe: { readonly startMs: number; readonly latencyMs: number; readonly isDoubted: boolean } | undefined
  /** The outcome before in the record. */
  #before: Recorded | undefined
  #outageMs: number | undefined
  #isSure = true
  #damping = CALM
  #heldMs = 0
  #upMs: number | undefined
  #resolutionMs = 0

  constructor(rule: ReplayRule) {
    const { timing, recorded, isReported } = rule
    this.#rule = rule
    this.#isAsRecorded = isReported || isSame(timing, recorded)
    this.#holeMs =
      HOLE_INTERVALS * Math.max(recorded.intervalMs, recorded.downIntervalMs ?? 0, recorded.timeoutMs)
  }

  /** Of alike outcomes none counts any more once one has changed nothing. */
  run(run: ProbeRun): void {
    for (let index = 0; index < run.count; index++) {
      const before = this.#health
      const outcome = this.#outcomeOf(run, index)
      this.#take(outcome)
      const isSteady = index > 0 && this.#health === before && this.#probe?.startMs === outcome.startMs
      if (isSteady && index < run.count - 1) {
        this.#goTo(this.#outcomeOf(run, run.count - 1))
        return
      }
    }
  }

  result(): Replay {
    const heldMs = this.#heldMs + this.#heldSince(this.#before?.startMs ?? 0)
    return { changes: this.#changes, heldMs, resolutionMs: this.#resolutionMs }
  }

  #outcomeOf(run: ProbeRun, index: number): Recorded {
    const { timeoutMs } = this.#rule.timing
    const { firstMs, seen, reason, latency } = run
    const startMs = firstMs + index * (gapMs(run) ?? 0)
    const one = { startMs, seen, fresh: run.fresh && index === 0 }
    const isLonger = timeoutMs > this.#rule.recorded.timeoutMs
    if (seen === 'fail' && reason === 'timeout' && isLonger)
      return { ...one, latencyMs: timeoutMs, isSure: false }
    if (seen !== 'pass' || latency.maxMs <= timeoutMs || this.#isAsRecorded)
      return {
        ...one,
        latencyMs: this.#isAsRecorded ? latency.meanMs : Math.min(latency.meanMs, timeoutMs),
        isSure: true,
      }
    // Of a run whose latencies lie on both sides, most decide.
    const isLate = latency.meanMs > timeoutMs
    return {
      ...one,
      seen: isLate ? 'fail' : 'pass',
      latencyMs: Math.min(latency.meanMs, timeoutMs),
      isSure: latency.minMs > timeoutMs,
    }
  }

  #take(outcome: Recorded): void {
    const { startMs, fresh, seen } = outcome
    if (fresh) this.#forget(startMs)
    const sinceMs = startMs - (this.#before?.startMs ?? Number.NEGATIVE_INFINITY)
    // The wall clock may have been set back.
    const isHole = sinceMs < 0 || sinceMs > this.#holeMs
    if (!this.#isAsRecorded && !isHole) this.#fill(outcome)
    if (seen === 'fail') this.#outageMs ??= startMs
    const dueMs = this.#dueMs
    const isEarly = dueMs !== undefined && startMs < dueMs - EARLY_PACES * this.#paceMs
    if (this.#isAsRecorded || isHole || !isEarly) this.#judge(outcome)
    if (seen === 'pass' && this.#health.verdict === 'up' && this.#health.fails === 0)
      this.#outageMs = undefined
    this.#before = outcome
  }

  /** The probes that would have been made between the outcome before and this one. */
  #fill(next: Recorded): void {
    const before = this.#before
    if (before === undefined) return
    for (;;) {
      const dueMs = this.#dueMs
      if (dueMs === undefined || dueMs + LATE_PACES * this.#paceMs > next.startMs) return
      const isAlike = before.seen === next.seen
      const health = this.#health
      const seen = isAlike ? next.seen : 'inconclusive'
      this.#judge({ ...next, startMs: dueMs, latencyMs: before.latencyMs, seen, fresh: false, isSure: false })
      if (!isAlike) this.#isSure = false
      if (!isAlike || this.#health !== health)
        this.#resolutionMs = Math.max(this.#resolutionMs, next.startMs - before.startMs)
      if (isAlike && this.#health === health) {
        // Nothing changes until the next one, at whatever pace.
        const paces = Math.max(0, Math.floor((next.startMs - dueMs) / this.#paceMs - LATE_PACES))
        this.#probe = { startMs: dueMs + paces * this.#paceMs, latencyMs: before.latencyMs, isDoubted: false }
      }
    }
  }

  #judge({ startMs, latencyMs, seen, isSure }: Recorded): void {
    const before = this.#health
    this.#health = judgeSeen(before, seen, this.#rule.timing)
    this.#probe = { startMs, latencyMs, isDoubted: DOUBTED.includes(seen) }
    if (this.#health === before) {
      if (isSure && seen !== 'inconclusive' && isClear(before)) this.#isSure = true
      return
    }
    if (!isSure) this.#isSure = false
    const { verdict } = this.#health
    if (verdict !== before.verdict) this.#change(before.verdict, verdict, startMs + latencyMs)
    if (isClear(this.#health)) this.#isSure = true
  }

  #change(from: Verdict, to: Verdict, atMs: number): void {
    const firstFailMs = this.#outageMs ?? atMs
    this.#changes.push({ atMs, from, to, firstFailMs, isSure: this.#isSure })
    if (from === 'up') this.#heldMs += this.#heldSince(atMs)
    this.#damping = afterChange(this.#damping, this.#rule.damping, { from, to, nowMs: atMs })
    this.#upMs = to === 'up' ? atMs : undefined
  }

  /** How much of the time since it came up it was held, until then. */
  #heldSince(untilMs: number): number {
    if (this.#upMs === undefined) return 0
    return Math.max(0, Math.min(untilMs, this.#damping.heldUntilMs) - this.#upMs)
  }

  /** The last of alike outcomes, of which none has changed anything. */
  #goTo(last: Recorded): void {
    this.#before = last
    const stepMs = this.#paceMs
    const probedMs = this.#probe?.startMs ?? last.startMs
    const paces = Math.floor((last.startMs - probedMs) / stepMs)
    const startMs = this.#isAsRecorded ? last.startMs : Math.max(probedMs, probedMs + paces * stepMs)
    this.#probe = { startMs, latencyMs: last.latencyMs, isDoubted: this.#probe?.isDoubted ?? false }
  }

  #forget(nowMs: number): void {
    this.#health = UNKNOWN
    this.#probe = undefined
    this.#before = undefined
    this.#outageMs = undefined
    this.#isSure = true
    this.#heldMs += this.#heldSince(nowMs)
    this.#upMs = undefined
    this.#damping = CALM
  }

  /** When the next probe is due; undefined before the first. */
  get #dueMs(): number | undefined {
    return this.#probe === undefined ? undefined : this.#probe.startMs + this.#paceMs
  }

  /** From the probe before to the next: probes never overlap. */
  get #paceMs(): number {
    const pace: Pace = this.#probe?.isDoubted === true ? 'fast' : paceOf(this.#health)
    return Math.max(paceMs(this.#rule.timing, pace), this.#probe?.latencyMs ?? 0)
  }
}

function judgeSeen(health: Health, seen: Seen, timing: CheckTiming): Health {
  switch (seen) {
    case 'waited':
    case 'waited-pass':
      return health
    case 'disbelieved-pass':
      return health.passes === 0 ? health : { ...health, passes: 0 }
    case 'disbelieved':
      if (health.verdict === 'down') return judge(health, 'fail', timing)
      return health.fails === 0 && health.passes === 0 ? health : { ...health, passes: 0, fails: 0 }
    default:
      return judge(health, seen, timing)
  }
}

/** Fails that ended in one that no reference confirmed were no better than that one, whatever number of them decides; and so with passes of an inverted check. */
function withDoubts(runs: readonly ProbeRun[]): ProbeRun[] {
  const doubted = [...runs]
  let doubt: Doubt | undefined
  for (let index = runs.length - 1; index >= 0; index--) {
    const run = runs[index]
    if (run === undefined) continue
    doubt = DOUBTS.find(({ by }) => by === run.seen) ?? doubt
    if (doubt !== undefined && run.seen === doubt.on) doubted[index] = { ...run, seen: doubt.by }
    if (run.seen === doubt?.endedBy || run.fresh) doubt = undefined
  }
  return doubted
}

function isSame(a: CheckTiming, b: CheckTiming): boolean {
  const keys = ['intervalMs', 'fastIntervalMs', 'downIntervalMs', 'timeoutMs', 'rise', 'fall'] as const
  return keys.every(key => a[key] === b[key])
}
