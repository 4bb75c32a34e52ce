/** Health checks of Route 53 as `checks:` of a zone, with settings that judge as Route 53 did. */
import { createHash } from 'node:crypto'
import { formatDuration } from '#base/duration.ts'
import { type Entry, entry, inline, map, scalar, type Value } from './draft.ts'
import type { Findings } from './findings.ts'
import { uniqueIn } from './pool-names.ts'
import type { Listing } from './route53-files.ts'
import type { CalculatedConfig, CheckConfig, ProbeConfig } from './route53-health-check.ts'
import type { RecordSet } from './route53-record-set.ts'

/** What decides whether a record is served. */
export type Judgement =
  /** No check, or one that always says so. */
  | { readonly kind: 'always' }
  /** One that always says no. */
  | { readonly kind: 'never' }
  | {
      readonly kind: 'check'
      /** Equal for checks that judge alike, but for the address that is probed. */
      readonly key: string
      /** What is probed, where it is said. */
      readonly target: string | undefined
      readonly check: Check
    }

interface AtLeast {
  readonly kind: 'at-least'
  readonly key: string
  readonly config: CalculatedConfig
  readonly count: number
  readonly parts: readonly Check[]
}

type Check = ProbeConfig | AtLeast

export const ALWAYS: Judgement = { kind: 'always' }
const NEVER: Judgement = { kind: 'never' }

/** As many as a check may be made of. */
const MAX_PARTS = 16
/** CALCULATED checks of CALCULATED checks. */
const MAX_DEPTH = 8
/** Connecting, and then the status. */
const HTTP_TIMEOUT_SECONDS = 4 + 2
const TCP_TIMEOUT_SECONDS = 10
/** Of the body. */
const SEARCHED_BYTES = 5120

/** All health checks of the files, and which record set refers to which. */
export class CheckBook {
  readonly #checks: ReadonlyMap<string, CheckConfig>
  readonly #bare: CheckConfig | undefined
  readonly #bareOf: string | undefined
  readonly #findings: Findings
  readonly #judged = new Map<string, Judgement>()
  readonly #used = new Set<string>()

  constructor({ checks, bare, sets }: Listing, findings: Findings) {
    this.#checks = checks
    this.#findings = findings
    const unknown = unknownIds(sets, checks)
    const [config, second] = bare
    if (config === undefined) return
    const [id] = unknown
    if (second === undefined && unknown.size === 1 && id !== undefined) {
      this.#bare = config
      this.#bareOf = id
      findings.note(
        `the health check without an ID`,
        `is taken for ${id}, the only ID that is in no file`,
        config.fields.at(),
      )
    } else if (unknown.size === 0)
      findings.note(
        'a health check without an ID',
        'is left out: no record set refers to a check that is not in the files',
        config.fields.at(),
      )
    else
      (second ?? config).fields.input.complain(
        (second ?? config).fields.offset,
        second === undefined
          ? `has no ID, and could be any of ${[...unknown].slice(0, 5).join(', ')}; give list-health-checks instead`
          : 'is the second health check without an ID; give list-health-checks instead',
      )
  }

  /** What decides whether the record set is served. */
  judgementOf({ check, input }: RecordSet): Judgement {
    if (check === undefined) return ALWAYS
    this.#used.add(check.id)
    const config = this.#find(check.id)
    if (config === undefined) {
      input.complain(
        check.offset,
        `health check ${check.id} is in none of the files; add what list-health-checks gives`,
      )
      return ALWAYS
    }
    return this.#judgementOf(check.id, config, [])
  }

  /** @param above the checks that it is a part of */
  #judgementOf(id: string, config: CheckConfig, above: readonly string[]): Judgement {
    const judgement = this.#judged.get(id) ?? this.#judge(config, [...above, id])
    this.#judged.set(id, judgement)
    return judgement
  }

  /** Reports checks that nothing refers to. */
  reportUnused(): void {
    for (const [id, { fields }] of this.#checks)
      if (!this.#used.has(id))
        this.#findings.note(`health check ${id}`, 'no record set uses it: it is left out', fields.at())
  }

  #find(id: string): CheckConfig | undefined {
    return this.#checks.get(id) ?? (id === this.#bareOf ? this.#bare : undefined)
  }

  #judge(config: CheckConfig, above: readonly string[]): Judgement {
    const { from, fields } = config
    if (config.isDisabled) {
      const became = config.isInverted
        ? 'always unhealthy, since it is inverted: what it judges is left out'
        : 'always healthy: there is no check'
      this.#findings.note(`Disabled of ${withoutPlace(from)}`, became, fields.at('Disabled'))
      return config.isInverted ? NEVER : ALWAYS
    }
    if (config.kind === 'foreign') {
      this.#findings.lost(
        `${config.type}, ${withoutPlace(from)}`,
        'only AWS knows it: what it judges is taken for healthy',
        fields.at('Type'),
      )
      return ALWAYS
    }
    if (config.kind === 'calculated') return this.#judgeCalculated(config, above)
    this.#reportProbe(config)
    return { kind: 'check', key: keyOf(config), target: config.address, check: config }
  }

  #judgeCalculated(config: CalculatedConfig, above: readonly string[]): Judgement {
    const { fields, children, from } = config
    let needed = config.threshold
    const parts: Check[] = []
    for (const { text: id, offset } of children) {
      this.#used.add(id)
      if (above.includes(id)) {
        fields.input.complain(offset, `health check ${id} would be a part of itself`)
        continue
      }
      if (above.length > MAX_DEPTH) {
        fields.input.complain(offset, `health checks lie more than ${MAX_DEPTH} deep in each other`)
        continue
      }
      const child = this.#find(id)
      if (child === undefined) {
        fields.input.complain(
          offset,
          `health check ${id} is in none of the files; add what list-health-checks gives`,
        )
        continue
      }
      const judged = this.#judgementOf(id, child, above)
      if (judged.kind === 'check') parts.push(judged.check)
      if (child.kind === 'probe' && child.address === undefined)
        this.#findings.lost(
          `FullyQualifiedDomainName without IPAddress, part of ${withoutPlace(from)}`,
          'what is probed is the record that the whole is for, and not this name',
          child.fields.at('FullyQualifiedDomainName'),
        )
      if (judged.kind === 'always') needed--
    }
    if (needed <= 0 || needed > parts.length) {
      const isHealthy = needed <= 0 !== config.isInverted
      this.#findings.note(
        `HealthThreshold ${config.threshold} of ${withoutPlace(from)}`,
        isHealthy ? 'always healthy: there is no check' : 'always unhealthy: what it judges is left out',
        fields.at('HealthThreshold'),
      )
      return isHealthy ? ALWAYS : NEVER
    }
    if (parts.length > MAX_PARTS) {
      this.#findings.lost(
        `CALCULATED, ${withoutPlace(from)}`,
        `${parts.length} checks are more than the ${MAX_PARTS} that one can be made of: what it judges is taken for healthy`,
        fields.at('ChildHealthChecks'),
      )
      return ALWAYS
    }
    const key = keyOfParts(config, needed, parts)
    const check: Check = { kind: 'at-least', key, config, count: needed, parts }
    return { kind: 'check', key, target: undefined, check }
  }

  #reportProbe({ type, host, address, interval, port, fields }: ProbeConfig): void {
    const findings = this.#findings
    if (address === undefined)
      findings.changed(
        'FullyQualifiedDomainName without IPAddress',
        'each record is probed at its own addresses, not at those of this name',
        fields.at('FullyQualifiedDomainName'),
      )
    if (type === 'tcp') {
      if (interval <= TCP_TIMEOUT_SECONDS)
        findings.changed(
          'the time to connect',
          'is 9s in place of 10s: it must be shorter than the interval',
          fields.at(),
        )
      return
    }
    findings.note('statuses', '200-399 pass and redirects are not followed, as in Route 53', fields.at())
    if (type === 'https')
      findings.note('certificates', 'are not looked at, as in Route 53; verify: true would', fields.at())
    if (host !== undefined && port !== (type === 'https' ? 443 : 80))
      findings.changed('the Host header', `has no port; Route 53 sends it with :${port}`, fields.at('Port'))
  }
}

/** The checks of one zone; those that are equal are one. */
export class ZoneChecks {
  readonly entries: Entry[] = []
  readonly #names = new Map<string, string>()
  readonly #taken = new Set<string>()

  /** The name of the check; `wanted` if it is a new one. */
  add(check: Check, wanted: string): string {
    return this.#add(keyOf(check), wanted, name =>
      check.kind === 'probe' ? map(...probeEntries(check)) : this.#whole(check, name),
    )
  }

  #whole({ config, count, parts }: AtLeast, name: string): Value {
    const names: string[] = []
    for (const [index, part] of parts.entries())
      names.push(this.#addPart(part, `${name}-${index + 1}`, names))
    return map(
      entry('type', scalar('at-least', config.from)),
      entry('count', scalar(count, fieldFrom(config, 'HealthThreshold'))),
      entry('checks', inline(names, fieldFrom(config, 'ChildHealthChecks'))),
      config.isInverted ? entry('inverted', scalar(true, fieldFrom(config, 'Inverted'))) : undefined,
    )
  }

  /** @param others parts of the same whole: those that are alike count as often as they are there */
  #addPart(part: Check, wanted: string, others: readonly string[]): string {
    const address = part.kind === 'probe' ? part.address : undefined
    const key = address === undefined ? keyOf(part) : `${keyOf(part)} at ${address}`
    const known = this.#names.get(key)
    const own = known !== undefined && others.includes(known) ? `${key} of ${wanted}` : key
    return this.#add(own, wanted, name => {
      if (part.kind !== 'probe') return this.#whole(part, name)
      const aim = address === undefined ? undefined : scalar(address, fieldFrom(part, 'IPAddress'))
      return map(...probeEntries(part), aim === undefined ? undefined : entry('probe-address', aim))
    })
  }

  #add(key: string, wanted: string, value: (name: string) => Value): string {
    const known = this.#names.get(key)
    if (known !== undefined) return known
    const name = uniqueIn(this.#taken, wanted)
    this.#names.set(key, name)
    this.entries.push(entry(name, value(name)))
    return name
  }
}

function probeEntries(check: ProbeConfig): (Entry | undefined)[] {
  const { type, port, path, search, interval, threshold, from, isInverted } = check
  const every = formatDuration(interval * 1000)
  const isHttp = type !== 'tcp'
  const timeout = isHttp ? HTTP_TIMEOUT_SECONDS : Math.min(TCP_TIMEOUT_SECONDS, interval - 1)
  const host = isHttp ? hostOf(check) : undefined
  const isDefaultPort = isHttp && port === (type === 'https' ? 443 : 80)
  const field = (key: string): string => fieldFrom(check, key)
  const expect = inline(
    { status: ['200-399'], ...(search === undefined ? {} : { body: search }) },
    search === undefined ? 'as Route 53' : `as Route 53; ${field('SearchString')}`,
  )
  return [
    entry('type', scalar(type, from)),
    isDefaultPort ? undefined : entry('port', scalar(port, field('Port'))),
    isHttp ? entry('path', scalar(path, field('ResourcePath'))) : undefined,
    host === undefined ? undefined : entry('host', scalar(host, hostFrom(check))),
    isHttp ? entry('expect', expect) : undefined,
    search === undefined ? undefined : entry('max-body', scalar(SEARCHED_BYTES, 'Route 53 looks no further')),
    type === 'https' ? entry('verify', scalar(false, 'Route 53 looks at no certificate')) : undefined,
    entry('interval', scalar(every, field('RequestInterval'))),
    entry('fast-interval', scalar(every, 'Route 53 is no faster while it counts; the default would be 1s')),
    entry(
      'timeout',
      scalar(
        formatDuration(timeout * 1000),
        isHttp ? 'Route 53: 4 s to connect, 2 s to answer' : 'Route 53: 10 s to connect',
      ),
    ),
    entry('fall', scalar(threshold, field('FailureThreshold'))),
    entry('rise', scalar(threshold, field('FailureThreshold'))),
    isInverted ? entry('inverted', scalar(true, field('Inverted'))) : undefined,
  ]
}

function fieldFrom({ fields }: CheckConfig, key: string): string {
  return fields.has(key) ? `${key}, ${fields.at(key)}` : `${key} by default`
}

function hostOf({ host, address }: ProbeConfig): string | undefined {
  return host ?? address
}

function hostFrom(check: ProbeConfig): string {
  return check.host === undefined
    ? `${fieldFrom(check, 'IPAddress')}, which Route 53 sends as Host`
    : fieldFrom(check, 'FullyQualifiedDomainName')
}

function keyOf(check: Check): string {
  if (check.kind !== 'probe') return check.key
  const { type, port, path, search, interval, threshold, isInverted } = check
  return JSON.stringify([
    type,
    port,
    type === 'tcp' ? '' : path,
    type === 'tcp' ? '' : hostOf(check),
    search,
    interval,
    threshold,
    isInverted,
  ])
}

/** A digest: of parts of parts the keys would grow without bound. */
function keyOfParts({ isInverted }: CalculatedConfig, count: number, parts: readonly Check[]): string {
  const keys = parts.map(part => [keyOf(part), part.kind === 'probe' ? part.address : ''])
  return createHash('sha256')
    .update(JSON.stringify([count, isInverted, keys]))
    .digest('hex')
}

function unknownIds(sets: readonly RecordSet[], checks: ReadonlyMap<string, CheckConfig>): Set<string> {
  const children = [...checks.values()].flatMap(one =>
    one.kind === 'calculated' ? one.children.map(({ text }) => text) : [],
  )
  const named = [...sets.flatMap(({ check }) => check?.id ?? []), ...children]
  return new Set(named.filter(id => !checks.has(id)))
}

/** What the place is appended to. */
function withoutPlace(from: string): string {
  return from.replace(/, [^,]*$/, '')
}
