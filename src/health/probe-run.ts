/** What probes of one target saw, as it is kept: equal outcomes at an even pace in one run. Pure. */
import type { Outcome } from './outcome.ts'

/** What was made of an outcome: `waited` and `disbelieved` are fails that no reference has confirmed (`mayFall`), or such passes of an inverted check. Stored by their place. */
export const SEEN = [
  'pass',
  'fail',
  'inconclusive',
  'waited',
  'disbelieved',
  'waited-pass',
  'disbelieved-pass',
] as const
export type Seen = (typeof SEEN)[number]

/** One outcome. Times are wall time, milliseconds since 1970. */
export interface SeenOutcome {
  readonly startMs: number
  readonly seen: Seen
  readonly reason: string
  readonly latencyMs: number
  /** Nothing was known of the target before it: of a new one, or after a long absence. */
  readonly fresh: boolean
}

/** Outcomes that are alike and evenly spaced, so that first, last and number tell when each of them was. */
export interface ProbeRun {
  /** Start of the first probe, and of the last. */
  readonly firstMs: number
  readonly lastMs: number
  readonly count: number
  readonly seen: Seen
  readonly reason: string
  readonly latency: { readonly minMs: number; readonly meanMs: number; readonly maxMs: number }
  /** Nothing was known of the target before the first. */
  readonly fresh: boolean
}

/** So long a run lasts at most: latencies of more are of no use as one. */
const LONGEST_MS = 3_600_000
/** What the jitter of the scheduler makes, and the beats on which it starts. */
const UNEVEN_PART = 0.15
const UNEVEN_MS = 50

export function runOf({ startMs, seen, reason, latencyMs, fresh }: SeenOutcome): ProbeRun {
  const latency = { minMs: latencyMs, meanMs: latencyMs, maxMs: latencyMs }
  return { firstMs: startMs, lastMs: startMs, count: 1, seen, reason, latency, fresh }
}

/** From one probe of the run to the next; undefined where there is only one. */
export function gapMs({ firstMs, lastMs, count }: ProbeRun): number | undefined {
  return count < 2 ? undefined : (lastMs - firstMs) / (count - 1)
}

/** The run with one more outcome; undefined where that begins another. */
export function extended(run: ProbeRun, next: SeenOutcome): ProbeRun | undefined {
  if (next.seen !== run.seen || next.reason !== run.reason) return undefined
  if (next.fresh && next.seen !== 'inconclusive') return undefined
  if (next.startMs <= run.lastMs || next.startMs - run.firstMs > LONGEST_MS) return undefined
  const gap = gapMs(run)
  const slackMs = UNEVEN_MS + UNEVEN_PART * (gap ?? 0)
  if (gap !== undefined && Math.abs(next.startMs - run.lastMs - gap) > slackMs) return undefined
  // When a fail has ended decides when a target was down.
  if (run.seen !== 'pass' && Math.abs(next.latencyMs - run.latency.meanMs) > slackMs) return undefined
  const count = run.count + 1
  const { minMs, meanMs, maxMs } = run.latency
  const latency = {
    minMs: Math.min(minMs, next.latencyMs),
    meanMs: meanMs + (next.latencyMs - meanMs) / count,
    maxMs: Math.max(maxMs, next.latencyMs),
  }
  return { ...run, lastMs: next.startMs, count, latency }
}

/** What is told of an outcome, and what was made of it. */
export function seenAs(kind: Outcome['kind'], belief: 'yes' | 'wait' | 'discard'): Seen {
  if (kind === 'inconclusive' || belief === 'yes') return kind
  if (kind === 'pass') return belief === 'wait' ? 'waited-pass' : 'disbelieved-pass'
  return belief === 'wait' ? 'waited' : 'disbelieved'
}
