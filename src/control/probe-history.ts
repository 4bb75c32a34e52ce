/** What the probes of one health check have seen, page by page. */
import { NO_DAMPING } from '#health/damping.ts'
import type { RunPage, RunQuery } from '#store/probe-history.ts'
import type { JudgedCheck } from './judged-check.ts'
import type { PoolState } from './pool-state.ts'
import type { ProbeHistoryPage, ProbeHistoryQuery, ProbeSeries } from './probe-history-view.ts'
import { Refusal } from './refusals.ts'

type Target = Omit<ProbeSeries, 'runs'>

interface Found {
  readonly zone: string
  readonly check: string
  readonly type: string
  /** By key. */
  readonly targets: Map<string, Target>
}

/** So many places are named of one target. */
const ENDPOINTS_NAMED = 20

/**
 * One page of them. Rejects with a `Refusal` where no check is called so, several are, or the cursor is none; with words for a person where the
 * store cannot be read.
 *
 * @param read reads from the store all that has been seen of the targets until now
 */
export async function probeHistory(
  { check, sinceMs, after, limit }: ProbeHistoryQuery,
  pools: readonly PoolState[],
  read: (query: RunQuery) => Promise<RunPage>,
): Promise<ProbeHistoryPage> {
  const { targets, ...named } = findCheck(check, pools)
  const from = cursorOf(after)
  const keys = [...targets.keys()].sort().filter(key => from === undefined || key >= from.key)
  const isAt = from?.afterId !== undefined && keys[0] === from.key
  const query = { keys, sinceMs, limit, ...(isAt ? { afterId: from.afterId } : {}) }
  const { runs, next } = await read(query)
  const byKey = Map.groupBy(runs, ({ key }) => key)
  const series = keys.flatMap(key => {
    const [target, found] = [targets.get(key), byKey.get(key)]
    return target === undefined || found === undefined
      ? []
      : [{ ...target, runs: found.map(({ run }) => run) }]
  })
  return { ...named, series, ...(next === undefined ? {} : { next: `${next.key}:${next.afterId ?? ''}` }) }
}

function cursorOf(after: string | undefined): { key: string; afterId?: number } | undefined {
  if (after === undefined) return undefined
  const [, key = '', id = ''] = /^([0-9a-f]{32}):(\d{0,15})$/.exec(after) ?? []
  if (key === '') throw new Refusal('not-found', `${after} is not the next of any page`, 'after')
  return { key, ...(id === '' ? {} : { afterId: Number(id) }) }
}

function findCheck(wanted: string, pools: readonly PoolState[]): Found {
  const found = new Map<string, Found>()
  const known = new Set<string>()
  for (const pool of pools) {
    for (const endpoint of pool.pool.endpoints) {
      for (const address of endpoint.addresses) {
        const state = pool.stateOf(address)
        if (state === undefined) continue
        const place = `${pool.zoneName}/${pool.pool.name}/${endpoint.name}`
        for (const one of partsOf(state.check)) {
          known.add(`${pool.zoneName}/${nameOf(one)}`)
          if (nameOf(one) === wanted || `${pool.zoneName}/${nameOf(one)}` === wanted)
            addTo(found, pool.zoneName, one, one === state.check, `${place} ${address.text}`)
        }
      }
    }
  }
  const [only, ...others] = found.values()
  if (only === undefined)
    throw new Refusal('not-found', `no pool has a check ${wanted}; there are: ${listed(known)}`)
  if (others.length > 0)
    throw new Refusal('conflict', `several zones have a check ${wanted}: say ${listed(found.keys())}`)
  return only
}

function addTo(
  found: Map<string, Found>,
  zone: string,
  part: JudgedCheck,
  isWhole: boolean,
  place: string,
): void {
  if (!('target' in part)) {
    const of = listed(part.of.map(nameOf))
    throw new Refusal(
      'conflict',
      `${part.name} is made of checks, and nothing is probed by it: ask for ${of}`,
    )
  }
  const { check, target } = part
  const known = found.get(`${zone}/${check.name}`) ?? {
    zone,
    check: check.name,
    type: check.spec.type,
    targets: new Map<string, Target>(),
  }
  found.set(`${zone}/${check.name}`, known)
  const { key, timing } = target.target
  const endpoints = known.targets.get(key)?.endpoints ?? []
  const more = endpoints.length < ENDPOINTS_NAMED && !endpoints.includes(place) ? [place] : []
  const damping = isWhole ? check.damping : NO_DAMPING
  known.targets.set(key, { key, endpoints: [...endpoints, ...more], timing, damping })
}

function partsOf(check: JudgedCheck): JudgedCheck[] {
  return 'target' in check ? [check] : [check, ...check.of.flatMap(partsOf)]
}

function nameOf(part: JudgedCheck): string {
  return 'target' in part ? part.check.name : part.name
}

function listed(names: Iterable<string>): string {
  const all = [...names]
  const more = all.length > 10 ? ` and ${all.length - 10} more` : ''
  return `${all.slice(0, 10).join(', ') || 'none'}${more}`
}
