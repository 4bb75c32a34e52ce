/** The endpoints of a pool as a policy sees them: each as good as its best address, or as an operator says. Pure. */
import { type Address, FAMILIES } from '#base/address.ts'
import type { Effect, PoolOverrides } from './override.ts'
import { type AnswerKind, addressesOf, type Pool, type PoolEndpoint } from './pool.ts'
import type { Answer, Cause } from './selection.ts'
import {
  type AddressStanding,
  ALWAYS_UP,
  compareStandings,
  type Standing,
  type StandingOf,
  type StandingsOf,
} from './standing.ts'

export interface Candidate {
  readonly endpoint: string
  readonly weight: number
  readonly standing: Standing
  readonly effect: Effect
  /** Monotonic; of the addresses that bear the standing the one that bears it longest. */
  readonly upSinceMs: number
  /** When a hold ends, monotonic; undefined without one. */
  readonly heldUntilMs: number | undefined
  /** What it is answered with: the addresses that bear the standing, the hostname, or the answer of the pool that it is. */
  readonly answers: ReadonlyMap<AnswerKind, CandidateAnswer>
}

export interface CandidateAnswer extends Answer {
  /** Of a pool that answers SERVFAIL. */
  readonly isFailed?: boolean
}

/** What is answered from the same endpoint. */
export interface Group {
  readonly kinds: readonly AnswerKind[]
  /** In order of preference. */
  readonly candidates: readonly Candidate[]
}

/** By what candidates are judged. */
export interface Look {
  readonly standingOf: StandingOf
  /** Of pools that are endpoints of this one. */
  readonly standingsOf: StandingsOf
  readonly overrides: PoolOverrides
}

/** One group for each family in which the pool has addresses, or one for both where they are bound together. */
export function groupsOf(pool: Pool, look: Look): Group[] {
  const sets = pool.families === 'together' ? [pool.kinds] : pool.kinds.map(kind => [kind])
  return sets
    .filter(kinds => kinds.length > 0)
    .map(kinds => ({
      kinds,
      candidates: pool.endpoints.flatMap(endpoint => candidateOf(endpoint, kinds, look)),
    }))
}

/** Why the endpoint is not served; undefined for one that the pool does not have. */
export function causeOf(candidate: Candidate | undefined): Cause {
  if (candidate === undefined) return 'removed'
  const { effect } = candidate
  if (effect === 'drained' || effect === 'forced-down' || effect === 'drilled') return effect
  return candidate.standing === 'held' ? 'held' : 'down'
}

interface Best extends AddressStanding {
  readonly answer: CandidateAnswer
}

function candidateOf(endpoint: PoolEndpoint, kinds: readonly AnswerKind[], look: Look): Candidate[] {
  const effect = look.overrides.effectOn(endpoint.name)
  const best = new Map<AnswerKind, Best>()
  for (const kind of kinds) {
    const one = bestIn(endpoint, kind, look, effect)
    if (one !== undefined) best.set(kind, effect === 'none' ? one : ruled(one, effect))
  }
  const worst = [...best.values()].sort((a, b) => compareStandings(b.standing, a.standing))[0]
  if (worst === undefined) return []
  return [
    {
      endpoint: endpoint.name,
      weight: endpoint.weight,
      standing: effect === 'drained' ? 'drained' : worst.standing,
      effect,
      upSinceMs: Math.max(...Array.from(best.values(), ({ upSinceMs }) => upSinceMs)),
      heldUntilMs: worst.heldUntilMs,
      answers: new Map(Array.from(best, ([kind, { answer }]) => [kind, answer])),
    },
  ]
}

/** Undefined where the endpoint has nothing to answer with. */
function bestIn(
  endpoint: PoolEndpoint,
  kind: AnswerKind,
  { standingOf, standingsOf }: Look,
  effect: Effect,
): Best | undefined {
  if (endpoint.pool !== undefined) {
    const standing = standingsOf(endpoint.pool)[kind]
    if (standing === undefined) return undefined
    const { answer, isFailed } = standing
    return { ...standing, answer: isFailed ? { ...answer, isFailed } : answer }
  }
  if (kind === 'cname') return bestOfHostname(endpoint, standingOf)
  const addresses = addressesOf(endpoint, kind)
  if (addresses.length === 0) return undefined
  const best = bestOf(addresses, standingOf)
  return effect === 'none' ? best : { ...best, answer: { addresses } }
}

/**
 * Clients resolve the name by themselves and get addresses of either family: it stands as the worse of the two, by what is known. A family of which nothing is
 * known says nothing, as where this host has no IPv6.
 */
function bestOfHostname(endpoint: PoolEndpoint, standingOf: StandingOf): Best | undefined {
  const { hostname, unresolved } = endpoint
  if (hostname === undefined) return undefined
  const answer = { addresses: [], hostnames: [hostname] }
  if (unresolved !== undefined)
    return { standing: unresolved === 'missing' ? 'down' : 'unknown', upSinceMs: 0, answer }
  const families = FAMILIES.map(family => addressesOf(endpoint, family)).filter(one => one.length > 0)
  if (families.length === 0) return { ...ALWAYS_UP, answer }
  const all = families.map(addresses => bestOf(addresses, standingOf))
  const known = all.filter(({ standing }) => standing !== 'unknown')
  const [worst] = (known.length > 0 ? known : all).sort((a, b) => compareStandings(b.standing, a.standing))
  return worst === undefined ? undefined : { ...worst, answer }
}

/** The best standing among the addresses, and those that bear it. */
function bestOf(addresses: readonly Address[], standingOf: StandingOf): Best {
  const all = addresses.map(address => ({ address, ...standingOf(address) }))
  const standing = all.map(one => one.standing).sort(compareStandings)[0] ?? 'down'
  const bearing = all.filter(one => one.standing === standing)
  const holds = bearing.flatMap(({ heldUntilMs }) => heldUntilMs ?? [])
  return {
    standing,
    upSinceMs: Math.min(...bearing.map(({ upSinceMs }) => upSinceMs)),
    ...(holds.length === 0 ? {} : { heldUntilMs: Math.min(...holds) }),
    answer: { addresses: bearing.map(({ address }) => address) },
  }
}

function ruled({ answer }: Best, effect: Effect): Best {
  return { standing: effect === 'forced-up' ? 'up' : 'down', upSinceMs: 0, answer }
}
