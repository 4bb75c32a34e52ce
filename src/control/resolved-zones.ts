/** The zones with what their hostnames are resolved to now. */
import type { ConfiguredPool, ConfiguredZone } from '#config/configuration.ts'
import type { PoolEndpoint } from '#steering/pool.ts'
import type { KnownHostname } from './hostnames.ts'

/** All hostnames whose addresses are wanted: those that are answered with addresses, or probed. */
export function hostnamesIn(zones: readonly ConfiguredZone[]): Set<string> {
  const wanted = zones.flatMap(({ pools }) =>
    pools.flatMap(({ endpoints }) => endpoints.flatMap(one => (isToResolve(one) ? [one.hostname] : []))),
  )
  return new Set(wanted)
}

/** Zones without such hostnames are the same objects. */
export function resolvedZones(
  zones: readonly ConfiguredZone[],
  known: (hostname: string) => KnownHostname,
): ConfiguredZone[] {
  return zones.map(zone =>
    zone.pools.some(hasHostnames)
      ? { ...zone, pools: zone.pools.map(pool => resolvedPool(pool, known)) }
      : zone,
  )
}

function resolvedPool(pool: ConfiguredPool, known: (hostname: string) => KnownHostname): ConfiguredPool {
  if (!hasHostnames(pool)) return pool
  const endpoints = pool.endpoints.map(endpoint => {
    if (!isToResolve(endpoint)) return endpoint
    const { unresolved: _, ...rest } = endpoint
    return { ...rest, ...known(endpoint.hostname) }
  })
  return { ...pool, endpoints }
}

function hasHostnames({ endpoints }: ConfiguredPool): boolean {
  return endpoints.some(isToResolve)
}

/** The configuration marks them by what they are at first: unresolved. */
function isToResolve(endpoint: PoolEndpoint): endpoint is PoolEndpoint & { readonly hostname: string } {
  return endpoint.hostname !== undefined && endpoint.unresolved !== undefined
}
