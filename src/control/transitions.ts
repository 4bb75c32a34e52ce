/** Puts changes of verdicts and selections into records, log lines and words. */
import type { Address } from '#base/address.ts'
import type { Health, Verdict } from '#health/verdict.ts'
import type { Override } from '#steering/override.ts'
import type { Selection } from '#steering/selection.ts'
import type { StoredTransition } from '#store/records.ts'
import { typeToText } from '#wire/types.ts'
import type { AddressState } from './address-state.ts'
import { type JudgedCheck, judgedPart } from './judged-check.ts'
import { ANSWER_TYPE } from './plan.ts'
import type { PoolState, SelectionChange } from './pool-state.ts'
import type { TargetState } from './target-state.ts'
import type { TransitionView } from './view.ts'
import { whySelected } from './why-selected.ts'
import type { Maintenance } from './window-watch.ts'

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

/** Whether the answer has left the first endpoint that the pool has in the family, or come back to it. */
export function directionOf(
  state: PoolState,
  { family, before, after }: SelectionChange,
): 'failover' | 'failback' | undefined {
  if (before === undefined) return undefined
  const first = state.first(family)?.name ?? ''
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

/** The verdict on an endpoint's address, and the target whose outcome has changed it. */
export interface VerdictChange {
  readonly endpoint: string
  readonly address: Address
  readonly state: AddressState
  readonly from: Verdict
  readonly target: TargetState
  /** The target's health before. */
  readonly before: Health
}

export function verdictTransition(
  { zoneName, pool }: PoolState,
  { endpoint, address, state, from, target, before }: VerdictChange,
  wallMs: number,
): StoredTransition {
  const outcome = target.lastOutcome?.outcome
  const words = evidence(target, before)
  return {
    atMs: wallMs,
    kind: 'verdict',
    zone: zoneName,
    pool: pool.name,
    family: address.family,
    endpoint,
    address: address.text,
    from,
    to: state.verdict,
    why: 'target' in state.check ? words : `${partsText(state.check)}: ${words}`,
    reason: { outcome: outcome?.kind, reason: outcome?.reason },
  }
}

/** An override was set, released, or has expired. */
export function overrideTransition(
  { kind, zone, pool, endpoint, reason, author, expiresMs }: Override,
  what: 'set' | 'released' | 'expired',
  wallMs: number,
): StoredTransition {
  const said = reason === '' ? '' : `: ${reason}`
  const until = what === 'set' ? `, until ${new Date(expiresMs).toISOString()}` : ''
  return {
    atMs: wallMs,
    kind: 'override',
    zone,
    pool,
    endpoint,
    from: what === 'set' ? 'none' : kind,
    to: what === 'set' ? kind : 'none',
    why: what === 'expired' ? 'expired' : `${what} by ${author}${until}${said}`,
    reason: { author, reason },
  }
}

/** The endpoint's maintenance windows have opened, or the last of them has closed. */
export function maintenanceTransition(
  { zone, pool, endpoint, reason, untilMs }: Maintenance,
  what: 'opened' | 'closed',
  wallMs: number,
): StoredTransition {
  const author = 'configuration'
  const hasEnd = what === 'opened' && untilMs !== Number.POSITIVE_INFINITY
  const until = hasEnd ? `, until ${new Date(untilMs).toISOString()}` : ''
  return {
    atMs: wallMs,
    kind: 'override',
    zone,
    pool,
    endpoint,
    from: what === 'opened' ? 'none' : 'maintenance',
    to: what === 'opened' ? 'maintenance' : 'none',
    why: `${what} by the ${author}${until}${reason === '' ? '' : `: ${reason}`}`,
    reason: { author, reason },
  }
}

export function transitionView({ atMs, ...rest }: StoredTransition): TransitionView {
  return { at: new Date(atMs).toISOString(), ...rest }
}

/** One line for the log: `lb.example.com/www A: primary -> backup (primary is down: connection refused)`. */
export function transitionLine(transition: StoredTransition): string {
  const { zone, pool, family, endpoint, address, from, to, why } = transition
  if (transition.kind === 'selection')
    return `${zone}/${pool} ${family === undefined ? '' : typeToText(ANSWER_TYPE[family])}: ${from} -> ${to} (${why})`
  if (transition.kind === 'drill') return `${zone}/${pool}: drill ${to} (${why})`
  if (transition.kind === 'override') return `${zone}/${pool}/${endpoint}: ${from} -> ${to} (${why})`
  return `${zone}/${pool}/${endpoint} ${address}: ${from} -> ${to} (${why})`
}

/** What has decided the target's health. */
export function evidence(target: TargetState, before: Health): string {
  const { rise, fall } = target.target.timing
  if (target.health.verdict === 'down') return `${fall} fails: ${target.lastOutcome?.outcome.detail ?? ''}`
  const isReport = target.target.spec.type === 'heartbeat'
  if (before.verdict === 'unknown' && isReport) return target.lastOutcome?.outcome.detail ?? ''
  if (before.verdict === 'unknown') return before.fails === 0 ? 'the first probe passed' : 'a probe passed'
  return `${rise} passes in a row`
}

function partsText({ needed, inverted, of }: Exclude<JudgedCheck, { target: TargetState }>): string {
  const up = of.filter(part => judgedPart(part).verdict === 'up').length
  return `${up} of ${of.length} parts are up, needed ${inverted ? 'fewer than ' : ''}${needed}`
}
