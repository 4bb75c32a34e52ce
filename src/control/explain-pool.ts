/** What a pool answers of one kind, and why each of its endpoints is served or not; with the pools in it. */
import { formatDuration } from '#base/duration.ts'
import { type AnswerKind, addressesOf, type PoolEndpoint } from '#steering/pool.ts'
import type { Selection } from '#steering/selection.ts'
import { type WhyNotContext, whyNot, whyNotToText } from '#steering/why-not.ts'
import type {
  AddressExplanation,
  EndpointExplanation,
  HostnameExplanation,
  PoolExplanation,
} from './explanation.ts'
import type { Hostnames } from './hostnames.ts'
import type { OverrideBook } from './overrides.ts'
import type { PoolState } from './pool-state.ts'
import { poolView } from './pool-view.ts'
import type { Now } from './refusals.ts'
import type { AddressView } from './view.ts'

export interface PoolSources {
  readonly book: OverrideBook
  readonly hostnames: Pick<Hostnames, 'report'>
  readonly now: Now
}

export function explainPool(state: PoolState, kind: AnswerKind, sources: PoolSources): PoolExplanation {
  const { book, now } = sources
  const { nowMs, wallMs } = now
  const { zone, pool, policy, check, overrides, selections, endpoints } = poolView(state, nowMs, wallMs, book)
  const overruled = book.of({ zone: state.zoneName, pool: state.pool.name })
  const select = { ...now, overrides: overruled }
  const selection = state.selection(kind)
  const context = {
    kind,
    candidates: state.candidates(kind, select),
    apart: state.candidates(kind, select, true),
    pin: overruled.pin,
    nowMs,
  }
  const shown = selections.find(({ family }) => family === kind)
  return {
    zone,
    pool,
    policy,
    rules: rulesOf(state),
    ...(shown === undefined ? {} : { selection: shown }),
    ...(check === undefined ? {} : { check }),
    overrides,
    endpoints: state.pool.endpoints.map((endpoint, i) =>
      explainEndpoint(state, endpoint, endpoints[i]?.addresses ?? [], { ...context, selection }, sources),
    ),
  }
}

type Context = Omit<WhyNotContext, 'selection'> & { readonly selection: Selection | undefined }

function explainEndpoint(
  state: PoolState,
  endpoint: PoolEndpoint,
  views: readonly AddressView[],
  { selection, ...context }: Context,
  sources: PoolSources,
): EndpointExplanation {
  const { name, hostname } = endpoint
  const { kind, nowMs, candidates } = context
  const why = selection === undefined ? undefined : whyNot(state.pool, name, { ...context, selection })
  const standing = candidates.find(one => one.endpoint === name && one.answers.has(kind))?.standing
  const nested = state.nested.get(endpoint.pool ?? '')
  const isMeant = (view: AddressView): boolean => kind === 'cname' || view.family === kind
  return {
    name,
    code: why?.kind ?? 'served',
    why: why === undefined ? whyServed(state, endpoint, selection) : whyNotToText(why, nowMs),
    ...(standing === undefined ? {} : { standing }),
    addresses: views.filter(isMeant).map(view => explainAddress(state, endpoint, view, sources.now)),
    ...(hostname === undefined ? {} : { hostname: explainHostname(endpoint, hostname, sources) }),
    ...(nested?.kinds.includes(kind) === true ? { pool: explainPool(nested, kind, sources) } : {}),
  }
}

function whyServed(
  state: PoolState,
  { name, weight }: PoolEndpoint,
  selection: Selection | undefined,
): string {
  if (selection === undefined) return 'nothing has been selected yet'
  const { mode, reason, endpoints } = selection
  if (mode === 'all-down')
    return `answered by the rule for all being down, ${'rule' in reason ? reason.rule : ''}`
  if (reason.kind === 'pinned') return 'answered: an operator has pinned the pool to it'
  if (state.pool.policy === 'all') return 'takes part in every answer'
  if (state.pool.policy === 'failover')
    return state.pool.endpoints[0]?.name === name
      ? 'answered: it is the primary'
      : 'answered in place of those before it'
  const weights = state.pool.endpoints.filter(one => endpoints.includes(one.name)).map(one => one.weight)
  const total = weights.reduce((sum, one) => sum + one, 0)
  return total === 0 ? 'takes part as the last resort' : `takes part with weight ${weight} of ${total}`
}

function explainAddress(
  state: PoolState,
  endpoint: PoolEndpoint,
  view: AddressView,
  now: Now,
): AddressExplanation {
  const address = [...addressesOf(endpoint, 'ipv4'), ...addressesOf(endpoint, 'ipv6')].find(
    ({ text }) => text === view.address,
  )
  const known = address === undefined ? undefined : state.stateOf(address)
  if (known === undefined) return { ...view, doubted: false }
  const heldBy = known.holdCause(now.nowMs)
  return {
    ...view,
    since: new Date(now.wallMs - (now.nowMs - known.sinceMs)).toISOString(),
    ...(heldBy === undefined ? {} : { heldBy }),
    doubted: known.targets.some(({ isDoubted }) => isDoubted),
  }
}

function explainHostname(
  { addresses, unresolved }: PoolEndpoint,
  name: string,
  { hostnames }: PoolSources,
): HostnameExplanation {
  // Without a health check it need not be resolved, and nothing is known of it.
  if (unresolved === undefined && addresses.length === 0) return { name }
  const { resolvedMs, fault } = hostnames.report(name)
  return {
    name,
    ...(resolvedMs === undefined ? {} : { resolved: new Date(resolvedMs).toISOString() }),
    ...(unresolved === undefined ? {} : { unresolved }),
    ...(fault === undefined ? {} : { alarm: fault }),
  }
}

function rulesOf({ pool }: PoolState): string[] {
  const { policy, failback, whenAllDown, families, minHealthy, answers, maxAnswers } = pool
  const rule =
    whenAllDown.kind === 'addresses'
      ? whenAllDown.addresses.map(({ text }) => text).join(', ')
      : whenAllDown.kind
  const own: Readonly<Record<typeof policy, string[]>> = {
    failover: [
      `failback ${failback.kind === 'after' ? `after ${formatDuration(failback.afterMs)}` : failback.kind}`,
    ],
    weighted: [`each query gets ${answers} by weight`],
    all: [maxAnswers === undefined ? 'each query gets all' : `each query gets ${maxAnswers} addresses`],
  }
  return [
    ...own[policy],
    ...(minHealthy > 1 ? [`min-healthy ${minHealthy}`] : []),
    ...(families === 'together' ? ['families together'] : []),
    `when-all-down ${rule}`,
  ]
}
