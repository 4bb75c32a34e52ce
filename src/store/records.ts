/** What is kept across restarts, as the rest of the program sees it. */
import type { Address } from '#base/address.ts'
import type { Outcome } from '#health/outcome.ts'
import type { Health } from '#health/verdict.ts'
import type { Override } from '#steering/override.ts'
import type { AnswerKind } from '#steering/pool.ts'
import type { Selection } from '#steering/selection.ts'

/** What is known of one address under one health check, or under all that a pool judges it by. */
export interface StoredVerdict {
  /** The `key` of the probe target, or of what is made of several: digest of check definition and address. */
  readonly key: string
  readonly health: Health
  /** Since when the verdict stands, and what damping remembers; only of what a pool judges by. */
  readonly past?: StoredPast
  /** The last one. */
  readonly outcome?: Outcome
  /** Wall time, milliseconds since 1970. */
  readonly atMs: number
}

/** All times are wall time, milliseconds since 1970. */
export interface StoredPast {
  readonly sinceMs: number
  readonly penalty: number
  readonly penaltyAtMs: number
  /** Undefined where nothing is held. */
  readonly heldUntilMs?: number
}

/** What a pool answers in one family, or as a CNAME. All times are wall time, milliseconds since 1970. */
export interface StoredSelection {
  readonly zone: string
  readonly pool: string
  readonly family: AnswerKind
  readonly selection: Selection
  readonly sinceMs: number
  /** Until when a failback is held back. */
  readonly holdUntilMs?: number
}

/** A change of a verdict (`address` says of which), of a selection (`endpoint` is absent), or of an override (`family` is absent). */
export interface StoredTransition {
  /** Wall time, milliseconds since 1970. */
  readonly atMs: number
  readonly kind: 'verdict' | 'selection' | 'override'
  readonly zone: string
  readonly pool: string
  readonly family?: AnswerKind
  readonly endpoint?: string
  readonly address?: string
  readonly from: string
  readonly to: string
  /** In words. */
  readonly why: string
  /** As data: anything that JSON can say. */
  readonly reason: unknown
}

/** What a hostname was last resolved to: at least one address, of either family. */
export interface StoredHostname {
  readonly hostname: string
  readonly addresses: readonly Address[]
  /** Wall time, milliseconds since 1970. */
  readonly atMs: number
}

/** What was found in the database at start. */
export interface Restored {
  readonly hostnames: readonly StoredHostname[]
  readonly verdicts: readonly StoredVerdict[]
  readonly selections: readonly StoredSelection[]
  readonly overrides: readonly Override[]
  /** By their numbers; as they were saved, by whatever version. */
  readonly alerts: readonly unknown[]
}

export interface TransitionQuery {
  /** Wall time, milliseconds since 1970; none that is older is returned. */
  readonly sinceMs?: number
  readonly name?: { readonly zone: string; readonly pool?: string }
  readonly limit: number
}
