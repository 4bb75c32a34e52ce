/** How fast an endpoint may come back: a least time after each failure, and a hold for one that flaps. It never delays leaving it. Pure. */
import type { Verdict } from './verdict.ts'

export interface DampingRule {
  /** After going down an endpoint is not up again for the policy before so long. 0 for at once. */
  readonly dwellMs: number
  /** Undefined for endpoints that may flap as they like. */
  readonly flap?: FlapRule
}

/** Each flip counts 1, and what was counted halves with every half-life. Past the limit the endpoint is held until half of the limit is left. */
export interface FlapRule {
  readonly limit: number
  readonly halfLifeMs: number
}

export const NO_DAMPING: DampingRule = { dwellMs: 0 }

/** What is remembered of one endpoint's past. Times in the clock of the caller. */
export interface Damping {
  /** As it was at `atMs`. */
  readonly penalty: number
  readonly atMs: number
  /** Not up for the policy before that time. */
  readonly heldUntilMs: number
}

export const CALM: Damping = { penalty: 0, atMs: 0, heldUntilMs: Number.NEGATIVE_INFINITY }

/** So much above the limit the penalty stops: however long an endpoint has flapped, it is quiet after so many half-lives. */
const MOST_LIMITS = 4

/** The state after the verdict has changed. A first verdict is no flip. */
export function afterChange(
  damping: Damping,
  rule: DampingRule,
  change: { readonly from: Verdict; readonly to: Verdict; readonly nowMs: number },
): Damping {
  const { from, to, nowMs } = change
  const isFlip = from !== 'unknown' && to !== 'unknown'
  if (!isFlip) return damping
  const dwelt = to === 'down' ? nowMs + rule.dwellMs : Number.NEGATIVE_INFINITY
  const heldUntilMs = Math.max(damping.heldUntilMs, dwelt)
  if (rule.flap === undefined) return { ...damping, heldUntilMs }
  const { limit } = rule.flap
  const penalty = Math.min(MOST_LIMITS * limit, penaltyAt(damping, rule.flap, nowMs) + 1)
  const latchedMs = penalty > limit ? calmMs(penalty, nowMs, rule.flap) : dwelt
  return { penalty, atMs: nowMs, heldUntilMs: Math.max(heldUntilMs, latchedMs) }
}

/** What is left of the penalty. */
export function penaltyAt({ penalty, atMs }: Damping, { halfLifeMs }: FlapRule, nowMs: number): number {
  return penalty * 2 ** (-Math.max(0, nowMs - atMs) / halfLifeMs)
}

/** Why an endpoint is held now: it has only just come back, or flaps. */
export type HoldCause = 'dwell' | 'flap'

/** Undefined where it is not held. */
export function holdCause(damping: Damping, { flap }: DampingRule, nowMs: number): HoldCause | undefined {
  if (!isHeld(damping, nowMs)) return undefined
  const { penalty, atMs, heldUntilMs } = damping
  if (flap === undefined || penalty <= flap.limit) return 'dwell'
  // What was stored comes back rounded.
  return calmMs(penalty, atMs, flap) >= heldUntilMs - 1000 ? 'flap' : 'dwell'
}

/** When half of the limit is left of the penalty. */
function calmMs(penalty: number, atMs: number, { limit, halfLifeMs }: FlapRule): number {
  return atMs + halfLifeMs * Math.log2((2 * penalty) / limit)
}

export function isHeld({ heldUntilMs }: Damping, nowMs: number): boolean {
  return nowMs < heldUntilMs
}
