/** Who is told: one receiver of the configuration, with what is secret of it. */
import type { Severity } from './event.ts'
import type { QuietHours } from './quiet-hours.ts'

export const RECEIVER_TYPES = ['webhook', 'slack', 'pagerduty', 'alertmanager', 'smtp'] as const
export type ReceiverType = (typeof RECEIVER_TYPES)[number]

interface AnyReceiver {
  readonly name: string
  readonly minSeverity: Severity
  readonly quiet?: QuietHours
  /** `ZONE/POOL` or `POOL`: it is told of these only. Undefined for everything. */
  readonly pools?: readonly string[]
  /** What lasts is told again after so long; what comes again, not before. */
  readonly repeatMs: number
}

export interface HttpReceiver extends AnyReceiver {
  readonly type: Exclude<ReceiverType, 'smtp'>
  /** Where events are posted. May be a secret: never shown, logged or stored. */
  readonly url: string
  /** Of a webhook what its messages are signed with, of PagerDuty the routing key. Never shown, logged or stored. */
  readonly secret?: string
}

export interface MailReceiver extends AnyReceiver {
  readonly type: 'smtp'
  readonly route: MailRoute
}

export type Receiver = HttpReceiver | MailReceiver

export const MAIL_SECURITIES = ['starttls', 'implicit', 'off'] as const

/** By which server mail goes, and to whom. */
export interface MailRoute {
  /** A name or an address. */
  readonly host: string
  readonly port: number
  /** `starttls` is required of the server (RFC 3207), `implicit` from the first byte on (RFC 8314); `off` is in the clear. */
  readonly tls: (typeof MAIL_SECURITIES)[number]
  /** Never shown, logged or stored; none in the clear. */
  readonly login?: { readonly user: string; readonly password: string }
  /** Addresses, as `user@example.com`. */
  readonly from: string
  readonly to: readonly string[]
}

/** Whether it shows states: there, what is over before anybody was told of it needs no telling. The others keep a record. */
export function showsStates({ type }: Receiver): boolean {
  return type === 'pagerduty' || type === 'alertmanager'
}
