/** `plugins` of a gdnsd configuration: the resource that a DYNA or DYNC names. */
import { isUnicast, parseAddress } from '#base/address.ts'
import { didYouMean } from '#config/nearest.ts'
import type { Findings } from './findings.ts'
import { MULTIFO_SETTINGS, readMultifo, readSimplefo, SIMPLEFO_SETTINGS } from './gdnsd-failover.ts'
import { type MetaPlugin, MetaReader, type Others } from './gdnsd-metafo.ts'
import { hostnameOf, type ResourceRequest } from './gdnsd-parts.ts'
import type { PoolPlan, Supply } from './gdnsd-plan.ts'
import type { ServiceTypes } from './gdnsd-service-types.ts'
import { readWeighted, WEIGHTED_SETTINGS } from './gdnsd-weighted.ts'
import type { Vscf, VscfHash, VscfText } from './vscf.ts'
import { complain, complainOfKeys, entriesOf, hashOf, placeOf, textOf, valueIn } from './vscf-read.ts'

interface AddressPlugin {
  readonly settings: readonly string[]
  read(request: ResourceRequest): PoolPlan | undefined
}

const ADDRESS_PLUGINS: Readonly<Record<string, AddressPlugin>> = {
  multifo: { settings: MULTIFO_SETTINGS, read: readMultifo },
  simplefo: { settings: SIMPLEFO_SETTINGS, read: readSimplefo },
  weighted: { settings: WEIGHTED_SETTINGS, read: readWeighted },
}
const RESOLVING = [...Object.keys(ADDRESS_PLUGINS), 'metafo', 'geoip', 'static', 'null', 'reflect']
const MONITORING = ['http_status', 'tcp_connect', 'extmon', 'extfile']
const REFLECTIONS = ['dns', 'edns', 'both', 'best']
const MAX_DEPTH = 16

export class Plugins implements Others {
  readonly #hash: VscfHash | undefined
  readonly #types: ServiceTypes
  readonly #read = new Map<string, Supply | undefined>()
  /** Those that are being read, the innermost last. */
  readonly #open: string[] = []

  constructor(section: Vscf | undefined, types: ServiceTypes) {
    this.#hash = hashOf(section, 'plugins')
    this.#types = types
    complainOfKeys(this.#hash, [...RESOLVING, ...MONITORING], 'plugins')
  }

  /** Reads what nothing has asked for, so that what is wrong with it is told, and notes that it is not carried over. */
  finish(findings: Findings): void {
    for (const entry of entriesOf(this.#hash).values()) {
      if (MONITORING.includes(entry.key))
        findings.note(`plugins => ${entry.key}`, 'is of gdnsd itself, and not needed', placeOf(entry))
      for (const { key, value, input, offset } of this.#resourcesOf(entry.key)) {
        const asked = [...this.#read.keys()].some(
          one => one === `${entry.key}!${key}` || one.startsWith(`${entry.key}!${key}/`),
        )
        if (asked) continue
        this.resource(entry.key, key, { kind: 'text', text: key, input, offset })
        findings.note(
          `${entry.key}!${key}`,
          'no DYNA or DYNC names it, and it is not carried over',
          placeOf(value),
        )
      }
    }
  }

  resource(plugin: string, name: string | undefined, from: VscfText): Supply | undefined {
    if (!RESOLVING.includes(plugin))
      return complain(
        from,
        `${JSON.stringify(plugin)} is no plugin that resolves${didYouMean(plugin, RESOLVING)}`,
      )
    if (plugin === 'null') return nullSupply(from)
    if (plugin === 'reflect') return reflectSupply(name, from)
    if (name === undefined || name === '')
      return complain(from, `${plugin}: which resource? Write ${plugin}!NAME`)
    const key = `${plugin}!${name}`
    if (this.#open.includes(key))
      return complain(from, `${key} would be a part of itself: ${[...this.#open, key].join(' => ')}`)
    if (this.#open.length > MAX_DEPTH)
      return complain(from, `resources lie more than ${MAX_DEPTH} deep in each other`)
    if (this.#read.has(key)) return this.#read.get(key)
    this.#open.push(key)
    const supply = this.#resource(plugin, name, from)
    this.#open.pop()
    this.#read.set(key, supply)
    return supply
  }

  synthetic(plugin: string, name: string, node: VscfHash, from: VscfText | undefined): Supply | undefined {
    const address = Object.hasOwn(ADDRESS_PLUGINS, plugin) ? ADDRESS_PLUGINS[plugin] : undefined
    if (address !== undefined) return pooled(address.read(this.#request(`${plugin}!${name}`, name, node, [])))
    if (plugin === 'metafo')
      return new MetaReader('metafo', valueIn(this.#hash, plugin), this.#types, this).read(
        name,
        node,
        undefined,
      )
    return complain(
      from ?? node,
      `${JSON.stringify(plugin)} is no plugin that a datacenter can be written for`,
    )
  }

  #resource(plugin: string, name: string, from: VscfText): Supply | undefined {
    const section = valueIn(this.#hash, plugin)
    if (plugin === 'metafo' || plugin === 'geoip') return this.#meta(plugin, name, section, from)
    const node = this.#found(hashOf(section, plugin), plugin, name, from)
    if (node === undefined) return undefined
    if (plugin === 'static') return staticSupply(`static!${name}`, node)
    const around = hashOf(section, plugin)
    const request = this.#request(`${plugin}!${name}`, name, node, [around])
    return pooled(ADDRESS_PLUGINS[plugin]?.read(request))
  }

  #meta(plugin: MetaPlugin, name: string, section: Vscf | undefined, from: VscfText): Supply | undefined {
    const reader = new MetaReader(plugin, section, this.#types, this)
    const slash = name.lastIndexOf('/')
    const resources = reader.resources
    if (slash >= 0 && resources?.entries.has(name) !== true) {
      const resource = name.slice(0, slash)
      const node = this.#found(resources, plugin, resource, from)
      return node === undefined
        ? undefined
        : reader.read(resource, node, { name: name.slice(slash + 1), from })
    }
    const node = this.#found(resources, plugin, name, from)
    return node === undefined ? undefined : reader.read(name, node, undefined)
  }

  #found(hash: VscfHash | undefined, plugin: string, name: string, from: VscfText): Vscf | undefined {
    const settings = ADDRESS_PLUGINS[plugin]?.settings ?? []
    const value = settings.includes(name) ? undefined : valueIn(hash, name)
    if (value !== undefined) return value
    const known = [...entriesOf(hash).keys()].filter(key => !settings.includes(key))
    return complain(
      from,
      hash === undefined
        ? `the configuration has no resources of ${plugin}`
        : `${plugin} has no resource ${JSON.stringify(name)}${didYouMean(name, known)}`,
    )
  }

  #resourcesOf(plugin: string) {
    if (plugin === 'metafo' || plugin === 'geoip') {
      const resources = new MetaReader(plugin, valueIn(this.#hash, plugin), this.#types, this).resources
      return [...entriesOf(resources).values()]
    }
    if (!RESOLVING.includes(plugin) || plugin === 'null' || plugin === 'reflect') return []
    const settings = ADDRESS_PLUGINS[plugin]?.settings ?? []
    const section = hashOf(valueIn(this.#hash, plugin), plugin)
    return [...entriesOf(section).values()].filter(({ key }) => !settings.includes(key))
  }

  #request(
    what: string,
    name: string,
    node: Vscf,
    around: readonly (VscfHash | undefined)[],
  ): ResourceRequest {
    return { types: this.#types, what, name, node, around }
  }
}

function pooled(pool: PoolPlan | undefined): Supply | undefined {
  return pool === undefined ? undefined : { kind: 'pool', pool }
}

function staticSupply(what: string, node: Vscf): Supply | undefined {
  const text = textOf(node, what)
  if (text === undefined) return undefined
  const from = `${what}, ${placeOf(text)}`
  const address = parseAddress(text.text)
  if (address !== undefined) {
    if (!isUnicast(address)) return complain(text, `${text.text} is not the address of one host`)
    const type = address.family === 'ipv6' ? 'AAAA' : 'A'
    return { kind: 'records', records: [{ type, data: address.text }], from }
  }
  const hostname = hostnameOf(text)
  return hostname === undefined
    ? undefined
    : { kind: 'records', records: [{ type: 'CNAME', data: `${hostname}.` }], from }
}

function nullSupply(from: VscfText): Supply {
  const records = [
    { type: 'A', data: '0.0.0.0' },
    { type: 'AAAA', data: '::' },
  ] as const
  return { kind: 'records', records, from: `null, ${placeOf(from)}` }
}

function reflectSupply(mode: string | undefined, from: VscfText): Supply | undefined {
  if (mode !== undefined && !REFLECTIONS.includes(mode))
    return complain(from, `reflect!${mode}: there are ${REFLECTIONS.join(', ')}`)
  return {
    kind: 'nothing',
    remarks: [
      {
        grade: 'lost',
        what: `reflect${mode === undefined ? '' : `!${mode}`}`,
        became: 'the address of whoever asks is not answered here; the name is left out',
        place: placeOf(from),
      },
    ],
  }
}
