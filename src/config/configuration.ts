/** The typed configuration: what everything above and `control` work with. Immutable. */

import type { Receiver } from '#alert/receiver.ts'
import type { QueryLogPolicy } from '#answer/query-log.ts'
import type { Address, SocketAddr } from '#base/address.ts'
import type { Network } from '#base/network.ts'
import type { DampingRule } from '#health/damping.ts'
import type { CheckTiming } from '#health/timing.ts'
import type { CheckSpec, ProbeSpec, Secrets } from '#probe/spec.ts'
import type { StreamLimits } from '#serve/stream-limits.ts'
import type { MaintenanceWindow } from '#steering/maintenance.ts'
import type { Pool } from '#steering/pool.ts'
import type { HistoryLimits } from '#store/probe-history.ts'
import type { Name } from '#wire/name.ts'
import type { Zone } from '#zone/zone.ts'
import type { AdminToken } from './tokens.ts'

/** A health check that an address is probed by, or an endpoint reports to. */
export interface HealthCheck {
  /** The name in `checks:`, or the URL where the pool says one. */
  readonly name: string
  /** With the host filled in for this pool. */
  readonly spec: CheckSpec
  readonly timing: CheckTiming
  readonly damping: DampingRule
  /** What the spec refers to. */
  readonly secrets?: Secrets
  /** What is probed in place of the address that is served. */
  readonly probeAddress?: Address
}

/** A check made of others: up while `needed` of them are. */
export interface CompositeCheck {
  readonly name: string
  readonly kind: 'all' | 'any' | 'at-least'
  readonly needed: number
  /** At least one. */
  readonly of: readonly AnyCheck[]
  /** Whether up and down change places. */
  readonly inverted: boolean
  readonly damping: DampingRule
}

export type AnyCheck = HealthCheck | CompositeCheck

export interface ConfiguredPool extends Pool {
  /** Undefined for a pool without `check`: its endpoints count as up. */
  readonly check: AnyCheck | undefined
  /** How many pools lie below each other in it; 0 without any. */
  readonly depth: number
  /** With a heartbeat: by endpoint, what it reports with. Never shown, logged or stored. */
  readonly tokens?: ReadonlyMap<string, string>
}

export function isComposite(check: AnyCheck): check is CompositeCheck {
  return 'of' in check
}

/** A name whose A and AAAA RRsets come from a pool. */
export interface ManagedName {
  readonly name: Name
  /** Name of a pool of the same zone. */
  readonly pool: string
  readonly ttlSeconds: number
  readonly ttlMinSeconds: number
}

export interface ConfiguredZone {
  /** Its file, as named in complaints. */
  readonly file: string
  /** SOA, NS and all static data. */
  readonly zone: Zone
  readonly pools: readonly ConfiguredPool[]
  readonly names: readonly ManagedName[]
  readonly maintenance: readonly MaintenanceWindow[]
}

/** A zone that could not be read: answered SERVFAIL, while the others are served. */
export interface BrokenZone {
  readonly file: string
  readonly origin: Name
}

export interface ServerSettings {
  /** The name of this node, for NSID and metrics; the host's name by default. */
  readonly node: string
  readonly dns: readonly SocketAddr[]
  readonly admin: SocketAddr
  /** By which the admin listener may be asked, beside its address; in lower case. */
  readonly adminNames: readonly string[]
  /** Undefined for HTTP without TLS. */
  readonly adminTls: AdminTls | undefined
  /** Who may use the admin listener; with none it is for this host, which may do everything. */
  readonly tokens: readonly AdminToken[]
  /** A second listener for `/metrics` and `/livez` alone. */
  readonly metrics: SocketAddr | undefined
  /** UDP responder threads; undefined for the default. */
  readonly responders: number | undefined
  /** Which UDP listener; `auto` takes batches where the system has them. */
  readonly udp: 'auto' | 'batch' | 'portable'
  /** Absolute paths. */
  readonly zonesPath: string
  readonly statePath: string
  /** How much is kept of what probes have seen; `days` 0 for nothing. */
  readonly history: HistoryLimits
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  readonly logFormat: 'auto' | 'json' | 'pretty'
  readonly answering: AnsweringSettings
  /** What is up when this node's network is. */
  readonly references: readonly Reference[]
  /** Whether managed names are answered as before while none of them is reached. */
  readonly whileCutOff: 'serve' | 'servfail'
  /** Who is asked for the addresses of hostnames; undefined for those of the system. */
  readonly resolvers: readonly SocketAddr[] | undefined
  /** Who is told of what happens. */
  readonly alerts: readonly Receiver[]
  /** Whether a change of its files is taken up by itself. */
  readonly watch: boolean
}

/** In PEM. */
export interface AdminTls {
  /** With those between it and the authority. */
  readonly certificate: string
  readonly key: string
}

export interface Reference {
  /** As written. */
  readonly name: string
  readonly address: Address
  readonly spec: ProbeSpec
  readonly timing: CheckTiming
}

/** How DNS is answered, beside the zones. */
export interface AnsweringSettings {
  /** Whether additional data is left out that nobody needs to go on. */
  readonly minimalResponses: boolean
  /** Whether clients that ask are told the node's name and the version. */
  readonly reveal: { readonly id: boolean; readonly version: boolean }
  /** Of 16 bytes each; undefined for one that is made at each start. */
  readonly cookieSecrets: readonly Uint8Array[] | undefined
  readonly rateLimit: RateLimitSettings
  /** Undefined for none. */
  readonly queryLog: QueryLogPolicy | undefined
  readonly tcp: StreamLimits
  /** Who is told by class CH what pools answer and why; with none nobody is, and no texts are made. */
  readonly introspectionFrom: readonly Network[]
}

export interface RateLimitSettings {
  readonly mode: 'off' | 'log-only' | 'on'
  /** Equal responses a second to one network. */
  readonly perSecond: number
  /** Every so many-th one over the limit is sent truncated; 0 for none. */
  readonly slip: number
  /** Bits. */
  readonly ipv4Prefix: number
  readonly ipv6Prefix: number
  readonly exempt: readonly Network[]
}

export interface Configuration {
  readonly settings: ServerSettings
  readonly zones: readonly ConfiguredZone[]
  readonly broken: readonly BrokenZone[]
  /** SHA-256 in hex over all that was read. */
  readonly digest: string
}
