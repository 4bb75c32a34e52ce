/** The typed configuration: what everything above and `control` work with. Immutable. */
import type { SocketAddr } from '#base/address.ts'
import type { CheckTiming } from '#health/timing.ts'
import type { ProbeSpec } from '#probe/spec.ts'
import type { Pool } from '#steering/pool.ts'
import type { Name } from '#wire/name.ts'
import type { Zone } from '#zone/zone.ts'

/** A health check that an endpoint of a pool is judged by. */
export interface HealthCheck {
  /** The name in `checks:`, or the URL where the pool says one. */
  readonly name: string
  /** With the host filled in for this pool. */
  readonly spec: ProbeSpec
  readonly timing: CheckTiming
}

export interface ConfiguredPool extends Pool {
  /** Undefined for a pool without `check`: its endpoints count as up. */
  readonly check: HealthCheck | undefined
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
  /** A second listener for `/metrics` and `/livez` alone. */
  readonly metrics: SocketAddr | undefined
  /** UDP responder threads; undefined for the default. */
  readonly responders: number | undefined
  /** Which UDP listener; `auto` takes batches where the system has them. */
  readonly udp: 'auto' | 'batch' | 'portable'
  /** Absolute paths. */
  readonly zonesPath: string
  readonly statePath: string
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  readonly logFormat: 'auto' | 'json' | 'pretty'
}

export interface Configuration {
  readonly settings: ServerSettings
  readonly zones: readonly ConfiguredZone[]
  readonly broken: readonly BrokenZone[]
  /** SHA-256 in hex over all that was read. */
  readonly digest: string
}
