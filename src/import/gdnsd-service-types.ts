/** `service_types` of a gdnsd configuration: by name, what they probe and when they judge. */
import { didYouMean } from '#config/nearest.ts'
import { checkKindOf, type GdnsdProbe } from './gdnsd-probes.ts'
import type { Remark } from './gdnsd-remarks.ts'
import type { Vscf, VscfHash, VscfText } from './vscf.ts'
import { complain, hashOf, numberIn, placeOf, type Said, textOf, textsOf, valueIn } from './vscf-read.ts'

export interface ServiceType {
  readonly name: string
  /** Whether it probes at all. */
  readonly kind: 'up' | 'down' | 'probe'
  readonly from: string
  readonly probe: GdnsdProbe | undefined
  /** Seconds. */
  readonly interval: Said<number>
  readonly timeout: Said<number>
  readonly upThresh: Said<number>
  readonly okThresh: Said<number>
  readonly downThresh: Said<number>
  readonly remarks: readonly Remark[]
}

/** As gdnsd has it, but that its documents and its code differ: intervals up to an hour are taken. */
const INTERVAL = { min: 1, max: 3600 } as const
const THRESHOLD = { min: 1, max: 65_535 } as const
const DEFAULTS = { interval: 10, up_thresh: 20, ok_thresh: 10, down_thresh: 10 } as const
const GENERAL = ['plugin', 'interval', 'timeout', 'up_thresh', 'ok_thresh', 'down_thresh'] as const

export class ServiceTypes {
  readonly #hash: VscfHash | undefined
  readonly #read = new Map<string, ServiceType | undefined>()

  constructor(section: Vscf | undefined) {
    this.#hash = hashOf(section, 'service_types')
    for (const name of ['up', 'down']) {
      const own = this.#hash?.entries.get(name)
      if (own !== undefined) complain(own, `gdnsd has a service type ${name} of its own`)
      this.#read.set(
        name,
        fixed(name, name === 'up' ? 'up' : 'down', `service type ${name} of gdnsd itself`, []),
      )
    }
  }

  /** Those that nothing has asked for. */
  get unused(): { readonly name: string; readonly place: string }[] {
    return [...(this.#hash?.entries.values() ?? [])]
      .filter(({ key }) => !this.#read.has(key))
      .map(entry => ({ name: entry.key, place: placeOf(entry) }))
  }

  /** All that the value names, each once. Undefined after a complaint. */
  named(node: Vscf): ServiceType[] | undefined {
    const texts = textsOf(node, 'service_types')
    const found = texts.map(text => this.#find(text))
    const good = found.filter(one => one !== undefined)
    return good.length === found.length && node.kind !== 'hash' ? [...new Set(good)] : undefined
  }

  /** The one by the name; undefined after a complaint. */
  #find(node: VscfText): ServiceType | undefined {
    const name = node.text
    if (this.#read.has(name)) return this.#read.get(name)
    const entry = this.#hash?.entries.get(name)
    if (entry === undefined) {
      const known = [...(this.#hash?.entries.keys() ?? []), 'up', 'down']
      return complain(node, `there is no service type ${JSON.stringify(name)}${didYouMean(name, known)}`)
    }
    const hash = hashOf(entry.value, `service type ${name}`)
    const read = hash === undefined ? undefined : readType(name, hash)
    this.#read.set(name, read)
    return read
  }
}

function readType(name: string, hash: VscfHash): ServiceType | undefined {
  const plugin = textOf(valueIn(hash, 'plugin'), 'plugin')
  if (plugin === undefined)
    return valueIn(hash, 'plugin') === undefined
      ? complain(hash, `service type ${name}: plugin is missing`)
      : undefined
  const from = `service type ${name}, ${placeOf(hash)}`
  const remarks: Remark[] = []
  const kind = checkKindOf(plugin)
  if (kind === undefined) return undefined
  kind.complainOfKeys(hash, GENERAL)
  const fate = kind.fate?.(hash)
  if (fate !== undefined) return fixed(name, fate, from, remarks)
  const probe = kind.read?.({ name, hash, remarks })
  const interval = number(hash, 'interval', INTERVAL)
  const timeout = numberIn(hash, 'timeout', INTERVAL) ?? {
    value: Math.max(1, Math.floor(interval.value / 2)),
    from: 'half of the interval, as gdnsd has it',
  }
  const ignoresTimeout = plugin.text === 'extfile'
  const said = valueIn(hash, 'timeout')
  if (!ignoresTimeout && said !== undefined && timeout.value >= interval.value)
    complain(said, `timeout: ${timeout.value} is not less than interval ${interval.value}`)
  if (probe === undefined) return undefined
  return {
    name,
    kind: 'probe',
    from,
    probe,
    interval,
    timeout,
    upThresh: number(hash, 'up_thresh', THRESHOLD),
    okThresh: number(hash, 'ok_thresh', THRESHOLD),
    downThresh: number(hash, 'down_thresh', THRESHOLD),
    remarks,
  }
}

function number(
  hash: VscfHash,
  key: keyof typeof DEFAULTS,
  limits: { readonly min: number; readonly max: number },
): Said<number> {
  return numberIn(hash, key, limits) ?? byDefault(key)
}

function byDefault(key: keyof typeof DEFAULTS): Said<number> {
  return { value: DEFAULTS[key], from: `${key}, the default of gdnsd` }
}

function fixed(name: string, kind: 'up' | 'down', from: string, remarks: readonly Remark[]): ServiceType {
  return {
    name,
    kind,
    from,
    probe: undefined,
    interval: byDefault('interval'),
    timeout: { value: DEFAULTS.interval / 2, from },
    upThresh: byDefault('up_thresh'),
    okThresh: byDefault('ok_thresh'),
    downThresh: byDefault('down_thresh'),
    remarks,
  }
}
