/** Pools in words, for a terminal. Pure. */
import type { AddressView, EndpointView, OverrideView, PlacedOverrideView, PoolView } from '#control/view.ts'

/** What selections are for, as types of records. */
export const TYPES = { ipv4: 'A', ipv6: 'AAAA', cname: 'CNAME' } as const

/** @param lost overrides that have no effect; those of the pools themselves are told once */
export function statusText(pools: readonly PoolView[], lost: readonly PlacedOverrideView[]): string {
  const shown = new Set(pools.map(({ zone, pool }) => `${zone}/${pool}`))
  const others = lost
    .map(one => ({ one, pool: `${one.zone}/${one.pool}` }))
    .filter(({ pool }) => !shown.has(pool))
    .map(({ one, pool }) => `${overrideText(one, `${pool}/${one.endpoint}`)}\n`)
  const parts = [...pools.map(poolText), ...(others.length === 0 ? [] : [others.join('')])]
  return parts.join('\n') || 'no pools\n'
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
  for (const one of pool.overrides) lines.push(`  ${overrideText(one, one.endpoint)}`)
  return `${[...lines, ...endpointLines(pool)].join('\n')}\n`
}

function overrideText({ kind, author, reason, expires, noEffect }: OverrideView, on: string): string {
  const until = expires === undefined ? '' : ` until ${expires}`
  const said = `${kind} ${on}${until} (by ${author}${reason === '' ? '' : `: ${reason}`})`
  return noEffect === undefined ? said : `${said}, of no effect: ${noEffect}`
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
