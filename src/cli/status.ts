/** `understudy status`: what the pools answer now, from a running server. */
import type { PlacedOverrideView, PoolView } from '#control/view.ts'
import { getJson } from './api.ts'
import { statusText } from './status-text.ts'

export interface StatusOptions {
  readonly server: string
  readonly json?: boolean
}

/** Gives the exit code: 1 if the server cannot be asked, or knows no such name. */
export async function status(name: string | undefined, { server, json }: StatusOptions): Promise<number> {
  const pools = (await getJson(server, '/api/v1/pools')) as { readonly pools: readonly PoolView[] }
  const wanted = name === undefined ? pools.pools : pools.pools.filter(pool => isCalled(pool, name))
  if (name !== undefined && wanted.length === 0) {
    const known = pools.pools.map(pool => `${pool.zone}/${pool.pool}`).join(', ')
    process.stderr.write(`no pool and no managed name is called ${name}; there are: ${known || 'none'}\n`)
    return 1
  }
  if (json === true) process.stdout.write(`${JSON.stringify({ pools: wanted }, null, 2)}\n`)
  else process.stdout.write(statusText(wanted, name === undefined ? await lostOverrides(server) : []))
  return 0
}

/** Those on pools that the configuration has no more. */
async function lostOverrides(server: string): Promise<readonly PlacedOverrideView[]> {
  const { overrides } = (await getJson(server, '/api/v1/overrides')) as {
    readonly overrides: readonly PlacedOverrideView[]
  }
  return overrides.filter(({ noEffect }) => noEffect !== undefined)
}

/** By `ZONE/POOL`, the pool's or the zone's name alone, or a managed name; with or without the final dot. */
export function isCalled(pool: PoolView, name: string): boolean {
  const wanted = name.toLowerCase().replace(/(.)\.(\/[^/]*)?$/, '$1$2')
  const names = [pool.zone, pool.pool, `${pool.zone}/${pool.pool}`, ...pool.names.map(one => one.name)]
  return names.some(one => one.toLowerCase() === wanted)
}
