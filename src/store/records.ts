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

/** A change of a verdict (`address` says of which), of a selection (`endpoint` is absent), of an override (`family` is absent), or the end of a drill. */
export interface StoredTransition {
  /** Wall time, milliseconds since 1970. */
  readonly atMs: number
  readonly kind: 'verdict' | 'selection' | 'override' | 'drill'
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

/** What operators may change or set off. */
export const AUDIT_ACTIONS = [
  'override',
  'release',
  'failback',
  'force-failback',
  'reload',
  'drill',
  'alert-test',
] as const

/** `refused`: the server had a reason, and nothing has changed. `failed`: nobody knows whether it has. */
export const AUDIT_RESULTS = ['done', 'refused', 'failed'] as const

/** One change that somebody has asked for, whatever became of it. */
export interface StoredAudit {
  /** Wall time, milliseconds since 1970. */
  readonly atMs: number
  readonly action: (typeof AUDIT_ACTIONS)[number]
  /** As it was asked for; empty for a reload. */
  readonly target: string
  /** The token's name, or `loopback`. */
  readonly actor: string
  /** The address from which it was asked for. */
  readonly client: string
  /** Who the request said that it was by, which nobody has checked. */
  readonly claim?: string
  /** As given; may be empty. */
  readonly reason: string
  readonly result: (typeof AUDIT_RESULTS)[number]
  /** What was done, or why not, in words. */
  readonly detail: string
}

export interface AuditQuery {
  /** Wall time, milliseconds since 1970; none that is older is returned. */
  readonly sinceMs?: number
  readonly limit: number
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
  readonly kind?: StoredTransition['kind']
  readonly limit: number
}
