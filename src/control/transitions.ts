/** Puts changes of verdicts and selections into records, log lines and words. */
import type { Address, Family } from '#base/address.ts'
import type { Health } from '#health/verdict.ts'
import { addressesOf } from '#steering/pool.ts'
import { reasonToText, type Selection } from '#steering/selection.ts'
import type { StoredTransition } from '#store/records.ts'
import { typeToText } from '#wire/types.ts'
import { ADDRESS_TYPE } from './plan.ts'
import type { PoolState, SelectionChange } from './pool-state.ts'
import type { TargetState } from './target-state.ts'
import type { TransitionView } from './view.ts'

/** `primary`, `all-down: primary`, `none`. */
export function selectionToText(selection: Selection | undefined): string {
  if (selection === undefined) return 'nothing'
  const endpoints = selection.endpoints.join(', ')
  switch (selection.mode) {
    case 'serving':
      return endpoints
    case 'all-down':
      return endpoints === '' ? 'all-down' : `all-down: ${endpoints}`
    case 'none':
      return 'none'
    case 'servfail':
      return 'servfail'
    default:
      return selection.mode satisfies never
  }
}

/** The reason in words, with the evidence where an endpoint was left: what its last probe has seen. */
export function whySelected(state: PoolState, family: Family, selection: Selection): string {
  const { reason } = selection
  const words = reasonToText(reason)
  if (reason.kind !== 'failover') return words
  const left = state.pool.endpoints.find(endpoint => endpoint.name === reason.from)
  const addresses = left?.addresses.filter(address => address.family === family) ?? []
  // Asked later, its last probe may have passed, which is no evidence of anything.
  const seen = addresses
    .map(address => state.targetOf(address)?.lastOutcome?.outcome)
    .find(outcome => outcome?.kind === 'fail')
  return seen === undefined ? words : `${words}: ${seen.detail}`
}

/** Whether the answer has left the first endpoint that the pool has in the family, or come back to it. */
export function directionOf(
  { pool }: PoolState,
  { family, before, after }: SelectionChange,
): 'failover' | 'failback' | undefined {
  if (before === undefined) return undefined
  const first = pool.endpoints.find(endpoint => addressesOf(endpoint, family).length > 0)?.name ?? ''
  const [was, is] = [before.endpoints.includes(first), after.endpoints.includes(first)]
  if (was === is) return undefined
  return was ? 'failover' : 'failback'
}

export function selectionTransition(
  state: PoolState,
  change: SelectionChange,
  wallMs: number,
): StoredTransition {
  return {
    atMs: wallMs,
    kind: 'selection',
    zone: state.zoneName,
    pool: state.pool.name,
    family: change.family,
    from: selectionToText(change.before),
    to: selectionToText(change.after),
    why: whySelected(state, change.family, change.after),
    reason: change.after.reason,
  }
}

/** The verdict on the endpoint's address has changed. */
export function verdictTransition(
  state: PoolState,
  endpoint: string,
  address: Address,
  target: TargetState,
  before: Health,
  wallMs: number,
): StoredTransition {
  const outcome = target.lastOutcome?.outcome
  const { verdict } = target.health
  return {
    atMs: wallMs,
    kind: 'verdict',
    zone: state.zoneName,
    pool: state.pool.name,
    family: address.family,
    endpoint,
    address: address.text,
    from: before.verdict,
    to: verdict,
    why:
      verdict === 'down'
        ? `${target.target.timing.fall} fails: ${outcome?.detail ?? ''}`
        : passesText(target, before),
    reason: { outcome: outcome?.kind, reason: outcome?.reason },
  }
}

export function transitionView({ atMs, ...rest }: StoredTransition): TransitionView {
  return { at: new Date(atMs).toISOString(), ...rest }
}

/** One line for the log: `lb.example.com/www A: primary -> backup (primary is down: connection refused)`. */
export function transitionLine(transition: StoredTransition): string {
  const { zone, pool, family, endpoint, address, from, to, why } = transition
  if (transition.kind === 'selection')
    return `${zone}/${pool} ${typeToText(ADDRESS_TYPE[family])}: ${from} -> ${to} (${why})`
  return `${zone}/${pool}/${endpoint} ${address}: ${from} -> ${to} (${why})`
}

function passesText(target: TargetState, before: Health): string {
  if (before.verdict === 'unknown') return before.fails === 0 ? 'the first probe passed' : 'a probe passed'
  return `${target.target.timing.rise} passes in a row`
}
