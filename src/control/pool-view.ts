/** A pool as the admin listener shows it. */
import type { Address } from '#base/address.ts'
import { type AnyCheck, isComposite } from '#config/configuration.ts'
import type { Effect } from '#steering/override.ts'
import type { AnswerKind, PoolEndpoint } from '#steering/pool.ts'
import { secondsLeft } from '#steering/ttl.ts'
import type { AddressState } from './address-state.ts'
import type { JudgedCheck } from './judged-check.ts'
import { overrideViews } from './override-view.ts'
import type { OverrideBook } from './overrides.ts'
import { plainName } from './plan.ts'
import { answered, type PoolState } from './pool-state.ts'
import type { TargetState } from './target-state.ts'
import type {
  AddressView,
  CheckView,
  EndpointView,
  NameView,
  PartView,
  PoolView,
  SelectionView,
  TargetView,
} from './view.ts'
import { whySelected } from './why-selected.ts'

/**
 * @param nowMs monotonic, for the TTLs; `wallMs` for the ages
 * @param hasLatencies whether the latest latencies are part of it
 */
export function poolView(
  state: PoolState,
  nowMs: number,
  wallMs: number,
  book: OverrideBook,
  hasLatencies = false,
): PoolView {
  const { pool } = state
  const { check } = pool
  const selections = state.kinds.flatMap(kind => selectionView(state, kind))
  const key = { zone: state.zoneName, pool: pool.name }
  const { pin, effectOn } = book.of(key)
  const answeredNow = new Set(selections.flatMap(selection => selection.addresses))
  return {
    zone: state.zoneName,
    pool: pool.name,
    policy: pool.policy,
    ...(check === undefined ? {} : { check: checkView(check) }),
    names: state.names.map(name => nameView(state, name, nowMs)),
    selections,
    overrides: overrideViews(state, book),
    endpoints: pool.endpoints.map(endpoint => ({
      name: endpoint.name,
      ...effectView(pin === endpoint.name ? 'pinned' : effectOn(endpoint.name)),
      ...formView(state, endpoint, nowMs),
      addresses: endpoint.addresses.map(address =>
        addressView(
          address,
          state.stateOf(address),
          answeredNow.has(endpoint.hostname ?? '') || answeredNow.has(address.text),
          { nowMs, wallMs, hasLatencies },
        ),
      ),
    })),
  }
}

/** Of an endpoint that is not addresses alone. */
function formView(
  state: PoolState,
  endpoint: PoolEndpoint,
  nowMs: number,
): Pick<EndpointView, 'hostname' | 'pool' | 'standings'> {
  const { hostname, pool, addresses } = endpoint
  if (hostname === undefined && pool === undefined) return {}
  const nested = pool === undefined ? undefined : state.nested.get(pool)
  const standings = state.kinds.flatMap(kind => {
    const standing =
      nested === undefined ? state.endpointStanding(endpoint, nowMs) : nested.standings[kind]?.standing
    const selected = state.selection(kind)?.endpoints.includes(endpoint.name) === true
    return standing === undefined ? [] : [{ family: kind, standing, selected }]
  })
  return {
    ...(hostname === undefined ? {} : { hostname }),
    ...(pool === undefined ? {} : { pool }),
    ...(addresses.length > 0 ? {} : { standings }),
  }
}

function effectView(effect: Effect | 'pinned'): Pick<EndpointView, 'effect'> {
  return effect === 'none' ? {} : { effect }
}

function selectionView(state: PoolState, family: AnswerKind): SelectionView[] {
  const selection = state.selection(family)
  if (selection === undefined) return []
  const { mode, endpoints, reason } = selection
  const addresses = answered(selection)
  const since = new Date(state.sinceMs(family)).toISOString()
  return [{ family, mode, endpoints, addresses, reason, why: whySelected(state, family, selection), since }]
}

function nameView(state: PoolState, name: PoolState['names'][number], nowMs: number): NameView {
  const ttlNow: Partial<Record<AnswerKind, number>> = {}
  for (const kind of state.kinds) {
    const selection = state.selection(kind)
    if (selection !== undefined) ttlNow[kind] = secondsLeft(state.ttlOf(name, selection, kind), nowMs)
  }
  return { name: plainName(name.name), ttl: name.ttlSeconds, ttlMin: name.ttlMinSeconds, ttlNow }
}

function checkView(check: AnyCheck): CheckView {
  if (isComposite(check)) return { name: check.name, type: check.kind, of: check.of.map(checkView) }
  const { name, spec, timing } = check
  if (spec.type !== 'heartbeat') return { name, type: spec.type, ...timing }
  const { intervalMs, timeoutMs: graceMs, rise, fall } = timing
  return { name, type: spec.type, intervalMs, graceMs, rise, fall }
}

function addressView(
  address: Address,
  state: AddressState | undefined,
  selected: boolean,
  now: { readonly nowMs: number; readonly wallMs: number; readonly hasLatencies: boolean },
): AddressView {
  const { text, family } = address
  if (state === undefined) return { address: text, family, verdict: 'up', passes: 0, fails: 0, selected }
  const { verdict, check } = state
  const { heldUntilMs } = state.standing(now.nowMs)
  const worst = worstOf(state.targets)
  return {
    address: text,
    family,
    selected,
    // What counts for the whole is the part that is worst, and of those the latest.
    ...targetView(worst, now.wallMs),
    verdict,
    ...(now.hasLatencies ? { latenciesMs: [...(worst?.latenciesMs ?? [])] } : {}),
    ...(heldUntilMs === undefined
      ? {}
      : { heldUntil: new Date(now.wallMs + heldUntilMs - now.nowMs).toISOString() }),
    ...('target' in check ? {} : { parts: check.of.flatMap(part => partViews(part, now.wallMs)) }),
  }
}

function partViews(judged: JudgedCheck, wallMs: number): PartView[] {
  if (!('target' in judged)) return judged.of.flatMap(part => partViews(part, wallMs))
  const { name, spec } = judged.check
  return [{ check: name, type: spec.type, ...targetView(judged.target, wallMs) }]
}

function worstOf(targets: readonly TargetState[]): TargetState | undefined {
  const rank = { down: 0, unknown: 1, up: 2 } as const
  return [...targets].sort((a, b) => rank[a.health.verdict] - rank[b.health.verdict])[0]
}

function targetView(target: TargetState | undefined, wallMs: number): TargetView {
  if (target === undefined) return { verdict: 'unknown', passes: 0, fails: 0 }
  const { health, lastOutcome, decidedWallMs } = target
  return {
    ...health,
    ...(decidedWallMs === undefined
      ? {}
      : { verdictAgeSeconds: Math.max(0, (wallMs - decidedWallMs) / 1000) }),
    ...(lastOutcome === undefined
      ? {}
      : { lastOutcome: { ...lastOutcome.outcome, at: new Date(lastOutcome.wallMs).toISOString() } }),
  }
}
