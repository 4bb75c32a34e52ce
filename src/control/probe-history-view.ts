/** The history of probes as the admin listener shows it. */
import type { DampingRule } from '#health/damping.ts'
import type { ProbeRun } from '#health/probe-run.ts'
import type { CheckTiming } from '#health/timing.ts'

export interface ProbeHistoryQuery {
  /** `CHECK`, or `ZONE/CHECK` where several zones have it. */
  readonly check: string
  /** Wall time, milliseconds since 1970. */
  readonly sinceMs: number
  /** `next` of the page before. */
  readonly after?: string
  /** Runs on a page. */
  readonly limit: number
}

/** What is probed by a check, where it counts, and how it is judged now. */
export interface ProbeSeries {
  /** Identity of the target: another page may go on with it. */
  readonly key: string
  /** `ZONE/POOL/ENDPOINT ADDRESS`, or of a report the endpoint alone. */
  readonly endpoints: readonly string[]
  readonly timing: CheckTiming
  readonly damping: DampingRule
  readonly runs: readonly ProbeRun[]
}

export interface ProbeHistoryPage {
  readonly zone: string
  readonly check: string
  readonly type: string
  readonly series: readonly ProbeSeries[]
  /** Says where to go on; absent at the end. */
  readonly next?: string
}
