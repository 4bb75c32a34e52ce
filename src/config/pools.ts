/** Pools: `pools:` of a zone. */
import { FAMILIES } from '#base/address.ts'
import { addressesOf, type Policy, type Pool, type PoolEndpoint } from '#steering/pool.ts'
import { ENDPOINT_SHAPE, KEYS_OF_POLICY, LATER_ENDPOINT_KEYS, POOL_SHAPE } from './pool-shape.ts'
import { demand, notSupported, readSection, type Section } from './section.ts'
import { problemOfName } from './values.ts'
import type { Path, YamlSource } from './yaml-source.ts'

/** A pool before its check has been found. */
export interface PoolDraft {
  readonly pool: Pool
  /** Where it stands. */
  readonly path: Path
  /** As written: the name of a check, or a URL. */
  readonly check: string | undefined
}

const MAX_MESSAGE_BYTES = 65_535
/** Header, and a question with the longest name. */
const MESSAGE_HEAD_BYTES = 12 + 255 + 4
const RECORD_BYTES = { ipv4: 16, ipv6: 28 } as const
const FAMILY_WORD = { ipv4: 'IPv4', ipv6: 'IPv6' } as const
export const DEFAULT_WEIGHT = 1

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

/** A pool that says nothing beyond its policy and endpoints. */
export function plainPool(name: string, policy: Policy, endpoints: readonly PoolEndpoint[]): Pool {
  return {
    name,
    policy,
    endpoints,
    failback: { kind: 'auto' },
    whenAllDown: { kind: 'primary' },
    families: 'apart',
    minHealthy: 1,
    answers: 1,
    maxAnswers: undefined,
  }
}

function readPool(source: YamlSource, path: Path, name: string): PoolDraft {
  const section = readSection(source, path, POOL_SHAPE)
  demand(source, path, section, 'endpoints')
  const { values } = section
  const policy = values.policy ?? 'failover'
  const listPath = [...path, 'endpoints']
  const count = values.endpoints?.length ?? 0
  const endpoints = Array.from({ length: count }, (_, index) => readEndpoint(source, [...listPath, index]))
  complainOfNames(source, listPath, endpoints)
  complainOfAddresses(source, endpoints, index => [...listPath, index, 'address'])
  const plain = plainPool(name, policy, endpoints)
  const pool: Pool = {
    ...plain,
    failback: values.failback ?? plain.failback,
    whenAllDown: values['when-all-down'] ?? plain.whenAllDown,
    families: values.families ?? plain.families,
    minHealthy: values['min-healthy'] ?? plain.minHealthy,
    answers: values.answers ?? plain.answers,
    maxAnswers: values['max-answers'],
  }
  complainOfSize(source, listPath, pool)
  if (!section.bad.has('policy')) complainOfPolicy(source, path, section, pool)
  return { pool, path, check: values.check }
}

function readEndpoint(source: YamlSource, path: Path): PoolEndpoint {
  const written = source.get(path)
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    source.complain(path, 'expected an endpoint such as { name: primary, address: 192.0.2.1 }')
    return { name: '', addresses: [], weight: DEFAULT_WEIGHT }
  }
  const section = readSection(source, path, ENDPOINT_SHAPE, notSupported(...LATER_ENDPOINT_KEYS))
  const later = LATER_ENDPOINT_KEYS.some(key => key in written)
  demand(source, path, section, ...(later ? (['name'] as const) : (['name', 'address'] as const)))
  const { name, address = [], weight = DEFAULT_WEIGHT, 'probe-address': probeAddress, port } = section.values
  return {
    name: typeof name === 'string' || typeof name === 'number' ? String(name) : '',
    addresses: address,
    weight,
    ...(probeAddress === undefined ? {} : { probeAddress }),
    ...(port === undefined ? {} : { port }),
  }
}

/** Keys that the policy does not know, and numbers that no selection can meet. */
function complainOfPolicy(
  source: YamlSource,
  path: Path,
  { values }: Section<typeof POOL_SHAPE>,
  { policy, endpoints }: Pool,
): void {
  for (const [key, policies] of Object.entries(KEYS_OF_POLICY)) {
    if (!policies.includes(policy) && source.keys(path).includes(key))
      source.complain([...path, key], `does not go with policy ${policy}`, 'key')
  }
  for (const [index] of endpoints.entries()) {
    const weightPath = [...path, 'endpoints', index, 'weight']
    if (policy !== 'weighted' && source.get(weightPath) !== undefined)
      source.complain(weightPath, `does not go with policy ${policy}; it is for weighted`, 'key')
  }
  if (policy === 'weighted' && endpoints.length > 0 && endpoints.every(({ weight }) => weight === 0))
    source.complain(
      [...path, 'endpoints'],
      'every weight is 0, which is for a last resort; give one a weight',
    )
  for (const key of ['min-healthy', 'answers'] as const) {
    const value = values[key]
    if (value !== undefined && endpoints.length > 0 && value > endpoints.length)
      source.complain([...path, key], `${value} is more than the ${endpoints.length} endpoints of the pool`)
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
export function complainOfAddresses(
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
export function complainOfSize(source: YamlSource, path: Path, { endpoints }: Pool): void {
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
