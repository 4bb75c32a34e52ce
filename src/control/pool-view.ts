/** A pool as the admin listener shows it. */
import type { Address, Family } from '#base/address.ts'
import type { AnswerTtl } from '#steering/ttl.ts'
import { plainName } from './plan.ts'
import type { PoolState } from './pool-state.ts'
import type { TargetState } from './target-state.ts'
import { whySelected } from './transitions.ts'
import type { AddressView, NameView, PoolView, SelectionView } from './view.ts'

/** @param nowMs monotonic, for the TTLs; `wallMs` for the ages */
export function poolView(state: PoolState, nowMs: number, wallMs: number): PoolView {
  const { pool } = state
  const { check } = pool
  const selections = state.families.flatMap(family => selectionView(state, family))
  const selected = new Set(selections.flatMap(selection => selection.addresses))
  return {
    zone: state.zoneName,
    pool: pool.name,
    policy: pool.policy,
    ...(check === undefined ? {} : { check: { name: check.name, type: check.spec.type, ...check.timing } }),
    names: state.names.map(name => nameView(state, name, nowMs)),
    selections,
    endpoints: pool.endpoints.map(({ name, addresses }) => ({
      name,
      addresses: addresses.map(address =>
        addressView(address, state.targetOf(address), selected.has(address.text), wallMs),
      ),
    })),
  }
}

function selectionView(state: PoolState, family: Family): SelectionView[] {
  const selection = state.selection(family)
  if (selection === undefined) return []
  const { mode, endpoints, reason } = selection
  const addresses = selection.addresses.map(address => address.text)
  const since = new Date(state.sinceMs(family)).toISOString()
  return [{ family, mode, endpoints, addresses, reason, why: whySelected(state, family, selection), since }]
}

function nameView(state: PoolState, name: PoolState['names'][number], nowMs: number): NameView {
  const ttlNow: Partial<Record<Family, number>> = {}
  for (const family of state.families) {
    const selection = state.selection(family)
    if (selection !== undefined) ttlNow[family] = secondsLeft(state.ttlOf(name, selection), nowMs)
  }
  return { name: plainName(name.name), ttl: name.ttlSeconds, ttlMin: name.ttlMinSeconds, ttlNow }
}

function secondsLeft({ nextChangeMs, minSeconds, maxSeconds }: AnswerTtl, nowMs: number): number {
  if (nextChangeMs === undefined) return maxSeconds
  return Math.min(maxSeconds, Math.max(minSeconds, Math.floor((nextChangeMs - nowMs) / 1000)))
}

function addressView(
  address: Address,
  target: TargetState | undefined,
  selected: boolean,
  wallMs: number,
): AddressView {
  const { text, family } = address
  if (target === undefined) return { address: text, family, verdict: 'up', passes: 0, fails: 0, selected }
  const { health, lastOutcome, decidedWallMs } = target
  return {
    address: text,
    family,
    ...health,
    selected,
    ...(decidedWallMs === undefined
      ? {}
      : { verdictAgeSeconds: Math.max(0, (wallMs - decidedWallMs) / 1000) }),
    ...(lastOutcome === undefined
      ? {}
      : { lastOutcome: { ...lastOutcome.outcome, at: new Date(lastOutcome.wallMs).toISOString() } }),
  }
}
