/**
 * Load balancers of one zone, with the pools and checks that they need.
 *
 *   steering off     failover: default_pools in their order, then the fallback pool without a check
 *   steering random  failover: [ weighted: default_pools, the fallback pool without a check ]
 *   one pool, which is the fallback pool too: that pool alone
 */
import { formatDuration } from '#base/duration.ts'
import type { Name } from '#wire/name.ts'
import type { Balancer } from './cloudflare-balancer.ts'
import type { Listing } from './cloudflare-files.ts'
import { mayServe, type Pool } from './cloudflare-pool.ts'
import { CloudflarePools } from './cloudflare-pools.ts'
import { type Entry, entry, inline, list, map, type NameDraft, scalar, type ZoneDraft } from './draft.ts'
import type { Findings } from './findings.ts'
import { nameInPool } from './pool-names.ts'
import { smallestWeights } from './weights.ts'

/** Seconds; `ttl-min` may not be more than the TTL. */
const DEFAULT_MIN_TTL = 5

export class CloudflareZone {
  readonly #origin: Name
  readonly #balancers: readonly Plan[]
  readonly #pools: CloudflarePools
  readonly #findings: Findings
  readonly #above: Entry[] = []

  constructor(origin: Name, balancers: readonly Balancer[], listing: Listing, findings: Findings) {
    this.#origin = origin
    this.#findings = findings
    this.#balancers = balancers.map(one => planOf(one, listing.pools))
    const checked = this.#balancers.flatMap(({ defaults }) => defaults)
    const alone = this.#balancers.flatMap(({ alone }) => alone ?? [])
    this.#pools = new CloudflarePools(listing.monitors, new Set(checked), new Set(alone), findings)
  }

  draft(above: readonly string[]): ZoneDraft {
    const names = this.#balancers.flatMap(one => this.#name(one) ?? [])
    return {
      origin: this.#origin,
      above,
      checks: this.#pools.checks,
      pools: [...this.#pools.entries, ...this.#above],
      names,
    }
  }

  /** Undefined where nothing would be answered. */
  #name(plan: Plan): NameDraft | undefined {
    const { balancer } = plan
    const { name, title, fields, ttl } = balancer
    this.#reportPools(plan)
    if (plan.defaults.length === 0 && plan.fallback === undefined) {
      this.#findings.lost(
        title,
        'all of its pools are disabled or can never be healthy: it is left out',
        fields.at(),
      )
      return undefined
    }
    const pool = this.#poolOf(plan)
    const from = ttl === undefined ? undefined : `ttl, ${fields.at('ttl')}`
    return {
      name,
      value: map(
        entry('pool', scalar(pool)),
        ttl === undefined ? undefined : entry('ttl', scalar(seconds(ttl), from)),
        ttl === undefined || ttl >= DEFAULT_MIN_TTL
          ? undefined
          : entry('ttl-min', scalar(seconds(ttl), from)),
      ),
      above: [`The load balancer at ${fields.at()}.`],
    }
  }

  #poolOf(plan: Plan): string {
    const { balancer, alone, defaults, fallback } = plan
    if (alone !== undefined) return this.#pools.use(alone, true)
    const { fields } = balancer
    const stem = nameInPool(balancer.name, this.#origin)
    const endpoints: { readonly pool: string; readonly from: string }[] = []
    if (balancer.isSpread && defaults.length > 1)
      endpoints.push({ pool: this.#spread(plan, stem), from: `default_pools, ${fields.at('default_pools')}` })
    else
      for (const one of defaults)
        endpoints.push({
          pool: this.#pools.use(one, true),
          from: `default_pools, ${fields.at('default_pools')}`,
        })
    if (fallback !== undefined) {
      const pool = this.#pools.use(fallback, false)
      if (!endpoints.some(one => one.pool === pool))
        endpoints.push({
          pool,
          from: `fallback_pool, ${fields.at('fallback_pool')}: served whatever its health`,
        })
    }
    const [only, ...others] = endpoints
    if (only !== undefined && others.length === 0 && fallback !== undefined) return only.pool
    const name = this.#pools.take(stem)
    const written = endpoints.map(({ pool, from }) => inline({ name: pool, pool }, from))
    this.#above.push(
      entry(
        name,
        map(
          entry('policy', scalar('failover', policyWords(balancer))),
          entry('endpoints', list(written)),
          fallback === undefined
            ? entry('when-all-down', scalar('nodata', 'the fallback pool is disabled'))
            : undefined,
        ),
        [`The load balancer at ${fields.at()}.`],
      ),
    )
    return name
  }

  /** A pool that picks one of several by weight. */
  #spread({ balancer, defaults }: Plan, stem: string): string {
    const { weights, defaultWeight, fields } = balancer
    const names = defaults.map(one => this.#pools.use(one, true))
    const scaled = smallestWeights(defaults.map(({ id }) => weights.get(id) ?? defaultWeight))
    const isEven = scaled.every(one => one === scaled[0])
    const written = names.map((pool, index) =>
      inline(
        { name: pool, pool, ...(isEven ? {} : { weight: scaled[index] ?? 1 }) },
        fields.at('random_steering'),
      ),
    )
    if (scaled.includes(0))
      this.#findings.note(
        `random_steering of ${balancer.title}`,
        'a pool of weight 0 is a last resort, when those with a weight are down',
        fields.at('random_steering'),
      )
    const name = this.#pools.take(`${stem}-spread`)
    this.#above.push(
      entry(
        name,
        map(entry('policy', scalar('weighted', policyWords(balancer))), entry('endpoints', list(written))),
      ),
    )
    return name
  }

  #reportPools({ balancer, left, fallback, alone, defaults, all }: Plan): void {
    const { title, fields, isProxied } = balancer
    const findings = this.#findings
    for (const pool of left)
      findings.note(
        `pool ${pool.name} of ${title}`,
        pool.isEnabled
          ? 'can never be healthy, with fewer origins than minimum_origins: it is left out of default_pools'
          : 'is not enabled: it is left out',
        pool.fields.at('enabled'),
      )
    if (fallback?.monitor !== undefined && alone === undefined)
      findings.note(
        `fallback_pool of ${title}`,
        'is served when all others are down, whatever its own health: it has no check then',
        fields.at('fallback_pool'),
      )
    const origins = [...new Set([...defaults, ...(fallback === undefined ? [] : [fallback])])].flatMap(
      pool => pool.origins,
    )
    if (isProxied)
      for (const { name, port, host, fields: origin } of origins) {
        if (port !== undefined)
          findings.lost(
            `port of origin ${name}`,
            'is probed; clients go to the usual port',
            origin.at('port'),
          )
        if (host !== undefined)
          findings.lost(
            `header Host of origin ${name}`,
            'is sent by probes; the requests of clients bear the name that they asked for',
            origin.at('header'),
          )
      }
    if (all.length > new Set(all).size)
      findings.note(
        `default_pools of ${title}`,
        'name a pool twice: it is there once',
        fields.at('default_pools'),
      )
  }
}

/** What a load balancer comes to. */
interface Plan {
  readonly balancer: Balancer
  /** IDs as written. */
  readonly all: readonly string[]
  readonly defaults: readonly Pool[]
  /** Those that Cloudflare never serves. */
  readonly left: readonly Pool[]
  /** Undefined if it is disabled. */
  readonly fallback: Pool | undefined
  /** The only pool, if it is that. */
  readonly alone: Pool | undefined
}

function planOf(balancer: Balancer, pools: ReadonlyMap<string, Pool>): Plan {
  const all = balancer.defaults.map(({ id }) => id)
  const found = [...new Set(all)].flatMap(id => pools.get(id) ?? [])
  const defaults = found.filter(mayServe)
  const last = pools.get(balancer.fallback.id)
  const fallback = last?.isEnabled && last.origins.length > 0 ? last : undefined
  const [only, ...others] = defaults
  const alone = only !== undefined && others.length === 0 && only === fallback ? only : undefined
  const left = [...new Set([...found, ...(last === undefined ? [] : [last])])].filter(
    pool => !defaults.includes(pool) && pool !== fallback,
  )
  return { balancer, all, defaults, left, fallback, alone }
}

function policyWords({ fields, isSpread }: Balancer): string {
  const said = fields.has('steering_policy')
    ? `steering_policy, ${fields.at('steering_policy')}`
    : 'the default'
  return isSpread ? said : `${said}: the first pool that is healthy`
}

function seconds(count: number): string {
  return formatDuration(count * 1000)
}
