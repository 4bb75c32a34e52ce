/** How long an answer may be cached. Pure. */
import type { Selection } from './selection.ts'

/** What the responder needs to give each answer its TTL. */
export interface AnswerTtl {
  /** Monotonic time at which the answer could change next; undefined while nothing points to a change. */
  readonly nextChangeMs: number | undefined
  readonly minSeconds: number
  readonly maxSeconds: number
}

export interface TtlLimits {
  /** `ttl` and `ttl-min` of the managed name. */
  readonly ttlSeconds: number
  readonly ttlMinSeconds: number
}

/**
 * The full TTL while the counters of what is served are clear; from a first fail on, the time until the answer could change, not below
 * `ttl-min`. With every endpoint down the answer bears `ttl-min`, so that it does not outlive the recovery.
 *
 * @param earliestDownMs for each address served, when it could be down (`earliestDownMs` of its health)
 */
export function answerTtl(
  selection: Selection,
  limits: TtlLimits,
  earliestDownMs: readonly (number | undefined)[],
): AnswerTtl {
  const minSeconds = Math.min(limits.ttlMinSeconds, limits.ttlSeconds)
  if (selection.mode !== 'serving') return { nextChangeMs: undefined, minSeconds, maxSeconds: minSeconds }
  const times = earliestDownMs.filter(time => time !== undefined)
  const nextChangeMs = times.length === 0 ? undefined : Math.min(...times)
  return { nextChangeMs, minSeconds, maxSeconds: limits.ttlSeconds }
}

/** The TTL that an answer bears at this monotonic time, in seconds. */
export function secondsLeft({ nextChangeMs, minSeconds, maxSeconds }: AnswerTtl, nowMs: number): number {
  if (nextChangeMs === undefined) return maxSeconds
  return Math.min(maxSeconds, Math.max(minSeconds, Math.floor((nextChangeMs - nowMs) / 1000)))
}
