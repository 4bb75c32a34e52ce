/** What people are told of a changed selection; announcement.ts has the table. Pure. */
import type { AnswerKind } from '#steering/pool.ts'
import type { Reason } from '#steering/selection.ts'
import type { AlertEvent, Severity } from './event.ts'

export interface OfPool {
  readonly zone: string
  readonly pool: string
}

export interface SelectionAnnouncement extends OfPool {
  readonly kind: 'selection'
  readonly family: AnswerKind
  /** In words: `primary`, `all-down: primary`. */
  readonly from: string
  readonly to: string
  /** Served now. */
  readonly endpoints: readonly string[]
  readonly why: string
  readonly reason: Reason
  /** Whether the pool answers with several endpoints at a time. */
  readonly several: boolean
  /** Whether the first endpoint of the pool was in service before, and is now. */
  readonly servedFirst: boolean
  readonly servesFirst: boolean
}

/** An event before it is known who says so, and when. */
export type Said = Omit<AlertEvent, 'id' | 'atMs' | 'node' | 'lasts'>

export function selectionSaid(change: SelectionAnnouncement): Said[] {
  const { reason } = change
  switch (reason.kind) {
    case 'initial':
      return []
    case 'all-down':
      return [allDownSaid(change)]
    case 'failover':
      return [failoverSaid(change, isOperators(reason.cause) ? 'info' : 'warning')]
    case 'family-down':
      return [failoverSaid(change, 'warning')]
    case 'failback':
      return [failbackSaid(change)]
    case 'members':
      return membersSaid(change, reason.left, reason.joined)
    case 'recovery':
      return [recoverySaid(change), ...afterRecovery(change)]
    default:
      return change.several ? [] : movedSaid(change)
  }
}

function membersSaid(
  change: SelectionAnnouncement,
  left: readonly string[],
  joined: readonly string[],
): Said[] {
  return [
    ...left.map(endpoint => memberSaid(change, endpoint, 'failover')),
    ...joined.map(endpoint => memberSaid(change, endpoint, 'failback')),
  ]
}

function afterRecovery(change: SelectionAnnouncement): Said[] {
  if (change.several) return membersSaid(change, [], change.endpoints)
  return [change.servesFirst ? failbackSaid(change) : failoverSaid(change, 'warning')]
}

/** By an operator, or the configuration. */
function movedSaid(change: SelectionAnnouncement): Said[] {
  const { servedFirst, servesFirst } = change
  if (servedFirst === servesFirst) return []
  return [servesFirst ? failbackSaid(change) : failoverSaid(change, 'info')]
}

function isOperators(cause: Extract<Reason, { kind: 'failover' }>['cause']): boolean {
  return cause !== 'down' && cause !== 'held'
}

function titleOf({ zone, pool, family }: SelectionAnnouncement): string {
  return `${zone}/${pool} ${TYPES[family]}`
}

const TYPES = { ipv4: 'A', ipv6: 'AAAA', cname: 'CNAME' } as const

function about(
  { zone, pool, family, why }: SelectionAnnouncement,
  kind: 'failover' | 'all-down',
  severity: Severity,
): Omit<Said, 'summary'> {
  return { kind, severity, key: keyOf(kind, zone, pool, family), zone, pool, family, detail: why }
}

export function keyOf(...parts: readonly string[]): string {
  return parts.join(' ')
}

function allDownSaid(change: SelectionAnnouncement): Said {
  const answered = change.to === 'all-down' ? 'what when-all-down says' : change.to.replace('all-down: ', '')
  const summary = `${titleOf(change)}: all down, answered is ${answered}`
  return { ...about(change, 'all-down', 'critical'), summary }
}

function failoverSaid(change: SelectionAnnouncement, severity: Severity): Said {
  const summary = `${titleOf(change)}: failover from ${change.from} to ${change.to}`
  return { ...about(change, 'failover', severity), summary }
}

function failbackSaid(change: SelectionAnnouncement): Said {
  const { zone, pool, family, from, to, servesFirst } = change
  return {
    kind: 'failback',
    severity: 'info',
    key: keyOf('failback', zone, pool, family),
    ...(servesFirst && { resolves: keyOf('failover', zone, pool, family) }),
    zone,
    pool,
    family,
    summary: `${titleOf(change)}: failback from ${from} to ${to}`,
    detail: change.why,
  }
}

/** Of one endpoint of a pool that answers with several. */
function memberSaid(change: SelectionAnnouncement, endpoint: string, kind: 'failover' | 'failback'): Said {
  const { zone, pool, family, why, to } = change
  const key = keyOf('failover', zone, pool, family, endpoint)
  const of = { zone, pool, family, endpoint, detail: why }
  const title = titleOf(change)
  if (kind === 'failover')
    return {
      ...of,
      kind,
      severity: 'warning',
      key,
      summary: `${title}: ${endpoint} has left the answer, which is now ${to}`,
    }
  return {
    ...of,
    kind,
    severity: 'info',
    key: keyOf('failback', zone, pool, family, endpoint),
    resolves: key,
    summary: `${title}: ${endpoint} is answered again`,
  }
}

function recoverySaid(change: SelectionAnnouncement): Said {
  const { zone, pool, family, why, to } = change
  return {
    kind: 'all-down-over',
    severity: 'info',
    key: keyOf('all-down-over', zone, pool, family),
    resolves: keyOf('all-down', zone, pool, family),
    zone,
    pool,
    family,
    summary: `${titleOf(change)}: not all down any more, answered is ${to}`,
    detail: why,
  }
}
