/** What the server shows of itself: plain data, made when asked for. The admin listener and the command line print it. */
import type { CourierCounts } from '#alert/courier.ts'
import type { AlertEvent } from '#alert/event.ts'
import type { ReceiverType } from '#alert/receiver.ts'
import type { Delivery } from '#alert/record.ts'
import type { Family } from '#base/address.ts'
import type { Outcome } from '#health/outcome.ts'
import type { Verdict } from '#health/verdict.ts'
import type { Effect, OverrideKind } from '#steering/override.ts'
import type { AnswerKind, Policy } from '#steering/pool.ts'
import type { Reason, Selection } from '#steering/selection.ts'
import type { Standing } from '#steering/standing.ts'
import type { StoredAudit } from '#store/records.ts'
import type { ProbeHistoryPage, ProbeHistoryQuery } from './probe-history-view.ts'

/** What one health check has seen. Times are RFC 3339 in UTC. */
export interface TargetView {
  /** `up` without a health check. */
  readonly verdict: Verdict
  readonly passes: number
  readonly fails: number
  /** Seconds since a probe last passed or failed; undefined before the first. */
  readonly verdictAgeSeconds?: number
  readonly lastOutcome?: OutcomeView
  /** Of the latest probes that passed or failed, the newest last; only of a pool that is asked for by itself. */
  readonly latenciesMs?: readonly number[]
}

/** One address of an endpoint under the pool's health check; of a composite one the counters are those of its worst part. */
export interface AddressView extends TargetView {
  readonly address: string
  readonly family: Family
  /** Whether it is answered now. */
  readonly selected: boolean
  /** Until when it does not count as up, though its probes pass: it flaps, or has only just come back. */
  readonly heldUntil?: string
  /** Of a composite check. */
  readonly parts?: readonly PartView[]
}

export interface PartView extends TargetView {
  readonly check: string
  readonly type: string
}

/** A health check; its times in milliseconds. */
export type CheckView =
  | {
      readonly name: string
      readonly type: string
      readonly intervalMs: number
      readonly fastIntervalMs: number
      readonly timeoutMs: number
      readonly rise: number
      readonly fall: number
    }
  | {
      readonly name: string
      readonly type: 'heartbeat'
      readonly intervalMs: number
      readonly graceMs: number
      readonly rise: number
      readonly fall: number
    }
  | { readonly name: string; readonly type: string; readonly of: readonly CheckView[] }

export interface OutcomeView extends Outcome {
  readonly at: string
}

export interface EndpointView {
  readonly name: string
  /** What operators and maintenance windows make of it; absent where they say nothing. The verdicts are the real ones. */
  readonly effect?: Exclude<Effect, 'none'> | 'pinned'
  /** In place of given addresses: the name whose addresses these are. */
  readonly hostname?: string
  /** In place of addresses: a pool of the same zone. */
  readonly pool?: string
  /** Of what has no addresses: how it stands in what the pool has selections for. */
  readonly standings?: readonly StandingView[]
  readonly addresses: readonly AddressView[]
}

export interface StandingView {
  readonly family: AnswerKind
  readonly standing: Standing
  readonly selected: boolean
}

/** What is answered in one address family, or as a CNAME, and why. */
export interface SelectionView {
  readonly family: AnswerKind
  readonly mode: Selection['mode']
  readonly endpoints: readonly string[]
  /** With `cname` hostnames. */
  readonly addresses: readonly string[]
  readonly reason: Reason
  /** The reason in words. */
  readonly why: string
  readonly since: string
}

/** A name that the pool answers for, without the final dot, and the TTL in seconds that each family's answer bears now. */
export interface NameView {
  readonly name: string
  readonly ttl: number
  readonly ttlMin: number
  readonly ttlNow: Partial<Record<AnswerKind, number>>
}

/** A decision of an operator, or an open maintenance window. Times are RFC 3339 in UTC. */
export interface OverrideView {
  readonly kind: OverrideKind | 'maintenance'
  readonly endpoint: string
  readonly reason: string
  /** `configuration` for a maintenance window. */
  readonly author: string
  /** Absent for a maintenance window. */
  readonly since?: string
  readonly expires?: string
  /** Not on disk: a restart forgets it. */
  readonly volatile: boolean
  /** Why it has no effect, in words: the configuration has no such pool or endpoint. Absent where it may have one. */
  readonly noEffect?: string
}

export interface PlacedOverrideView extends OverrideView {
  /** Without the final dot. */
  readonly zone: string
  readonly pool: string
}

export interface PoolView {
  /** Without the final dot. */
  readonly zone: string
  readonly pool: string
  readonly policy: Policy
  /** Absent without one. */
  readonly check?: CheckView
  readonly names: readonly NameView[]
  readonly selections: readonly SelectionView[]
  readonly overrides: readonly OverrideView[]
  readonly endpoints: readonly EndpointView[]
}

/** A change of a verdict (`address` says of which), of a selection (`endpoint` is absent), of an override (`family` is absent), or the end of a drill. */
export interface TransitionView {
  readonly at: string
  readonly kind: 'verdict' | 'selection' | 'override' | 'drill'
  readonly zone: string
  readonly pool: string
  readonly family?: AnswerKind
  readonly endpoint?: string
  readonly address?: string
  /** `up`, `down`, `unknown`; or what was selected, as in `primary`, `all-down: primary`, `none`. */
  readonly from: string
  readonly to: string
  /** In words. */
  readonly why: string
  /** The reason as data: of a selection the `Reason`, of a verdict the outcome that decided. */
  readonly reason: unknown
}

export interface ZoneView {
  readonly zone: string
  readonly file: string
  /** Absent for a zone that could not be read and is answered SERVFAIL. */
  readonly serial?: number
  readonly records: number
  readonly broken: boolean
}

export interface CounterView {
  readonly transport: 'udp' | 'tcp'
  readonly label: string
  readonly value: number
}

/** Everything that only counts, and the gauges of the server as a whole. */
export interface ServerView {
  readonly node: string
  readonly version: string
  readonly configDigest: string
  readonly zones: readonly ZoneView[]
  /** By type of the question: `A`, `AAAA`, …, `other`. */
  readonly queries: readonly CounterView[]
  /** By response code: `NOERROR`, `NXDOMAIN`, …. */
  readonly responses: readonly CounterView[]
  /** Not answered, by reason. */
  readonly dropped: readonly CounterView[]
  /** Answered REFUSED, by reason. */
  readonly refused: readonly CounterView[]
  /** Over the rate limit, by what became of them. */
  readonly limited: readonly CounterView[]
  readonly socketDrops: number
  readonly responderRestarts: number
  readonly storeErrors: number
  /** How late the prober's latest probe started, in seconds. */
  readonly probeLagSeconds: number
  /** Whether this node is cut off, and no endpoint is taken for down. */
  readonly frozen: boolean
  /** Undefined before the first load. Seconds since 1970. */
  readonly lastReloadSuccessSeconds?: number
  /** Whether queries are answered from a loaded table. */
  readonly ready: boolean
  /** What is wrong but does not keep the server from answering, one line each. */
  readonly alarms: readonly string[]
}

/** What was done for an operator, in words, and what the pool answers now. */
export interface OperationResult {
  readonly done: string
  /** Empty where the configuration has no such pool any more. */
  readonly answers: readonly { readonly family: AnswerKind; readonly selected: string }[]
  /** What speaks for it: of each endpoint that is served now the verdicts, the counters and since when; of a failback. */
  readonly evidence?: readonly string[]
}

export interface AlertReceiverView {
  readonly name: string
  readonly type: ReceiverType
  readonly waiting: number
  /** Why it takes nothing now, or not for all recipients, in words. */
  readonly fault?: string
  /** Since the start. */
  readonly counts: CourierCounts
}

export interface AlertView extends Omit<AlertEvent, 'atMs'> {
  readonly at: string
  readonly deliveries: readonly DeliveryView[]
}

/** What has become of it at one receiver. */
export interface DeliveryView {
  readonly receiver: string
  readonly state: Delivery['state']
  readonly attempts: number
  readonly detail?: string
  readonly sentAt?: string
}

export interface AlertsView {
  readonly receivers: readonly AlertReceiverView[]
  /** The newest first. */
  readonly alerts: readonly AlertView[]
}

/** What a receiver has made of a test. */
export interface TestedView {
  readonly receiver: string
  readonly accepted: boolean
  readonly detail: string
}

/** A synthetic failure of what a pool serves. Times are RFC 3339 in UTC, and in seconds since its start. */
export interface DrillView {
  readonly id: string
  readonly zone: string
  readonly pool: string
  /** What is taken as failed. */
  readonly endpoints: readonly string[]
  readonly author: string
  readonly reason: string
  readonly started: string
  readonly ends: string
  /** `kept`: the switch was seen within what is promised; `late`: not; `aborted`: nothing else was up any more; `stopped`: by somebody. */
  readonly state: 'running' | 'kept' | 'late' | 'aborted' | 'stopped'
  /** What it has come to, in words. */
  readonly verdict: string
  /** From a failure to the switch at worst, without the TTL. */
  readonly promisedSeconds: number
  readonly switchedSeconds?: number
  /** Who was asked, and when the answer was another one. */
  readonly seen: readonly { readonly by: string; readonly seconds?: number }[]
  readonly timeline: readonly { readonly seconds: number; readonly what: string }[]
}

/** One change that somebody has asked for. */
export interface AuditView extends Omit<StoredAudit, 'atMs'> {
  /** RFC 3339 in UTC. */
  readonly at: string
}

/** Asked by the admin listener. */
export interface ControlView {
  /** The running ones and the latest, the newest first. */
  drills(): readonly DrillView[]
  server(): ServerView
  pools(): readonly PoolView[]
  /** The receivers of alerts, and at most so many alerts. */
  alerts(limit: number): AlertsView
  /** With the latest latencies of each address; undefined where there is none of that name. The zone in lower case, without the final dot. */
  pool(zone: string, pool: string): PoolView | undefined
  /** Of all pools, and of those that the configuration has no more. */
  overrides(): readonly PlacedOverrideView[]
  /** The newest first, at most `limit` of them. `name` is a zone, `zone/pool`, or a managed name. Rejects if the store cannot be read. */
  transitions(query: {
    readonly sinceMs?: number
    readonly name?: string
    readonly limit: number
  }): Promise<readonly TransitionView[]>
  /** What probes of a check have seen. Rejects with a `Refusal` if there is no such check, or with words if the store cannot be read. */
  probeHistory(query: ProbeHistoryQuery): Promise<ProbeHistoryPage>
}
