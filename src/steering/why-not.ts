/** Why an endpoint is not what its pool answers with: for each that is not served, one reason. Pure. */
import { formatDuration } from '#base/duration.ts'
import type { Candidate } from './candidates.ts'
import type { AnswerKind, Pool } from './pool.ts'
import type { Selection } from './selection.ts'
import { isUsable } from './standing.ts'

export type WhyNot =
  /** It has nothing to answer with in this family. */
  | { readonly kind: 'no-address' }
  /** The pool is pinned to another one. */
  | { readonly kind: 'pinned'; readonly to: string }
  | { readonly kind: 'drained' | 'forced-down' | 'down' }
  /** Good in this family, but families are bound together, and it is not in the other. */
  | { readonly kind: 'other-family' }
  /** Nothing is known of it yet, and something better is served. */
  | { readonly kind: 'unknown' }
  /** Passes its probes, but is held: until that monotonic time, where it is known. */
  | { readonly kind: 'held'; readonly untilMs: number | undefined }
  /** Could be served; the one that is comes before it. */
  | { readonly kind: 'standby'; readonly to: string }
  /** Comes before the one that is served, and is up: an operator has to say so. */
  | { readonly kind: 'failback-manual'; readonly from: string }
  /** The same, but has not been up for long enough. */
  | { readonly kind: 'failback-after'; readonly afterMs: number; readonly leftMs: number }
  /** Its weight is 0. */
  | { readonly kind: 'last-resort' }
  /** Could be served, but too few can. */
  | { readonly kind: 'too-few'; readonly needed: number }
  /** Another one is in service, and nothing has called for a change. */
  | { readonly kind: 'not-needed' }

/** What is known of the pool at one moment. */
export interface WhyNotContext {
  readonly kind: AnswerKind
  /** As the policy sees them, in the order of the pool. */
  readonly candidates: readonly Candidate[]
  /** The same as if families were not bound together. */
  readonly apart: readonly Candidate[]
  readonly selection: Selection
  readonly pin: string | undefined
  /** Monotonic. */
  readonly nowMs: number
}

/** Undefined for an endpoint that is served. */
export function whyNot(pool: Pool, endpoint: string, context: WhyNotContext): WhyNot | undefined {
  const { kind, candidates, selection, pin } = context
  if (selection.endpoints.includes(endpoint)) return undefined
  if (pin !== undefined && pin !== endpoint && pool.endpoints.some(({ name }) => name === pin))
    return { kind: 'pinned', to: pin }
  const candidate = candidates.find(one => one.endpoint === endpoint)
  if (candidate === undefined || !candidate.answers.has(kind)) return { kind: 'no-address' }
  if (!isUsable(candidate.standing)) return unusable(candidate, context)
  if (selection.mode !== 'serving')
    return pool.minHealthy > 1 ? { kind: 'too-few', needed: pool.minHealthy } : { kind: 'not-needed' }
  return pool.policy === 'failover'
    ? whyNotFirst(pool, candidate, context)
    : whyNoMember(candidate, pool.policy)
}

function unusable(candidate: Candidate, { kind, apart }: WhyNotContext): WhyNot {
  const { effect, endpoint } = candidate
  if (effect === 'drained' || effect === 'forced-down') return { kind: effect }
  const alone = apart.find(one => one.endpoint === endpoint && one.answers.has(kind))
  return alone !== undefined && isUsable(alone.standing) ? { kind: 'other-family' } : { kind: 'down' }
}

function whyNotFirst(
  pool: Pool,
  candidate: Candidate,
  { candidates, selection, nowMs }: WhyNotContext,
): WhyNot {
  const [served = ''] = selection.endpoints
  const place = (name: string): number => candidates.findIndex(({ endpoint }) => endpoint === name)
  if (candidate.standing === 'held') return { kind: 'held', untilMs: candidate.heldUntilMs }
  if (place(candidate.endpoint) > place(served)) return { kind: 'standby', to: served }
  if (candidate.standing === 'unknown') return { kind: 'unknown' }
  const { failback } = pool
  if (failback.kind === 'manual') return { kind: 'failback-manual', from: served }
  if (failback.kind === 'auto') return { kind: 'not-needed' }
  const leftMs = Math.max(0, candidate.upSinceMs + failback.afterMs - nowMs)
  return { kind: 'failback-after', afterMs: failback.afterMs, leftMs }
}

function whyNoMember({ standing, weight, heldUntilMs }: Candidate, policy: Pool['policy']): WhyNot {
  if (policy === 'weighted' && weight === 0) return { kind: 'last-resort' }
  if (standing === 'held') return { kind: 'held', untilMs: heldUntilMs }
  return { kind: standing === 'unknown' ? 'unknown' : 'not-needed' }
}

/** @param nowMs monotonic */
export function whyNotToText(why: WhyNot, nowMs: number): string {
  switch (why.kind) {
    case 'no-address':
      return 'has nothing to answer with in this family'
    case 'pinned':
      return `the pool is pinned to ${why.to} by an operator`
    case 'drained':
      return 'drained by an operator or a maintenance window, see the overrides'
    case 'forced-down':
      return 'forced down by an operator'
    case 'down':
      return 'down'
    case 'other-family':
      return 'good in this family, but not in the other one, and families are bound together'
    case 'unknown':
      return 'nothing is known of it yet, and what is served is good'
    case 'held':
      return `passes its probes, but is held${forText(why.untilMs, nowMs)}: it flaps, or has only just come back`
    case 'standby':
      return `stands by: ${why.to} comes first and can be served`
    case 'failback-manual':
      return `up and preferred to ${why.from}, but failback is manual: understudy failback returns to it`
    case 'failback-after':
      return `up and preferred, but failback waits until it has been up for ${formatDuration(why.afterMs)}: ${secondsText(why.leftMs)} to go`
    case 'last-resort':
      return 'weight 0: only where nothing with a weight can be served'
    case 'too-few':
      return `could be served, but fewer than min-healthy (${why.needed}) can`
    case 'not-needed':
      return 'could be served, but nothing has called for a change since the last selection'
    default:
      return why satisfies never
  }
}

function forText(untilMs: number | undefined, nowMs: number): string {
  return untilMs === undefined ? '' : ` for another ${secondsText(Math.max(0, untilMs - nowMs))}`
}

function secondsText(milliseconds: number): string {
  return formatDuration(Math.ceil(milliseconds / 1000) * 1000)
}
