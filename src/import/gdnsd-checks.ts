/** Service types as `checks:` of one zone. */
import { type Entry, entry, inline, map, scalar } from './draft.ts'
import type { Findings } from './findings.ts'
import type { CheckPlan } from './gdnsd-plan.ts'
import { tell } from './gdnsd-remarks.ts'
import type { ServiceType } from './gdnsd-service-types.ts'
import { THRESHOLD } from './limits.ts'
import { fitName, uniqueIn } from './pool-names.ts'
import type { Said } from './vscf-read.ts'

/** What `all` takes. */
const MAX_PARTS = 16

export class ZoneChecks {
  readonly entries: Entry[] = []
  readonly #findings: Findings
  readonly #names = new Map<string, string>()
  readonly #taken = new Set<string>()

  constructor(findings: Findings) {
    this.#findings = findings
  }

  /** What the check is called; it is written when it is asked for first. */
  nameOf({ key, types }: CheckPlan): string {
    const known = this.#names.get(key)
    if (known !== undefined) return known
    const parts = types.map(type => this.#typeName(type))
    const [only = ''] = parts
    const name = parts.length === 1 ? only : this.#composite(types, parts)
    this.#names.set(key, name)
    return name
  }

  #composite(types: readonly ServiceType[], parts: readonly string[]): string {
    const name = uniqueIn(this.#taken, fitName(types.map(type => type.name).join('-and-'), 'all'))
    if (parts.length > MAX_PARTS)
      this.#findings.lost(
        `service_types ${types.map(type => type.name).join(', ')}`,
        `only the first ${MAX_PARTS} are taken together`,
      )
    const value = inline(
      { type: 'all', checks: parts.slice(0, MAX_PARTS) },
      'several service types: all of them must be up',
    )
    this.entries.push(entry(name, value))
    return name
  }

  #typeName(type: ServiceType): string {
    const known = this.#names.get(type.name)
    if (known !== undefined) return known
    const name = uniqueIn(this.#taken, fitName(type.name, 'check'))
    this.#names.set(type.name, name)
    tell(this.#findings, type.remarks)
    this.entries.push(entry(name, type.kind === 'down' ? downCheck(type) : map(...this.#probing(type))))
    return name
  }

  #probing(type: ServiceType): Entry[] {
    const { probe, interval, timeout, upThresh, okThresh, downThresh } = type
    const isDirect = probe?.isDirect === true
    const [fall, rise] = isDirect
      ? [DIRECT, DIRECT]
      : [this.#threshold(type, downThresh, 'down_thresh'), this.#threshold(type, upThresh, 'up_thresh')]
    if (!isDirect && okThresh.value !== upThresh.value)
      this.#findings.changed(
        `ok_thresh ${okThresh.value} of service type ${type.name}`,
        `fails are cleared by ${rise.value} passes in a row, as many as bring an endpoint back (rise)`,
        type.from.replace(/^.*, /, ''),
      )
    const shorter = Math.min(timeout.value * 1000, interval.value * 1000 - 1)
    const timing = shorter === timeout.value * 1000 ? `${timeout.value}s` : `${shorter}ms`
    return [
      ...(probe?.entries ?? []),
      entry('interval', scalar(`${interval.value}s`, interval.from)),
      entry(
        'fast-interval',
        scalar(`${interval.value}s`, 'gdnsd is no faster while it counts; the default would be 1s'),
      ),
      entry('timeout', scalar(timing, timeout.from)),
      entry('fall', scalar(fall.value, fall.from)),
      entry('rise', scalar(rise.value, rise.from)),
    ]
  }

  #threshold({ name, from }: ServiceType, { value, from: said }: Said<number>, key: string): Said<number> {
    if (value <= THRESHOLD.max) return { value, from: said }
    const place = from.replace(/^.*, /, '')
    this.#findings.changed(
      `${key} ${value} of service type ${name}`,
      `is ${THRESHOLD.max}, the most there is`,
      place,
    )
    return { value: THRESHOLD.max, from: `${said}: ${value}` }
  }
}

const DIRECT: Said<number> = { value: 1, from: 'direct: each result is final' }

/** Nothing says of itself that it is down, so something fails with every probe. */
function downCheck({ from }: ServiceType) {
  return inline({ type: 'exec', command: ['false'], interval: '1m', fall: 1 }, `${from}: always down`)
}
