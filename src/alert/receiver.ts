/** Who is told: one receiver of the configuration, with what is secret of it. */
import type { Severity } from './event.ts'
import type { QuietHours } from './quiet-hours.ts'

export const RECEIVER_TYPES = ['webhook', 'slack', 'pagerduty', 'alertmanager'] as const
export type ReceiverType = (typeof RECEIVER_TYPES)[number]

export interface Receiver {
  readonly name: string
  readonly type: ReceiverType
  /** Where events are posted. May be a secret: never shown, logged or stored. */
  readonly url: string
  /** Of a webhook what its messages are signed with, of PagerDuty the routing key. Never shown, logged or stored. */
  readonly secret?: string
  readonly minSeverity: Severity
  readonly quiet?: QuietHours
  /** `ZONE/POOL` or `POOL`: it is told of these only. Undefined for everything. */
  readonly pools?: readonly string[]
  /** What lasts is told again after so long; what comes again, not before. */
  readonly repeatMs: number
}

/** Whether it shows states: there, what is over before anybody was told of it needs no telling. The others keep a record. */
export function showsStates({ type }: Receiver): boolean {
  return type === 'pagerduty' || type === 'alertmanager'
}
