/** The endpoints of a pool as a policy sees them: each as good as its best address, or as an operator says. Pure. */
import { type Address, FAMILIES, type Family } from '#base/address.ts'
import type { Effect, PoolOverrides } from './override.ts'
import { addressesOf, type Pool, type PoolEndpoint } from './pool.ts'
import type { Cause } from './selection.ts'
import { type AddressStanding, compareStandings, type Standing, type StandingOf } from './standing.ts'

export interface Candidate {
  readonly endpoint: string
  readonly weight: number
  readonly standing: Standing
  readonly effect: Effect
  /** Monotonic; of the addresses that bear the standing the one that bears it longest. */
  readonly upSinceMs: number
  /** When a hold ends, monotonic; undefined without one. */
  readonly heldUntilMs: number | undefined
  /** Those that bear the standing, by family. */
  readonly addresses: ReadonlyMap<Family, readonly Address[]>
}

/** Families that are answered from the same endpoint. */
export interface Group {
  readonly families: readonly Family[]
  /** In order of preference; at least one. */
  readonly candidates: readonly Candidate[]
}

/** One group for each family in which the pool has addresses, or one for both where they are bound together. */
export function groupsOf(pool: Pool, standingOf: StandingOf, overrides: PoolOverrides): Group[] {
  const present = FAMILIES.filter(family => pool.endpoints.some(one => addressesOf(one, family).length > 0))
  const sets = pool.families === 'together' ? [present] : present.map(family => [family])
  return sets
    .filter(families => families.length > 0)
    .map(families => ({
      families,
      candidates: pool.endpoints.flatMap(endpoint =>
        candidateOf(endpoint, families, standingOf, overrides.effectOn(endpoint.name)),
      ),
    }))
}

/** Why the endpoint is not served; undefined for one that the pool does not have. */
export function causeOf(candidate: Candidate | undefined): Cause {
  if (candidate === undefined) return 'removed'
  if (candidate.effect === 'drained' || candidate.effect === 'forced-down') return candidate.effect
  return candidate.standing === 'held' ? 'held' : 'down'
}

interface Best extends AddressStanding {
  readonly addresses: readonly Address[]
}

function candidateOf(
  endpoint: PoolEndpoint,
  families: readonly Family[],
  standingOf: StandingOf,
  effect: Effect,
): Candidate[] {
  const best = new Map<Family, Best>()
  for (const family of families) {
    const addresses = addressesOf(endpoint, family)
    if (addresses.length > 0)
      best.set(family, effect === 'none' ? bestOf(addresses, standingOf) : ruled(addresses, effect))
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
      addresses: new Map(Array.from(best, ([family, { addresses }]) => [family, addresses])),
    },
  ]
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
    addresses: bearing.map(({ address }) => address),
  }
}

function ruled(addresses: readonly Address[], effect: Effect): Best {
  return { standing: effect === 'forced-up' ? 'up' : 'down', upSinceMs: 0, addresses }
}
