/**
 * The failover policy: one endpoint, the first that can be served. Pure. Usable is what is up, unknown or held, in this order of rank; where all
 * are down or drained the rule for that applies (`all-down.ts`).
 *
 *   in service | an endpoint of higher preference is up | another endpoint is  | selected
 *   -----------+----------------------------------------+----------------------+------------------------------------------------
 *   nothing    |                                        |                      | the first that is up or unknown, else the first held
 *   up,unknown | no                                     |                      | the one in service
 *   up,unknown | yes                                    |                      | failback: auto    that one
 *              |                                        |                      | failback: after   that one, when it has been up so long
 *              |                                        |                      | failback: manual  the one in service, until asked
 *   held       |                                        | up                   | the first that is up
 *   held       |                                        | none up              | the one in service
 *   down,      |                                        | up                   | the first that is up
 *   drained    |                                        | unknown, none up     | the first that is unknown
 *              |                                        | held, none better    | the first that is held
 */
import { type Candidate, causeOf } from './candidates.ts'
import type { Choice, ChoiceContext } from './choice.ts'
import type { Failback } from './pool.ts'
import { isUsable } from './standing.ts'

/** The endpoint to serve; undefined where none is usable. */
export function chooseFailover(
  candidates: readonly Candidate[],
  failback: Failback,
  context: ChoiceContext,
): Choice | undefined {
  const { before } = context
  const inService = before?.mode === 'serving' ? before.endpoints[0] : undefined
  const place = candidates.findIndex(({ endpoint }) => endpoint === inService)
  const incumbent = candidates[place]
  const firstUp = candidates.find(({ standing }) => standing === 'up')
  if (incumbent !== undefined && isUsable(incumbent.standing)) {
    if (incumbent.standing === 'held' && firstUp !== undefined)
      return { endpoints: [firstUp.endpoint], reason: failoverFrom(incumbent.endpoint, incumbent) }
    return stayOrReturn(incumbent, candidates.slice(0, place), failback, context)
  }
  const chosen =
    before === undefined
      ? (candidates.find(({ standing }) => standing === 'up' || standing === 'unknown') ?? bestOf(candidates))
      : bestOf(candidates)
  if (chosen === undefined) return undefined
  const endpoints = [chosen.endpoint]
  if (before === undefined) return { endpoints, reason: { kind: 'initial' } }
  return {
    endpoints,
    reason: inService === undefined ? { kind: 'recovery' } : failoverFrom(inService, incumbent),
  }
}

/** The one in service can go on; an endpoint before it may be up again. */
function stayOrReturn(
  incumbent: Candidate,
  preferred: readonly Candidate[],
  failback: Failback,
  { nowMs, asked }: ChoiceContext,
): Choice {
  const stay: Choice = { endpoints: [incumbent.endpoint], reason: { kind: 'addresses' } }
  const up = preferred.filter(({ standing }) => standing === 'up')
  const returnTo = ({ endpoint }: Candidate): Choice => ({
    endpoints: [endpoint],
    reason: { kind: 'failback', from: incumbent.endpoint, ...(asked ? { asked } : {}) },
  })
  const [first] = up
  if (first === undefined) return stay
  if (asked || failback.kind === 'auto') return returnTo(first)
  if (failback.kind === 'manual') return stay
  const ready = up.find(({ upSinceMs }) => upSinceMs + failback.afterMs <= nowMs)
  if (ready !== undefined) return returnTo(ready)
  return { ...stay, wakeMs: Math.min(...up.map(({ upSinceMs }) => upSinceMs + failback.afterMs)) }
}

function failoverFrom(from: string, candidate: Candidate | undefined): Choice['reason'] {
  return { kind: 'failover', from, cause: causeOf(candidate) }
}

/** The first of the best standing that is usable. */
function bestOf(candidates: readonly Candidate[]): Candidate | undefined {
  for (const wanted of ['up', 'unknown', 'held'] as const) {
    const found = candidates.find(({ standing }) => standing === wanted)
    if (found !== undefined) return found
  }
  return undefined
}
