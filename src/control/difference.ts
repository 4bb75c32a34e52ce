/** What a reload would change, or has changed: two configurations compared, name by name. Pure. */
import { formatSocketAddr, type SocketAddr } from '#base/address.ts'
import {
  type AnyCheck,
  type Configuration,
  type ConfiguredPool,
  isComposite,
  type ServerSettings,
} from '#config/configuration.ts'
import type { RRset, Zone } from '#zone/zone.ts'
import { plainName } from './plan.ts'

export interface Changed {
  readonly name: string
  /** The keys that differ, as `timing.intervalMs`; secrets by their key alone, as all of them. */
  readonly keys: readonly string[]
}

export interface Changes {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly Changed[]
}

export interface Difference {
  /** By `ZONE`: static records, files, maintenance. */
  readonly zones: Changes
  /** By `ZONE/POOL`. */
  readonly pools: Changes
  /** Managed names in full. */
  readonly names: Changes
  /** By `ZONE/CHECK`. */
  readonly checks: Changes
  /** Of the server itself, that a reload takes up. */
  readonly settings: readonly string[]
  /** Of the server itself, that only a restart takes up. */
  readonly restart: readonly string[]
}

type Described = ReadonlyMap<string, unknown>

/** @param before the one in force */
export function difference(before: Configuration, after: Configuration): Difference {
  const compare = (describe: (configuration: Configuration) => Described): Changes =>
    changes(describe(before), describe(after))
  return {
    zones: zoneChanges(before, after),
    pools: compare(pools),
    names: compare(names),
    checks: checkChanges(before, after),
    ...settingChanges(before.settings, after.settings),
  }
}

function changes(before: Described, after: Described): Changes {
  return {
    added: [...after.keys()].filter(name => !before.has(name)),
    removed: [...before.keys()].filter(name => !after.has(name)),
    changed: [...after].flatMap(([name, value]) => {
      const keys = before.has(name) ? differingKeys(before.get(name), value) : []
      return keys.length === 0 ? [] : [{ name, keys }]
    }),
  }
}

function zoneChanges(before: Configuration, after: Configuration): Changes {
  const [zones, next] = [before, after].map(zonesByName) as [Described, Described]
  const { added, removed, changed } = changes(zones, next)
  const old = new Map(before.zones.map(({ zone }) => [zone.origin, zone]))
  const keysOf = new Map(changed.map(({ name, keys }) => [name, keys]))
  for (const { zone } of after.zones) {
    const known = old.get(zone.origin)
    const name = plainName(zone.origin)
    if (known !== undefined && !holdsSame(known, zone))
      keysOf.set(name, ['records', ...(keysOf.get(name) ?? [])])
  }
  return { added, removed, changed: [...keysOf].map(([name, keys]) => ({ name, keys })) }
}

function zonesByName({ zones, broken }: Configuration): Described {
  const served = zones.map(({ zone, file, maintenance }): [string, unknown] => [
    plainName(zone.origin),
    { file, maintenance, ...(zone.serial === undefined ? {} : { serial: zone.serial }) },
  ])
  return new Map([
    ...served,
    ...broken.map(({ origin, file }): [string, unknown] => [plainName(origin), { file, broken: true }]),
  ])
}

function holdsSame(a: Zone, b: Zone): boolean {
  // With as many records in all, nothing more can be in the other. Names without any come by serving, too.
  return (
    a.recordCount === b.recordCount &&
    a.nodes
      .entries()
      .every(([name, node]) => node.values().every(set => isSameSet(set, b.rrset(name, set.type))))
  )
}

/** Byte for byte, in their order. */
function isSameSet(a: RRset, b: RRset | undefined): boolean {
  if (b === undefined || a.ttl !== b.ttl) return false
  const [data, other] = [a.data, b.data]
  return data.length === other.length && data.every((one, index) => Buffer.compare(one, other[index]!) === 0)
}

function pools({ zones }: Configuration): Described {
  return new Map(
    zones.flatMap(({ zone, pools }) =>
      pools.map(pool => [`${plainName(zone.origin)}/${pool.name}`, describePool(pool)]),
    ),
  )
}

/** Endpoints by name, so that each key says which; their order for itself. */
function describePool({ check, endpoints, depth: _, tokens, ...pool }: ConfiguredPool): unknown {
  return {
    ...pool,
    check: check?.name,
    endpoints: Object.fromEntries(endpoints.map(endpoint => [endpoint.name, endpoint])),
    order: endpoints.map(({ name }) => name),
    tokens: tokens === undefined ? undefined : secret([...tokens].flat().join(' ')),
  }
}

function names({ zones }: Configuration): Described {
  return new Map(zones.flatMap(zone => zone.names.map(({ name, ...rest }) => [plainName(name), rest])))
}

/** A check is made for each pool that uses it, since its host may come from there. */
type ByPool = ReadonlyMap<string, unknown>

/** It has changed where it has for any pool that uses it before and after. */
function checkChanges(before: Configuration, after: Configuration): Changes {
  const [old, next] = [checks(before), checks(after)]
  const { added, removed } = changes(old, next)
  const changed = [...next].flatMap(([name, byPool]) => {
    const known = old.get(name) ?? new Map()
    const keys = [...byPool].flatMap(([pool, check]) =>
      known.has(pool) ? differingKeys(known.get(pool), check) : [],
    )
    return keys.length === 0 ? [] : [{ name, keys: [...new Set(keys)] }]
  })
  return { added, removed, changed }
}

function checks({ zones }: Configuration): ReadonlyMap<string, ByPool> {
  const found = new Map<string, Map<string, unknown>>()
  for (const { zone, pools } of zones)
    for (const { name, check: top } of pools)
      for (const check of top === undefined ? [] : treeOf(top)) {
        const key = `${plainName(zone.origin)}/${check.name}`
        found.set(key, (found.get(key) ?? new Map()).set(name, describeCheck(check)))
      }
  return found
}

function treeOf(check: AnyCheck): AnyCheck[] {
  return isComposite(check) ? [check, ...check.of.flatMap(treeOf)] : [check]
}

function describeCheck(check: AnyCheck): Record<string, unknown> {
  if (isComposite(check)) return { ...check, of: check.of.map(({ name }) => name) }
  const { secrets, probeAddress, ...rest } = check
  return {
    ...rest,
    probeAddress: probeAddress?.text,
    secrets: secrets === undefined ? undefined : secret(JSON.stringify(secrets)),
  }
}

/** Settings of which the process makes use at its start alone. */
function restartSettings({ dns, admin, metrics, adminTls, responders, udp, ...rest }: ServerSettings) {
  const { node, statePath, history, logLevel, logFormat, answering } = rest
  const text = (address: SocketAddr | undefined) => address && formatSocketAddr(address)
  return {
    node,
    listen: {
      dns: dns.map(formatSocketAddr),
      admin: text(admin),
      metrics: text(metrics),
      'admin-tls': adminTls !== undefined,
    },
    responders,
    udp,
    state: statePath,
    history,
    log: { level: logLevel, format: logFormat },
    tcp: answering.tcp,
  }
}

function reloadedSettings({ answering, tokens, adminNames, adminTls, ...rest }: ServerSettings) {
  const { references, whileCutOff, resolvers, zonesPath, alerts } = rest
  const { tcp: _, cookieSecrets, introspectionFrom, ...answer } = answering
  return {
    ...answer,
    cookies: cookieSecrets && secret(cookieSecrets.map(one => Buffer.from(one).toString('hex')).join()),
    tokens: tokens.map(({ name, role, hash }) => [name, role, Buffer.from(hash.key).toString('hex')].join()),
    'admin-names': adminNames,
    certificate: adminTls && secret(adminTls.certificate + adminTls.key),
    references,
    'while-cut-off': whileCutOff,
    'introspection-from': introspectionFrom.map(({ address, bits }) => `${address.text}/${bits}`),
    resolvers: resolvers?.map(formatSocketAddr),
    zones: zonesPath,
    // Where they go to, and with what, is secret.
    ...Object.fromEntries(alerts.map(one => [`alerts.${one.name}`, secret(JSON.stringify(one))])),
  }
}

function settingChanges(
  before: ServerSettings,
  after: ServerSettings,
): Pick<Difference, 'settings' | 'restart'> {
  return {
    settings: differingKeys(reloadedSettings(before), reloadedSettings(after), 1),
    restart: differingKeys(restartSettings(before), restartSettings(after), 2),
  }
}

/** Compared, and never looked into: its keys and its parts stay where they are. */
class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  equals(other: unknown): boolean {
    return other instanceof Secret && other.#text === this.#text
  }
}

function secret(text: string): Secret {
  return new Secret(text)
}

/** The paths at which two values differ, down to lists and to so many keys; a key that is undefined is none. */
function differingKeys(a: unknown, b: unknown, depth = 3, path: readonly string[] = []): string[] {
  if (a instanceof Secret || b instanceof Secret) {
    const isEqual = a instanceof Secret ? a.equals(b) : false
    return isEqual ? [] : [path.join('.')]
  }
  if (path.length < depth && isMap(a) && isMap(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])]
    return keys.flatMap(key => differingKeys(a[key], b[key], depth, [...path, key]))
  }
  return JSON.stringify(a) === JSON.stringify(b) ? [] : [path.join('.')]
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
