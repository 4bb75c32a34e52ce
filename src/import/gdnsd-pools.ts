/** The pools of one zone: those that its names need, and those that they are made of. */
import type { Name } from '#wire/name.ts'
import { type Entry, entry, type InlineValue, inline, list, map, scalar } from './draft.ts'
import { ZoneChecks } from './gdnsd-checks.ts'
import type { EndpointPlan, PoolPlan } from './gdnsd-plan.ts'
import type { Teller } from './gdnsd-remarks.ts'
import { fitName, uniqueIn } from './pool-names.ts'

/** An endpoint that has been written, for who wants to override it. */
export interface WrittenEndpoint {
  readonly origin: Name
  readonly pool: string
  readonly endpoint: EndpointPlan
}

export class ZonePools {
  readonly entries: Entry[] = []
  readonly written: WrittenEndpoint[] = []
  readonly checks: ZoneChecks
  readonly #origin: Name
  readonly #teller: Teller
  readonly #names = new Map<PoolPlan, string>()
  readonly #taken = new Set<string>()

  /** @param host asked for where gdnsd sends no Host and the managed names cannot be one */
  constructor(origin: Name, teller: Teller, host: string | undefined) {
    this.#origin = origin
    this.#teller = teller
    this.checks = new ZoneChecks(teller, host)
  }

  /** What the pool is called; it is written when it is asked for first, behind those that it is made of. */
  nameOf(plan: PoolPlan): string {
    const known = this.#names.get(plan)
    if (known !== undefined) return known
    const name = uniqueIn(this.#taken, fitName(plan.name, 'pool'))
    this.#names.set(plan, name)
    const value = map(
      plan.policy === 'failover' ? undefined : entry('policy', scalar(plan.policy)),
      plan.check === undefined ? undefined : entry('check', scalar(this.checks.nameOf(plan.check))),
      entry('endpoints', list(plan.endpoints.map(one => inline(this.#endpoint(one, plan), one.from)))),
      ...ruleEntries(plan),
    )
    for (const endpoint of plan.endpoints) this.written.push({ origin: this.#origin, pool: name, endpoint })
    this.entries.push(entry(name, value, [plan.from]))
    this.#teller.tell(...plan.remarks)
    return name
  }

  #endpoint({ name, addresses, hostname, pool, weight }: EndpointPlan, { policy }: PoolPlan): InlineValue {
    const [first = ''] = addresses
    return {
      name,
      ...(pool === undefined ? {} : { pool: this.nameOf(pool) }),
      ...(hostname === undefined ? {} : { hostname }),
      ...(addresses.length === 0 ? {} : { address: addresses.length === 1 ? first : addresses }),
      ...(policy === 'weighted' ? { weight: weight ?? 1 } : {}),
    }
  }
}

function ruleEntries(plan: PoolPlan): (Entry | undefined)[] {
  const { policy, check, endpoints, minHealthy, answers, whenAllDown, together, isOfFamilies } = plan
  if (isOfFamilies) return []
  const isJudged = check !== undefined || endpoints.some(({ pool }) => pool !== undefined)
  return [
    minHealthy === undefined || minHealthy.count === 1
      ? undefined
      : entry('min-healthy', scalar(minHealthy.count, minHealthy.from)),
    answers === undefined || answers.count === 1
      ? undefined
      : entry('answers', scalar(answers.count, answers.from)),
    policy === 'failover' && isJudged
      ? entry('failback', scalar('auto', 'gdnsd returns by itself'))
      : undefined,
    isJudged && endpoints.length > 1
      ? entry(
          'when-all-down',
          scalar(
            whenAllDown,
            whenAllDown === 'primary' && policy === 'failover'
              ? 'gdnsd answers the first then'
              : 'gdnsd takes all for up then',
          ),
        )
      : undefined,
    together
      ? entry('families', scalar('together', 'gdnsd answers A and AAAA from the same datacenter'))
      : undefined,
  ]
}
