/** Service types as `checks:` of one zone. */
import { type Entry, entry, inline, map, scalar } from './draft.ts'
import type { CheckPlan } from './gdnsd-plan.ts'
import type { Teller } from './gdnsd-remarks.ts'
import type { ServiceType } from './gdnsd-service-types.ts'
import { THRESHOLD } from './limits.ts'
import { fitName, uniqueIn } from './pool-names.ts'
import type { Said } from './vscf-read.ts'

/** What `all` takes. */
const MAX_PARTS = 16

export class ZoneChecks {
  readonly entries: Entry[] = []
  readonly #teller: Teller
  readonly #host: string | undefined
  readonly #names = new Map<string, string>()
  readonly #taken = new Set<string>()

  constructor(teller: Teller, host: string | undefined) {
    this.#teller = teller
    this.#host = host
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
      this.#teller.tell({
        grade: 'lost',
        what: `service_types ${types.map(type => type.name).join(', ')}`,
        became: `only the first ${MAX_PARTS} are taken together`,
        place: placeIn(types[0]?.from ?? ''),
      })
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
    this.#teller.tell(...type.remarks)
    this.entries.push(entry(name, type.kind === 'down' ? downCheck(type) : map(...this.#probing(type))))
    return name
  }

  #probing(type: ServiceType): (Entry | undefined)[] {
    const { probe, interval, timeout, upThresh, okThresh, downThresh } = type
    const isDirect = probe?.isDirect === true
    const [fall, rise] = isDirect
      ? [DIRECT, DIRECT]
      : [this.#threshold(type, downThresh, 'down_thresh'), this.#threshold(type, upThresh, 'up_thresh')]
    if (!isDirect && okThresh.value !== upThresh.value)
      this.#teller.tell({
        grade: 'changed',
        what: `ok_thresh ${okThresh.value} of service type ${type.name}`,
        became: `fails are cleared by ${rise.value} passes in a row, as many as bring an endpoint back (rise)`,
        place: placeIn(type.from),
      })
    const shorter = Math.min(timeout.value * 1000, interval.value * 1000 - 1)
    const timing = shorter === timeout.value * 1000 ? `${timeout.value}s` : `${shorter}ms`
    return [
      ...(probe?.entries ?? []),
      probe?.lacksHost === true && this.#host !== undefined
        ? entry('host', scalar(this.#host, 'gdnsd sends none; not every managed name is a host name'))
        : undefined,
      entry('interval', scalar(`${interval.value}s`, interval.from)),
      entry(
        'fast-interval',
        scalar(`${interval.value}s`, 'gdnsd is no faster while it counts; the default would be 1s'),
      ),
      entry('timeout', scalar(timing, timeout.from)),
      entry('fall', scalar(fall.value, fall.from)),
      entry('rise', scalar(rise.value, riseWords(rise, okThresh, isDirect))),
    ]
  }

  #threshold({ name, from }: ServiceType, { value, from: said }: Said<number>, key: string): Said<number> {
    if (value <= THRESHOLD.max) return { value, from: said }
    this.#teller.tell({
      grade: 'changed',
      what: `${key} ${value} of service type ${name}`,
      became: `is ${THRESHOLD.max}, the most there is`,
      place: placeIn(from),
    })
    return { value: THRESHOLD.max, from: `${said}: ${value}` }
  }
}

function riseWords({ value, from }: Said<number>, okThresh: Said<number>, isDirect: boolean): string {
  return !isDirect && okThresh.value === value ? `${from}; ok_thresh is as many` : from
}

const DIRECT: Said<number> = { value: 1, from: 'direct: each result is final' }

function placeIn(from: string): string {
  return from.replace(/^.*, /, '')
}

/** Nothing says of itself that it is down, so something fails with every probe. */
function downCheck({ from }: ServiceType) {
  return inline({ type: 'exec', command: ['false'], interval: '1m', fall: 1 }, `${from}: always down`)
}
