/** Pools: `pools:` of a zone. */
import { FAMILIES, type Family } from '#base/address.ts'
import { largestSelection } from '#steering/capacity.ts'
import { ownKinds, type Policy, type Pool, type PoolEndpoint } from '#steering/pool.ts'
import { ENDPOINT_FORMS, ENDPOINT_SHAPE, KEYS_OF_POLICY, POOL_SHAPE } from './pool-shape.ts'
import { demand, keysOf, readSection, type Section } from './section.ts'
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
  for (const name of keysOf(source, ['pools'])) {
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
    kinds: ownKinds(endpoints),
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
  complainOfAddresses(source, endpoints, index => [
    ...listPath,
    index,
    endpoints[index]?.hostname === undefined ? 'address' : 'hostname',
  ])
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
  const section = readSection(source, path, ENDPOINT_SHAPE, { cname: 'is written hostname:' })
  demand(source, path, section, 'name')
  complainOfForms(source, path, Object.keys(written))
  const { name, address = [], hostname, pool, weight = DEFAULT_WEIGHT } = section.values
  const { 'probe-address': probeAddress, port } = section.values
  return {
    name: typeof name === 'string' || typeof name === 'number' ? String(name) : '',
    addresses: address,
    weight,
    ...(hostname === undefined ? {} : { hostname }),
    ...(pool === undefined ? {} : { pool }),
    ...(probeAddress === undefined ? {} : { probeAddress }),
    ...(port === undefined ? {} : { port }),
  }
}

/** An endpoint is one thing; what is said of probes does not go with a pool, which has a check of its own. */
function complainOfForms(source: YamlSource, path: Path, written: readonly string[]): void {
  const [form, ...others] = ENDPOINT_FORMS.filter(key => written.includes(key))
  if (form === undefined && !written.includes('cname')) {
    source.complain([...path, 'address'], 'is missing; or write hostname: or pool:', 'key')
    return
  }
  for (const other of others) source.complain([...path, other], `does not go with ${form}:`, 'key')
  if (form !== 'pool') return
  for (const key of ['probe-address', 'port', 'token'])
    if (written.includes(key)) source.complain([...path, key], 'does not go with pool:', 'key')
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

/** No address may stand twice in a pool, and no hostname. */
export function complainOfAddresses(
  source: YamlSource,
  endpoints: readonly PoolEndpoint[],
  pathOf: (index: number) => Path,
): void {
  const owners = new Map<string, string>()
  for (const [index, { name, addresses, hostname }] of endpoints.entries()) {
    const owner = hostname === undefined ? undefined : owners.get(hostname)
    if (owner !== undefined) source.complain(pathOf(index), `${hostname} is a hostname of ${owner} already`)
    if (hostname !== undefined) owners.set(hostname, name)
    for (const [place, { text }] of addresses.entries()) {
      const owner = owners.get(text)
      const where = owner === name ? 'here twice' : `an address of ${owner} already`
      if (owner !== undefined) source.complain([...pathOf(index), place], `${text} is ${where}`)
      owners.set(text, owner ?? name)
    }
  }
}

/** How many addresses of the family one message holds. */
export function addressesThatFit(family: Family): number {
  return Math.floor((MAX_MESSAGE_BYTES - MESSAGE_HEAD_BYTES) / RECORD_BYTES[family])
}

/** All addresses of a family must fit into one message: one answer may have to hold them. */
export function complainOfSize(source: YamlSource, path: Path, pool: Pool): void {
  for (const family of FAMILIES) {
    const count = largestSelection(pool, family, () => undefined).records
    const fit = addressesThatFit(family)
    if (count > fit)
      source.complain(
        path,
        `${count} ${FAMILY_WORD[family]} addresses do not fit into one answer; at most ${fit}`,
      )
  }
}
