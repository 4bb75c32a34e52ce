/** Routing policies of Route 53: what they are called here, and in which order their record sets stand. */
import { fitName } from './pool-names.ts'
import type { RecordSet } from './route53-record-set.ts'

/** The policy of the pool that a routing policy becomes. */
export const POLICIES = {
  simple: 'failover',
  failover: 'failover',
  weighted: 'weighted',
  multivalue: 'all',
  place: 'failover',
} as const

/** PRIMARY, the default location and the largest weight first. */
export function byPreference(a: RecordSet, b: RecordSet): number {
  return preference(b) - preference(a)
}

function preference({ routing }: RecordSet): number {
  if (routing.kind === 'failover') return routing.isPrimary ? 1 : 0
  if (routing.kind === 'place') return routing.isDefault ? 1 : 0
  return routing.kind === 'weighted' ? routing.weight : 0
}

/** What its endpoint is called. */
export function labelOf({ routing, id, alias }: RecordSet): string {
  if (routing.kind === 'failover') return routing.isPrimary ? 'primary' : 'secondary'
  return fitName(id ?? '', alias === undefined ? 'record' : 'alias')
}

/** The field that says how it is chosen. */
export function fieldOf({ routing, alias }: RecordSet): string {
  switch (routing.kind) {
    case 'failover':
      return 'Failover'
    case 'weighted':
      return 'Weight'
    case 'multivalue':
      return 'MultiValueAnswer'
    case 'place':
      return routing.field
    default:
      return alias === undefined ? 'simple' : 'AliasTarget'
  }
}
