/** Plans of one zone as its `pools:` and `names:`. */
import { formatDuration } from '#base/duration.ts'
import { type Name, nameToText } from '#wire/name.ts'
import {
  type Entry,
  entry,
  type InlineValue,
  inline,
  list,
  map,
  type NameDraft,
  scalar,
  type Value,
} from './draft.ts'
import type { Findings } from './findings.ts'
import { TTL } from './limits.ts'
import { nameInPool, uniqueIn } from './pool-names.ts'
import { plainName } from './relative-name.ts'
import { ZoneChecks } from './route53-checks.ts'
import { familiesJoined, type NamePlan } from './route53-family.ts'
import type { Plan, PlannedEndpoint } from './route53-plan.ts'
import type { RecordSet } from './route53-record-set.ts'

/** What a multivalue answer holds at most. */
const MAX_ANSWERS = 8
/** Aliases of aliases. */
const MAX_DEPTH = 16

export interface ZonePools {
  readonly checks: readonly Entry[]
  readonly pools: readonly Entry[]
  readonly names: readonly NameDraft[]
}

export function poolsOf(
  origin: Name,
  plans: ReadonlyMap<Name, readonly Plan[]>,
  findings: Findings,
): ZonePools {
  return new PoolWriter(origin, plans, findings).write()
}

class PoolWriter {
  readonly #plans: ReadonlyMap<Name, NamePlan>
  readonly #findings: Findings
  readonly #checks = new ZoneChecks()
  readonly #pools: Entry[] = []
  readonly #taken = new Set<string>()
  readonly #poolNames = new Map<Name, string>()
  readonly #picked: ReadonlySet<Name>

  constructor(origin: Name, plans: ReadonlyMap<Name, readonly Plan[]>, findings: Findings) {
    this.#findings = findings
    const joined = [...plans].map(([name, all]) => [name, familiesJoined(all, findings)] as const)
    this.#plans = new Map(joined)
    // Names first: they are what people know the pools by.
    for (const [name] of joined) this.#poolNames.set(name, uniqueIn(this.#taken, nameInPool(name, origin)))
    const parts = joined.flatMap(([, plan]) => plansOf(plan)).filter(({ policy }) => policy !== 'failover')
    this.#picked = new Set(parts.flatMap(({ endpoints }) => endpoints.flatMap(({ pool }) => pool ?? [])))
  }

  write(): ZonePools {
    this.#complainOfCircles()
    const names = [...this.#plans].map(([name, plan]) => this.#nameOf(name, plan))
    return { checks: this.#checks.entries, pools: this.#pools, names }
  }

  #nameOf(name: Name, plan: NamePlan): NameDraft {
    const own = this.#poolNames.get(name) ?? ''
    const [first] = plansOf(plan)
    const alias = plan.kind === 'one' ? aliasOf(plan.plan) : undefined
    const pool = alias === undefined ? own : (this.#poolNames.get(alias) ?? own)
    if (alias === undefined) this.#addPools(name, own, plan)
    const seconds = first?.ttl ?? TTL.max
    const ttl = Math.min(seconds, TTL.max)
    if (ttl !== seconds)
      this.#findings.changed(
        `TTL of ${plainName(name)}`,
        `is ${formatDuration(ttl * 1000)}: more a managed name cannot have`,
        first?.from,
      )
    const value = map(
      entry('pool', scalar(pool, alias === undefined ? undefined : first?.from)),
      entry('ttl', scalar(formatDuration(ttl * 1000), first === undefined ? undefined : ttlWords(first.set))),
    )
    return { name, value }
  }

  #addPools(name: Name, own: string, plan: NamePlan): void {
    if (plan.kind === 'one') {
      this.#addPool(own, plan.plan)
      return
    }
    const parts = plan.plans.map(one => {
      const family = one.type === 'A' ? 'ipv4' : 'ipv6'
      const part = uniqueIn(this.#taken, `${own}-${family}`)
      this.#addPool(part, one)
      return inline({ name: family, pool: part })
    })
    const value = map(entry('policy', scalar('all')), entry('endpoints', list(parts)))
    this.#pools.push(entry(own, value, [`${plainName(name)}: A and AAAA are chosen apart`]))
  }

  #addPool(pool: string, plan: Plan): void {
    const main = mainKey(plan)
    const keys = plan.endpoints.map(({ judgement }) =>
      judgement.kind === 'check' ? judgement.key : undefined,
    )
    const index = keys.indexOf(main)
    const judged = plan.endpoints[index]?.judgement
    const check =
      main !== undefined && judged?.kind === 'check' ? this.#checks.add(judged.check, pool) : undefined
    const endpoints = plan.endpoints.map((one, place) => {
      const isDirect = one.pool !== undefined || keys[place] === main
      return isDirect ? this.#endpointValue(plan, one) : this.#wrapped(pool, plan, one)
    })
    const { policy } = plan
    const max = policy === 'all' && !this.#picked.has(plan.name) && addressesOf(plan) > MAX_ANSWERS
    const value = map(
      policy === 'failover' ? undefined : entry('policy', scalar(policy)),
      check === undefined ? undefined : entry('check', scalar(check)),
      entry('endpoints', list(endpoints)),
      max ? entry('max-answers', scalar(MAX_ANSWERS, 'Route 53 gives no more')) : undefined,
      this.#allDown(plan),
    )
    this.#pools.push(entry(pool, value, [`${plainName(plan.name)} ${plan.type}: ${plan.from}`]))
  }

  /** A pool of one endpoint, whose check is not that of the others. */
  #wrapped(pool: string, plan: Plan, one: PlannedEndpoint): Value {
    const name = uniqueIn(this.#taken, `${pool}-${one.name}`)
    const check = one.judgement.kind === 'check' ? this.#checks.add(one.judgement.check, name) : undefined
    const value = map(
      check === undefined ? undefined : entry('check', scalar(check)),
      entry('endpoints', list([this.#endpointValue({ ...plan, policy: 'failover' }, one)])),
    )
    const why = check === undefined ? 'has no health check: always up' : 'has a health check of its own'
    this.#pools.push(entry(name, value, [`${one.name} of ${pool} ${why}`]))
    return inline({ name: one.name, pool: name, ...weightOf(plan, one) }, one.from)
  }

  #endpointValue(plan: Plan, one: PlannedEndpoint): Value {
    const { name, addresses, hostname, pool, judgement, from } = one
    const target: Record<string, InlineValue> =
      pool !== undefined
        ? { pool: this.#poolOf(pool) }
        : hostname !== undefined
          ? { hostname }
          : { address: addresses.length === 1 ? (addresses[0] ?? '') : addresses }
    const probed = judgement.kind === 'check' ? judgement.target : undefined
    const isOwn = probed === undefined || (addresses.length === 1 && addresses[0] === probed)
    return inline(
      { name, ...target, ...(isOwn ? {} : { 'probe-address': probed }), ...weightOf(plan, one) },
      from,
    )
  }

  /** The pool that answers for the name, aliases followed. */
  #poolOf(name: Name, depth = 0): string {
    const plan = this.#plans.get(name)
    const alias = plan?.kind === 'one' && depth < 16 ? aliasOf(plan.plan) : undefined
    return alias === undefined ? (this.#poolNames.get(name) ?? '') : this.#poolOf(alias, depth + 1)
  }

  /** Where no record is healthy, Route 53 takes all for healthy. */
  #allDown({ policy, type, name, from, endpoints }: Plan): Entry | undefined {
    if (policy === 'failover')
      return endpoints.length < 2 ? undefined : entry('when-all-down', scalar('primary', 'as Route 53'))
    const isNamed = endpoints.some(({ hostname }) => hostname !== undefined)
    const isJudged = endpoints.some(({ judgement, pool }) => judgement.kind === 'check' || pool !== undefined)
    if (isJudged && (policy === 'weighted' || isNamed))
      this.#findings.changed(
        `${plainName(name)} ${type}, when all are unhealthy`,
        isNamed
          ? 'answers with the first; Route 53 goes on to pick by weight'
          : 'answers with all; Route 53 goes on to pick one by weight',
        from.replace(/^.*, /, ''),
      )
    return isNamed ? undefined : entry('when-all-down', scalar('all', 'Route 53 then takes all for healthy'))
  }

  /** Aliases that lead in circles, by way of pools. */
  #complainOfCircles(): void {
    const done = new Set<Name>()
    const visit = (name: Name, above: readonly Name[]): void => {
      if (done.has(name)) return
      const plan = this.#plans.get(name)
      for (const one of plan === undefined ? [] : plansOf(plan)) {
        for (const { pool } of one.endpoints) {
          if (pool === undefined) continue
          if (pool === name || above.includes(pool))
            one.set.input.complain(
              one.set.offset,
              `the alias of ${nameToText(name)} to ${nameToText(pool)} leads back to where it comes from`,
            )
          else if (above.length === MAX_DEPTH)
            one.set.input.complain(
              one.set.offset,
              `the alias of ${nameToText(name)} is one of more than ${MAX_DEPTH} in each other`,
            )
          else visit(pool, [...above, name])
        }
      }
      done.add(name)
    }
    for (const name of this.#plans.keys()) visit(name, [])
  }
}

function ttlWords({ ttl, input, offset }: RecordSet): string {
  return ttl === undefined ? 'of what the alias leads to' : `TTL, ${input.at(offset)}`
}

function plansOf(plan: NamePlan): readonly Plan[] {
  return plan.kind === 'one' ? [plan.plan] : plan.plans
}

/** The name whose pool answers, where a simple alias leads to it. */
function aliasOf({ set, endpoints }: Plan): Name | undefined {
  return set.routing.kind === 'simple' && endpoints.length === 1 ? endpoints[0]?.pool : undefined
}

/** The check that most endpoints have, and of several the first. */
function mainKey({ endpoints }: Plan): string | undefined {
  const counts = new Map<string, number>()
  for (const { judgement, pool } of endpoints)
    if (judgement.kind === 'check' && pool === undefined)
      counts.set(judgement.key, (counts.get(judgement.key) ?? 0) + 1)
  let best: string | undefined
  for (const [key, count] of counts) if (best === undefined || count > (counts.get(best) ?? 0)) best = key
  return best
}

function weightOf({ policy }: Plan, { weight }: PlannedEndpoint): { weight?: number } {
  return policy === 'weighted' ? { weight } : {}
}

function addressesOf({ endpoints }: Plan): number {
  return endpoints.reduce((sum, { addresses }) => sum + addresses.length, 0)
}
