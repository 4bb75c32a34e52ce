/** When new targets are probed for the first and the second time, so that they never march in step. */
import type { Random } from '#base/random.ts'
import type { CheckTiming } from '#health/timing.ts'

/** The first probes of new targets are over after so long: a start decides quickly. */
const FIRST_SPREAD_MS = 1000

export interface Phase {
  /** From now to the first probe. */
  readonly firstMs: number
  /** From the first probe to the second, at a normal pace: at most the interval. */
  readonly gapMs: number
}

/**
 * One phase for each timing. Targets of the same interval are spread evenly: their first probes over at most a second, their second
 * ones over the interval, where the schedule then stays.
 */
export function spreadPhases(timings: readonly CheckTiming[], random: Random): Phase[] {
  const sizes = new Map<number, number>()
  for (const { intervalMs } of timings) sizes.set(intervalMs, (sizes.get(intervalMs) ?? 0) + 1)
  const placed = new Map<number, number>()
  return timings.map(({ intervalMs, fastIntervalMs }) => {
    const place = placed.get(intervalMs) ?? 0
    placed.set(intervalMs, place + 1)
    const size = sizes.get(intervalMs) ?? 1
    const spreadMs = Math.min(intervalMs, FIRST_SPREAD_MS)
    const shortestMs = Math.min(fastIntervalMs, spreadMs)
    const share = (place + random()) / size
    return { firstMs: (spreadMs * place) / size, gapMs: shortestMs + (intervalMs - shortestMs) * share }
  })
}
