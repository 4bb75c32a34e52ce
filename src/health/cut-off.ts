/**
 * Whether this node can believe its own eyes: references are addresses that are up when its network is. Pure.
 *
 *   references of the family, since the first fail of a series | the fail that would make an endpoint down
 *   ------------------------------------------------------------+------------------------------------------
 *   there are none                                              | does
 *   one has passed                                              | does
 *   none has ended yet, or only some have, and failed           | waits: the next one decides
 *   all have failed                                             | is discarded with those before it
 */

/** What is known of one reference. Monotonic starts of probes; undefined before the first. */
export interface ReferenceHealth {
  readonly lastPassMs: number | undefined
  readonly lastFailMs: number | undefined
}

export type MayFall = 'yes' | 'wait' | 'discard'

/** @param firstFailMs start of the first probe of the series that failed */
export function mayFall(references: readonly ReferenceHealth[], firstFailMs: number): MayFall {
  if (references.length === 0) return 'yes'
  const since = (ms: number | undefined): boolean => ms !== undefined && ms >= firstFailMs
  if (references.some(({ lastPassMs }) => since(lastPassMs))) return 'yes'
  return references.every(({ lastFailMs }) => since(lastFailMs)) ? 'discard' : 'wait'
}

/** Whether no reference was reached the last time that it was tried. */
export function isCutOff(references: readonly ReferenceHealth[]): boolean {
  return (
    references.length > 0 &&
    references.every(
      ({ lastPassMs = Number.NEGATIVE_INFINITY, lastFailMs }) =>
        lastFailMs !== undefined && lastFailMs > lastPassMs,
    )
  )
}
