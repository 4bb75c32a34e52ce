/** Checks made of checks: up while enough of them are. Pure. */
import type { Verdict } from './verdict.ts'

/** What is known of one part: its verdict, and when it could be down at the earliest (`earliestDownMs`). */
export interface Part {
  readonly verdict: Verdict
  readonly earliestDownMs: number | undefined
}

/**
 * `needed` of the parts must be up: all of them, one (`any`), or some (`at-least`).
 *
 *   parts that are up | parts that are not down | verdict
 *   ------------------+-------------------------+--------
 *   needed or more    |                         | up
 *   fewer             | needed or more          | unknown
 *   fewer             | fewer                   | down
 */
export function combine(parts: readonly Part[], needed: number): Verdict {
  const up = parts.filter(({ verdict }) => verdict === 'up').length
  if (up >= needed) return 'up'
  const alive = parts.filter(({ verdict }) => verdict !== 'down').length
  return alive >= needed ? 'unknown' : 'down'
}

/** When the whole could be down at the earliest: when so many parts could be that too few are left. Undefined if nothing points to that. */
export function combineEarliestDown(parts: readonly Part[], needed: number): number | undefined {
  const alive = parts.filter(({ verdict }) => verdict !== 'down')
  const times = alive.flatMap(({ earliestDownMs }) => earliestDownMs ?? []).sort((a, b) => a - b)
  return times[alive.length - needed]
}

export function invert(verdict: Verdict): Verdict {
  if (verdict === 'unknown') return verdict
  return verdict === 'up' ? 'down' : 'up'
}
