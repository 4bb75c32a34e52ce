/** From the standing of every address and the decisions of operators to what a pool answers in each family. Pure. */
import { failed, whenAllDown } from './all-down.ts'
import { type Candidate, type Group, groupsOf, type Look } from './candidates.ts'
import type { Choice, ChoiceContext } from './choice.ts'
import { composeAnswers } from './compose.ts'
import { chooseFailover } from './failover.ts'
import { chooseMembers, countMembers } from './members.ts'
import type { AnswerKind, Pool } from './pool.ts'
import { poolStanding } from './pool-standing.ts'
import { isEmpty, type Selection, sameSelection } from './selection.ts'
import type { PoolStandings } from './standing.ts'

export type Selections = Partial<Record<AnswerKind, Selection>>

export interface PoolInput extends Look {
  /** Monotonic. */
  readonly nowMs: number
  /** Whether an operator asks for the failback now. */
  readonly asked?: boolean
}

export interface Decision {
  readonly selections: Selections
  /** How the pool stands with those that it is an endpoint of. */
  readonly standings: PoolStandings
  /** Monotonic time at which to select again, whatever happens until then; undefined if only an event can change anything. */
  readonly wakeMs: number | undefined
}

/**
 * The selection of everything that the pool has selections for. One whose answer does not change keeps its object, and with it the
 * reason for which it was once made. A family for which no endpoint is usable, while another family has one, gets none.
 */
export function selectPool(pool: Pool, input: PoolInput, current: Selections): Decision {
  const { overrides, nowMs, asked = false } = input
  const groups = groupsOf(pool, input)
  // A pin may be older than the configuration.
  const pin = pool.endpoints.find(({ name }) => name === overrides.pin)?.name
  const choices = groups.map(group => {
    const context = { before: beforeOf(group, current), nowMs, asked }
    return { group, choice: choose(pool, group, pin, context), before: context.before }
  })
  const someUsable = choices.some(({ choice }) => choice !== undefined)
  const isUnresolved = groups.every(({ candidates }) => candidates.length === 0)
  const next: Selections = {}
  const standings: PoolStandings = {}
  for (const { group, choice, before: shared } of choices) {
    for (const kind of group.kinds) {
      const before = current[kind]
      const selection =
        choice !== undefined
          ? serving(pool, group, choice, kind)
          : isUnresolved
            ? failed({ kind: 'unresolved' })
            : someUsable
              ? FAMILY_DOWN
              : whenAllDown(pool, group, kind, before, tooFew(pool, group, shared))
      const kept = before !== undefined && sameSelection(before, selection) ? before : selection
      next[kind] = kept
      standings[kind] = poolStanding(pool, group, choice, kept, nowMs)
    }
  }
  return { selections: next, standings, wakeMs: earliest(choices) }
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
function beforeOf({ kinds }: Group, current: Selections): Selection | undefined {
  const all = kinds.flatMap(kind => current[kind] ?? [])
  return all.find(({ mode }) => mode === 'serving') ?? all[0]
}

function serving(
  pool: Pool,
  { candidates }: Group,
  { endpoints, reason }: Choice,
  kind: AnswerKind,
): Selection {
  const served = candidates.flatMap(({ endpoint, weight, answers }) => {
    const answer = answers.get(kind)
    return answer === undefined || !endpoints.includes(endpoint) ? [] : [{ endpoint, weight, answer }]
  })
  const answer = composeAnswers(pool, served)
  if (isEmpty(answer)) {
    // An operator may want a pool that itself has no answer.
    return served.length > 0 && served.every(one => one.answer.isFailed === true)
      ? failed(reason)
      : FAMILY_DOWN
  }
  return { mode: 'serving', endpoints: served.map(({ endpoint }) => endpoint), ...answer, reason }
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
    ...group.candidates.map(({ heldUntilMs }: Candidate) => heldUntilMs),
  ])
  return times.reduce<number | undefined>(
    (least, time) => (time === undefined || (least !== undefined && least <= time) ? least : time),
    undefined,
  )
}
