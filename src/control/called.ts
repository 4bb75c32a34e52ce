/** What operators call pools and endpoints, found: `ZONE/POOL`, `ZONE/POOL/ENDPOINT` or `POOL/ENDPOINT`; the zone with or without its final dot. */
import type { PoolKey } from './overrides.ts'
import type { PoolState } from './pool-state.ts'
import { Refusal } from './refusals.ts'

export interface Called {
  readonly pool: PoolState
  /** Absent where the pool itself is called. */
  readonly endpoint?: string
}

/** Everything that is called so; more than one where the name does not say which. */
export function allCalled(target: string, pools: readonly PoolState[]): Called[] {
  return pools.flatMap((pool): Called[] => {
    const key = keyOf(pool)
    if (isCalled(target, key)) return [{ pool }]
    return endpointNames(pool)
      .filter(endpoint => isCalled(target, key, endpoint) || isSame(target, `${key.pool}/${endpoint}`))
      .map(endpoint => ({ pool, endpoint }))
  })
}

/** Throws a `Refusal` that names what there is, where nothing or more than one thing is called so. */
export function findCalled(target: string, pools: readonly PoolState[]): Called {
  const found = allCalled(target, pools)
  const [first, ...others] = found
  if (first === undefined)
    throw new Refusal('not-found', `nothing is called ${target}; ${hint(target, pools)}`)
  if (others.length > 0) {
    const names = found.map(({ pool, endpoint }) => fullName(keyOf(pool), endpoint))
    throw new Refusal('not-found', `${target} may be ${names.join(' or ')}; say which`)
  }
  return first
}

/** Whether that is the full name of the pool, or of the endpoint in it. */
export function isCalled(target: string, { zone, pool }: PoolKey, endpoint?: string): boolean {
  const rest = endpoint === undefined ? pool : `${pool}/${endpoint}`
  return isSame(target, `${zone}/${rest}`) || isSame(target, `${zone}./${rest}`)
}

export function keyOf({ zoneName, pool }: PoolState): PoolKey {
  return { zone: zoneName, pool: pool.name }
}

export function fullName({ zone, pool }: PoolKey, endpoint?: string): string {
  return endpoint === undefined ? `${zone}/${pool}` : `${zone}/${pool}/${endpoint}`
}

export function endpointNames({ pool }: PoolState): string[] {
  return pool.endpoints.map(({ name }) => name)
}

function hint(target: string, pools: readonly PoolState[]): string {
  const last = target.split('/').at(-1) ?? ''
  const near = pools.filter(
    ({ pool, zoneName }) => target.includes(pool.name) || target.includes(zoneName) || pool.name === last,
  )
  const shown = (near.length > 0 ? near : pools).slice(0, 10)
  const names = shown.flatMap(pool => endpointNames(pool).map(endpoint => fullName(keyOf(pool), endpoint)))
  return names.length === 0 ? 'there are no pools' : `there are: ${names.slice(0, 20).join(', ')}`
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}
