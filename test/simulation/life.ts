/** What a simulation lives through, and what comes of it. */
import type { SimulatedNode } from './node.ts'

export const YEAR_MS = 365 * 24 * 3_600_000

/** What it has seen, for a report. */
export interface SimulationCounts {
  probes: number
  looks: number
  transitions: number
  restarts: number
  kills: number
  reloads: number
  overrides: number
  drills: number
  stalls: number
  faults: number
}

/** What is lived through. */
export interface Life {
  readonly seed: number
  readonly forMs: number
  /** Steps at which nothing is done, and servers that never fail and names that never change: what else happens stays the same. */
  readonly skipped?: ReadonlySet<number>
  readonly steady?: ReadonlySet<string>
  /** Ends it early. */
  readonly signal?: AbortSignal
  /** One more rule, looked at with the others. */
  alsoHolds?(node: SimulatedNode): void
}

/** What did not hold, and what had happened before. */
export class Broken extends Error {
  readonly life: Life
  /** Steps at which something was done. */
  readonly steps: readonly number[]
  readonly atMs: number
  readonly timeline: readonly string[]

  constructor(
    life: Life,
    cause: unknown,
    { steps, atMs, timeline }: Pick<Broken, 'steps' | 'atMs' | 'timeline'>,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.life = life
    this.steps = steps
    this.atMs = atMs
    this.timeline = timeline
  }
}
