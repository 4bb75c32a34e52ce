/**
 * The policies `weighted` and `all`: every endpoint that can be served. Pure.
 *
 *   endpoints of the pool                          | members
 *   -----------------------------------------------+------------------------------------------------------------
 *   some are up                                    | those, and of the unknown ones those that were members before
 *   none is up, some are unknown                   | those; the first selection takes the unknown ones with those that are up
 *   all others are down, some are held             | those
 *   all are down or drained                        | none: the rule for that applies (`all-down.ts`)
 *   weighted: nothing with a weight can be served  | the same of those with weight 0
 *   fewer members than `min-healthy`               | none
 */
import type { Candidate } from './candidates.ts'
import type { Choice, ChoiceContext } from './choice.ts'
import type { Pool } from './pool.ts'
import type { Reason, Selection } from './selection.ts'

/** All endpoints to serve; undefined where there are none, or too few. */
export function chooseMembers(
  candidates: readonly Candidate[],
  { policy, minHealthy }: Pick<Pool, 'policy' | 'minHealthy'>,
  { before }: ChoiceContext,
): Choice | undefined {
  const members = membersOf(candidates, policy, before)
  if (members.length === 0 || members.length < minHealthy) return undefined
  const endpoints = members.map(({ endpoint }) => endpoint)
  return { endpoints, reason: reasonFor(endpoints, before) }
}

/** How many could be served: what `min-healthy` is compared with. */
export function countMembers(
  candidates: readonly Candidate[],
  policy: Pool['policy'],
  before: Selection | undefined,
): number {
  return membersOf(candidates, policy, before).length
}

function membersOf(
  candidates: readonly Candidate[],
  policy: Pool['policy'],
  before: Selection | undefined,
): Candidate[] {
  if (policy === 'all') return usableOf(candidates, before)
  const weighty = usableOf(
    candidates.filter(({ weight }) => weight > 0),
    before,
  )
  if (weighty.length > 0) return weighty
  return usableOf(
    candidates.filter(({ weight }) => weight === 0),
    before,
  )
}

function usableOf(candidates: readonly Candidate[], before: Selection | undefined): Candidate[] {
  const isKnown = ({ endpoint }: Candidate): boolean =>
    before === undefined || (before.mode === 'serving' && before.endpoints.includes(endpoint))
  const first = candidates.filter(
    one => one.standing === 'up' || (one.standing === 'unknown' && isKnown(one)),
  )
  if (first.length > 0) return first
  for (const wanted of ['unknown', 'held'] as const) {
    const found = candidates.filter(({ standing }) => standing === wanted)
    if (found.length > 0) return found
  }
  return []
}

function reasonFor(endpoints: readonly string[], before: Selection | undefined): Reason {
  if (before === undefined) return { kind: 'initial' }
  if (before.mode !== 'serving') return { kind: 'recovery' }
  const joined = endpoints.filter(one => !before.endpoints.includes(one))
  const left = before.endpoints.filter(one => !endpoints.includes(one))
  return joined.length + left.length === 0 ? { kind: 'addresses' } : { kind: 'members', joined, left }
}
