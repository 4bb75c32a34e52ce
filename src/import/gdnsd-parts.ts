/** What the address plugins of gdnsd have in common: addresses with labels, by family, and settings that are inherited. */
import { type Address, type Family, isUnicast, parseAddress } from '#base/address.ts'
import { isHost, looksLikeAddress } from '#config/values.ts'
import { type CheckPlan, checkPlan, type EndpointPlan, type PoolPlan, steadyOf } from './gdnsd-plan.ts'
import type { Remark } from './gdnsd-remarks.ts'
import type { ServiceType, ServiceTypes } from './gdnsd-service-types.ts'
import { fitName, uniqueIn } from './pool-names.ts'
import type { Vscf, VscfEntry, VscfHash } from './vscf.ts'
import { complain, fractionOf, placeOf, textOf } from './vscf-read.ts'

/** A resource that is read: what it is called, and the settings around it, the outermost first. */
export interface ResourceRequest {
  readonly types: ServiceTypes
  /** As in `multifo!web`. */
  readonly what: string
  /** What its pool is called. */
  readonly name: string
  readonly node: Vscf
  readonly around: readonly (VscfHash | undefined)[]
}

/** One family of a resource, or its names. */
export interface Part {
  readonly family: Family | undefined
  readonly policy: PoolPlan['policy']
  readonly check: CheckPlan | undefined
  readonly endpoints: readonly EndpointPlan[]
  readonly whenAllDown: PoolPlan['whenAllDown']
  readonly minHealthy: PoolPlan['minHealthy']
  readonly answers: PoolPlan['answers']
  readonly from: string
  /** Pools in place of endpoints of its own. */
  readonly remarks: readonly Remark[]
}

const FAMILY_KEYS = { addrs_v4: 'ipv4', addrs_v6: 'ipv6' } as const
const FAMILY_WORD = { ipv4: 'v4', ipv6: 'v6' } as const

export interface Judging {
  readonly check: CheckPlan | undefined
  readonly types: readonly ServiceType[]
}

/** The settings that hold: the innermost that says the key. */
export function inherited(around: readonly (VscfHash | undefined)[], key: string): Vscf | undefined {
  return around.findLast(hash => hash?.entries.has(key) === true)?.entries.get(key)?.value
}

/** Undefined after a complaint. */
export function judgingOf(
  types: ServiceTypes,
  around: readonly (VscfHash | undefined)[],
): Judging | undefined {
  const node = inherited(around, 'service_types')
  if (node === undefined) return { check: undefined, types: [] }
  if (node.kind === 'hash') return complain(node, 'service_types: expected names')
  const found = types.named(node)
  return found === undefined ? undefined : { check: checkPlan(found), types: found }
}

/** `up_thresh`, 0.5 unless said; undefined after a complaint. */
export function upThreshOf(
  around: readonly (VscfHash | undefined)[],
): { readonly value: number; readonly from: string } | undefined {
  const node = inherited(around, 'up_thresh')
  if (node === undefined) return { value: 0.5, from: 'up_thresh 0.5, the default of gdnsd' }
  const value = fractionOf(node, 'up_thresh')
  return value === undefined ? undefined : { value, from: `up_thresh ${value}, ${placeOf(node)}` }
}

/** The stanzas of a resource: one for each family, or itself. Complains of what stands beside them. */
export function stanzasOf(
  node: Vscf,
  settings: readonly string[],
): { readonly family: Family | undefined; readonly node: Vscf; readonly around: readonly VscfHash[] }[] {
  if (node.kind !== 'hash') return [{ family: undefined, node, around: [] }]
  const keys = Object.entries(FAMILY_KEYS).filter(([key]) => node.entries.has(key))
  if (keys.length === 0) return [{ family: undefined, node, around: [node] }]
  for (const entry of node.entries.values())
    if (!(entry.key in FAMILY_KEYS) && !settings.includes(entry.key))
      complain(entry, `${JSON.stringify(entry.key)} does not go beside addrs_v4 and addrs_v6`)
  return keys.flatMap(([key, family]) => {
    const value = node.entries.get(key)?.value
    if (value === undefined) return []
    return [{ family, node: value, around: value.kind === 'hash' ? [node, value] : [node] }]
  })
}

/** Labels and values of a stanza; a list is one with the labels 1, 2 and so on. */
export function labelled(node: Vscf, settings: readonly string[]): { label: string; value: Vscf }[] {
  if (node.kind === 'hash')
    return Array.from(node.entries.values())
      .filter(({ key }) => !settings.includes(key))
      .map(({ key, value }: VscfEntry) => ({ label: key, value }))
  const items = node.kind === 'list' ? node.items : [node]
  return items.map((value, index) => ({ label: String(index + 1), value }))
}

/** Undefined after a complaint. */
export function addressOf(node: Vscf, family: Family | undefined): Address | undefined {
  const text = textOf(node, 'address')
  if (text === undefined) return undefined
  const address = parseAddress(text.text)
  if (address === undefined)
    return complain(text, `${JSON.stringify(text.text.slice(0, 60))} is not an address`)
  if (!isUnicast(address)) return complain(text, `${text.text} is not the address of one host`)
  if (family === undefined || address.family === family) return address
  return complain(text, `${text.text}: addresses of the two families go into addrs_v4 and addrs_v6`)
}

/** The name of a host, in full and without its final dot; undefined after a complaint. */
export function hostnameOf(node: Vscf): string | undefined {
  const text = textOf(node, 'name')
  if (text === undefined) return undefined
  const name = text.text.replace(/\.$/, '').toLowerCase()
  const shown = JSON.stringify(text.text.slice(0, 60))
  if (looksLikeAddress(text.text) || !isHost(name))
    return complain(text, `${shown} is neither an address nor a name`)
  if (!text.text.endsWith('.')) return complain(text, `${shown}: a name in full ends in a dot`)
  return name.includes('.') ? name : complain(text, `${shown} has only one label`)
}

/** As `hostnameOf`, of a name that is monitored: not every service type can. */
export function monitoredName(node: Vscf, { types }: Judging): string | undefined {
  const blind = types.find(({ kind, probe }) => kind === 'probe' && probe?.takesNames !== true)
  return blind === undefined
    ? hostnameOf(node)
    : complain(node, `the service type ${blind.name} monitors addresses and no names, also with gdnsd`)
}

/** What is told of a name that is monitored. */
export function probedName(what: string, node: Vscf): Remark {
  const became = 'is probed at the addresses that each name has; gdnsd gave its command the name'
  return { grade: 'changed', what: `${what} of names`, became, place: placeOf(node) }
}

/** Names of endpoints, each once within its pool. */
export class EndpointNames {
  readonly #taken = new Set<string>()

  of(label: string): string {
    return uniqueIn(this.#taken, fitName(label, `endpoint-${this.#taken.size + 1}`))
  }
}

/** Endpoints without those whose address has been there before. */
export function withoutRepeated(endpoints: readonly EndpointPlan[], remarks: Remark[]): EndpointPlan[] {
  const seen = new Set<string>()
  return endpoints.filter(({ addresses, hostname, name, from }) => {
    const thing = hostname ?? addresses[0] ?? name
    if (!seen.has(thing)) return seen.add(thing).size > 0
    const became = 'is there already, and stands once in a pool'
    remarks.push({ grade: 'changed', what: `${name} (${thing})`, became, place: from.replace(/^.*, /, '') })
    return false
  })
}

/** One pool of all parts; where these are judged in different ways, a pool of pools. */
export function joinParts(
  { name, what, node }: Pick<ResourceRequest, 'name' | 'what' | 'node'>,
  parts: readonly Part[],
): PoolPlan | undefined {
  const [first, second] = parts
  if (first === undefined) return undefined
  const from = `${what}, ${placeOf(node)}`
  if (second === undefined) return poolOf(name, from, first)
  const remarks = familyRemarks(what, placeOf(node), parts)
  if (isAlike(first, second)) {
    const merged = { ...first, endpoints: merge(first.endpoints, second.endpoints) }
    const pool = poolOf(name, from, merged)
    return { ...pool, remarks: [...pool.remarks, ...second.remarks, ...remarks] }
  }
  const pools = parts.map(part => {
    const word = FAMILY_WORD[part.family ?? 'ipv4']
    return { word, pool: poolOf(`${name}-${word}`, part.from, part) }
  })
  return {
    ...poolOf(name, from, { ...first, endpoints: [] }),
    from: `${from}: each family is judged in its own way`,
    isOfFamilies: true,
    policy: 'failover',
    check: undefined,
    endpoints: pools.map(({ word, pool }) => partEndpoint(word, pool)),
    whenAllDown: 'primary',
    minHealthy: undefined,
    answers: undefined,
    families: new Set(pools.flatMap(({ pool }) => [...pool.families])),
    steady: pools.map(({ pool }) => pool.steady).reduce((a, b) => (b.seconds < a.seconds ? b : a)),
    remarks,
  }
}

/** A pool as the endpoint of another one. */
export function partEndpoint(name: string, pool: PoolPlan): EndpointPlan {
  return { name, addresses: [], pool, from: pool.from, things: [], types: [], datacenters: [] }
}

export function poolOf(name: string, from: string, part: Part): PoolPlan {
  const { policy, check, endpoints, whenAllDown, minHealthy, answers, remarks } = part
  const nested = endpoints.flatMap(({ pool }) => pool ?? [])
  const own: Family[] = endpoints.flatMap(({ addresses }) => addresses.map(familyOf))
  return {
    name,
    from,
    policy,
    check,
    endpoints,
    whenAllDown,
    together: false,
    isOfFamilies: false,
    minHealthy,
    answers,
    families: new Set([...own, ...nested.flatMap(({ families }) => [...families])]),
    hasNames: endpoints.some(({ hostname }) => hostname !== undefined) || nested.some(one => one.hasNames),
    steady: nested
      .map(({ steady }) => steady)
      .reduce((a, b) => (b.seconds < a.seconds ? b : a), steadyOf(check)),
    remarks,
  }
}

function familyOf(text: string): Family {
  return text.includes(':') ? 'ipv6' : 'ipv4'
}

function isAlike(a: Part, b: Part): boolean {
  return (
    a.policy === b.policy &&
    a.check?.key === b.check?.key &&
    a.whenAllDown === b.whenAllDown &&
    a.minHealthy?.count === b.minHealthy?.count &&
    a.answers?.count === b.answers?.count &&
    [...a.endpoints, ...b.endpoints].every(({ pool }) => pool === undefined)
  )
}

/** Endpoints of the same label and weight are one with addresses of both families. */
function merge(first: readonly EndpointPlan[], second: readonly EndpointPlan[]): EndpointPlan[] {
  const merged = [...first]
  const taken = new Set(first.map(({ name }) => name))
  for (const one of second) {
    const at = merged.findIndex(({ name, weight }) => name === one.name && weight === one.weight)
    const other = merged[at]
    if (other === undefined) merged.push({ ...one, name: uniqueIn(taken, one.name) })
    else
      merged[at] = {
        ...other,
        addresses: [...other.addresses, ...one.addresses],
        things: [...other.things, ...one.things],
        from: `${other.from}; ${one.from}`,
      }
  }
  return merged
}

function familyRemarks(what: string, place: string, parts: readonly Part[]): Remark[] {
  if (parts.every(({ check }) => check === undefined)) return []
  const became =
    'is answered with NODATA in a family of which nothing can be served while the other one has something; gdnsd answers what is down'
  return [{ grade: 'changed', what: `${what}, of both families,`, became, place }]
}
