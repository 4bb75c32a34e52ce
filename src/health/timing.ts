/** When a health check probes and how many outcomes decide. */

export interface CheckTiming {
  /** From the start of one probe to the start of the next, while the counters are clear. */
  readonly intervalMs: number
  /** The same while a change is being decided. */
  readonly fastIntervalMs: number
  /** The same while it is down and nothing points to a change; `intervalMs` where nothing is said. */
  readonly downIntervalMs?: number
  readonly timeoutMs: number
  /** Passes in a row that make an endpoint up, and that clear its fails. */
  readonly rise: number
  /** Fails that make it down. */
  readonly fall: number
}

/** Which of the intervals is in force: `fast` while a change is being decided, `down` while a target is down for certain. */
export type Pace = 'normal' | 'fast' | 'down'

/** From the start of one probe to the start of the next. */
export function paceMs(timing: CheckTiming, pace: Pace): number {
  switch (pace) {
    case 'normal':
      return timing.intervalMs
    case 'fast':
      return timing.fastIntervalMs
    case 'down':
      return timing.downIntervalMs ?? timing.intervalMs
    default:
      return pace satisfies never
  }
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

/** The same where the endpoint reports in, and so nothing is probed: fall × (interval + grace) + TTL. The grace is the timing's `timeoutMs`. */
export function heartbeatWorstCaseMs(
  { intervalMs, timeoutMs, fall }: CheckTiming,
  ttlSeconds: number,
): number {
  return fall * (intervalMs + timeoutMs) + ttlSeconds * 1000
}
