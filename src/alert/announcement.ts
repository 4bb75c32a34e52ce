/**
 * From what control announces to what people are told. Pure.
 *
 *   announcement                                     | events                          | ends
 *   -------------------------------------------------+---------------------------------+---------------------------
 *   selection, all-down                              | all-down (critical)             |
 *   selection, failover: an endpoint is down or held | failover (warning)              |
 *   selection, failover: drained, forced, removed    | failover (info)                 |
 *   selection, family-down                           | failover (warning)              |
 *   selection, members: some left, some joined       | failover or failback of each    | failover of that endpoint
 *   selection, failback to the first endpoint        | failback                        | failover
 *   selection, failback to another one               | failback                        |
 *   selection, recovery                              | all-down-over                   | all-down
 *     … and the first endpoint is served             | failback                        | failover
 *     … and another one is                           | failover (warning)              |
 *     … and several are                              | failback of each                | failover of that endpoint
 *   selection, otherwise leaving the first endpoint  | failover (info)                 |
 *   selection, otherwise coming back to it           | failback                        | failover
 *   an endpoint flaps                                | flapping (warning)              |
 *   a drill was late, or nothing else was up any more | drill-failed (warning)          |
 *   a certificate expires, or does not any more      | certificate-expires, -renewed   | certificate-expires
 *   this node is cut off, or not any more            | cut-off (critical), -over       | cut-off
 *   the store has a fault, or none any more          | store-fault (critical), -recovered | store-fault
 *   a reload has failed, or succeeded                | reload-failed, -succeeded       | reload-failed
 *   a thread was started again                       | restart (warning)               |
 */
import type { AlertEvent, AlertKind } from './event.ts'
import { keyOf, type OfPool, type Said, type SelectionAnnouncement, selectionSaid } from './selection-said.ts'

export type Announcement =
  | SelectionAnnouncement
  /** An endpoint has flapped once too often and is held. */
  | (OfPool & {
      readonly kind: 'flapping'
      readonly endpoint: string
      readonly address: string
      readonly why: string
      /** RFC 3339. */
      readonly heldUntil: string
    })
  /** It has not shown what it was to show. */
  | (OfPool & {
      readonly kind: 'drill'
      readonly id: string
      readonly verdict: string
      readonly detail: string
    })
  | (OfPool & {
      readonly kind: 'certificate'
      readonly endpoint: string
      readonly address: string
      readonly expires: boolean
      readonly detail: string
    })
  /** Why no endpoint is taken for down; undefined once that is over. */
  | { readonly kind: 'cut-off'; readonly why: string | undefined }
  | { readonly kind: 'store'; readonly fault: string | undefined }
  | { readonly kind: 'restart'; readonly what: string; readonly why: string }
  | { readonly kind: 'reload'; readonly failed: boolean; readonly detail: string }

/** Who says so, and when. */
export interface Teller {
  readonly node: string
  readonly wallMs: number
  newId(): string
}

/** What begins and goes on. */
const LASTING: ReadonlySet<AlertKind> = new Set([
  'failover',
  'all-down',
  'certificate-expires',
  'cut-off',
  'store-fault',
  'reload-failed',
])

export function eventsOf(announcement: Announcement, { node, wallMs, newId }: Teller): AlertEvent[] {
  return saidOf(announcement).map(said => ({
    ...said,
    id: newId(),
    lasts: LASTING.has(said.kind),
    atMs: wallMs,
    node,
  }))
}

/** What ends an event that nothing else has ended: what it is about is gone, or was over before this process began. */
export function endOf(event: AlertEvent, { node, wallMs, newId }: Teller): AlertEvent {
  const { zone, pool, family, endpoint, key } = event
  const kind = END_OF[event.kind] ?? event.kind
  return {
    id: newId(),
    kind,
    severity: 'info',
    key: key.replace(event.kind, kind),
    resolves: key,
    lasts: false,
    ...(zone !== undefined && { zone }),
    ...(pool !== undefined && { pool }),
    ...(family !== undefined && { family }),
    ...(endpoint !== undefined && { endpoint }),
    summary: `over: ${event.summary}`,
    detail: 'not so any more when the configuration and the state were looked at anew',
    atMs: wallMs,
    node,
  }
}

const END_OF: Partial<Record<AlertKind, AlertKind>> = {
  failover: 'failback',
  'all-down': 'all-down-over',
  'certificate-expires': 'certificate-renewed',
  'cut-off': 'cut-off-over',
  'store-fault': 'store-recovered',
  'reload-failed': 'reload-succeeded',
}

function saidOf(announcement: Announcement): Said[] {
  switch (announcement.kind) {
    case 'selection':
      return selectionSaid(announcement)
    case 'flapping':
      return [flappingSaid(announcement)]
    case 'drill':
      return [drillSaid(announcement)]
    case 'certificate':
      return [certificateSaid(announcement)]
    case 'cut-off':
      return [cutOffSaid(announcement.why)]
    case 'store':
      return [storeSaid(announcement.fault)]
    case 'restart':
      return [restartSaid(announcement)]
    case 'reload':
      return [reloadSaid(announcement)]
    default:
      return announcement satisfies never
  }
}

function flappingSaid(said: Extract<Announcement, { kind: 'flapping' }>): Said {
  const { zone, pool, endpoint, address, why, heldUntil } = said
  return {
    kind: 'flapping',
    severity: 'warning',
    key: keyOf('flapping', zone, pool, endpoint, address),
    zone,
    pool,
    endpoint,
    summary: `${zone}/${pool}/${endpoint} ${address}: flaps, and is held`,
    detail: `${why}; held until ${heldUntil}`,
  }
}

/** Each drill is a thing of its own. */
function drillSaid({ zone, pool, id, verdict, detail }: Extract<Announcement, { kind: 'drill' }>): Said {
  const kind = 'drill-failed'
  const summary = `${zone}/${pool}: the drill has failed: ${verdict}`
  return { kind, severity: 'warning', key: keyOf(kind, zone, pool, id), zone, pool, summary, detail }
}

function certificateSaid(said: Extract<Announcement, { kind: 'certificate' }>): Said {
  const { zone, pool, endpoint, address, expires, detail } = said
  const key = keyOf('certificate-expires', zone, pool, endpoint, address)
  const of = { zone, pool, endpoint, detail }
  const title = `${zone}/${pool}/${endpoint} ${address}`
  if (expires)
    return {
      ...of,
      kind: 'certificate-expires',
      severity: 'warning',
      key,
      summary: `${title}: the certificate is about to expire`,
    }
  const kind = 'certificate-renewed'
  return {
    ...of,
    kind,
    severity: 'info',
    key: keyOf(kind, zone, pool, endpoint, address),
    resolves: key,
    summary: `${title}: the certificate is good for long enough again`,
  }
}

function cutOffSaid(why: string | undefined): Said {
  if (why !== undefined)
    return {
      kind: 'cut-off',
      severity: 'critical',
      key: 'cut-off',
      summary: 'this node is cut off',
      detail: why,
    }
  return {
    kind: 'cut-off-over',
    severity: 'info',
    key: 'cut-off-over',
    resolves: 'cut-off',
    summary: 'this node is not cut off any more',
    detail: 'a reference is reached again',
  }
}

function storeSaid(fault: string | undefined): Said {
  if (fault !== undefined)
    return {
      kind: 'store-fault',
      severity: 'critical',
      key: 'store-fault',
      summary: 'the state is not stored; answers and failover go on',
      detail: fault,
    }
  return {
    kind: 'store-recovered',
    severity: 'info',
    key: 'store-recovered',
    resolves: 'store-fault',
    summary: 'the state is stored again',
    detail: '',
  }
}

function restartSaid({ what, why }: Extract<Announcement, { kind: 'restart' }>): Said {
  return {
    kind: 'restart',
    severity: 'warning',
    key: keyOf('restart', what),
    summary: `${what} was started again`,
    detail: why,
  }
}

function reloadSaid({ failed, detail }: Extract<Announcement, { kind: 'reload' }>): Said {
  if (failed)
    return {
      kind: 'reload-failed',
      severity: 'warning',
      key: 'reload-failed',
      summary: 'the configuration was not reloaded; the old one stays in force',
      detail,
    }
  return {
    kind: 'reload-succeeded',
    severity: 'info',
    key: 'reload-succeeded',
    resolves: 'reload-failed',
    summary: 'the configuration was reloaded',
    detail,
  }
}
