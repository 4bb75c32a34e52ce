/**
 * The failover policy. Pure: verdicts and the selections so far in, selections out.
 *
 *   in service | an endpoint of higher preference is up | another endpoint is     | selected
 *   -----------+----------------------------------------+-------------------------+-----------------------------
 *   nothing    |                                        |                         | the first that is not down
 *   not down   | no                                     |                         | the one in service
 *   not down   | yes                                    |                         | that one (failback: auto)
 *   down       |                                        | up                      | the first that is up
 *   down       |                                        | unknown, none up        | the first that is unknown
 *   down       |                                        | down, all of them       | nothing in this family if the
 *              |                                        |                         | other has one, else all-down
 */
import { type Address, FAMILIES, type Family } from '#base/address.ts'
import type { Verdict } from '#health/verdict.ts'
import { addressesOf, type Pool, type PoolEndpoint } from './pool.ts'
import { type Reason, type Selection, sameSelection } from './selection.ts'

/** The verdict on one address as far as this pool is concerned; `up` for an address without a health check. */
export type VerdictOf = (address: Address) => Verdict

export type Selections = Partial<Record<Family, Selection>>

/** One endpoint in one family: as good as its best address. */
interface Candidate {
  readonly endpoint: string
  readonly verdict: Verdict
  /** The addresses that bear that verdict. */
  readonly usable: readonly Address[]
}

/**
 * The selection of every family in which the pool has addresses. A family whose answer does not change keeps its object, and with it the
 * reason for which it was once selected.
 */
export function selectFailover(pool: Pool, verdictOf: VerdictOf, current: Selections): Selections {
  const candidates = new Map<Family, Candidate[]>()
  for (const family of FAMILIES) {
    const found = pool.endpoints.flatMap(endpoint => candidateOf(endpoint, family, verdictOf))
    if (found.length > 0) candidates.set(family, found)
  }
  const someUsable = [...candidates.values()].some(list => list.some(isUsable))
  const next: Selections = {}
  for (const [family, list] of candidates) {
    const before = current[family]
    const selection = someUsable ? selectIn(list, before) : whenAllDown(pool, family)
    next[family] = before !== undefined && sameSelection(before, selection) ? before : selection
  }
  return next
}

function candidateOf(endpoint: PoolEndpoint, family: Family, verdictOf: VerdictOf): Candidate[] {
  const addresses = addressesOf(endpoint, family)
  for (const verdict of ['up', 'unknown', 'down'] as const) {
    const usable = addresses.filter(address => verdictOf(address) === verdict)
    if (usable.length > 0) return [{ endpoint: endpoint.name, verdict, usable }]
  }
  return []
}

function isUsable(candidate: Candidate): boolean {
  return candidate.verdict !== 'down'
}

function selectIn(candidates: readonly Candidate[], current: Selection | undefined): Selection {
  const inService = current?.mode === 'serving' ? current.endpoints[0] : undefined
  const place = candidates.findIndex(candidate => candidate.endpoint === inService)
  const incumbent = candidates[place]
  if (incumbent !== undefined && isUsable(incumbent)) {
    const preferred = candidates.slice(0, place).find(candidate => candidate.verdict === 'up')
    return preferred === undefined
      ? serving(incumbent, { kind: 'addresses' })
      : serving(preferred, { kind: 'failback', from: incumbent.endpoint })
  }
  const chosen =
    current === undefined
      ? candidates.find(isUsable)
      : (candidates.find(candidate => candidate.verdict === 'up') ?? candidates.find(isUsable))
  if (chosen === undefined)
    return { mode: 'none', endpoints: [], addresses: [], reason: { kind: 'family-down' } }
  return serving(chosen, reasonToStart(current))
}

function reasonToStart(current: Selection | undefined): Reason {
  if (current === undefined) return { kind: 'initial' }
  const from = current.mode === 'serving' ? current.endpoints[0] : undefined
  return from === undefined ? { kind: 'recovery' } : { kind: 'failover', from }
}

function serving(candidate: Candidate, reason: Reason): Selection {
  return { mode: 'serving', endpoints: [candidate.endpoint], addresses: candidate.usable, reason }
}

/** Every endpoint is down in every family: the primary is served, as the one most likely to come back. */
function whenAllDown(pool: Pool, family: Family): Selection {
  const primary = pool.endpoints.find(endpoint => addressesOf(endpoint, family).length > 0)
  return {
    mode: 'all-down',
    endpoints: primary === undefined ? [] : [primary.name],
    addresses: primary === undefined ? [] : addressesOf(primary, family),
    reason: { kind: 'all-down', rule: pool.whenAllDown.kind },
  }
}
