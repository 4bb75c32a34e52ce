/** `understudy status`: what the pools answer now, from a running server or several. */
import type { PlacedOverrideView, PoolView } from '#control/view.ts'
import { getJson, type Remote } from './api.ts'
import { askEach, printReplies, type ServerOptions, tally } from './servers.ts'
import { statusText } from './status-text.ts'

export interface StatusOptions extends ServerOptions {
  readonly json?: boolean
}

interface Seen {
  readonly pools: readonly PoolView[]
  /** Those on pools that the configuration has no more. */
  readonly lost: readonly PlacedOverrideView[]
}

/** Gives the exit code: 1 if a server cannot be asked, or knows no such name. */
export async function status(name: string | undefined, options: StatusOptions): Promise<number> {
  const replies = await askEach(options, remote => seenBy(remote, name))
  const [only] = replies
  if (options.json !== true) return printReplies(replies, textOf)
  if (replies.length === 1 && only !== undefined && 'error' in only) return printReplies(replies, textOf)
  const servers = replies.map(reply =>
    'value' in reply
      ? { server: reply.url, pools: reply.value.pools }
      : { server: reply.url, error: reply.error },
  )
  const document =
    replies.length === 1 && only !== undefined && 'value' in only ? { pools: only.value.pools } : { servers }
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
  return tally(replies)
}

async function seenBy(remote: Remote, name: string | undefined): Promise<Seen> {
  const { pools } = (await getJson(remote, '/api/v1/pools')) as { readonly pools: readonly PoolView[] }
  if (name === undefined) return { pools, lost: await lostOverrides(remote) }
  const wanted = pools.filter(pool => isCalled(pool, name))
  if (wanted.length > 0) return { pools: wanted, lost: [] }
  const known = pools.map(pool => `${pool.zone}/${pool.pool}`).join(', ')
  throw new Error(`no pool and no managed name is called ${name}; there are: ${known || 'none'}`)
}

async function lostOverrides(remote: Remote): Promise<readonly PlacedOverrideView[]> {
  const { overrides } = (await getJson(remote, '/api/v1/overrides')) as {
    readonly overrides: readonly PlacedOverrideView[]
  }
  return overrides.filter(({ noEffect }) => noEffect !== undefined)
}

function textOf({ pools, lost }: Seen): string {
  return statusText(pools, lost).trimEnd()
}

/** By `ZONE/POOL`, the pool's or the zone's name alone, or a managed name; with or without the final dot. */
export function isCalled(pool: PoolView, name: string): boolean {
  const wanted = name.toLowerCase().replace(/(.)\.(\/[^/]*)?$/, '$1$2')
  const names = [pool.zone, pool.pool, `${pool.zone}/${pool.pool}`, ...pool.names.map(one => one.name)]
  return names.some(one => one.toLowerCase() === wanted)
}
