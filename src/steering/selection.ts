/** What a pool answers in one address family, and why. */
import type { Address } from '#base/address.ts'

/** Why a selection was made, as data; `reasonToText` puts it in words. Stored with the selection. */
export type Reason =
  /** The first selection of this pool: the first endpoint that is not down. */
  | { readonly kind: 'initial' }
  /** The endpoint in service is down; the best of the others took over. */
  | { readonly kind: 'failover'; readonly from: string }
  /** An endpoint of higher preference is up again. */
  | { readonly kind: 'failback'; readonly from: string }
  /** Same endpoint, but other addresses of it are usable now. */
  | { readonly kind: 'addresses' }
  /** An endpoint is usable again after all were down, or after this family had none. */
  | { readonly kind: 'recovery' }
  /** Every endpoint of the pool is down; the pool's rule for that says what is served. */
  | { readonly kind: 'all-down'; readonly rule: string }
  /** No endpoint is usable in this family, while one is in the other. */
  | { readonly kind: 'family-down' }

export interface Selection {
  /** `none` is answered NODATA, `servfail` SERVFAIL. */
  readonly mode: 'serving' | 'all-down' | 'none' | 'servfail'
  /** Names of the endpoints served; empty with `none` and `servfail`. */
  readonly endpoints: readonly string[]
  /** All of one family; empty with `none` and `servfail`. */
  readonly addresses: readonly Address[]
  readonly reason: Reason
}

/** Whether a client would see any difference, or an operator another mode. */
export function sameSelection(a: Selection, b: Selection): boolean {
  return (
    a.mode === b.mode &&
    a.endpoints.join('\n') === b.endpoints.join('\n') &&
    a.addresses.map(address => address.text).join('\n') ===
      b.addresses.map(address => address.text).join('\n')
  )
}

export function reasonToText(reason: Reason): string {
  switch (reason.kind) {
    case 'initial':
      return 'first selection: the first endpoint that is not down'
    case 'failover':
      return `${reason.from} is down`
    case 'failback':
      return `up again and preferred to ${reason.from}`
    case 'addresses':
      return 'other addresses of this endpoint are usable now'
    case 'recovery':
      return 'usable again'
    case 'all-down':
      return `every endpoint is down; when-all-down: ${reason.rule}`
    case 'family-down':
      return 'no endpoint is usable in this address family'
    default:
      return reason satisfies never
  }
}
