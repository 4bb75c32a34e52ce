/**
 * What the hostnames of the configuration are resolved to: asked again when what is known has expired. The last good answer is kept, and stored, for as long as no better one comes:
 * addresses that answer probes are worth more than a name server that does not answer.
 */
import { type Address, FAMILIES, type Family } from '#base/address.ts'
import type { Clock } from '#base/clock.ts'
import type { Log } from '#base/log.ts'
import type { Random } from '#base/random.ts'
import type { Resolved } from '#client/resolve.ts'
import { MAX_RESOLVED } from '#steering/capacity.ts'
import type { StoredHostname } from '#store/records.ts'

const SHORTEST_MS = 5000
const LONGEST_MS = 3_600_000
/** After a failure so soon again, and twice as long after each one more. */
const RETRY_MS = 5000
const LONGEST_RETRY_MS = 60_000
/** Asked at once; the others wait for their turn. */
const MAX_ASKED = 16
/** What changes together is taken over together, and not more often than this: that looks at every pool. */
const GATHER_MS = 50
const GATHER_EVERY_MS = 1000

export interface HostnamesOptions {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  resolve(hostname: string, family: Family): Promise<Resolved>
  save(hostname: StoredHostname): void
  /** Addresses have changed. */
  onChange(): void
}

/** What is known of a hostname now. */
export interface KnownHostname {
  readonly addresses: readonly Address[]
  /** Why there are none. */
  readonly unresolved?: 'pending' | 'missing'
}

/** The same with what is wrong and how old it is, for people. */
export interface HostnameReport extends KnownHostname {
  /** Wall clock of the last answer that was good; undefined before the first. */
  readonly resolvedMs?: number
  /** What is wrong, in words. */
  readonly fault?: string
}

interface Entry {
  addresses: readonly Address[]
  resolvedMs: number | undefined
  isAsked: boolean
  isMissing: boolean
  failures: number
  /** What is wrong, in words. */
  fault: string | undefined
  cancelTimer: () => void
}

export class Hostnames {
  readonly #options: HostnamesOptions
  readonly #entries = new Map<string, Entry>()
  readonly #whenAsked = new Set<() => void>()
  readonly #queue: (readonly [string, Entry])[] = []
  #asked = 0
  #isGathering = false
  #gatheredMs = Number.NEGATIVE_INFINITY
  #cancelGather: () => void = () => undefined
  #restored: Map<string, StoredHostname>

  /** @param restored what an earlier run has stored */
  constructor(options: HostnamesOptions, restored: readonly StoredHostname[]) {
    this.#options = options
    this.#restored = new Map(restored.map(stored => [stored.hostname, stored]))
  }

  /** Resolves these from now on, and no others. */
  adopt(hostnames: ReadonlySet<string>): void {
    for (const [hostname, { cancelTimer }] of this.#entries) {
      if (hostnames.has(hostname)) continue
      cancelTimer()
      this.#entries.delete(hostname)
    }
    for (const hostname of hostnames) {
      if (this.#entries.has(hostname)) continue
      const { addresses = [], atMs: resolvedMs } = this.#restored.get(hostname) ?? {}
      const fresh = {
        isAsked: false,
        isMissing: false,
        failures: 0,
        fault: undefined,
        cancelTimer: () => undefined,
      }
      const entry = { addresses, resolvedMs, ...fresh }
      this.#entries.set(hostname, entry)
      this.#enqueue(hostname, entry)
    }
    // Later it would be older than what has been seen since.
    this.#restored = new Map()
  }

  /** Resolves when each has been asked for once, or is known from before; after so many milliseconds in any case. */
  async asked(limitMs: number): Promise<void> {
    const { clock } = this.#options
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = clock.at(clock.monotonicMs() + limitMs, resolve)
    this.#whenAsked.add(resolve)
    this.#tellAsked()
    await promise
    cancel()
    this.#whenAsked.delete(resolve)
  }

  of(hostname: string): KnownHostname {
    const { addresses = [], isMissing = false } = this.#entries.get(hostname) ?? {}
    if (addresses.length > 0) return { addresses }
    return { addresses, unresolved: isMissing ? 'missing' : 'pending' }
  }

  report(hostname: string): HostnameReport {
    const { resolvedMs, fault } = this.#entries.get(hostname) ?? {}
    return {
      ...this.of(hostname),
      ...(resolvedMs === undefined ? {} : { resolvedMs }),
      ...(fault === undefined ? {} : { fault }),
    }
  }

  /** What is wrong, one line each. */
  get alarms(): string[] {
    return Array.from(this.#entries.values(), ({ fault }) => fault ?? []).flat()
  }

  /** Stores everything that is in use. */
  saveAgain(): void {
    for (const [hostname, entry] of this.#entries) this.#save(hostname, entry)
  }

  /** No timer is left behind, and nobody waits any more. */
  stop(): void {
    for (const { cancelTimer } of this.#entries.values()) cancelTimer()
    this.#entries.clear()
    this.#tellAsked()
    this.#cancelGather()
  }

  #enqueue(hostname: string, entry: Entry): void {
    this.#queue.push([hostname, entry])
    this.#proceed()
  }

  #proceed(): void {
    while (this.#asked < MAX_ASKED) {
      const [hostname, entry] = this.#queue.shift() ?? []
      if (hostname === undefined || entry === undefined) return
      if (this.#entries.get(hostname) !== entry) continue
      this.#asked++
      void this.#ask(hostname, entry).finally(() => {
        this.#asked--
        this.#proceed()
      })
    }
  }

  async #ask(hostname: string, entry: Entry): Promise<void> {
    const { resolve, clock, random } = this.#options
    const answers = await Promise.all(FAMILIES.map(family => resolve(hostname, family)))
    // It may have been taken away meanwhile.
    if (this.#entries.get(hostname) !== entry) return
    const waitMs = this.#take(hostname, entry, answers)
    entry.isAsked = true
    this.#tellAsked()
    // Not all that have the same TTL at the same moment.
    const atMs = clock.monotonicMs() + waitMs * (1 - random() / 10)
    entry.cancelTimer = clock.at(atMs, () => this.#enqueue(hostname, entry))
  }

  #tellAsked(): void {
    for (const { isAsked, addresses } of this.#entries.values())
      if (!isAsked && addresses.length === 0) return
    for (const resolve of this.#whenAsked) resolve()
  }

  /** Gives in how many milliseconds to ask again. */
  #take(hostname: string, entry: Entry, answers: readonly Resolved[]): number {
    const known = FAMILIES.map((family, i) => addressesBy(entry.addresses, family, answers[i]))
    const addresses = known.flat()
    const failed = answers.filter(({ kind }) => kind === 'failed')
    const isNowhere = answers.every(({ kind }) => kind === 'none')
    const faults = (isNowhere ? answers.slice(0, 1) : failed).map(one => ('detail' in one ? one.detail : ''))
    const wasMissing = entry.isMissing
    // An error says nothing against what was heard before.
    if (failed.length === 0) entry.isMissing = isNowhere
    if (entry.isMissing !== wasMissing && entry.addresses.length === 0) this.#gather()
    if (failed.length === 0 && !isNowhere) entry.resolvedMs = this.#options.clock.wallMs()
    this.#note(hostname, entry, faults.join('; '))
    if (addresses.length > 0) this.#change(hostname, entry, addresses)
    if (failed.length > 0) {
      entry.failures++
      return Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** (entry.failures - 1))
    }
    entry.failures = 0
    const ttls = answers.map(answer => ('ttlSeconds' in answer ? answer.ttlSeconds * 1000 : LONGEST_MS))
    return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, ...(isNowhere ? [] : [Math.min(...ttls)])))
  }

  #change(hostname: string, entry: Entry, addresses: readonly Address[]): void {
    if (textOf(addresses) === textOf(entry.addresses)) return
    const [was, is] = [textOf(entry.addresses), textOf(addresses)]
    entry.addresses = addresses
    this.#save(hostname, entry)
    const change = was === '' ? `resolved to ${is}` : `${was} -> ${is}`
    this.#options.log.info({ hostname }, `${hostname}: ${change}`)
    this.#gather()
  }

  /** Says what has gone wrong, and that it is over, once each. */
  #note(hostname: string, entry: Entry, problem: string): void {
    const kept = entry.addresses.length > 0 ? '; its last addresses stay' : ''
    const fault = problem === '' ? undefined : `${hostname} cannot be resolved: ${problem}${kept}`
    if ((fault === undefined) !== (entry.fault === undefined)) {
      if (fault === undefined) this.#options.log.info({ hostname }, `${hostname} is resolved again`)
      else this.#options.log.warn({ hostname }, fault)
    }
    entry.fault = fault
  }

  #gather(): void {
    if (this.#isGathering) return
    this.#isGathering = true
    const { clock, onChange } = this.#options
    const atMs = Math.max(clock.monotonicMs() + GATHER_MS, this.#gatheredMs + GATHER_EVERY_MS)
    this.#cancelGather = clock.at(atMs, () => {
      this.#isGathering = false
      this.#gatheredMs = clock.monotonicMs()
      onChange()
    })
  }

  #save(hostname: string, { addresses }: Entry): void {
    if (addresses.length > 0) this.#options.save({ hostname, addresses, atMs: this.#options.clock.wallMs() })
  }
}

/** What counts from now on; those that were known first, so that the same few are taken of many. */
function addressesBy(before: readonly Address[], family: Family, answer: Resolved | undefined): Address[] {
  const known = before.filter(address => address.family === family)
  if (answer === undefined || answer.kind === 'failed') return known
  if (answer.kind === 'none') return []
  const found = new Map(answer.addresses.map(address => [address.text, address]))
  const stay = known.filter(({ text }) => found.delete(text))
  const added = [...found.values()].sort((a, b) => (a.text < b.text ? -1 : 1))
  return [...stay, ...added].slice(0, MAX_RESOLVED)
}

function textOf(addresses: readonly Address[]): string {
  return addresses.map(({ text }) => text).join(' ')
}
