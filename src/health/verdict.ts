/** The verdict machine: outcomes in, verdicts out. Pure. */
import type { Outcome } from './outcome.ts'
import type { CheckTiming, Pace } from './timing.ts'

export type Verdict = 'up' | 'down' | 'unknown'

/** All that is remembered of one address under one health check. Immutable; stored and restored as it is. */
export interface Health {
  readonly verdict: Verdict
  /** Passes in a row. */
  readonly passes: number
  /** Fails since they were last cleared. */
  readonly fails: number
}

export const UNKNOWN: Health = { verdict: 'unknown', passes: 0, fails: 0 }

/** Whether nothing has been seen that counts. */
export function isNew({ verdict, passes, fails }: Health): boolean {
  return verdict === 'unknown' && passes === 0 && fails === 0
}

/**
 * The state after one more outcome. `rise` passes in a row make up; `fall` fails make down, and only `rise` passes in a row clear the fails,
 * so that one lucky probe in a failing series does not reset it. From unknown a first pass decides at once, a fail
 * is confirmed through `fall`. The same object comes back where nothing has changed.
 */
export function judge(health: Health, kind: Outcome['kind'], { rise, fall }: CheckTiming): Health {
  switch (kind) {
    case 'inconclusive':
      return health
    case 'pass':
      return afterPass(health, rise)
    case 'fail':
      return afterFail(health, fall)
    default:
      return kind satisfies never
  }
}

function afterPass(health: Health, rise: number): Health {
  const passes = Math.min(rise, health.passes + 1)
  const risen = passes >= rise
  if (health.verdict === 'down' && !risen) return { ...health, passes }
  const fails = risen ? 0 : health.fails
  if (health.verdict === 'up' && health.passes === passes && health.fails === fails) return health
  return { verdict: 'up', passes, fails }
}

function afterFail(health: Health, fall: number): Health {
  if (health.verdict === 'down') return health.passes === 0 ? health : { ...health, passes: 0 }
  const fails = health.fails + 1
  if (fails >= fall) return { verdict: 'down', passes: 0, fails: 0 }
  return { verdict: health.verdict, passes: 0, fails }
}

/** Whether nothing speaks against the verdict: no fails of one that is up, no passes of one that is down. */
export function isClear({ verdict, passes, fails }: Health): boolean {
  if (verdict === 'unknown') return false
  return verdict === 'up' ? fails === 0 : passes === 0
}

/** How soon the next probe comes. */
export function paceOf(health: Health): Pace {
  if (!isClear(health)) return 'fast'
  return health.verdict === 'down' ? 'down' : 'normal'
}

/** The longest that there is from one outcome to the next where nothing holds probes up; of what reports in, where no report comes. */
export function longestGapMs({ verdict }: Health, timing: CheckTiming): number {
  const { intervalMs, fastIntervalMs, downIntervalMs = 0 } = timing
  return Math.max(intervalMs, fastIntervalMs, verdict === 'down' ? downIntervalMs : 0)
}

/**
 * The earliest time at which an endpoint that is served could be down, given when its last probe started; undefined while its counters
 * are clear (the answer then bears its full TTL) or it is down already.
 *
 * @param nextFailMs when the next fail comes, where that is foretold
 */
export function earliestDownMs(
  health: Health,
  timing: CheckTiming,
  lastProbeMs: number,
  nextFailMs?: number,
): number | undefined {
  if (health.verdict === 'down') return undefined
  if (nextFailMs !== undefined) return nextFailMs + (timing.fall - health.fails - 1) * timing.fastIntervalMs
  return health.fails === 0 ? undefined : lastProbeMs + (timing.fall - health.fails) * timing.fastIntervalMs
}
