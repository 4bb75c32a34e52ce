/** What a person calls a pool, taken apart. */
import type { TransitionQuery } from '#store/records.ts'
import { plainName } from './plan.ts'
import type { PoolState } from './pool-state.ts'

/** `name` is `ZONE/POOL`, a zone, a managed name, or a pool where only one has that name, with or without the final dot; what is none of them is taken for a zone. */
export function transitionQuery(
  { name, ...rest }: { readonly sinceMs?: number; readonly name?: string; readonly limit: number },
  pools: readonly PoolState[],
): TransitionQuery {
  return name === undefined
    ? rest
    : { ...rest, name: resolve(name.toLowerCase().replace(/(.)\.(\/[^/]*)?$/, '$1$2'), pools) }
}

function resolve(name: string, pools: readonly PoolState[]): { zone: string; pool?: string } {
  if (pools.some(pool => pool.zoneName === name)) return { zone: name }
  const managing = pools.find(pool =>
    pool.names.some(managed => plainName(managed.name).toLowerCase() === name),
  )
  if (managing !== undefined) return { zone: managing.zoneName, pool: managing.pool.name }
  // From the right: a zone's name may hold a slash.
  const slash = name.lastIndexOf('/')
  const [zone, poolName] = [name.slice(0, Math.max(0, slash)), name.slice(slash + 1)]
  const same = pools.filter(
    pool => pool.pool.name.toLowerCase() === poolName && (slash < 0 || pool.zoneName === zone),
  )
  const [only] = same
  if (only !== undefined && same.length === 1) return { zone: only.zoneName, pool: only.pool.name }
  return slash < 0 ? { zone: name } : { zone, pool: poolName }
}
