/** How much the largest selection of a pool can hold. Pure. */
import { type AnswerKind, addressesOf, type Pool } from './pool.ts'

/** So many addresses of each family are taken of those that a hostname has. */
export const MAX_RESOLVED = 16

export interface Capacity {
  readonly records: number
  /** From which queries pick by weight. */
  readonly groups: number
}

/** @param poolOf gives the pools that are endpoints, none of which leads back to this one */
export function largestSelection(
  pool: Pool,
  kind: AnswerKind,
  poolOf: (name: string) => Pool | undefined,
): Capacity {
  return largest(pool, kind, poolOf, new Map())
}

/** @param known of pools that are endpoints of several */
function largest(
  pool: Pool,
  kind: AnswerKind,
  poolOf: (name: string) => Pool | undefined,
  known: Map<string, Capacity>,
): Capacity {
  const before = known.get(pool.name)
  if (before !== undefined) return before
  let [records, groups] = [0, 0]
  for (const endpoint of pool.endpoints) {
    const below = endpoint.pool === undefined ? undefined : poolOf(endpoint.pool)
    const part = below === undefined ? ownCapacity(endpoint, kind) : largest(below, kind, poolOf, known)
    records += part.records
    groups += Math.max(part.groups, pool.policy === 'weighted' ? 1 : 0)
  }
  const rule = pool.whenAllDown
  const given = rule.kind === 'addresses' ? rule.addresses.filter(({ family }) => family === kind).length : 0
  const capacity = { records: Math.max(records, given), groups }
  known.set(pool.name, capacity)
  return capacity
}

function ownCapacity(endpoint: Pool['endpoints'][number], kind: AnswerKind): Capacity {
  if (endpoint.hostname === undefined) return { records: addressesOf(endpoint, kind).length, groups: 0 }
  return { records: kind === 'cname' ? 1 : MAX_RESOLVED, groups: 0 }
}
