/** From the standing of every address and the decisions of operators to what a pool answers in each family. Pure. */
import type { Address, Family } from '#base/address.ts'
import { whenAllDown } from './all-down.ts'
import { type Candidate, type Group, groupsOf } from './candidates.ts'
import type { Choice, ChoiceContext } from './choice.ts'
import { chooseFailover } from './failover.ts'
import { chooseMembers, countMembers } from './members.ts'
import type { PoolOverrides } from './override.ts'
import type { Pool } from './pool.ts'
import { type Pick, type Selection, sameSelection } from './selection.ts'
import type { StandingOf } from './standing.ts'

export type Selections = Partial<Record<Family, Selection>>

export interface PoolInput {
  readonly standingOf: StandingOf
  readonly overrides: PoolOverrides
  /** Monotonic. */
  readonly nowMs: number
  /** Whether an operator asks for the failback now. */
  readonly asked?: boolean
}

export interface Decision {
  readonly selections: Selections
  /** Monotonic time at which to select again, whatever happens until then; undefined if only an event can change anything. */
  readonly wakeMs: number | undefined
}

/**
 * The selection of every family in which the pool has addresses. A family whose answer does not change keeps its object, and with it the
 * reason for which it was once selected. A family for which no endpoint is usable, while another family has one, gets none.
 */
export function selectPool(pool: Pool, input: PoolInput, current: Selections): Decision {
  const { standingOf, overrides, nowMs, asked = false } = input
  const groups = groupsOf(pool, standingOf, overrides)
  // A pin may be older than the configuration.
  const pin = pool.endpoints.find(({ name }) => name === overrides.pin)?.name
  const choices = groups.map(group => {
    const context = { before: beforeOf(group, current), nowMs, asked }
    return { group, choice: choose(pool, group, pin, context), before: context.before }
  })
  const someUsable = choices.some(({ choice }) => choice !== undefined)
  const next: Selections = {}
  for (const { group, choice, before: shared } of choices) {
    for (const family of group.families) {
      const before = current[family]
      const selection =
        choice !== undefined
          ? serving(pool, group, choice, family)
          : someUsable
            ? FAMILY_DOWN
            : whenAllDown(pool, group, family, before, tooFew(pool, group, shared))
      next[family] = before !== undefined && sameSelection(before, selection) ? before : selection
    }
  }
  return { selections: next, wakeMs: earliest(choices) }
}

const FAMILY_DOWN: Selection = {
  mode: 'none',
  endpoints: [],
  addresses: [],
  reason: { kind: 'family-down' },
}

function choose(
  pool: Pool,
  { candidates }: Group,
  pin: string | undefined,
  context: ChoiceContext,
): Choice | undefined {
  if (pin !== undefined) {
    const pinned = candidates.some(({ endpoint }) => endpoint === pin)
    return pinned ? { endpoints: [pin], reason: { kind: 'pinned' } } : undefined
  }
  return pool.policy === 'failover'
    ? chooseFailover(candidates, pool.failback, context)
    : chooseMembers(candidates, pool, context)
}

/** Bound families have the same endpoints; one of them may have had none. */
function beforeOf({ families }: Group, current: Selections): Selection | undefined {
  const all = families.flatMap(family => current[family] ?? [])
  return all.find(({ mode }) => mode === 'serving') ?? all[0]
}

function serving(
  pool: Pool,
  { candidates }: Group,
  { endpoints, reason }: Choice,
  family: Family,
): Selection {
  const served = candidates.filter(
    ({ endpoint, addresses }) => endpoints.includes(endpoint) && addresses.has(family),
  )
  const addresses = served.flatMap(candidate => addressesIn(candidate, family))
  if (addresses.length === 0) return FAMILY_DOWN
  const pick = pickFor(pool, served, family)
  return {
    mode: 'serving',
    endpoints: served.map(({ endpoint }) => endpoint),
    addresses,
    ...(pick === undefined ? {} : { pick }),
    reason,
  }
}

/** Undefined where every answer is the same. */
function pickFor(pool: Pool, served: readonly Candidate[], family: Family): Pick | undefined {
  const groups = served.map(one => ({ records: addressesIn(one, family).length, weight: one.weight || 1 }))
  const records = groups.reduce((sum, group) => sum + group.records, 0)
  switch (pool.policy) {
    case 'failover':
      return undefined
    case 'weighted':
      return groups.length > pool.answers ? { kind: 'weighted', answers: pool.answers, groups } : undefined
    case 'all':
      return records > 1
        ? { kind: 'rotate', answers: Math.min(records, pool.maxAnswers ?? records) }
        : undefined
    default:
      return pool.policy satisfies never
  }
}

function addressesIn({ addresses }: Candidate, family: Family): readonly Address[] {
  return addresses.get(family) ?? []
}

/** How many can be served, where that is too few rather than none. */
function tooFew(pool: Pool, { candidates }: Group, before: Selection | undefined): number | undefined {
  if (pool.policy === 'failover') return undefined
  const count = countMembers(candidates, pool.policy, before)
  return count > 0 ? count : undefined
}

function earliest(choices: readonly { readonly group: Group; readonly choice: Choice | undefined }[]) {
  const times = choices.flatMap(({ group, choice }) => [
    choice?.wakeMs,
    ...group.candidates.map(({ heldUntilMs }) => heldUntilMs),
  ])
  return times.reduce<number | undefined>(
    (least, time) => (time === undefined || (least !== undefined && least <= time) ? least : time),
    undefined,
  )
}
