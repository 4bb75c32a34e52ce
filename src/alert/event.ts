/** What somebody is to be told: one thing that has happened, or is over. Plain data; stored as JSON. */
import type { AnswerKind } from '#steering/pool.ts'

export const SEVERITIES = ['info', 'warning', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

export const ALERT_KINDS = [
  'failover',
  'failback',
  'all-down',
  'all-down-over',
  'flapping',
  'drill-failed',
  'certificate-expires',
  'certificate-renewed',
  'cut-off',
  'cut-off-over',
  'store-fault',
  'store-recovered',
  'reload-failed',
  'reload-succeeded',
  'restart',
  'test',
] as const
export type AlertKind = (typeof ALERT_KINDS)[number]

export interface AlertEvent {
  /** Of this event alone, and the same each time that it is sent. */
  readonly id: string
  readonly kind: AlertKind
  readonly severity: Severity
  /** The same for every event that says the same of the same thing. */
  readonly key: string
  /** The key of what is over now. */
  readonly resolves?: string
  /** It goes on until an event that resolves its key. */
  readonly lasts: boolean
  /** Without the final dot. */
  readonly zone?: string
  readonly pool?: string
  readonly family?: AnswerKind
  readonly endpoint?: string
  /** What has happened, in one line. */
  readonly summary: string
  /** The evidence, in words; may be empty. */
  readonly detail: string
  /** Wall time, milliseconds since 1970. */
  readonly atMs: number
  /** The name of the node that says so. */
  readonly node: string
}

export function isAtLeast(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least)
}

/** `ZONE/POOL`; empty for what is of no pool. */
export function poolOf({ zone, pool }: Pick<AlertEvent, 'zone' | 'pool'>): string {
  return zone === undefined || pool === undefined ? '' : `${zone}/${pool}`
}
