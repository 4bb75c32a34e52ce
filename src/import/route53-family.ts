/** A and AAAA of one name: Route 53 chooses for each by itself, and here one pool answers for both. */

import type { Findings } from './findings.ts'
import { plainName } from './relative-name.ts'
import type { Judgement } from './route53-checks.ts'
import type { Plan, PlannedEndpoint } from './route53-plan.ts'

/** One pool for the name, or two below one. */
export type NamePlan =
  | { readonly kind: 'one'; readonly plan: Plan }
  | { readonly kind: 'both'; readonly plans: readonly Plan[] }

export function familiesJoined(plans: readonly Plan[], findings: Findings): NamePlan {
  const [first, second, third] = plans
  if (first === undefined) throw new RangeError('a name without a plan')
  if (second === undefined) return { kind: 'one', plan: first }
  if (third !== undefined || plans.some(({ type }) => type === 'CNAME')) {
    second.set.input.complain(second.set.offset, `${plainName(second.name)} has a CNAME and other data`)
    return { kind: 'one', plan: first }
  }
  const [a, aaaa] = first.type === 'A' ? [first, second] : [second, first]
  const joined = join(a, aaaa)
  if (joined !== undefined) return { kind: 'one', plan: joined }
  if (a.policy !== 'weighted' && aaaa.policy !== 'weighted') {
    findings.changed(
      `A and AAAA of ${plainName(a.name)}`,
      'have different sets: a pool for each, and while one of them is all down and the other is not it answers no data in place of all it has',
      second.set.input.at(second.set.offset),
    )
    return { kind: 'both', plans: [a, aaaa] }
  }
  findings.lost(
    `AAAA of ${plainName(a.name)}`,
    'its weights or checks are not those of A, and one pool cannot pick for each by itself: only A is answered',
    aaaa.set.input.at(aaaa.set.offset),
  )
  return { kind: 'one', plan: a }
}

/** One plan whose endpoints have the addresses of both; undefined where they are not alike. */
function join(a: Plan, b: Plan): Plan | undefined {
  if (a.policy !== b.policy || a.endpoints.length !== b.endpoints.length) return undefined
  const endpoints: PlannedEndpoint[] = []
  const left = [...b.endpoints]
  for (const [index, one] of a.endpoints.entries()) {
    const place = left.findIndex(({ name }) => name === one.name)
    const [other] = left.splice(Math.max(place, 0), 1)
    const isOrdered = a.policy !== 'failover' || b.endpoints[index] === other
    const joined = other === undefined || !isOrdered ? undefined : joinEndpoints(one, other)
    if (joined === undefined) return undefined
    endpoints.push(joined)
  }
  return { ...a, endpoints, from: `${a.from}; ${b.from}` }
}

function joinEndpoints(a: PlannedEndpoint, b: PlannedEndpoint): PlannedEndpoint | undefined {
  if (a.weight !== b.weight || a.pool !== b.pool || a.hostname !== b.hostname) return undefined
  const judgement = joinJudgements(a, b)
  if (judgement === undefined) return undefined
  const isSame = a.from === b.from
  return {
    ...a,
    addresses: [...a.addresses, ...b.addresses],
    from: isSame ? a.from : `${a.from}; ${b.from}`,
    judgement,
  }
}

/** Each probed at its own address, or both at the same one. */
function joinJudgements(a: PlannedEndpoint, b: PlannedEndpoint): Judgement | undefined {
  const [one, other] = [a.judgement, b.judgement]
  if (one.kind !== 'check' || other.kind !== 'check') return one.kind === other.kind ? one : undefined
  if (one.key !== other.key) return undefined
  if (one.target === other.target) return one
  return isOwn(a, one.target) && isOwn(b, other.target) ? { ...one, target: undefined } : undefined
}

function isOwn({ addresses }: PlannedEndpoint, target: string | undefined): boolean {
  return addresses.length === 1 && addresses[0] === target
}
