/** Probes that say more of this process than of the endpoint. */
import type { Clock } from '#base/clock.ts'
import type { Outcome } from '#health/outcome.ts'

const BEAT_MS = 100
/** Timers are never quite punctual. */
const PUNCTUAL_MS = 20
const SHORTEST_STALL_MS = 250

/** Adds up the time for which this thread's event loop stood still. */
export class StallMeter {
  readonly #clock: Clock
  #total = 0
  #nextMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#wait()
  }

  /** Milliseconds so far, a stall that has just ended included. */
  get totalMs(): number {
    return this.#total + this.#lateMs()
  }

  #lateMs(): number {
    const lateMs = this.#clock.monotonicMs() - this.#nextMs
    return lateMs > PUNCTUAL_MS ? lateMs : 0
  }

  #wait(): void {
    this.#nextMs = this.#clock.monotonicMs() + BEAT_MS
    this.#clock.at(this.#nextMs, () => {
      this.#total += this.#lateMs()
      this.#wait()
    })
  }
}

/** What a probe is measured by. */
export interface TimeLimits {
  readonly timeoutMs: number
  /** Undefined for none. */
  readonly latencyLimitMs?: number | undefined
  /** Whether a pass is what has failed. */
  readonly inverted?: boolean | undefined
}

/**
 * The outcome as it may be judged: a fail of a probe during which this process stood still for too long is inconclusive, also where that would be a pass. One that was only
 * too slow is so already if it would not have been without.
 *
 * @param stalledMs for how long it did while the probe ran
 */
export function unlessStalled(
  outcome: Outcome,
  stalledMs: number,
  { timeoutMs, latencyLimitMs = 0, inverted = false }: TimeLimits,
): Outcome {
  if (outcome.kind !== (inverted ? 'pass' : 'fail')) return outcome
  const toleratedMs =
    outcome.reason === 'slow'
      ? outcome.latencyMs - latencyLimitMs
      : Math.max(SHORTEST_STALL_MS, timeoutMs / 4)
  if (stalledMs <= toleratedMs) return outcome
  const detail = `this prober was held up for ${Math.round(stalledMs)} ms; it saw: ${outcome.detail}`
  return { ...outcome, kind: 'inconclusive', reason: 'stalled', detail: detail.slice(0, 200) }
}
