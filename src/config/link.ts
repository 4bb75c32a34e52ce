/** Joins pools with their checks and with the names that use them. */
import { NO_DAMPING } from '#health/damping.ts'
import type { ProbeSpec } from '#probe/spec.ts'
import { type Name, nameToText } from '#wire/name.ts'
import { type CheckDraft, checkOfUrl } from './checks.ts'
import type { ConfiguredPool, HealthCheck } from './configuration.ts'
import type { NameDraft } from './names.ts'
import { didYouMean } from './nearest.ts'
import type { PoolDraft } from './pools.ts'
import { isHost } from './values.ts'
import { show } from './words.ts'
import type { Path, YamlSource } from './yaml-source.ts'

export interface Drafts {
  readonly origin: Name
  readonly checks: ReadonlyMap<string, CheckDraft>
  readonly pools: ReadonlyMap<string, PoolDraft>
  readonly names: readonly NameDraft[]
}

/** The pools with their checks. Complains of references to what is not there, and of what nothing refers to. */
export function linkPools(source: YamlSource, drafts: Drafts): ConfiguredPool[] {
  const { checks, pools, names } = drafts
  for (const { path, pool } of names) {
    if (pool !== undefined && !pools.has(pool))
      source.complain(
        [...path, 'pool'],
        `there is no pool named ${show(pool)}${didYouMean(pool, pools.keys())}`,
      )
  }
  const linked = [...pools.values()].map(draft => ({
    ...draft.pool,
    check: linkCheck(source, draft, drafts),
  }))
  const usedPools = new Set(names.map(({ pool }) => pool))
  complainOfUnused(source, 'pools', 'no name uses this pool', name => usedPools.has(name))
  const usedChecks = new Set([...pools.values()].map(({ check }) => check))
  complainOfUnused(
    source,
    'checks',
    'no pool uses this check',
    name => usedChecks.has(name) || !checks.has(name),
  )
  return linked
}

function complainOfUnused(
  source: YamlSource,
  key: string,
  message: string,
  isUsed: (name: string) => boolean,
): void {
  for (const name of source.keys([key])) if (!isUsed(name)) source.warn([key, name], message)
}

function linkCheck(source: YamlSource, draft: PoolDraft, drafts: Drafts): HealthCheck | undefined {
  if (draft.check === undefined) return undefined
  const path = [...draft.path, 'check']
  const check = draft.check.includes('://')
    ? checkOfUrl(source, path, draft.check)
    : drafts.checks.get(draft.check)
  if (check === undefined) {
    const hint = didYouMean(draft.check, drafts.checks.keys()) || '; write a URL or a name of checks:'
    source.complain(path, `there is no check named ${show(draft.check)}${hint}`)
    return undefined
  }
  complainOfSource(source, path, check, draft)
  const { name, spec, timing } = check
  return { name, spec: withHost(source, path, spec, draft, drafts), timing, damping: NO_DAMPING }
}

/** Without `host` in the check, an endpoint is asked for the first managed name that it serves. */
function withHost(
  source: YamlSource,
  path: Path,
  spec: CheckDraft['spec'],
  draft: PoolDraft,
  drafts: Drafts,
): ProbeSpec {
  if (spec.type === 'tcp') return spec
  if (spec.host !== undefined) return { ...spec, host: spec.host }
  const served = drafts.names.find(({ pool }) => pool === draft.pool.name)?.name ?? drafts.origin
  const host = nameToText(served).slice(0, -1)
  if (!isHost(host)) source.complain(path, `the check needs a host:, since ${show(host)} is not a host name`)
  return { ...spec, host }
}

/** From an address of one family nothing reaches the other. */
function complainOfSource(source: YamlSource, path: Path, { spec }: CheckDraft, { pool }: PoolDraft): void {
  const from = spec.sourceAddress
  if (from === undefined) return
  const isIpv6 = from.includes(':')
  const addresses = pool.endpoints.flatMap(endpoint => endpoint.addresses)
  const beyond = addresses.find(({ family }) => (family === 'ipv6') !== isIpv6)
  if (beyond !== undefined)
    source.complain(path, `${beyond.text} cannot be reached from source-address ${from}`)
}
