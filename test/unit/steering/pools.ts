/** Pools and verdicts for tests, in few letters. */
import type { Address } from '#base/address.ts'
import { parseAddress } from '#base/address.ts'
import type { Verdict } from '#health/verdict.ts'
import type { VerdictOf } from '#steering/failover.ts'
import type { Pool } from '#steering/pool.ts'

export function address(text: string): Address {
  const parsed = parseAddress(text)
  if (parsed === undefined) throw new Error(`${text} is not an address`)
  return parsed
}

/** Endpoints in order of preference, each with its addresses. */
export function poolOf(endpoints: Readonly<Record<string, readonly string[]>>): Pool {
  return {
    name: 'www',
    policy: 'failover',
    endpoints: Object.entries(endpoints).map(([name, texts]) => ({ name, addresses: texts.map(address) })),
    failback: { kind: 'auto' },
    whenAllDown: { kind: 'primary' },
  }
}

/** Verdicts by address; up where none is given, as without a check. */
export function verdictsOf(verdicts: Readonly<Record<string, Verdict>>): VerdictOf {
  return ({ text }) => verdicts[text] ?? 'up'
}
