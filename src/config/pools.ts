/** Pools: `pools:` of a zone, and the short form under a name. */

import { z } from 'zod'
import { FAMILIES } from '#base/address.ts'
import { addressesOf, type Pool, type PoolEndpoint } from '#steering/pool.ts'
import { demand, readSection } from './section.ts'
import { address, choice, nested, oneOrList, problemOfName, text } from './values.ts'
import type { Path, YamlSource } from './yaml-source.ts'

/** A pool before its check has been found. */
export interface PoolDraft {
  readonly pool: Pool
  /** Where it stands. */
  readonly path: Path
  /** As written: the name of a check, or a URL. */
  readonly check: string | undefined
}

const MAX_ENDPOINTS = 1000
const MAX_MESSAGE_BYTES = 65_535
/** Header, and a question with the longest name. */
const MESSAGE_HEAD_BYTES = 12 + 255 + 4
const RECORD_BYTES = { ipv4: 16, ipv6: 28 } as const
const FAMILY_WORD = { ipv4: 'IPv4', ipv6: 'IPv6' } as const

export const checkText = text(2048)

const SHAPE = {
  policy: choice(['failover'], ['weighted', 'all']),
  check: checkText,
  endpoints: z.array(z.unknown()).min(1).max(MAX_ENDPOINTS),
  failback: choice(['auto'], ['manual', 'after']),
  'when-all-down': choice(['primary'], ['last', 'all', 'nodata', 'servfail', 'addresses']),
} as const
const LATER_KEYS = ['families', 'max-answers']

const ENDPOINT_SHAPE = { name: nested, address: oneOrList(address) } as const
const LATER_ENDPOINT_KEYS = ['cname', 'hostname', 'pool', 'weight']

/** The list of a short form: each item one endpoint. */
export const shortList = z.array(oneOrList(address)).min(1).max(MAX_ENDPOINTS)

/** All of `pools:`, by name; bad ones too, so that nobody complains of them as missing. */
export function readPools(source: YamlSource): Map<string, PoolDraft> {
  const pools = new Map<string, PoolDraft>()
  for (const name of source.keys(['pools'])) {
    const path = ['pools', name]
    const problem = problemOfName(name)
    if (problem !== undefined) source.complain(path, problem, 'key')
    pools.set(name, readPool(source, path, name))
  }
  return pools
}

/** The pool of a short form, whose endpoints are `primary`, `backup`, `backup-2`, … */
export function shortPool(
  source: YamlSource,
  path: Path,
  name: string,
  list: z.output<typeof shortList>,
  check: string | undefined,
): PoolDraft {
  const endpoints = list.map((addresses, index) => ({ name: shortName(index), addresses }))
  const listPath = [...path, 'failover']
  complainOfAddresses(source, endpoints, index => [...listPath, index])
  complainOfSize(source, listPath, endpoints)
  return { pool: poolOf(name, endpoints), path, check }
}

function readPool(source: YamlSource, path: Path, name: string): PoolDraft {
  const section = readSection(source, path, SHAPE, LATER_KEYS)
  demand(source, path, section, 'endpoints')
  const listPath = [...path, 'endpoints']
  const count = section.values.endpoints?.length ?? 0
  const endpoints = Array.from({ length: count }, (_, index) => readEndpoint(source, [...listPath, index]))
  complainOfNames(source, listPath, endpoints)
  complainOfAddresses(source, endpoints, index => [...listPath, index, 'address'])
  complainOfSize(source, listPath, endpoints)
  return { pool: poolOf(name, endpoints), path, check: section.values.check }
}

function readEndpoint(source: YamlSource, path: Path): PoolEndpoint {
  const written = source.get(path)
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    source.complain(path, 'expected an endpoint such as { name: primary, address: 192.0.2.1 }')
    return { name: '', addresses: [] }
  }
  const section = readSection(source, path, ENDPOINT_SHAPE, LATER_ENDPOINT_KEYS)
  const later = LATER_ENDPOINT_KEYS.some(key => key in written)
  demand(source, path, section, ...(later ? (['name'] as const) : (['name', 'address'] as const)))
  const { name, address = [] } = section.values
  return {
    name: typeof name === 'string' || typeof name === 'number' ? String(name) : '',
    addresses: address,
  }
}

function complainOfNames(source: YamlSource, listPath: Path, endpoints: readonly PoolEndpoint[]): void {
  const seen = new Set<string>()
  for (const [index, { name }] of endpoints.entries()) {
    const path = [...listPath, index, 'name']
    const problem = problemOfName(name)
    if (problem !== undefined && source.get(path) !== undefined) source.complain(path, problem)
    else if (name !== '' && seen.has(name))
      source.complain(path, `another endpoint of this pool is named ${name}`)
    seen.add(name)
  }
}

/** No address may stand twice in a pool. */
function complainOfAddresses(
  source: YamlSource,
  endpoints: readonly PoolEndpoint[],
  pathOf: (index: number) => Path,
): void {
  const owners = new Map<string, string>()
  for (const [index, { name, addresses }] of endpoints.entries()) {
    for (const [place, { text }] of addresses.entries()) {
      const owner = owners.get(text)
      const where = owner === name ? 'here twice' : `an address of ${owner} already`
      if (owner !== undefined) source.complain([...pathOf(index), place], `${text} is ${where}`)
      owners.set(text, owner ?? name)
    }
  }
}

/** All addresses of a family must fit into one message: one answer may have to hold them. */
function complainOfSize(source: YamlSource, path: Path, endpoints: readonly PoolEndpoint[]): void {
  for (const family of FAMILIES) {
    const count = endpoints.reduce((sum, endpoint) => sum + addressesOf(endpoint, family).length, 0)
    const fit = Math.floor((MAX_MESSAGE_BYTES - MESSAGE_HEAD_BYTES) / RECORD_BYTES[family])
    if (count > fit)
      source.complain(
        path,
        `${count} ${FAMILY_WORD[family]} addresses do not fit into one answer; at most ${fit}`,
      )
  }
}

function poolOf(name: string, endpoints: readonly PoolEndpoint[]): Pool {
  return { name, policy: 'failover', endpoints, failback: { kind: 'auto' }, whenAllDown: { kind: 'primary' } }
}

function shortName(index: number): string {
  if (index < 2) return index === 0 ? 'primary' : 'backup'
  return `backup-${index}`
}
