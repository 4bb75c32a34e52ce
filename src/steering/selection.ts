/** What a pool answers in one address family, and why. */
import type { Address } from '#base/address.ts'

/** Why an endpoint was left. */
export type Cause = 'down' | 'held' | 'drained' | 'forced-down' | 'drilled' | 'removed'

/** Why a selection was made, as data; `reasonToText` puts it in words. Stored with the selection. */
export type Reason =
  /** The first selection of this pool: what is not down. */
  | { readonly kind: 'initial' }
  /** The endpoint in service cannot be served any more; the best of the others took over. */
  | { readonly kind: 'failover'; readonly from: string; readonly cause: Cause }
  /** An endpoint of higher preference is up again; `asked` where an operator has said to go back. */
  | { readonly kind: 'failback'; readonly from: string; readonly asked?: boolean }
  /** Same endpoints, but other addresses of them are usable now, or other weights; of a pool, that it has selected anew. */
  | { readonly kind: 'addresses' }
  /** Of a pool that answers with several endpoints, some joined and some left. */
  | { readonly kind: 'members'; readonly joined: readonly string[]; readonly left: readonly string[] }
  /** An endpoint is usable again after all were down, or after this family had none. */
  | { readonly kind: 'recovery' }
  /** An operator has pinned the pool to this endpoint. */
  | { readonly kind: 'pinned' }
  /** Every endpoint of the pool is down, or fewer are healthy than the pool demands; the pool's rule for that says what is served. */
  | { readonly kind: 'all-down'; readonly rule: string; readonly healthy?: number; readonly needed?: number }
  /** No endpoint is usable in this family, while one is in the other. */
  | { readonly kind: 'family-down' }
  /** No hostname of the pool has been resolved yet. */
  | { readonly kind: 'unresolved' }

/** How each query chooses from the addresses; without it all are answered, in their order. */
export type Pick =
  /** Begins at a random address and gives at most so many. */
  | { readonly kind: 'rotate'; readonly answers: number }
  /** So many groups at random by their weights; the addresses are those of the groups, one after the other. */
  | {
      readonly kind: 'weighted'
      readonly answers: number
      readonly groups: readonly { readonly records: number; readonly weight: number }[]
    }

/** What endpoints put into a response. */
export interface Answer {
  /** All of one family; none with hostnames. */
  readonly addresses: readonly Address[]
  /** What a CNAME leads to; of several each query picks one. */
  readonly hostnames?: readonly string[]
  readonly pick?: Pick
}

export interface Selection extends Answer {
  /** `none` is answered NODATA, `servfail` SERVFAIL. In both there are neither addresses nor hostnames. */
  readonly mode: 'serving' | 'all-down' | 'none' | 'servfail'
  /** Names of the endpoints served; empty with `none` and `servfail`, and where other addresses are given for all-down. */
  readonly endpoints: readonly string[]
  readonly reason: Reason
}

/** Whether a client would see no difference, and an operator no other mode. That all are down is told in the answer too (RFC 8914). */
export function sameSelection(a: Selection, b: Selection): boolean {
  return (
    a.mode === b.mode &&
    isAllDown(a) === isAllDown(b) &&
    a.endpoints.join('\n') === b.endpoints.join('\n') &&
    a.addresses.map(address => address.text).join('\n') ===
      b.addresses.map(address => address.text).join('\n') &&
    a.hostnames?.join() === b.hostnames?.join() &&
    JSON.stringify(a.pick) === JSON.stringify(b.pick)
  )
}

function isAllDown({ reason }: Selection): boolean {
  return reason.kind === 'all-down'
}

/** Whether a response has no record of it. */
export function isEmpty({ addresses, hostnames = [] }: Answer): boolean {
  return addresses.length + hostnames.length === 0
}

const CAUSES: Readonly<Record<Cause, string>> = {
  down: 'is down',
  held: 'flaps and is held',
  drained: 'is drained',
  'forced-down': 'is forced down',
  drilled: 'is taken as failed by a drill',
  removed: 'is no longer configured',
}

export function reasonToText(reason: Reason): string {
  switch (reason.kind) {
    case 'initial':
      return 'first selection: what is not down'
    case 'failover':
      return `${reason.from} ${CAUSES[reason.cause]}`
    case 'failback':
      return `${reason.asked === true ? 'asked for by an operator,' : 'up again and'} preferred to ${reason.from}`
    case 'addresses':
      return 'other addresses or weights are in force now'
    case 'members':
      return membersToText(reason.joined, reason.left)
    case 'recovery':
      return 'usable again'
    case 'pinned':
      return 'pinned by an operator'
    case 'all-down':
      return reason.needed === undefined
        ? `every endpoint is down; when-all-down: ${reason.rule}`
        : `${reason.healthy} healthy, min-healthy: ${reason.needed}; when-all-down: ${reason.rule}`
    case 'family-down':
      return 'no endpoint is usable in this address family'
    case 'unresolved':
      return 'no hostname of the pool has been resolved to an address yet'
    default:
      return reason satisfies never
  }
}

function membersToText(joined: readonly string[], left: readonly string[]): string {
  const parts = [
    ...(left.length > 0 ? [`without ${left.join(', ')}`] : []),
    ...(joined.length > 0 ? [`${joined.join(', ')} usable again`] : []),
  ]
  return parts.join('; ')
}
