/** What is judged: something that is probed, or an endpoint that reports in. */
import { createHash } from 'node:crypto'
import { FAMILIES, type Family } from '#base/address.ts'
import type { HealthCheck } from '#config/configuration.ts'
import type { CheckTiming } from '#health/timing.ts'
import { probeKey } from '#probe/probe-key.ts'
import type { HeartbeatSpec, ProbeTarget } from '#probe/spec.ts'
import { addressesOf, type PoolEndpoint } from '#steering/pool.ts'

/** One endpoint, with all of its addresses, that reports in. */
export interface HeartbeatTarget {
  /** Digest of spec, timing and name; not of the token. */
  readonly key: string
  /** Without the token. */
  readonly spec: HeartbeatSpec
  readonly timing: CheckTiming
  /** `zone/pool/endpoint`. */
  readonly name: string
  /** In which it has addresses. */
  readonly families: readonly Family[]
  readonly tokenDigest: Uint8Array
}

export type JudgedTarget = ProbeTarget | HeartbeatTarget

export function isProbed(target: JudgedTarget): target is ProbeTarget {
  return 'address' in target
}

/** @param place zone, without the final dot, and pool. Throws without a token, which no configuration that was read without complaints permits. */
export function heartbeatTarget(
  { spec: { inverted = false }, timing }: HealthCheck,
  endpoint: PoolEndpoint,
  place: string,
  token: string | undefined,
): HeartbeatTarget {
  const name = `${place}/${endpoint.name}`
  if (token === undefined) throw new Error(`no token was given for ${name}`)
  const spec = { type: 'heartbeat', inverted } as const
  return {
    key: probeKey(spec, timing, name),
    spec,
    timing,
    name,
    families: FAMILIES.filter(family => addressesOf(endpoint, family).length > 0),
    tokenDigest: tokenDigest(token),
  }
}

/** Of equal length for every token, so that they can be compared in constant time. */
export function tokenDigest(token: string): Uint8Array {
  return createHash('sha256').update(token).digest()
}

/** Those whose references say whether a fail is believed. */
export function familiesOfTarget(target: JudgedTarget): readonly Family[] {
  if (!isProbed(target)) return target.families
  return [target.address.includes(':') ? 'ipv6' : 'ipv4']
}
