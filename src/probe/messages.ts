/** What crosses between the prober's thread and the one that started it. */
import type { Outcome } from '#health/outcome.ts'
import type { Pace } from '#health/timing.ts'
import type { CommandGroups } from './command-turns.ts'
import type { ProbeTarget } from './spec.ts'

export interface ProberData {
  readonly seed: number
  readonly userAgent: string
  /** At most so many probes run at once. */
  readonly maxRunning: number
  /** Where the thread notes the commands that run, for when it can no longer end them. */
  readonly commandGroups: CommandGroups
}

export type ToProber =
  | { readonly kind: 'targets'; readonly targets: readonly ProbeTarget[] }
  | { readonly kind: 'pace'; readonly key: string; readonly pace: Pace }

export interface ProbeReport {
  /** Key of the target. */
  readonly key: string
  readonly outcome: Outcome
  /** Monotonic start of the probe, by the system clock, whose origin is the same in all threads. */
  readonly startedMs: number
  readonly endedWallMs: number
}
