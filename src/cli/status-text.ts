/** Pools in words, for a terminal. Pure. */
import type { AddressView, EndpointView, OverrideView, PlacedOverrideView, PoolView } from '#control/view.ts'
import { type Cell, tableLines } from './table.ts'
import { type Colour, fold, painted, type Terminal } from './terminal.ts'
import { oneLine } from './text-width.ts'

/** What selections are for, as types of records. */
export const TYPES = { ipv4: 'A', ipv6: 'AAAA', cname: 'CNAME' } as const

const NO_POOLS =
  'no pools: no zone that is served has managed names; "understudy check" says what is wrong with those that are not'

/** @param lost overrides that have no effect; those of the pools themselves are told once */
export function statusText(
  pools: readonly PoolView[],
  lost: readonly PlacedOverrideView[],
  terminal: Terminal,
): string {
  const shown = new Set(pools.map(({ zone, pool }) => `${zone}/${pool}`))
  const others = lost
    .map(one => ({ one, pool: `${one.zone}/${one.pool}` }))
    .filter(({ pool }) => !shown.has(pool))
    .flatMap(({ one, pool }) => fitted(overrideText(one, `${pool}/${one.endpoint}`), terminal, 'yellow'))
  const parts = [...pools.map(pool => poolLines(pool, terminal)), ...(others.length === 0 ? [] : [others])]
  if (parts.length === 0) parts.push(fitted(NO_POOLS, terminal))
  return parts.map(lines => `${lines.join('\n')}\n`).join('\n')
}

function poolLines(pool: PoolView, terminal: Terminal): string[] {
  const none = pool.endpoints.every(one => one.pool !== undefined) ? 'of pools' : 'no health check'
  const check = pool.check === undefined ? none : `${pool.check.type} check ${pool.check.name}`
  const lines = fitted(`${pool.zone}/${pool.pool}: ${pool.policy}, ${check}`, terminal)
  for (const name of pool.names) lines.push(...fitted(`  answers for ${name.name}`, terminal))
  for (const selection of pool.selections) lines.push(...selectionLines(pool, selection, terminal))
  for (const one of pool.overrides)
    lines.push(...fitted(`  ${overrideText(one, one.endpoint)}`, terminal, 'yellow'))
  return [
    ...lines,
    ...tableLines(
      pool.endpoints.flatMap(one => endpointRows(pool, one)),
      terminal,
      '  ',
    ),
  ]
}

function selectionLines(
  pool: PoolView,
  { family, addresses, endpoints, mode, since, why }: PoolView['selections'][number],
  terminal: Terminal,
): string[] {
  const ttl = pool.names[0]?.ttlNow[family]
  const who = [...endpoints, ...(mode === 'serving' ? [] : [mode])].join(', ')
  const answer = `${addresses.join(' ') || 'no data'}  (${who}, TTL ${ttl ?? '-'})`
  return [
    ...besides(`  ${TYPES[family].padEnd(6)}`, answer, terminal, mode === 'serving' ? undefined : 'red'),
    ...besides('        ', `since ${since}: ${why}`, terminal),
  ]
}

function overrideText({ kind, author, reason, expires, noEffect }: OverrideView, on: string): string {
  const until = expires === undefined ? '' : ` until ${expires}`
  const said = `${kind} ${on}${until} (by ${author}${reason === '' ? '' : `: ${reason}`})`
  return noEffect === undefined ? said : `${said}, of no effect: ${noEffect}`
}

function endpointRows(pool: PoolView, endpoint: EndpointView): (string | Cell)[][] {
  const { addresses } = endpoint
  if (addresses.length === 0) return [otherRow(endpoint)]
  return addresses.map(address => addressRow(pool, endpoint, address))
}

function addressRow(
  pool: PoolView,
  { name, effect, hostname }: EndpointView,
  address: AddressView,
): (string | Cell)[] {
  const { lastOutcome } = address
  const age = address.verdictAgeSeconds === undefined ? '' : `${Math.round(address.verdictAgeSeconds)} s ago`
  const nothing = pool.check?.type === 'heartbeat' ? 'no report yet' : 'not probed yet'
  const seen = lastOutcome === undefined ? nothing : `${lastOutcome.kind}: ${lastOutcome.detail}`
  const held = address.heldUntil === undefined ? '' : ` (held until ${address.heldUntil})`
  const verdict = `${address.verdict}${held}${effectText(effect)}`
  const where = hostname === undefined ? address.address : `${address.address} (${hostname})`
  return [name, where, verdictCell(verdict), `${seen}${age === '' ? '' : `, ${age}`}`]
}

/** A pool, or a hostname that has not been resolved, or need not be. */
function otherRow({ name, effect, hostname, pool, standings = [] }: EndpointView): (string | Cell)[] {
  const [first] = standings
  const isSame = standings.every(({ standing }) => standing === first?.standing)
  const each = standings.map(({ family, standing }) => `${TYPES[family]} ${standing}`).join(', ')
  const standing = isSame ? (first?.standing ?? 'unknown') : each
  const where = pool === undefined ? (hostname ?? '') : `pool ${pool}`
  return [name, where, verdictCell(`${standing}${effectText(effect)}`), '']
}

/** The word says it all; the colour is for those who look from afar. */
function verdictCell(text: string): Cell {
  return { text, colour: text === 'up' ? 'green' : text.startsWith('down') ? 'red' : 'yellow' }
}

function effectText(effect: EndpointView['effect']): string {
  return effect === undefined ? '' : ` (${effect})`
}

/** The text behind its head; what does not fit goes on below its beginning. */
function besides(head: string, text: string, terminal: Terminal, colour?: Colour): string[] {
  const [first = '', ...more] = fold(oneLine(text), terminal.columns - head.length)
  const lines = [head + first, ...more.map(line => ' '.repeat(head.length) + line)]
  return lines.map(line => painted(line, colour, terminal))
}

function fitted(text: string, terminal: Terminal, colour?: Colour): string[] {
  const indent = `${/^ */.exec(text)?.[0] ?? ''}    `
  return fold(oneLine(text), terminal.columns, indent).map(line => painted(line, colour, terminal))
}
