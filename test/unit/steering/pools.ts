/** Pools and verdicts for tests, in few letters. */
import type { Address } from '#base/address.ts'
import { parseAddress } from '#base/address.ts'
import { NO_OVERRIDES, type PoolOverrides } from '#steering/override.ts'
import { ownKinds, type Pool } from '#steering/pool.ts'
import { type Selections, selectPool } from '#steering/select.ts'
import type { AddressStanding, PoolStandings } from '#steering/standing.ts'

/** What is known of an address, without its times. */
export type Sign = AddressStanding['standing']
export type SignOf = (address: Address) => Sign

export function address(text: string): Address {
  const parsed = parseAddress(text)
  if (parsed === undefined) throw new Error(`${text} is not an address`)
  return parsed
}

/** Endpoints in order of preference, each with its addresses. */
export function poolOf(endpoints: Readonly<Record<string, readonly string[]>>): Pool {
  const listed = Object.entries(endpoints).map(([name, texts]) => ({
    name,
    addresses: texts.map(address),
    weight: 1,
  }))
  return {
    name: 'www',
    policy: 'failover',
    endpoints: listed,
    kinds: ownKinds(listed),
    failback: { kind: 'auto' },
    whenAllDown: { kind: 'primary' },
    families: 'apart',
    minHealthy: 1,
    answers: 1,
    maxAnswers: undefined,
  }
}

/** No endpoint is a pool. */
export const NO_POOLS = (): PoolStandings => ({})

/** Verdicts by address; up where none is given, as without a check. */
export function verdictsOf(verdicts: Readonly<Record<string, Sign>>): SignOf {
  return ({ text }) => verdicts[text] ?? 'up'
}

/** What the pool selects at a time when nothing depends on times. */
export function selectBy(
  pool: Pool,
  signOf: SignOf,
  current: Selections,
  overrides: PoolOverrides = NO_OVERRIDES,
): Selections {
  const standingOf = (one: Address): AddressStanding => ({ standing: signOf(one), upSinceMs: 0 })
  return selectPool(pool, { standingOf, standingsOf: NO_POOLS, overrides, nowMs: 0 }, current).selections
}
