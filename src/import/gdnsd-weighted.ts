/** The plugin weighted of gdnsd. */
import { parseAddress } from '#base/address.ts'
import { endpointOf, typeNames } from './gdnsd-failover.ts'
import {
  addressOf,
  EndpointNames,
  type Judging,
  joinParts,
  judgingOf,
  labelled,
  monitoredName,
  type Part,
  partEndpoint,
  poolOf,
  type ResourceRequest,
  stanzasOf,
  upThreshOf,
  withoutRepeated,
} from './gdnsd-parts.ts'
import type { EndpointPlan, PoolPlan } from './gdnsd-plan.ts'
import type { Remark } from './gdnsd-remarks.ts'
import { wholeNumber } from './limits.ts'
import type { Vscf, VscfHash } from './vscf.ts'
import { booleanIn, complain, placeOf, textOf } from './vscf-read.ts'

export const WEIGHTED_SETTINGS = ['service_types', 'multi', 'up_thresh'] as const
const WEIGHT = { min: 1, max: 1_048_575 } as const
const MAX_ITEMS = 64
/** What `weight:` takes. */
const MAX_WEIGHT = 65_535

/** Undefined after a complaint. */
export function readWeighted(request: ResourceRequest): PoolPlan | undefined {
  const { node, what } = request
  if (node.kind !== 'hash') return complain(node, `${what}: expected { label => [ address, weight ] }`)
  const parts: Part[] = []
  for (const stanza of stanzasOf(node, WEIGHTED_SETTINGS)) {
    const reader = StanzaReader.open(request, stanza.family, stanza.node, [
      ...request.around,
      ...stanza.around,
    ])
    const part = reader?.part()
    if (part === undefined) return undefined
    parts.push(part)
  }
  return joinParts(request, parts)
}

interface Thresh {
  readonly value: number
  readonly from: string
}

interface Weighed {
  readonly endpoint: EndpointPlan
  readonly weight: number
}

class StanzaReader {
  readonly #request: ResourceRequest
  readonly #node: Vscf
  readonly #judging: Judging
  readonly #thresh: Thresh
  readonly #isMulti: boolean
  readonly #remarks: Remark[] = []
  #family: Part['family']
  #kind: 'address' | 'name' | undefined

  private constructor(
    request: ResourceRequest,
    node: Vscf,
    judging: Judging,
    thresh: Thresh,
    isMulti: boolean,
  ) {
    this.#request = request
    this.#node = node
    this.#judging = judging
    this.#thresh = thresh
    this.#isMulti = isMulti
  }

  static open(
    request: ResourceRequest,
    family: Part['family'],
    node: Vscf,
    around: readonly (VscfHash | undefined)[],
  ): StanzaReader | undefined {
    const judging = judgingOf(request.types, around)
    const thresh = upThreshOf(around)
    const multi = around.findLast(hash => hash?.entries.has('multi') === true)
    if (judging === undefined || thresh === undefined) return undefined
    const reader = new StanzaReader(request, node, judging, thresh, booleanIn(multi, 'multi') === true)
    reader.#family = family
    if (family !== undefined) reader.#kind = 'address'
    return reader
  }

  part(): Part | undefined {
    const values = labelled(this.#node, WEIGHTED_SETTINGS)
    const [first] = values
    if (first === undefined) return complain(this.#node, `${this.#request.what} has no addresses`)
    if (values.length > MAX_ITEMS) return complain(this.#node, `more than ${MAX_ITEMS} items`)
    return first.value.kind === 'hash' ? this.#grouped(values) : this.#flat(values)
  }

  #flat(values: readonly { label: string; value: Vscf }[]): Part | undefined {
    const all = this.#items(values)
    if (all === undefined) return undefined
    if (this.#isMulti && this.#kind === 'address') return this.#multi(all)
    return this.#single(all)
  }

  /** One item for each query. */
  #single(all: readonly Weighed[]): Part {
    const isName = this.#kind === 'name'
    const fewest = this.#fewest(all.map(({ weight }) => weight))
    const { check } = this.#judging
    if (check !== undefined && all.length > 1)
      this.#say(
        'with too few of its weights up',
        isName
          ? 'is answered with the first name; gdnsd draws one of all'
          : 'is answered with all addresses at once; gdnsd draws one of all',
      )
    return this.#made('weighted', this.#scaled(all), isName ? 'primary' : 'all', fewest, undefined)
  }

  /** Each with the chance of its weight over the greatest. */
  #multi(all: readonly Weighed[]): Part {
    const weights = all.map(({ weight }) => weight)
    const fewest = this.#fewest(weights)
    const most = Math.max(...weights)
    if (weights.every(weight => weight === most))
      return this.#made('all', all.map(unweighted), 'all', fewest, undefined)
    const usual = Math.round(weights.reduce((sum, weight) => sum + weight, 0) / most)
    const count = Math.max(1, Math.min(all.length, usual))
    this.#say(
      'with multi => true',
      `answers ${count} addresses, drawn by weight; gdnsd takes each by itself, so that their number varies and the heaviest are never left out`,
    )
    const answers = { count, from: `multi, ${placeOf(this.#node)}: as many as gdnsd answers on average` }
    return this.#made('weighted', this.#scaled(all), 'all', fewest, answers)
  }

  #grouped(values: readonly { label: string; value: Vscf }[]): Part | undefined {
    const groups: { label: string; value: Vscf; items: Weighed[] }[] = []
    for (const { label, value } of values) {
      if (value.kind !== 'hash') return complain(value, 'groups and addresses do not go beside each other')
      const members = labelled(value, [])
      if (members.length === 0 || members.length > MAX_ITEMS)
        return complain(value, `a group has 1 to ${MAX_ITEMS} addresses, not ${members.length}`)
      const items = this.#items(members)
      if (items === undefined) return undefined
      groups.push({ label, value, items })
    }
    return this.#isMulti ? this.#groupedMulti(groups) : this.#groupedSingle(groups)
  }

  /** One group for each query, and of it what `multi` would take. */
  #groupedSingle(groups: readonly { label: string; value: Vscf; items: readonly Weighed[] }[]): Part {
    const names = new EndpointNames()
    const weighed = groups.map(({ label, value, items }) => {
      const name = names.of(label)
      const from = `${label}, ${placeOf(value)}`
      const part = this.#made('all', items.map(unweighted), 'all', undefined, undefined)
      const pool = poolOf(`${this.#request.name}-${name}`, from, { ...part, remarks: [] })
      const weight = items.reduce((sum, one) => sum + one.weight, 0)
      return { endpoint: partEndpoint(name, pool), weight }
    })
    this.#say(
      'in groups',
      'answers every address of the group that is drawn; gdnsd leaves out light ones now and then, and draws a group less often while a part of it is down',
    )
    const fewest = this.#fewest(weighed.map(({ weight }) => weight))
    const part = this.#made('weighted', this.#scaled(weighed), 'all', fewest, undefined)
    return { ...part, check: undefined }
  }

  /** One address of each group. */
  #groupedMulti(groups: readonly { items: readonly Weighed[] }[]): Part {
    const all = groups.flatMap(({ items }) => items)
    const count = Math.min(groups.length, all.length)
    this.#say(
      'in groups with multi => true',
      `answers ${count} addresses of all groups together, drawn by weight; two may be of the same group`,
    )
    const answers = { count, from: `as many as there are groups, ${placeOf(this.#node)}` }
    const fewest = this.#fewest(all.map(({ weight }) => weight))
    return this.#made('weighted', this.#scaled(renamed(all)), 'all', fewest, answers)
  }

  #made(
    policy: Part['policy'],
    endpoints: readonly EndpointPlan[],
    whenAllDown: Part['whenAllDown'],
    minHealthy: Part['minHealthy'],
    answers: Part['answers'],
  ): Part {
    const kept = withoutRepeated(endpoints, this.#remarks)
    const bound = <T extends { readonly count: number }>(limit: T | undefined): T | undefined =>
      limit === undefined ? undefined : { ...limit, count: Math.min(limit.count, kept.length) }
    return {
      family: this.#family,
      policy,
      check: this.#judging.check,
      endpoints: kept,
      whenAllDown,
      minHealthy: this.#judging.check === undefined ? undefined : bound(minHealthy),
      answers: bound(answers),
      from: `${this.#request.what}, ${placeOf(this.#node)}`,
      remarks: this.#remarks,
    }
  }

  /**
   * The threshold is of weights in gdnsd, and of endpoints here: the fewest endpoints whose weights can reach it. So nothing that is down is answered here where
   * gdnsd would answer only what is up.
   */
  #fewest(weights: readonly number[]): NonNullable<Part['minHealthy']> {
    const { value, from } = this.#thresh
    const needed = Math.ceil(value * weights.reduce((sum, weight) => sum + weight, 0))
    const sorted = [...weights].sort((a, b) => b - a)
    const reach = (order: readonly number[]): number => {
      let sum = 0
      for (const [index, weight] of order.entries()) {
        sum += weight
        if (sum >= needed) return index + 1
      }
      return order.length
    }
    const count = reach(sorted)
    if (this.#judging.check !== undefined && reach([...sorted].reverse()) !== count)
      this.#say(
        `with ${from.replace(/,.*/, '')} of its weights`,
        `counts endpoints: with ${count} of ${weights.length} up it goes on with those; gdnsd answers with all as soon as the weights that are up are too few`,
      )
    return { count, from: `${from}, of the weights` }
  }

  #items(values: readonly { label: string; value: Vscf }[]): Weighed[] | undefined {
    const names = new EndpointNames()
    const found: Weighed[] = []
    for (const { label, value } of values) {
      const item = this.#item(names.of(label), label, value)
      if (item === undefined) return undefined
      found.push(item)
    }
    return found
  }

  #item(name: string, label: string, value: Vscf): Weighed | undefined {
    const [target, weightNode, extra] = value.kind === 'list' ? value.items : []
    if (target === undefined || weightNode === undefined || extra !== undefined)
      return complain(value, `${label}: expected [ address, weight ]`)
    const said = textOf(weightNode, 'weight')
    const weight =
      said === undefined ? undefined : wholeNumber(said.input, said.offset, 'weight', said.text, WEIGHT)
    const text = textOf(target, label)
    if (weight === undefined || text === undefined) return undefined
    const isAddress = parseAddress(text.text) !== undefined
    this.#kind ??= isAddress ? 'address' : 'name'
    const { types } = this.#judging
    if (this.#kind === 'name') {
      if (isAddress) return complain(target, 'names and addresses do not go beside each other')
      const hostname = this.#hostname(target)
      if (hostname === undefined) return undefined
      const from = `${label}, ${placeOf(value)}`
      const things = [text.text]
      const kinds = typeNames(types)
      return {
        endpoint: { name, addresses: [], hostname, from, things, types: kinds, datacenters: [] },
        weight,
      }
    }
    const address = addressOf(target, this.#family)
    if (address === undefined) return undefined
    this.#family = address.family
    return { endpoint: endpointOf(name, label, address.text, value, types), weight }
  }

  #hostname(target: Vscf): string | undefined {
    if (this.#judging.check !== undefined)
      this.#say('of names', 'is probed at the addresses that each name has; gdnsd gave its command the name')
    return monitoredName(target, this.#judging)
  }

  #scaled(all: readonly Weighed[]): EndpointPlan[] {
    const most = Math.max(...all.map(({ weight }) => weight))
    if (most > MAX_WEIGHT)
      this.#say(
        `with weights over ${MAX_WEIGHT}`,
        'has its weights made smaller in the same proportions, rounded',
      )
    return all.map(({ endpoint, weight }) => ({
      ...endpoint,
      weight: most > MAX_WEIGHT ? Math.max(1, Math.round((weight * MAX_WEIGHT) / most)) : weight,
    }))
  }

  #say(how: string, became: string): void {
    const what = `${this.#request.what} ${how}`
    if (this.#remarks.some(one => one.what === what)) return
    this.#remarks.push({ grade: 'changed', what, became, place: placeOf(this.#node) })
  }
}

function unweighted({ endpoint }: Weighed): EndpointPlan {
  return endpoint
}

/** Labels of several groups may be the same. */
function renamed(all: readonly Weighed[]): Weighed[] {
  const names = new EndpointNames()
  return all.map(({ endpoint, weight }) => ({
    endpoint: { ...endpoint, name: names.of(endpoint.name) },
    weight,
  }))
}
