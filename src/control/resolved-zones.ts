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

export class ResolvedZones {
  /** By the pool as configured. */
  #last = new Map<ConfiguredPool, ConfiguredPool>()

  /** A pool for which nothing has changed since the last time is the same object. */
  of(zones: readonly ConfiguredZone[], known: (hostname: string) => KnownHostname): ConfiguredZone[] {
    const next = new Map<ConfiguredPool, ConfiguredPool>()
    const poolIn = (pool: ConfiguredPool): ConfiguredPool => {
      const resolved = resolvedPool(pool, known)
      const last = this.#last.get(pool)
      const kept = last !== undefined && hostsOf(last) === hostsOf(resolved) ? last : resolved
      next.set(pool, kept)
      return kept
    }
    const all = zones.map(zone =>
      zone.pools.some(hasHostnames)
        ? { ...zone, pools: zone.pools.map(pool => (hasHostnames(pool) ? poolIn(pool) : pool)) }
        : zone,
    )
    this.#last = next
    return all
  }
}

/** What the hostnames of a pool are resolved to. */
export function hostsOf({ endpoints }: ConfiguredPool): string {
  const hosts = endpoints.filter(({ hostname }) => hostname !== undefined)
  return hosts
    .map(({ hostname, addresses, unresolved }) =>
      [hostname, unresolved, ...addresses.map(({ text }) => text)].join(' '),
    )
    .join('\n')
}

function resolvedPool(pool: ConfiguredPool, known: (hostname: string) => KnownHostname): ConfiguredPool {
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
