/** Why a pool answers what it does, in words, with the evidence against the endpoints that it has left. */
import type { Address } from '#base/address.ts'
import type { AnswerKind, PoolEndpoint } from '#steering/pool.ts'
import { reasonToText, type Selection } from '#steering/selection.ts'
import type { PoolState } from './pool-state.ts'

/** So many endpoints are named with what was seen of them. */
const MAX_SEEN = 3

/** The reason in words, and what the last probes have seen of endpoints that were left since they are down. */
export function whySelected(state: PoolState, family: AnswerKind, { reason }: Selection): string {
  const words = reasonToText(reason)
  if (reason.kind === 'failover' && reason.cause === 'down') {
    const seen = seenOf(state, family, reason.from)
    return seen === undefined ? words : `${words}: ${seen}`
  }
  if (reason.kind !== 'members') return words
  const seen = reason.left
    .filter(name => isDown(state, family, name))
    .flatMap(name => {
      const one = seenOf(state, family, name)
      return one === undefined ? [] : [`${name}: ${one}`]
    })
  const more = seen.length > MAX_SEEN ? [`and ${seen.length - MAX_SEEN} more`] : []
  return seen.length === 0 ? words : `${words} (${[...seen.slice(0, MAX_SEEN), ...more].join('; ')})`
}

function isDown(state: PoolState, family: AnswerKind, name: string): boolean {
  const endpoint = endpointOf(state, name)
  const nested = state.nested.get(endpoint?.pool ?? '')
  if (nested !== undefined) return nested.standings[family]?.standing === 'down'
  return addressesOf(state, family, name).some(address => state.stateOf(address)?.verdict === 'down')
}

/** Of a pool, why it has selected what it has; of others the detail of a probe that has failed. Undefined where there is none. */
function seenOf(state: PoolState, family: AnswerKind, name: string): string | undefined {
  const nested = state.nested.get(endpointOf(state, name)?.pool ?? '')?.selection(family)
  if (nested !== undefined) return reasonToText(nested.reason)
  // Asked later, its last probe may have passed, which is no evidence of anything.
  return addressesOf(state, family, name)
    .flatMap(address => state.stateOf(address)?.targets ?? [])
    .map(target => target.lastOutcome?.outcome)
    .find(outcome => outcome?.kind === 'fail')?.detail
}

function endpointOf({ pool }: PoolState, name: string): PoolEndpoint | undefined {
  return pool.endpoints.find(endpoint => endpoint.name === name)
}

function addressesOf(state: PoolState, family: AnswerKind, name: string): readonly Address[] {
  const { addresses = [] } = endpointOf(state, name) ?? {}
  return addresses.filter(address => family === 'cname' || address.family === family)
}
