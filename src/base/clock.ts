/** Time as an argument: what decides anything by the clock is given one, so that tests can run years in seconds. */

export interface Clock {
  /** Milliseconds that never go back, from an origin of the clock's own. */
  monotonicMs(): number
  /** Milliseconds since 1970, as the wall clock has them: may jump. */
  wallMs(): number
  /** Calls back once `monotonicMs()` has reached the time; the result cancels that. */
  at(monotonicMs: number, call: () => void): () => void
}

/** Timers longer than this overflow the platform's 32 bits. */
const LONGEST_TIMER_MS = 2_000_000_000

/** The clock of this machine. Its monotonic origin is the same in every thread of the machine. */
export const systemClock: Clock = {
  monotonicMs: () => performance.now() + hrtimeOffsetMs,
  wallMs: () => Date.now(),
  at(monotonicMs, call) {
    let timer: NodeJS.Timeout
    const wait = (): void => {
      const left = monotonicMs - systemClock.monotonicMs()
      timer =
        left > LONGEST_TIMER_MS
          ? setTimeout(wait, LONGEST_TIMER_MS)
          : setTimeout(call, Math.max(0, Math.ceil(left)))
    }
    wait()
    return () => clearTimeout(timer)
  },
}

/**
 * How far one clock is ahead of another, in milliseconds. A thread may stand still between two readings, for long on a busy machine: of several tries the one
 * counts that was over soonest.
 */
export function aheadMs(first: () => number, second: () => number): number {
  let least = Number.POSITIVE_INFINITY
  let ahead = 0
  for (let attempt = 0; attempt < MOST_TRIES && least > CLOSE_ENOUGH_MS; attempt++) {
    const before = second()
    const read = first()
    const after = second()
    if (after - before >= least) continue
    least = after - before
    ahead = read - (before + after) / 2
  }
  return ahead
}

const MOST_TRIES = 100
const CLOSE_ENOUGH_MS = 0.02

/** `performance.now()` starts at zero in each worker thread; hrtime does not. */
const hrtimeOffsetMs = aheadMs(
  () => Number(process.hrtime.bigint()) / 1e6,
  () => performance.now(),
)
