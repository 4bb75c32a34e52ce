/** Pools as the configuration says them. */
import { type Address, FAMILIES, type Family } from '#base/address.ts'

/** What a pool makes a selection for: the addresses of one family, or the name that is answered as a CNAME. */
export const ANSWER_KINDS = [...FAMILIES, 'cname'] as const

export type AnswerKind = (typeof ANSWER_KINDS)[number]

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
  /** No address stands twice in a pool. Of a hostname those that it has been resolved to; none of a pool; else at least one. */
  readonly addresses: readonly Address[]
  /** In lower case, without the final dot. */
  readonly hostname?: string
  /** Why a hostname whose addresses are probed has none: it has not been resolved yet, or does not exist. */
  readonly unresolved?: 'pending' | 'missing'
  /** A pool of the same zone, whose answer is that of the endpoint. */
  readonly pool?: string
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
  /** What it has selections for: families, or only the name. */
  readonly kinds: readonly AnswerKind[]
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
export function addressesOf(endpoint: PoolEndpoint, family: AnswerKind): Address[] {
  return endpoint.addresses.filter(address => address.family === family)
}

/** What endpoints have of their own: the families of their addresses; both where there is a hostname, which may have either. */
export function ownKinds(endpoints: readonly PoolEndpoint[]): Family[] {
  return FAMILIES.filter(family =>
    endpoints.some(one => one.hostname !== undefined || addressesOf(one, family).length > 0),
  )
}
