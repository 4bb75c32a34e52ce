/** How an endpoint stands with the policy: the verdict, with what damping and operators make of it. */
import type { Address } from '#base/address.ts'
import type { AnswerKind } from './pool.ts'
import type { Answer } from './selection.ts'

/** From the best to the worst; `held` passes its probes but has flapped or only just come back, `drained` is kept out by an operator. */
export const STANDINGS = ['up', 'unknown', 'held', 'down', 'drained'] as const

export type Standing = (typeof STANDINGS)[number]

/** One address as far as a pool is concerned. Monotonic times. */
export interface AddressStanding {
  readonly standing: Exclude<Standing, 'drained'>
  /** Since when its verdict has been up without a break; 0 where it always was, as without a health check. */
  readonly upSinceMs: number
  /** When a hold ends; undefined if it is not held. */
  readonly heldUntilMs?: number
}

export type StandingOf = (address: Address) => AddressStanding

export const ALWAYS_UP: AddressStanding = { standing: 'up', upSinceMs: 0 }

/** A pool as the endpoint of another one. */
export interface PoolStanding extends AddressStanding {
  readonly answer: Answer
  /** Whether its own answer is SERVFAIL. */
  readonly isFailed: boolean
}

/** How a pool stands, by what it has selections for. */
export type PoolStandings = Partial<Record<AnswerKind, PoolStanding>>

export type StandingsOf = (pool: string) => PoolStandings

/** Whether the standing lets an endpoint be served other than by the rule for all being down. */
export function isUsable(standing: Standing): boolean {
  return standing === 'up' || standing === 'unknown' || standing === 'held'
}

/** Negative if the first is better. */
export function compareStandings(a: Standing, b: Standing): number {
  return STANDINGS.indexOf(a) - STANDINGS.indexOf(b)
}
