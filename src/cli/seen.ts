/** What `status` asks of a server, and how it shows that. */
import type { PlacedOverrideView, PoolView, ServerView } from '#control/view.ts'
import { getJson, type Remote } from './api.ts'
import { statusText } from './status-text.ts'
import { fold, painted, type Terminal } from './terminal.ts'
import { oneLine } from './text-width.ts'

export interface Seen {
  /** Of the server as a whole. */
  readonly alarms: readonly string[]
  readonly pools: readonly PoolView[]
  /** Overrides on pools that the configuration has no more. */
  readonly lost: readonly PlacedOverrideView[]
}

/** Throws, with words for a person, if the server cannot be asked or knows no such name. */
export async function seenBy(remote: Remote, name: string | undefined, timeoutMs?: number): Promise<Seen> {
  const { pools } = (await getJson(remote, '/api/v1/pools', timeoutMs)) as {
    readonly pools: readonly PoolView[]
  }
  const { alarms } = (await getJson(remote, '/api/v1/server', timeoutMs)) as Pick<ServerView, 'alarms'>
  if (name === undefined) return { alarms, pools, lost: await lostOverrides(remote, timeoutMs) }
  const wanted = pools.filter(pool => isCalled(pool, name))
  if (wanted.length > 0) return { alarms, pools: wanted, lost: [] }
  const known = pools.map(pool => `${pool.zone}/${pool.pool}`).join(', ')
  throw new Error(`no pool and no managed name is called ${name}; there are: ${known || 'none'}`)
}

/** Without a line's end behind it. */
export function seenText({ alarms, pools, lost }: Seen, terminal: Terminal): string {
  const lines = alarms.flatMap(alarm => fold(oneLine(`! ${alarm}`), terminal.columns, '  '))
  const told = lines.map(line => `${painted(line, 'red', terminal)}\n`).join('')
  return `${told}${told === '' ? '' : '\n'}${statusText(pools, lost, terminal).trimEnd()}`
}

async function lostOverrides(
  remote: Remote,
  timeoutMs: number | undefined,
): Promise<readonly PlacedOverrideView[]> {
  const { overrides } = (await getJson(remote, '/api/v1/overrides', timeoutMs)) as {
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
