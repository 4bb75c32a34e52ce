/** Pools of Cloudflare as pools of a zone, each written once, with the checks that they need. */
import { checkEntry, type Monitor, type SentHost } from './cloudflare-monitor.ts'
import type { Origin, Pool } from './cloudflare-pool.ts'
import { type Entry, entry, type InlineValue, inline, list, map, scalar, type Value } from './draft.ts'
import type { Findings } from './findings.ts'
import { fitName, uniqueIn } from './pool-names.ts'
import { smallestWeights } from './weights.ts'

export class CloudflarePools {
  readonly checks: Entry[] = []
  readonly entries: Entry[] = []
  readonly #monitors: ReadonlyMap<string, Monitor>
  readonly #checked: ReadonlySet<Pool>
  readonly #alone: ReadonlySet<Pool>
  readonly #findings: Findings
  readonly #names = new Set<string>()
  readonly #checkNames = new Set<string>()
  readonly #pools = new Map<string, string>()
  readonly #checkOf = new Map<string, string>()

  /**
   * @param checked those that are served only while they are healthy
   * @param alone those that are all that a load balancer has
   */
  constructor(
    monitors: ReadonlyMap<string, Monitor>,
    checked: ReadonlySet<Pool>,
    alone: ReadonlySet<Pool>,
    findings: Findings,
  ) {
    this.#monitors = monitors
    this.#checked = checked
    this.#alone = alone
    this.#findings = findings
  }

  /** Takes a name for a pool. */
  take(name: string): string {
    return uniqueIn(this.#names, name)
  }

  /** What the pool is called in the zone. @param isChecked whether its health counts */
  use(pool: Pool, isChecked: boolean): string {
    const monitor = isChecked ? this.#monitors.get(pool.monitor ?? '') : undefined
    const key = `${pool.id}\n${monitor === undefined ? '' : 'checked'}`
    const known = this.#pools.get(key)
    if (known !== undefined) return known
    const isSecond = monitor === undefined && pool.monitor !== undefined && this.#checked.has(pool)
    const name = this.take(fitName(isSecond ? `${pool.name}-unchecked` : pool.name, 'pool'))
    this.#pools.set(key, name)
    if (isChecked && monitor === undefined)
      this.#findings.note(
        `pool ${pool.name}`,
        'has no monitor: it is always up, as with Cloudflare',
        pool.fields.at(),
      )
    this.#write(pool, name, monitor)
    return name
  }

  #write(pool: Pool, name: string, monitor: Monitor | undefined): void {
    const { origins, fields } = pool
    const hosts = new Map(origins.map(origin => [origin, hostOf(origin, monitor)]))
    const isOne = new Set([...hosts.values()].map(host => host?.text)).size <= 1
    const [first] = origins
    const host = first === undefined ? undefined : hosts.get(first)
    if (monitor !== undefined) this.#reportProbes(pool, monitor, [...hosts.values()].includes(undefined))
    const check = isOne && monitor !== undefined ? this.#check(monitor, host) : undefined
    const [nested, plain] = isOne ? [[], origins] : [origins, []]
    const weights = weightsOf(pool)
    const endpoints = [
      ...plain.map((origin, index) => endpointValue(origin, monitor, weights?.[index])),
      ...nested.map((origin, index) =>
        this.#nested(origin, name, monitor, hosts.get(origin), weights?.[index]),
      ),
    ]
    this.entries.push(
      entry(
        name,
        map(
          origins.length === 1
            ? undefined
            : entry('policy', scalar('weighted', 'each query picks an origin by weight')),
          check === undefined ? undefined : entry('check', scalar(check)),
          entry('endpoints', list(endpoints)),
          this.#minimum(pool, monitor),
          this.#whenAllDown(pool, monitor, !isOne),
        ),
        [
          `The pool at ${fields.at()}${monitor === undefined && pool.monitor !== undefined ? ', as a fallback pool: whatever its health' : ''}.`,
        ],
      ),
    )
  }

  /** An origin with a Host of its own is a pool of its own, since a check has one Host. */
  #nested(
    origin: Origin,
    pool: string,
    monitor: Monitor | undefined,
    host: SentHost | undefined,
    weight: number | undefined,
  ): Value {
    const name = this.take(fitName(`${pool}.${origin.name}`, 'origin'))
    const check = monitor === undefined ? undefined : entry('check', scalar(this.#check(monitor, host)))
    const rule = whenFlat(origin)
    this.entries.push(
      entry(name, map(check, entry('endpoints', list([endpointValue(origin, monitor, undefined)])), rule)),
    )
    return inline(
      { name: origin.name, pool: name, ...(weight === undefined ? {} : { weight }) },
      'a pool of its own: its Host is another',
    )
  }

  /** What the check is called in the zone. */
  #check(monitor: Monitor, host: SentHost | undefined): string {
    const key = `${monitor.id}\n${host?.text ?? ''}`
    const known = this.#checkOf.get(key)
    if (known !== undefined) return known
    const name = uniqueIn(this.#checkNames, fitName(monitor.title, 'monitor'))
    this.#checkOf.set(key, name)
    this.checks.push(checkEntry(monitor, name, host))
    return name
  }

  #minimum(pool: Pool, monitor: Monitor | undefined): Entry | undefined {
    const { minimum, origins, fields } = pool
    if (monitor === undefined || minimum === 1 || origins.length === 1) return undefined
    const resorts = origins.filter(({ weight }) => weight === 0).length
    const isMixed = resorts > 0 && resorts < origins.length
    const needed = isMixed ? Math.max(1, minimum - resorts) : minimum
    if (isMixed)
      this.#findings.changed(
        `minimum_origins of pool ${pool.name}`,
        `is ${needed} of those that have a weight: those of weight 0 are not counted beside them`,
        fields.at('minimum_origins'),
      )
    return entry('min-healthy', scalar(needed, `minimum_origins, ${fields.at('minimum_origins')}`))
  }

  #whenAllDown(pool: Pool, monitor: Monitor | undefined, isNested: boolean): Entry | undefined {
    const named = pool.origins.find(({ target }) => 'hostname' in target)
    if (monitor === undefined || !this.#alone.has(pool))
      return named === undefined || isNested ? undefined : whenFlat(named)
    const weighty = pool.origins.filter(({ weight }) => weight > 0)
    if (pool.origins.length === 1 || weighty.length === 1)
      return (
        (named === undefined ? undefined : whenFlat(named)) ??
        entry('when-all-down', scalar('primary', 'the fallback pool is this one: the origin with a weight'))
      )
    this.#findings.changed(
      `fallback_pool of pool ${pool.name}`,
      named?.isFlat === false
        ? 'when all is down the first origin is answered; Cloudflare picks by weight'
        : 'when all is down every origin is answered at once; Cloudflare picks one by weight',
      pool.fields.at(),
    )
    return named?.isFlat === false
      ? entry('when-all-down', scalar('primary', 'the fallback pool is this one'))
      : entry('when-all-down', scalar('all', 'the fallback pool is this one'))
  }

  #reportProbes({ name, origins, fields }: Pool, monitor: Monitor, isHostless: boolean): void {
    if (monitor.isHttp && isHostless)
      this.#findings.changed(
        `Host of monitor ${monitor.id}`,
        'is not said: probes send the managed name, where Cloudflare sends the address of the origin',
        monitor.fields.at(),
      )
    if (monitor.needsPort)
      for (const origin of origins)
        if (origin.port === undefined)
          fields.complain(
            'monitor',
            `neither the monitor nor origin ${origin.name} of pool ${name} says a port`,
          )
  }
}

/** In the order of the origins; undefined where they are even. */
function weightsOf({ origins }: Pool): number[] | undefined {
  const weights = smallestWeights(origins.map(({ weight }) => weight))
  return weights.every(one => one === weights[0]) ? undefined : weights
}

/** That of the origin counts more than that of the monitor; a host name is sent as it is. */
function hostOf({ host, target, fields }: Origin, monitor: Monitor | undefined): SentHost | undefined {
  if (monitor === undefined || !monitor.isHttp) return undefined
  const own = host ?? monitor.host
  if (own !== undefined || !('hostname' in target)) return own
  return { text: target.hostname, from: `the address of the origin, ${fields.at('address')}` }
}

function endpointValue(
  { name, target, port, fields }: Origin,
  monitor: Monitor | undefined,
  weight: number | undefined,
): Value {
  const aim: Record<string, InlineValue> =
    'hostname' in target ? { hostname: target.hostname } : { address: target.text }
  if (port !== undefined && monitor !== undefined) aim['port'] = port
  return inline({ name, ...aim, ...(weight === undefined ? {} : { weight }) }, fields.at('address'))
}

/** With this rule a pool of host names is answered with their addresses. */
function whenFlat({ target, isFlat }: Origin): Entry | undefined {
  return 'hostname' in target && isFlat
    ? entry('when-all-down', scalar('all', 'flatten_cname: addresses are answered, and no CNAME'))
    : undefined
}
