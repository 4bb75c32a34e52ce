/** What the API of Cloudflare returns, as files in any mix: monitors, pools and load balancers, with or without the envelope around them. */
import { type Balancer, readBalancer } from './cloudflare-balancer.ts'
import { ENVELOPE_FIELDS, LISTING_FIELDS } from './cloudflare-fields.ts'
import { type Monitor, readMonitor } from './cloudflare-monitor.ts'
import { Pages } from './cloudflare-pages.ts'
import { type Pool, readPool } from './cloudflare-pool.ts'
import { reportFields } from './field-report.ts'
import type { Findings } from './findings.ts'
import type { Input } from './input.ts'
import { JsonFields } from './json-fields.ts'
import { type Json, readJson } from './json-reader.ts'
import type { SourceRequest } from './source.ts'

export interface Listing {
  /** By ID, as the pools. */
  readonly monitors: ReadonlyMap<string, Monitor>
  readonly pools: ReadonlyMap<string, Pool>
  readonly balancers: readonly Balancer[]
}

/** Of one listing, and the keys of an object that holds all three. */
export const KINDS = ['monitors', 'pools', 'load_balancers'] as const
export type Kind = (typeof KINDS)[number]

const WORDS: Readonly<Record<Kind, string>> = {
  monitors: 'a monitor',
  pools: 'a pool',
  load_balancers: 'a load balancer',
}

export function readListing({ inputs, findings, progress }: SourceRequest): Listing {
  const reader = new ListingReader(findings)
  for (const input of inputs) {
    const value = readJson(input)
    if (value !== undefined) reader.document(input, value)
    progress(input, 1)
  }
  reader.pages.complain()
  return reader
}

class ListingReader implements Listing {
  readonly monitors = new Map<string, Monitor>()
  readonly pools = new Map<string, Pool>()
  readonly balancers: Balancer[] = []
  readonly pages = new Pages()
  readonly #names = new Map<string, Balancer>()
  readonly #findings: Findings

  constructor(findings: Findings) {
    this.#findings = findings
  }

  /** @param kind of what is in it, where that is known */
  document(input: Input, value: Json, kind?: Kind): void {
    if (value.kind === 'array') for (const item of value.items) this.#item(input, item, kind)
    else if (value.kind === 'scalar')
      input.complain(value.offset, 'expected monitors, pools or load balancers, as the API returns them')
    else if (value.members.has('success') || value.members.has('result'))
      this.#envelope(new JsonFields(input, value), value.members.get('result')?.value, kind)
    else {
      const parts = KINDS.filter(key => value.members.has(key))
      if (parts.length === 0) this.#item(input, value, kind)
      for (const key of parts) {
        const part = value.members.get(key)?.value
        if (part !== undefined) this.document(input, part, key)
      }
      if (parts.length > 0) reportFields(new JsonFields(input, value), LISTING_FIELDS, this.#findings)
      if (parts.length > 0) this.#others(input, [...value.members.keys()], value.offset)
    }
  }

  #envelope(fields: JsonFields, result: Json | undefined, kind: Kind | undefined): void {
    const { input } = fields
    if (fields.flag('success') === false) {
      fields.complain('success', `the API refused: ${refusalOf(fields)}`)
      return
    }
    if (result === undefined || (result.kind === 'scalar' && result.value === null)) {
      input.complain(result?.offset ?? fields.offset, 'there is no result in it')
      return
    }
    const items = result.kind === 'array' ? result.items : [result]
    const [first] = items
    const found = kind ?? (first === undefined ? undefined : kindOf(first))
    const info = fields.child('result_info')
    if (info !== undefined) this.pages.add(info, found, items.length)
    reportFields(fields, ENVELOPE_FIELDS, this.#findings)
    this.document(input, result, kind)
  }

  #others(input: Input, keys: readonly string[], offset: number): void {
    for (const key of keys)
      if (!KINDS.some(one => one === key))
        this.#findings.note(key, 'is not known, and passed over', input.at(offset))
  }

  #item(input: Input, item: Json, kind: Kind | undefined): void {
    const found = kind ?? kindOf(item)
    if (found === undefined) {
      input.complain(
        item.offset,
        'is none of what is known: a load balancer has default_pools, a pool has origins, a monitor has a type',
      )
      return
    }
    const fields = JsonFields.of(input, item, WORDS[found])
    if (fields === undefined) return
    if (found === 'monitors') this.#put(this.monitors, readMonitor(fields, this.#findings), 'monitor')
    else if (found === 'pools') this.#put(this.pools, readPool(fields, this.#findings), 'pool')
    else this.#balancer(readBalancer(fields, this.#findings))
  }

  #put<T extends Monitor | Pool>(known: Map<string, T>, read: T | undefined, what: string): void {
    if (read === undefined) return
    const { id, fields } = read
    const other = known.get(id)
    if (other === undefined) known.set(id, read)
    else fields.complain('id', `${what} ${id} is in ${other.fields.at()} already`)
  }

  #balancer(read: Balancer | undefined): void {
    if (read === undefined) return
    const other = this.#names.get(read.name)
    if (other !== undefined) {
      read.fields.complain('name', `there is a load balancer of this name in ${other.fields.at()} already`)
      return
    }
    this.#names.set(read.name, read)
    this.balancers.push(read)
  }
}

function kindOf(item: Json): Kind | undefined {
  if (item.kind !== 'object') return undefined
  const has = (...keys: readonly string[]): boolean => keys.some(key => item.members.has(key))
  if (has('default_pools', 'fallback_pool', 'steering_policy')) return 'load_balancers'
  if (has('origins')) return 'pools'
  return has('type', 'expected_codes', 'interval', 'retries') ? 'monitors' : undefined
}

/** What the envelope says of a request that failed. */
function refusalOf(fields: JsonFields): string {
  const [error] = fields.items('errors')
  const message = error?.kind === 'object' ? error.members.get('message')?.value : undefined
  return message?.kind === 'scalar' && typeof message.value === 'string'
    ? message.value.slice(0, 200)
    : 'there is nothing to import in this file'
}
