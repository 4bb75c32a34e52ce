/** Pools as the configuration says them. */
import type { Address, Family } from '#base/address.ts'

export type Failback =
  | { readonly kind: 'auto' }
  | { readonly kind: 'manual' }
  /** After so many milliseconds of unbroken health. */
  | { readonly kind: 'after'; readonly afterMs: number }

export type WhenAllDown =
  | { readonly kind: 'primary' | 'last' | 'all' | 'nodata' | 'servfail' }
  | { readonly kind: 'addresses'; readonly addresses: readonly Address[] }

export type Policy = 'failover' | 'weighted' | 'all'

export interface PoolEndpoint {
  readonly name: string
  /** At least one; no address stands twice in a pool. */
  readonly addresses: readonly Address[]
  /** Its share with the policy `weighted`; 0 is served only where nothing with a weight is usable. */
  readonly weight: number
  /** What is probed in place of its addresses, and at which port in place of the check's. */
  readonly probeAddress?: Address
  readonly port?: number
}

export interface Pool {
  readonly name: string
  readonly policy: Policy
  /** In order of preference, the primary first; at least one. */
  readonly endpoints: readonly PoolEndpoint[]
  /** Of the policy `failover`. */
  readonly failback: Failback
  readonly whenAllDown: WhenAllDown
  /** Whether A and AAAA may come from different endpoints. */
  readonly families: 'apart' | 'together'
  /** With fewer usable endpoints the rule for all being down applies; of the policies `weighted` and `all`. */
  readonly minHealthy: number
  /** Endpoints in each answer of the policy `weighted`. */
  readonly answers: number
  /** Addresses in each answer of the policy `all`; undefined for all of them. */
  readonly maxAnswers: number | undefined
}

/** The endpoint's addresses of one family. */
export function addressesOf(endpoint: PoolEndpoint, family: Family): Address[] {
  return endpoint.addresses.filter(address => address.family === family)
}
