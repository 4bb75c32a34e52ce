/** The plugins multifo and simplefo of gdnsd. */
import {
  addressOf,
  EndpointNames,
  inherited,
  joinParts,
  judgingOf,
  labelled,
  type Part,
  type ResourceRequest,
  stanzasOf,
  upThreshOf,
  withoutRepeated,
} from './gdnsd-parts.ts'
import type { EndpointPlan, PoolPlan } from './gdnsd-plan.ts'
import type { Remark } from './gdnsd-remarks.ts'
import type { Vscf, VscfHash } from './vscf.ts'
import { booleanIn, complain, complainOfKeys, hashOf, placeOf } from './vscf-read.ts'

export const MULTIFO_SETTINGS = ['service_types', 'up_thresh', 'ignore_health'] as const
export const SIMPLEFO_SETTINGS = ['service_types'] as const

/** Undefined after a complaint. */
export function readMultifo(request: ResourceRequest): PoolPlan | undefined {
  const parts: Part[] = []
  for (const stanza of stanzasOf(request.node, MULTIFO_SETTINGS)) {
    const part = multifoPart(request, { ...stanza, around: [...request.around, ...stanza.around] })
    if (part === undefined) return undefined
    parts.push(part)
  }
  return joinParts(request, parts)
}

interface Stanza {
  readonly family: Part['family']
  readonly node: Vscf
  readonly around: readonly (VscfHash | undefined)[]
}

function multifoPart({ types, what }: ResourceRequest, { family, node, around }: Stanza): Part | undefined {
  const judging = judgingOf(types, around)
  const thresh = upThreshOf(around)
  const values = labelled(node, MULTIFO_SETTINGS)
  const [first] = values
  if (first === undefined) return complain(node, `${what} has no addresses`)
  const remarks: Remark[] = []
  const names = new EndpointNames()
  let kind = family
  const endpoints: EndpointPlan[] = []
  for (const { label, value } of values) {
    const address = addressOf(value, kind)
    kind ??= address?.family
    if (address !== undefined)
      endpoints.push(endpointOf(names.of(label), label, address.text, value, judging?.types ?? []))
  }
  if (judging === undefined || thresh === undefined || endpoints.length < values.length) return undefined
  const ignores = ignoresHealth(around)
  const count = Math.ceil(thresh.value * endpoints.length)
  if (ignores && judging.check !== undefined) remarks.push(...ignoringRemarks(what, placeOf(node)))
  const kept = withoutRepeated(endpoints, remarks)
  return {
    family: kind,
    policy: 'all',
    check: judging.check,
    endpoints: kept,
    whenAllDown: 'all',
    minHealthy:
      judging.check === undefined
        ? undefined
        : ignores
          ? { count: kept.length, from: 'ignore_health: with fewer all are answered' }
          : { count: Math.min(count, kept.length), from: `${thresh.from}, of ${endpoints.length}` },
    answers: undefined,
    from: `${what}, ${placeOf(node)}`,
    remarks,
  }
}

function ignoresHealth(around: readonly (VscfHash | undefined)[]): boolean {
  const said = around.findLast(hash => hash?.entries.has('ignore_health') === true)
  return booleanIn(said, 'ignore_health') === true
}

function ignoringRemarks(what: string, place: string): Remark[] {
  const became =
    'all addresses are answered whatever their health, as they were; but as a datacenter it counts as failed with the first that is down, whatever up_thresh says'
  return [{ grade: 'changed', what: `ignore_health of ${what}`, became, place }]
}

/** Undefined after a complaint. */
export function readSimplefo(request: ResourceRequest): PoolPlan | undefined {
  const { node, types, what } = request
  if (hashOf(node, what) === undefined) return undefined
  const parts: Part[] = []
  for (const { family, node: stanza, around } of stanzasOf(node, SIMPLEFO_SETTINGS)) {
    const judging = judgingOf(types, [...request.around, ...around])
    const pair = simplefoPair(stanza, family, what)
    if (judging === undefined || pair === undefined) return undefined
    const remarks: Remark[] = []
    const endpoints = pair.map(({ name, address, value }) =>
      endpointOf(name, name, address, value, judging.types),
    )
    parts.push({
      family: pair[0].family,
      policy: 'failover',
      check: judging.check,
      endpoints: withoutRepeated(endpoints, remarks),
      whenAllDown: 'primary',
      minHealthy: undefined,
      answers: undefined,
      from: `${what}, ${placeOf(stanza)}`,
      remarks,
    })
  }
  return joinParts(request, parts)
}

interface One {
  readonly name: string
  readonly address: string
  readonly family: Part['family']
  readonly value: Vscf
}

function simplefoPair(node: Vscf, family: Part['family'], what: string): readonly [One, One] | undefined {
  const hash = hashOf(node, what)
  complainOfKeys(hash, [...SIMPLEFO_SETTINGS, 'primary', 'secondary'], 'simplefo')
  const one = (name: string, kind: Part['family']): One | undefined => {
    const value = inherited([hash], name)
    if (value === undefined)
      return hash === undefined ? undefined : complain(hash, `${what}: ${name} is missing`)
    const address = addressOf(value, kind)
    return address === undefined ? undefined : { name, address: address.text, family: address.family, value }
  }
  const primary = one('primary', family)
  const secondary = one('secondary', primary?.family ?? family)
  return primary === undefined || secondary === undefined ? undefined : [primary, secondary]
}

/** An address with its label. */
export function endpointOf(
  name: string,
  label: string,
  address: string,
  value: Vscf,
  types: readonly { readonly name: string }[],
  weight?: number,
): EndpointPlan {
  return {
    name,
    addresses: [address],
    ...(weight === undefined ? {} : { weight }),
    from: `${label}, ${placeOf(value)}`,
    things: [address],
    types: typeNames(types),
    datacenters: [],
  }
}

export function typeNames(types: readonly { readonly name: string }[]): string[] {
  return types.length === 0 ? ['up'] : types.map(({ name }) => name)
}
