/** Joins pools with their checks and with the names that use them. */
import type { CheckSpec } from '#probe/spec.ts'
import type { AnswerKind, PoolEndpoint } from '#steering/pool.ts'
import { type Name, nameToText } from '#wire/name.ts'
import type { DraftSpec } from './check-kind.ts'
import { type CheckDraft, checkOfUrl, type ProbeDraft } from './checks.ts'
import type { AnyCheck, ConfiguredPool } from './configuration.ts'
import type { NameDraft } from './names.ts'
import { didYouMean } from './nearest.ts'
import type { PoolOrder } from './pool-order.ts'
import { complainOfLoops, PoolTrees } from './pool-tree.ts'
import type { PoolDraft } from './pools.ts'
import { isHost } from './values.ts'
import { show } from './words.ts'
import type { Path, YamlSource } from './yaml-source.ts'

export interface Drafts {
  readonly origin: Name
  readonly checks: ReadonlyMap<string, CheckDraft>
  readonly pools: ReadonlyMap<string, PoolDraft>
  readonly names: readonly NameDraft[]
  /** Whether nothing but a CNAME need stand at the name. */
  mayBeAlias(name: Name): boolean
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
  const trees = new PoolTrees(source, pools)
  trees.complain()
  const tree = trees.trees(names, drafts.mayBeAlias)
  const served = namesServed(drafts, trees.order)
  const linked = [...pools.values()].map(draft => {
    const { name } = draft.pool
    complainOfLoops(source, draft, served.get(name) ?? [])
    const check = linkCheck(source, draft, { ...drafts, served })
    const { kinds = draft.pool.kinds, depth = 0 } = tree.get(name) ?? {}
    const endpoints = draft.pool.endpoints.map(one => probedAs(one, kinds, check))
    return { ...draft.pool, endpoints, kinds, depth, check }
  })
  const usedPools = trees.order.reach(names.flatMap(({ pool }) => pool ?? []))
  complainOfUnused(source, 'pools', 'no name uses this pool', name => usedPools.has(name))
  complainOfParts(source, checks)
  const usedChecks = new Set([...pools.values()].flatMap(({ check }) => [...partsOf(check ?? '', checks)]))
  complainOfUnused(
    source,
    'checks',
    'no pool uses this check',
    name => usedChecks.has(name) || !checks.has(name),
  )
  return linked
}

/** For each pool the names that it answers for, directly or as a part of others, in the order in which they are written. */
function namesServed({ names }: Drafts, order: PoolOrder): Map<string, Name[]> {
  const served = new Map<string, Name[]>()
  for (const { name, pool } of names)
    for (const one of order.reach(pool === undefined ? [] : [pool]))
      served.set(one, [...(served.get(one) ?? []), name])
  return served
}

/** A hostname that is only a name in the answer is not resolved where nothing is probed, or something else. */
function probedAs(
  endpoint: PoolEndpoint,
  kinds: readonly AnswerKind[],
  check: AnyCheck | undefined,
): PoolEndpoint {
  const { hostname, probeAddress } = endpoint
  if (hostname === undefined) return endpoint
  const isAlias = kinds.includes('cname')
  if (isAlias && check !== undefined && probeAddress !== undefined)
    return { ...endpoint, addresses: [probeAddress] }
  return isAlias && check === undefined ? endpoint : { ...endpoint, unresolved: 'pending' }
}

function complainOfUnused(
  source: YamlSource,
  key: string,
  message: string,
  isUsed: (name: string) => boolean,
): void {
  for (const name of source.keys([key])) if (!isUsed(name)) source.warn([key, name], message)
}

interface Linking extends Drafts {
  readonly served: ReadonlyMap<string, readonly Name[]>
}

function linkCheck(source: YamlSource, draft: PoolDraft, drafts: Linking): AnyCheck | undefined {
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
  return linkTree(source, path, check, draft, drafts, [])
}

/** The check with its parts; `above` are the names of those that it is a part of. Undefined where there is nothing left of it. */
function linkTree(
  source: YamlSource,
  path: Path,
  check: CheckDraft,
  draft: PoolDraft,
  drafts: Linking,
  above: readonly string[],
): AnyCheck | undefined {
  if ('spec' in check) {
    complainOfSource(source, path, check, draft)
    const { name, timing, damping, secrets, probeAddress } = check
    const spec = withHost(source, path, check.spec, draft, drafts)
    return {
      name,
      spec,
      timing,
      damping,
      ...(secrets === undefined ? {} : { secrets }),
      ...(probeAddress === undefined ? {} : { probeAddress }),
    }
  }
  const { name, kind, count, inverted, damping } = check
  // Parts that are missing or go in circles are complained of where they are written.
  const known = check.of.flatMap(part => drafts.checks.get(part) ?? [])
  const of = known
    .filter(part => part.name !== name && !above.includes(part.name))
    .flatMap(part => linkTree(source, path, part, draft, drafts, [...above, name]) ?? [])
  if (of.length === 0) return undefined
  const needed = kind === 'all' ? of.length : kind === 'any' ? 1 : Math.min(count ?? 1, of.length)
  return { name, kind, needed, of, inverted, damping }
}

/** Parts of composite checks that are not there, and checks that are parts of themselves. */
function complainOfParts(source: YamlSource, checks: ReadonlyMap<string, CheckDraft>): void {
  for (const check of checks.values()) {
    if ('spec' in check) continue
    for (const [index, part] of check.of.entries()) {
      const path = [...check.path, 'checks', index]
      if (!checks.has(part))
        source.complain(path, `there is no check named ${show(part)}${didYouMean(part, checks.keys())}`)
      else if (partsOf(part, checks).has(check.name))
        source.complain(path, `${check.name} would be a part of itself`)
    }
  }
}

/** The check, and all that it is made of. */
function partsOf(name: string, checks: ReadonlyMap<string, CheckDraft>): Set<string> {
  const found = new Set([name])
  for (const one of found) {
    const check = checks.get(one)
    if (check !== undefined && !('spec' in check)) for (const part of check.of) found.add(part)
  }
  return found
}

/** Without `host` in the check, an endpoint is asked for the first managed name that it serves. */
function withHost(
  source: YamlSource,
  path: Path,
  spec: DraftSpec,
  draft: PoolDraft,
  drafts: Linking,
): CheckSpec {
  if (!('host' in spec)) return spec
  if (spec.host !== undefined) return { ...spec, host: spec.host }
  const [served = drafts.origin] = drafts.served.get(draft.pool.name) ?? []
  const host = nameToText(served).slice(0, -1)
  if (!isHost(host)) source.complain(path, `the check needs a host:, since ${show(host)} is not a host name`)
  return { ...spec, host }
}

/** From an address of one family nothing reaches the other. */
function complainOfSource(
  source: YamlSource,
  path: Path,
  { spec, probeAddress }: ProbeDraft,
  { pool }: PoolDraft,
): void {
  const from = spec.sourceAddress
  if (from === undefined) return
  const isIpv6 = from.includes(':')
  const addresses = pool.endpoints.flatMap(endpoint => endpoint.probeAddress ?? endpoint.addresses)
  const aimed = probeAddress === undefined ? addresses : [probeAddress]
  const beyond = aimed.find(({ family }) => (family === 'ipv6') !== isIpv6)
  if (beyond !== undefined)
    source.complain(path, `${beyond.text} cannot be reached from source-address ${from}`)
}
