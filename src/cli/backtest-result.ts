/** What `understudy backtest` has found. */
import type { Tally } from '#health/backtest.ts'
import type { CheckTiming } from '#health/timing.ts'

/** Both sets of thresholds on one target. */
export interface EndpointResult {
  readonly endpoints: readonly string[]
  readonly present: Tally
  readonly other: Tally
}

export interface BacktestResult {
  readonly zone: string
  readonly check: string
  /** First and last probe, milliseconds since 1970. */
  readonly fromMs: number
  readonly toMs: number
  readonly probes: number
  readonly present: CheckTiming
  readonly other: CheckTiming
  /** Times of the other thresholds are sure to within this; 0 where every probe was made that they would have made. */
  readonly resolutionMs: number
  readonly endpoints: readonly EndpointResult[]
  readonly sum: Pick<EndpointResult, 'present' | 'other'>
}
