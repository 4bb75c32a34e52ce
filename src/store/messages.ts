/** What the store's handle and its thread say to each other. */

import type { AuditRow } from './audit-rows.ts'
import type { OverrideRow } from './override-rows.ts'
import type { RunPage, RunQuery, RunRow } from './probe-history.ts'
import type { AuditQuery, Restored, StoredAudit, StoredTransition, TransitionQuery } from './records.ts'
import type { AlertRow, HostnameRow, SelectionRow, TransitionRow, VerdictRow } from './rows.ts'

/** What is written in one transaction, in this order. */
export interface Batch {
  readonly verdicts: readonly VerdictRow[]
  readonly selections: readonly SelectionRow[]
  readonly hostnames: readonly HostnameRow[]
  readonly alerts: readonly AlertRow[]
  readonly transitions: readonly TransitionRow[]
  readonly audit: readonly AuditRow[]
  readonly runs: readonly RunRow[]
}

/** Each `request` is answered by one `done` or `refused`; batches are committed in order and acknowledged by their number. */
export type ToWorker =
  | { readonly kind: 'batch'; readonly number: number; readonly batch: Batch }
  | { readonly kind: 'request'; readonly id: number; readonly want: Request }

/** `flush` commits what has come before it; `close` does too and ends the thread. Overrides are on disk when it is answered. */
export type Request =
  | { readonly kind: 'flush' }
  | { readonly kind: 'close' }
  | { readonly kind: 'transitions'; readonly query: TransitionQuery }
  | { readonly kind: 'audit'; readonly query: AuditQuery }
  | { readonly kind: 'probe-runs'; readonly query: RunQuery }
  | { readonly kind: 'save-override'; readonly row: OverrideRow; readonly replaced: readonly string[] }
  | { readonly kind: 'drop-overrides'; readonly ids: readonly string[] }

/** What a request has asked for; nothing of what it has not. */
export interface Found {
  readonly transitions?: readonly StoredTransition[]
  readonly audit?: readonly StoredAudit[]
  readonly runs?: RunPage
}

export type FromWorker =
  /** Said once: the database is open, or, with a `fault`, could not be opened. */
  | { readonly kind: 'started'; readonly restored: Restored; readonly fault?: string }
  | { readonly kind: 'committed'; readonly number: number }
  /** Something is lost or wrong but the store works: `count` faults. */
  | { readonly kind: 'notice'; readonly message: string; readonly count: number }
  /** Nothing can be written; that is tried again until `recovered`. */
  | { readonly kind: 'fault'; readonly message: string }
  | { readonly kind: 'recovered' }
  /** Everything that is in use should be saved again. */
  | { readonly kind: 'save-again' }
  | { readonly kind: 'done'; readonly id: number; readonly found: Found }
  | { readonly kind: 'refused'; readonly id: number; readonly message: string }
