/** When a health check probes and how many outcomes decide. */

export interface CheckTiming {
  /** From the start of one probe to the start of the next, while the counters are clear. */
  readonly intervalMs: number
  /** The same while a change is being decided. */
  readonly fastIntervalMs: number
  readonly timeoutMs: number
  /** Passes in a row that make an endpoint up, and that clear its fails. */
  readonly rise: number
  /** Fails that make it down. */
  readonly fall: number
}

/** The scheduler adds a random part of this to every interval, so that nodes and checks do not march in step. */
export function jitterMs(timing: CheckTiming): number {
  return Math.min(1000, Math.round(timing.intervalMs / 10))
}

/**
 * The longest time from an endpoint's death to the last client's use of the new answer, in milliseconds: interval + jitter + timeout +
 * (fall − 1) × max(fast-interval, timeout) + TTL.
 */
export function worstCaseMs(timing: CheckTiming, ttlSeconds: number): number {
  const confirmMs = (timing.fall - 1) * Math.max(timing.fastIntervalMs, timing.timeoutMs)
  return timing.intervalMs + jitterMs(timing) + timing.timeoutMs + confirmMs + ttlSeconds * 1000
}
