/** One answer made of those of several endpoints. Pure. */
import type { Address } from '#base/address.ts'
import type { Pool } from './pool.ts'
import { type Answer, isEmpty, type Pick as QueryPick } from './selection.ts'

/** An endpoint's part, and its weight. */
export interface Part {
  readonly weight: number
  readonly answer: Answer
}

interface WeighedGroup {
  readonly records: number
  readonly weight: number
}

/** What responders add up without losing anything. */
const MAX_TOTAL = 2 ** 31

/** The answer of a pool that serves these, and how each query picks from it. */
export function composeAnswers(
  { policy, answers, maxAnswers }: Pick<Pool, 'policy' | 'answers' | 'maxAnswers'>,
  parts: readonly Part[],
): Answer {
  switch (policy) {
    case 'failover':
      return withPick(joinAnswers(parts.slice(0, 1)), parts[0]?.answer.pick)
    case 'all': {
      const joined = joinAnswers(withoutRepeated(parts))
      const records = joined.addresses.length
      const count = Math.min(records, maxAnswers ?? records)
      return withPick(joined, records > 1 ? { kind: 'rotate', answers: count } : undefined)
    }
    case 'weighted': {
      // Of a single group there is nothing that it could repeat.
      const kept = (answers > 1 ? withoutRepeated(parts) : parts).filter(({ answer }) => !isEmpty(answer))
      const groups = answers > 1 ? kept.map(groupOf) : flattened(kept)
      return withPick(
        joinAnswers(kept),
        groups.length > answers ? { kind: 'weighted', answers, groups } : undefined,
      )
    }
    default:
      return policy satisfies never
  }
}

/** All records of all of them, none twice. */
export function uniteAnswers(answers: readonly Answer[]): Answer {
  return joinAnswers(withoutRepeated(answers.map(answer => ({ weight: 1, answer }))))
}

function withPick(answer: Answer, pick: QueryPick | undefined): Answer {
  return pick === undefined ? answer : { ...answer, pick }
}

function joinAnswers(parts: readonly Part[]): Answer {
  const addresses = parts.flatMap(({ answer }) => answer.addresses)
  const hostnames = parts.flatMap(({ answer }) => answer.hostnames ?? [])
  return hostnames.length === 0 ? { addresses } : { addresses, hostnames }
}

/** Two hostnames, or two pools, may lead to the same address; no RRset has a record twice (RFC 2181 §5). */
function withoutRepeated(parts: readonly Part[]): Part[] {
  const seen = new Set<string>()
  const isNew = (text: string): boolean => !seen.has(text) && seen.add(text).size > 0
  return parts.map(({ weight, answer }) => {
    const addresses: Address[] = answer.addresses.filter(({ text }) => isNew(text))
    const { hostnames } = answer
    return { weight, answer: hostnames === undefined ? { addresses } : { addresses, hostnames } }
  })
}

/** Something is always drawn from what is served: of the last resort, which has no weight, each with the same chance. */
function groupOf({ weight, answer }: Part): WeighedGroup {
  return { records: answer.addresses.length + (answer.hostnames?.length ?? 0), weight: weight || 1 }
}

/** The groups of pools that are weighted themselves: the chance of each is that of the pool times that within it. */
function flattened(parts: readonly Part[]): WeighedGroup[] {
  const shares = parts.flatMap(part => {
    const { pick } = part.answer
    const own = groupOf(part)
    if (pick?.kind !== 'weighted' || pick.answers > 1) return [{ ...own, over: 1 }]
    const over = pick.groups.reduce((sum, { weight }) => sum + weight, 0)
    return pick.groups.map(({ records, weight }) => ({ records, weight: own.weight * weight, over }))
  })
  const weights = wholeWeights(shares)
  return shares.map(({ records }, i) => ({ records, weight: weights[i] ?? 1 }))
}

/** The fractions as whole numbers in the same proportions; where these would be too large, as near as they come. */
function wholeWeights(fractions: readonly { readonly weight: number; readonly over: number }[]): number[] {
  const common = fractions.reduce((multiple, { over }) => leastCommonMultiple(multiple, over), 1)
  const exact = fractions.map(({ weight, over }) => weight * (common / over))
  const total = exact.reduce((sum, one) => sum + one, 0)
  const divisor = exact.reduce(greatestCommonDivisor, 0)
  if (Number.isSafeInteger(common) && total / divisor <= MAX_TOTAL) return exact.map(one => one / divisor)
  const sum = fractions.reduce((all, { weight, over }) => all + weight / over, 0)
  const scale = (MAX_TOTAL - fractions.length) / sum
  return fractions.map(({ weight, over }) => Math.max(1, Math.round((weight / over) * scale)))
}

function leastCommonMultiple(a: number, b: number): number {
  return (a / greatestCommonDivisor(a, b)) * b
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b]
  return a
}
