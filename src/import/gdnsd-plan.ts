/**
 * What a resource of gdnsd comes to, before it is known which zones use it.
 *
 *   Supply ─┬─ PoolPlan ── EndpointPlan: addresses, a name, or another PoolPlan
 *           ├─ records, the same for everybody
 *           └─ nothing that could be answered
 */
import type { Family } from '#base/address.ts'
import type { Remark } from './gdnsd-remarks.ts'
import type { ServiceType } from './gdnsd-service-types.ts'

export type Supply =
  | { readonly kind: 'pool'; readonly pool: PoolPlan }
  | { readonly kind: 'records'; readonly records: readonly FixedRecord[]; readonly from: string }
  | { readonly kind: 'nothing'; readonly remarks: readonly Remark[] }

export interface FixedRecord {
  readonly type: 'A' | 'AAAA' | 'CNAME'
  /** As in a master file, names in full. */
  readonly data: string
}

export interface PoolPlan {
  /** What it is called if nothing else is. */
  readonly name: string
  readonly from: string
  readonly policy: 'failover' | 'weighted' | 'all'
  readonly check: CheckPlan | undefined
  readonly endpoints: readonly EndpointPlan[]
  readonly whenAllDown: 'primary' | 'all'
  readonly together: boolean
  /** Whether it is only there since each family is judged in its own way. */
  readonly isOfFamilies: boolean
  /** 1 is what is said where nothing is. */
  readonly minHealthy: { readonly count: number; readonly from: string } | undefined
  readonly answers: { readonly count: number; readonly from: string } | undefined
  readonly families: ReadonlySet<Family>
  readonly hasNames: boolean
  /** For how long gdnsd lets an answer be kept while all is well; seconds. */
  readonly steady: Steady
  readonly remarks: readonly Remark[]
}

export interface EndpointPlan {
  readonly name: string
  /** In canonical form. */
  readonly addresses: readonly string[]
  /** In full, without the final dot. */
  readonly hostname?: string
  readonly pool?: PoolPlan
  readonly weight?: number
  readonly from: string
  /** What admin_state calls it, without the service types. */
  readonly things: readonly string[]
  /** All service types by which it is monitored. */
  readonly types: readonly string[]
  /** What admin_state calls it as a datacenter. */
  readonly datacenters: readonly string[]
}

/** Service types that all must be up; those that always are are left out. */
export interface CheckPlan {
  readonly key: string
  readonly types: readonly [ServiceType, ...ServiceType[]]
}

/** Seconds, and how they come about; without end where nothing is probed. */
export interface Steady {
  readonly seconds: number
  readonly from: string
}

export const UNMONITORED: Steady = { seconds: Number.POSITIVE_INFINITY, from: '' }

/** Undefined where all are always up. */
export function checkPlan(types: readonly ServiceType[]): CheckPlan | undefined {
  const down = types.find(({ kind }) => kind === 'down')
  const [first, ...others] = down === undefined ? types.filter(({ kind }) => kind === 'probe') : [down]
  if (first === undefined) return undefined
  const all = [first, ...others] as const
  return { key: all.map(({ name }) => name).join('\n'), types: all }
}

export function steadyOf(check: CheckPlan | undefined): Steady {
  if (check === undefined) return UNMONITORED
  return shortest(
    check.types.map(({ kind, probe, interval, downThresh }) => {
      if (kind === 'down') return UNMONITORED
      const fails = probe?.isDirect === true ? 1 : downThresh.value
      return { seconds: interval.value * fails, from: `interval ${interval.value} x ${fails} fails` }
    }),
  )
}

export function shortest(all: readonly Steady[]): Steady {
  return all.reduce((least, one) => (one.seconds < least.seconds ? one : least), UNMONITORED)
}

/** The endpoint of a pool that is one address or one name, and nothing else. */
export function onlyEndpoint({ endpoints }: PoolPlan): EndpointPlan | undefined {
  const [only] = endpoints
  if (endpoints.length !== 1 || only === undefined) return undefined
  return only.addresses.length === 1 || only.hostname !== undefined ? only : undefined
}
