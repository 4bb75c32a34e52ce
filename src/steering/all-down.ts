/**
 * What is answered when no endpoint can be served in any family. Pure.
 *
 *   when-all-down | answered
 *   --------------+-------------------------------------------------------------------------------
 *   primary       | the first endpoint, as the one most likely to come back
 *   last          | what was answered last; the first endpoint if nothing was
 *   all           | every endpoint
 *   addresses     | the given addresses; NODATA in a family that has none of them
 *   nodata        | NODATA
 *   servfail      | SERVFAIL: resolvers ask another server, or go on with what they have (RFC 8767)
 *
 * Endpoints that an operator has drained are left out, unless all are.
 */
import type { Family } from '#base/address.ts'
import type { Candidate, Group } from './candidates.ts'
import { addressesOf, type Pool } from './pool.ts'
import type { Reason, Selection } from './selection.ts'

export function whenAllDown(
  pool: Pool,
  { candidates }: Group,
  family: Family,
  before: Selection | undefined,
  healthy: number | undefined,
): Selection {
  const rule = pool.whenAllDown
  const reason: Reason = {
    kind: 'all-down',
    rule: rule.kind,
    ...(healthy === undefined ? {} : { healthy, needed: pool.minHealthy }),
  }
  const served = (endpoints: readonly string[]): Selection => {
    const addresses = pool.endpoints
      .filter(({ name }) => endpoints.includes(name))
      .flatMap(endpoint => addressesOf(endpoint, family))
    return { mode: 'all-down', endpoints, addresses, reason }
  }
  const open = openOf(candidates).filter(({ addresses }) => addresses.has(family))
  const names = open.map(({ endpoint }) => endpoint)
  switch (rule.kind) {
    case 'primary':
      return served(names.slice(0, 1))
    case 'last': {
      const last = before?.endpoints.filter(one => names.includes(one)) ?? []
      return served(last.length > 0 ? last : names.slice(0, 1))
    }
    case 'all':
      return served(names)
    case 'addresses': {
      const addresses = rule.addresses.filter(address => address.family === family)
      return { mode: 'all-down', endpoints: [], addresses, reason }
    }
    case 'nodata':
      return { mode: 'none', endpoints: [], addresses: [], reason }
    case 'servfail':
      return { mode: 'servfail', endpoints: [], addresses: [], reason }
    default:
      return rule satisfies never
  }
}

function openOf(candidates: readonly Candidate[]): readonly Candidate[] {
  const open = candidates.filter(({ effect }) => effect !== 'drained')
  return open.length > 0 ? open : candidates
}
