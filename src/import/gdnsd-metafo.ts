/** The plugins metafo and geoip of gdnsd: datacenters in order, each of them addresses, a name, or a resource of another plugin. */
import { parseAddress } from '#base/address.ts'
import { typeNames } from './gdnsd-failover.ts'
import { EndpointNames, judgingOf, monitoredName, type Part, poolOf, probedName } from './gdnsd-parts.ts'
import { type EndpointPlan, onlyEndpoint, type PoolPlan, type Supply, UNMONITORED } from './gdnsd-plan.ts'
import type { Remark } from './gdnsd-remarks.ts'
import type { ServiceTypes } from './gdnsd-service-types.ts'
import type { Vscf, VscfEntry, VscfHash, VscfText } from './vscf.ts'
import {
  booleanIn,
  complain,
  complainOfKeys,
  entriesOf,
  hashOf,
  placeOf,
  textOf,
  textsOf,
  valueIn,
} from './vscf-read.ts'

export type MetaPlugin = 'metafo' | 'geoip'

/** What it needs of the other plugins. */
export interface Others {
  /** A resource by its name; undefined after a complaint. */
  resource(plugin: string, name: string | undefined, from: VscfText): Supply | undefined
  /** A resource that is written in place of a name; undefined after a complaint. */
  synthetic(plugin: string, name: string, node: VscfHash, from: VscfText | undefined): Supply | undefined
}

const RESOURCE_KEYS = ['datacenters', 'dcmap', 'skip_first', 'map'] as const
const TOP_KEYS = ['resources', 'maps', 'undefined_datacenters_ok'] as const
const MAX_DATACENTERS = 254

interface Datacenter {
  readonly name: string
  readonly node: Vscf
  readonly supply: Exclude<Supply, { kind: 'nothing' }>
}

export class MetaReader {
  readonly #plugin: MetaPlugin
  readonly #top: VscfHash | undefined
  readonly #others: Others
  readonly #types: ServiceTypes

  constructor(plugin: MetaPlugin, section: Vscf | undefined, types: ServiceTypes, others: Others) {
    this.#types = types
    this.#plugin = plugin
    this.#top = hashOf(section, plugin)
    this.#others = others
  }

  get resources(): VscfHash | undefined {
    return hashOf(valueIn(this.#top, 'resources'), 'resources')
  }

  /** The resource, or one datacenter of it. Undefined after a complaint. */
  read(
    name: string,
    node: Vscf,
    only: { readonly name: string; readonly from: VscfText } | undefined,
  ): Supply | undefined {
    const what = `${this.#plugin}!${name}`
    const hash = hashOf(node, what)
    if (hash === undefined) return undefined
    const order = this.#orderOf(hash, what)
    const map = hashOf(valueIn(hash, 'dcmap'), 'dcmap')
    if (order === undefined || map === undefined)
      return valueIn(hash, 'dcmap') === undefined ? complain(hash, `${what}: dcmap is missing`) : undefined
    const remarks = [...order.remarks]
    if (only !== undefined) return this.#one(what, name, hash, map, only)
    const skipped = booleanIn(hash, 'skip_first') === true && order.names.length > 1 ? 1 : 0
    const found: Datacenter[] = []
    let isGood = true
    for (const { text } of order.names.slice(skipped)) {
      const entry = map.entries.get(text)
      if (entry === undefined) continue
      const supply = this.#datacenter(name, hash, entry)
      if (supply === undefined) isGood = false
      else if (supply.kind === 'records' && supply.records.length > 1) {
        isGood = false
        complain(
          entry.value,
          `${what}: what the plugin null answers is no endpoint; leave the datacenter out`,
        )
      } else if (supply.kind === 'nothing') remarks.push(...supply.remarks)
      else found.push({ name: text, node: entry.value, supply })
    }
    if (!isGood) return undefined
    if (found.length === 0) return { kind: 'nothing', remarks }
    const pool = poolOfDatacenters({ plugin: this.#plugin, name, what, map: order.map }, hash, found, remarks)
    return { kind: 'pool', pool }
  }

  #one(
    what: string,
    name: string,
    hash: VscfHash,
    map: VscfHash,
    only: { readonly name: string; readonly from: VscfText },
  ): Supply | undefined {
    const entry = map.entries.get(only.name)
    if (entry === undefined)
      return complain(only.from, `${what} has no datacenter ${JSON.stringify(only.name)}`)
    const supply = this.#datacenter(name, hash, entry)
    const alone =
      supply?.kind === 'pool' && supply.pool.check === undefined ? onlyEndpoint(supply.pool) : undefined
    if (alone?.hostname === undefined) return supply
    const records = [{ type: 'CNAME', data: `${alone.hostname}.` }] as const
    return { kind: 'records', records, from: `${what}/${only.name}, ${placeOf(entry)}` }
  }

  /** The names of the datacenters in the order of preference. Undefined after a complaint. */
  #orderOf(
    hash: VscfHash,
    what: string,
  ): { names: VscfText[]; remarks: Remark[]; map: string | undefined } | undefined {
    const map = this.#plugin === 'geoip' ? this.#mapOf(hash, what) : undefined
    if (this.#plugin === 'geoip' && map === undefined) return undefined
    const node = valueIn(map?.hash ?? hash, 'datacenters')
    if (node === undefined) return complain(map?.hash ?? hash, `${what}: datacenters is missing`)
    const names = textsOf(node, 'datacenters')
    if (names.length === 0 || names.length > MAX_DATACENTERS)
      return complain(node, `${what}: 1 to ${MAX_DATACENTERS} datacenters, not ${names.length}`)
    this.#complainOfDatacenters(hash, names, what)
    const byDefault = valueIn(hashOf(valueIn(map?.hash, 'map'), 'map'), 'default')
    if (map === undefined) return { names, remarks: [], map: undefined }
    const remark: Remark = {
      grade: 'lost',
      what: `${what}: the place of the client`,
      became:
        'everybody gets the datacenters in the order that the map has by default; there is no policy by place',
      place: placeOf(hash),
    }
    const order =
      byDefault?.kind === 'list' && byDefault.items.length > 0 ? textsOf(byDefault, 'default') : names
    return { names: order, remarks: [remark], map: map.name }
  }

  #mapOf(hash: VscfHash, what: string): { name: string; hash: VscfHash } | undefined {
    const said = textOf(valueIn(hash, 'map'), 'map')
    if (said === undefined) return complain(hash, `${what}: map is missing`)
    const map = hashOf(valueIn(hashOf(valueIn(this.#top, 'maps'), 'maps'), said.text), said.text)
    if (map === undefined) return complain(said, `there is no map ${JSON.stringify(said.text)}`)
    return { name: said.text, hash: map }
  }

  #complainOfDatacenters(hash: VscfHash, names: readonly VscfText[], what: string): void {
    const map = hashOf(valueIn(hash, 'dcmap'), 'dcmap')
    const known = names.map(({ text }) => text)
    complainOfKeys(map, known, `datacenters of ${what}`)
    const mayLack = this.#plugin === 'geoip' && booleanIn(this.#top, 'undefined_datacenters_ok') === true
    for (const [index, name] of names.entries()) {
      if (known.indexOf(name.text) !== index)
        complain(name, `the datacenter ${JSON.stringify(name.text)} is here twice`)
      else if (map?.entries.has(name.text) === false && !mayLack)
        complain(name, `${what}: the datacenter ${JSON.stringify(name.text)} is not in dcmap`)
    }
  }

  /** Undefined after a complaint. */
  #datacenter(resource: string, hash: VscfHash, { key, value }: VscfEntry): Supply | undefined {
    const around = this.#inherited(hash)
    const plugin = textOf(around.get('plugin')?.value, 'plugin')
    if (value.kind === 'text') {
      const reference = /^(?:%([^!]*))?!(.*)$/s.exec(value.text)
      if (reference !== null)
        return this.#others.resource(reference[1] ?? plugin?.text ?? 'multifo', reference[2], value)
      if (value.text.startsWith('%')) return this.#others.resource(value.text.slice(1), undefined, value)
      if (parseAddress(value.text) === undefined) return this.#named(resource, hash, key, value)
    }
    const own = value.kind === 'hash' ? value : listed(value)
    const said = value.kind === 'hash' ? (textOf(valueIn(value, 'plugin'), 'plugin') ?? plugin) : undefined
    const entries = new Map([...around, ...own.entries])
    entries.delete('plugin')
    return this.#others.synthetic(said?.text ?? 'multifo', `${resource}-${key}`, { ...own, entries }, said)
  }

  /** A name, which is monitored by the service types around it. Undefined after a complaint. */
  #named(resource: string, hash: VscfHash, key: string, value: VscfText): Supply | undefined {
    const judging = judgingOf(this.#types, [this.#top, hash])
    const hostname = judging === undefined ? undefined : monitoredName(value, judging)
    if (judging === undefined || hostname === undefined) return undefined
    const from = `${key}, ${placeOf(value)}`
    const types = typeNames(judging.types)
    const endpoint = {
      name: 'name',
      addresses: [],
      hostname,
      from,
      things: [value.text],
      types,
      datacenters: [],
    }
    const part: Part = {
      family: undefined,
      policy: 'failover',
      check: judging.check,
      endpoints: [endpoint],
      whenAllDown: 'primary',
      minHealthy: undefined,
      answers: undefined,
      from,
      remarks: judging.check === undefined ? [] : [probedName(`${this.#plugin}!${resource}`, value)],
    }
    return { kind: 'pool', pool: poolOf(`${resource}-${key}`, from, part) }
  }

  /** Settings that datacenters have from around them. */
  #inherited(hash: VscfHash): Map<string, VscfEntry> {
    const pass = (from: VscfHash | undefined, without: readonly string[]): [string, VscfEntry][] =>
      [...entriesOf(from)].filter(([key]) => !without.includes(key))
    return new Map([...pass(this.#top, TOP_KEYS), ...pass(hash, RESOURCE_KEYS)])
  }
}

/** Addresses with the labels 1, 2 and so on. */
function listed(node: Vscf): VscfHash {
  const { input, offset } = node
  const items = node.kind === 'list' ? node.items : [node]
  const entries = items.map((value, index): [string, VscfEntry] => {
    const key = String(index + 1)
    return [key, { key, value, input: value.input, offset: value.offset }]
  })
  return { kind: 'hash', entries: new Map(entries), input, offset }
}

interface Head {
  readonly plugin: MetaPlugin
  readonly name: string
  readonly what: string
  readonly map: string | undefined
}

function poolOfDatacenters(
  { plugin, name, what, map }: Head,
  hash: VscfHash,
  all: readonly Datacenter[],
  remarks: Remark[],
): PoolPlan {
  const names = new EndpointNames()
  const plain = plainCheck(all)
  const seen = new Set<string>()
  const endpoints = all.flatMap((one): EndpointPlan[] => {
    const from = `${one.name}, ${placeOf(one.node)}`
    const datacenters = [
      `${plugin}/${name}/${one.name}`,
      ...(map === undefined ? [] : [`geoip/${map}/${one.name}`]),
    ]
    const base = { name: names.of(one.name), addresses: [], from, things: [], types: [], datacenters }
    const thing = thingOf(one)
    if (seen.has(thing)) {
      remarks.push({
        grade: 'changed',
        what: `the datacenter ${one.name} of ${what}`,
        became: 'is the same as one before it, and left out',
        place: placeOf(one.node),
      })
      return []
    }
    seen.add(thing)
    const fixed = fixedEndpoint(one)
    if (fixed !== undefined) return [{ ...base, ...fixed }]
    if (one.supply.kind !== 'pool') return []
    const { pool } = one.supply
    const only = onlyEndpoint(pool)
    if (only === undefined || (plain === undefined && pool.check !== undefined)) return [{ ...base, pool }]
    const { addresses, hostname, things, types } = only
    return [{ ...base, addresses, ...(hostname === undefined ? {} : { hostname }), things, types }]
  })
  const pools = all.flatMap(({ supply }) => (supply.kind === 'pool' ? [supply.pool] : []))
  const hasNames = endpoints.some(({ hostname }) => hostname !== undefined) || pools.some(one => one.hasNames)
  const families = new Set(pools.flatMap(one => [...one.families]))
  for (const { addresses } of endpoints)
    for (const address of addresses) families.add(address.includes(':') ? 'ipv6' : 'ipv4')
  if (hasNames && families.size > 0)
    remarks.push({
      grade: 'changed',
      what: `${what}, of names and addresses,`,
      became:
        'is answered with the addresses that a name has, which resolvers: are asked for; gdnsd answers a CNAME',
      place: placeOf(hash),
    })
  const [first] = all
  return {
    name,
    from: `${what}, ${placeOf(hash)}`,
    policy: 'failover',
    check: plain?.check,
    endpoints,
    whenAllDown: 'primary',
    together: families.size > 1,
    isOfFamilies: false,
    minHealthy: undefined,
    answers: undefined,
    families,
    hasNames,
    steady: first?.supply.kind === 'pool' ? first.supply.pool.steady : UNMONITORED,
    remarks: [
      ...remarks,
      ...pools
        .filter(one => onlyEndpoint(one) !== undefined && plain !== undefined)
        .flatMap(one => one.remarks),
    ],
  }
}

/** Two datacenters that are the same cannot stand in one pool. */
function thingOf(one: Datacenter): string {
  const fixed = fixedEndpoint(one)
  const only = one.supply.kind === 'pool' ? onlyEndpoint(one.supply.pool) : fixed
  if (only !== undefined) return only.hostname ?? only.addresses[0] ?? one.name
  return one.supply.kind === 'pool' ? `pool ${one.supply.pool.from}` : one.name
}

/** The one check of all datacenters that are single addresses or names, which then need no pools of their own. Undefined where they differ. */
function plainCheck(all: readonly Datacenter[]): { readonly check: PoolPlan['check'] } | undefined {
  const checks = all.flatMap(one => {
    if (one.supply.kind !== 'pool') return [undefined]
    return onlyEndpoint(one.supply.pool) === undefined ? [] : [one.supply.pool.check]
  })
  const [first] = checks
  return checks.length === 0 || checks.some(check => check?.key !== first?.key) ? undefined : { check: first }
}

/** What never changes, and is not probed. */
function fixedEndpoint({ supply }: Datacenter): Pick<EndpointPlan, 'addresses' | 'hostname'> | undefined {
  const [only] = supply.kind === 'records' ? supply.records : []
  if (only === undefined) return undefined
  return only.type === 'CNAME'
    ? { addresses: [], hostname: only.data.replace(/\.$/, '') }
    : { addresses: [only.data] }
}
