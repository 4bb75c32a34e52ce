/** `understudy status`: what the pools answer now, from a running server. */
import type { AddressView, EndpointView, PoolView } from '#control/view.ts'
import { getJson, type Remote } from './api.ts'
import { askEach, printReplies, type ServerOptions, tally } from './servers.ts'

export interface StatusOptions extends ServerOptions {
  readonly json?: boolean
}

/** What selections are for, as types of records. */
export const TYPES = { ipv4: 'A', ipv6: 'AAAA', cname: 'CNAME' } as const

/** Gives the exit code: 1 if a server cannot be asked, or knows no such name. */
export async function status(name: string | undefined, options: StatusOptions): Promise<number> {
  const replies = await askEach(options, async remote => poolsCalled(name, await poolsOf(remote)))
  const [only] = replies
  if (options.json !== true) return printReplies(replies, poolsText)
  if (replies.length === 1 && only !== undefined && 'error' in only) return printReplies(replies, poolsText)
  const servers = replies.map(reply =>
    'value' in reply ? { server: reply.url, pools: reply.value } : { server: reply.url, error: reply.error },
  )
  const document =
    replies.length === 1 && only !== undefined && 'value' in only ? { pools: only.value } : { servers }
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
  return tally(replies)
}

async function poolsOf(remote: Remote): Promise<readonly PoolView[]> {
  const { pools } = (await getJson(remote, '/api/v1/pools')) as { readonly pools: readonly PoolView[] }
  return pools
}

function poolsCalled(name: string | undefined, pools: readonly PoolView[]): readonly PoolView[] {
  if (name === undefined) return pools
  const wanted = pools.filter(pool => isCalled(pool, name))
  if (wanted.length > 0) return wanted
  const known = pools.map(pool => `${pool.zone}/${pool.pool}`).join(', ')
  throw new Error(`no pool and no managed name is called ${name}; there are: ${known || 'none'}`)
}

function poolsText(pools: readonly PoolView[]): string {
  return pools.map(poolText).join('\n').trimEnd() || 'no pools'
}

/** By `ZONE/POOL`, the pool's or the zone's name alone, or a managed name. */
function isCalled(pool: PoolView, name: string): boolean {
  const wanted = name.toLowerCase().replace(/(.)\.$/, '$1')
  const names = [pool.zone, pool.pool, `${pool.zone}/${pool.pool}`, ...pool.names.map(one => one.name)]
  return names.some(one => one.toLowerCase() === wanted)
}

function poolText(pool: PoolView): string {
  const none = pool.endpoints.every(one => one.pool !== undefined) ? 'of pools' : 'no health check'
  const check = pool.check === undefined ? none : `${pool.check.type} check ${pool.check.name}`
  const lines = [`${pool.zone}/${pool.pool}: ${pool.policy}, ${check}`]
  for (const name of pool.names) lines.push(`  answers for ${name.name}`)
  for (const selection of pool.selections) {
    const type = TYPES[selection.family]
    const ttl = pool.names[0]?.ttlNow[selection.family]
    const answer = selection.addresses.join(' ') || 'no data'
    const who = [...selection.endpoints, ...(selection.mode === 'serving' ? [] : [selection.mode])].join(', ')
    lines.push(`  ${type.padEnd(6)}${answer}  (${who}, TTL ${ttl ?? '-'})`)
    lines.push(`        since ${selection.since}: ${selection.why}`)
  }
  for (const { kind, endpoint, author, reason, expires } of pool.overrides) {
    const until = expires === undefined ? '' : ` until ${expires}`
    lines.push(`  ${kind} ${endpoint}${until} (by ${author}${reason === '' ? '' : `: ${reason}`})`)
  }
  return `${[...lines, ...endpointLines(pool)].join('\n')}\n`
}

function endpointLines(pool: PoolView): string[] {
  const rows = pool.endpoints.flatMap(endpoint => [
    ...endpoint.addresses.map(address => addressRow(pool, endpoint, address)),
    ...(endpoint.addresses.length > 0 ? [] : [otherRow(endpoint)]),
  ])
  const widths = [0, 1, 2].map(column => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  return rows.map(row =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  )
}

function addressRow(
  pool: PoolView,
  { name, effect, hostname }: EndpointView,
  address: AddressView,
): string[] {
  const { lastOutcome } = address
  const age = address.verdictAgeSeconds === undefined ? '' : `${Math.round(address.verdictAgeSeconds)} s ago`
  const nothing = pool.check?.type === 'heartbeat' ? 'no report yet' : 'not probed yet'
  const seen = lastOutcome === undefined ? nothing : `${lastOutcome.kind}: ${lastOutcome.detail}`
  const held = address.heldUntil === undefined ? '' : ` (held until ${address.heldUntil})`
  const verdict = `${address.verdict}${held}${effectText(effect)}`
  const where = hostname === undefined ? address.address : `${address.address} (${hostname})`
  return [name, where, verdict, `${seen}${age === '' ? '' : `, ${age}`}`]
}

/** A pool, or a hostname that has not been resolved, or need not be. */
function otherRow({ name, effect, hostname, pool, standings = [] }: EndpointView): string[] {
  const [first] = standings
  const isSame = standings.every(({ standing }) => standing === first?.standing)
  const each = standings.map(({ family, standing }) => `${TYPES[family]} ${standing}`).join(', ')
  const standing = isSame ? (first?.standing ?? 'unknown') : each
  return [
    name,
    pool === undefined ? (hostname ?? '') : `pool ${pool}`,
    `${standing}${effectText(effect)}`,
    '',
  ]
}

function effectText(effect: EndpointView['effect']): string {
  return effect === undefined ? '' : ` (${effect})`
}
