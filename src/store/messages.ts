/** What the store's handle and its thread say to each other. */

import type { OverrideRow } from './override-rows.ts'
import type { Restored, StoredTransition, TransitionQuery } from './records.ts'
import type { AlertRow, HostnameRow, SelectionRow, TransitionRow, VerdictRow } from './rows.ts'

/** What is written in one transaction, in this order. */
export interface Batch {
  readonly verdicts: readonly VerdictRow[]
  readonly selections: readonly SelectionRow[]
  readonly hostnames: readonly HostnameRow[]
  readonly alerts: readonly AlertRow[]
  readonly transitions: readonly TransitionRow[]
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
  | { readonly kind: 'save-override'; readonly row: OverrideRow; readonly replaced: readonly string[] }
  | { readonly kind: 'drop-overrides'; readonly ids: readonly string[] }

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
  | { readonly kind: 'done'; readonly id: number; readonly transitions: readonly StoredTransition[] }
  | { readonly kind: 'refused'; readonly id: number; readonly message: string }
