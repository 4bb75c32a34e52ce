/** The names that running servers know, for completing command lines: silent where none can be reached, and soon. */
import type { AlertsView, CheckView, EndpointView, PoolView, ServerView } from '#control/view.ts'
import { getJson, type Remote } from './api.ts'
import { remotes, type ServerOptions } from './servers.ts'

/** What a command takes. */
export type NameKind =
  | 'pool'
  | 'endpoint'
  | 'override-target'
  | 'managed-name'
  | 'status-name'
  | 'check'
  | 'zone'
  | 'receiver'

export interface Candidate {
  readonly value: string
  readonly description: string
}

/** Whoever presses Tab waits for it. */
const LONGEST_MS = 2000

/** What no shell takes for anything but a word. */
const PLAIN = /^[A-Za-z0-9_@%+=:,./][A-Za-z0-9_@%+=:,./-]*$/

/**
 * Those that begin with what is typed, each once: in full (`ZONE/POOL/ENDPOINT`), or, where none does, without the zone. Names that a shell would
 * take for something else are left out: they come from a server, and are typed by nobody.
 */
export async function knownNames(
  kind: NameKind,
  typed: string,
  options: ServerOptions,
): Promise<Candidate[]> {
  const servers = await remotes(options).catch(() => [])
  const lists = await Promise.all(servers.map(remote => namesOf(kind, remote).catch(() => [])))
  const names = lists.flat().filter(({ value }) => PLAIN.test(value))
  const full = names.filter(({ value }) => value.startsWith(typed))
  return unique(
    full.length > 0 ? full : names.flatMap(shortened).filter(({ value }) => value.startsWith(typed)),
  )
}

async function namesOf(kind: NameKind, remote: Remote): Promise<Candidate[]> {
  if (kind === 'zone') {
    const { zones } = (await getJson(remote, '/api/v1/server', LONGEST_MS)) as ServerView
    return zones.map(({ zone }) => ({ value: zone, description: 'zone' }))
  }
  if (kind === 'receiver') {
    const { receivers } = (await getJson(remote, '/api/v1/alerts?limit=1', LONGEST_MS)) as AlertsView
    return receivers.map(({ name, type }) => ({ value: name, description: type }))
  }
  const answer = await getJson(remote, '/api/v1/pools', LONGEST_MS)
  return (answer as { readonly pools: readonly PoolView[] }).pools.flatMap(pool => NAMES[kind](pool))
}

const NAMES: Readonly<Record<Exclude<NameKind, 'zone' | 'receiver'>, (pool: PoolView) => Candidate[]>> = {
  pool: pool => [poolName(pool)],
  endpoint: endpointNames,
  'override-target': pool => [...endpointNames(pool), poolName(pool)],
  'managed-name': managedNames,
  'status-name': pool => [...managedNames(pool), poolName(pool), { value: pool.zone, description: 'zone' }],
  check: ({ zone, check }) =>
    check === undefined
      ? []
      : probedChecks(check).map(({ name, type }) => ({
          value: `${zone}/${name}`,
          description: `${type} check`,
        })),
}

function poolName({ zone, pool, policy, selections }: PoolView): Candidate {
  const served = new Set(selections.flatMap(({ endpoints }) => endpoints))
  return { value: `${zone}/${pool}`, description: `pool, ${policy}: ${[...served].join(', ') || 'no data'}` }
}

function managedNames({ names, pool }: PoolView): Candidate[] {
  return names.map(({ name }) => ({ value: name, description: `name of pool ${pool}` }))
}

function endpointNames({ zone, pool, endpoints }: PoolView): Candidate[] {
  return endpoints.map(endpoint => ({
    value: `${zone}/${pool}/${endpoint.name}`,
    description: standingOf(endpoint),
  }))
}

function standingOf({ addresses, standings = [], effect }: EndpointView): string {
  const verdicts = [...addresses.map(({ verdict }) => verdict), ...standings.map(({ standing }) => standing)]
  const isServed = [...addresses, ...standings].some(({ selected }) => selected)
  return [
    ...new Set(verdicts),
    ...(effect === undefined ? [] : [effect]),
    ...(isServed ? ['served'] : []),
  ].join(', ')
}

/** Those that have probes of their own. */
function probedChecks(check: CheckView): CheckView[] {
  return 'of' in check ? check.of.flatMap(probedChecks) : [check]
}

/** Without its zone. */
function shortened({ value, description }: Candidate): Candidate[] {
  const slash = value.indexOf('/')
  return slash === -1 ? [] : [{ value: value.slice(slash + 1), description }]
}

function unique(candidates: readonly Candidate[]): Candidate[] {
  return [...new Map(candidates.map(one => [one.value, one])).values()].sort((a, b) =>
    a.value < b.value ? -1 : 1,
  )
}
