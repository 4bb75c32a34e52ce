/**
 * Control as it runs, without the network: a configuration read from files, a store on disk, boards that a real responder answers from,
 * and a clock that stands still. Outcomes go in, answers come out.
 */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Announcement } from '#alert/announcement.ts'
import { Arrival } from '#answer/arrival.ts'
import { newCounters, Transport } from '#answer/counters.ts'
import { PLAIN_POLICY } from '#answer/policy.ts'
import { Responder } from '#answer/respond.ts'
import { formatComplaint } from '#base/complaint.ts'
import type { Log } from '#base/log.ts'
import type { Resolved } from '#client/resolve.ts'
import type { Configuration } from '#config/configuration.ts'
import { loadConfiguration } from '#config/load.ts'
import type { EventSink } from '#control/events.ts'
import { explain } from '#control/explain.ts'
import type { Explanation } from '#control/explanation.ts'
import { createGeneration, type Generation, Generations } from '#control/generation.ts'
import { Heartbeats } from '#control/heartbeats.ts'
import { Hostnames } from '#control/hostnames.ts'
import { Judging } from '#control/judging.ts'
import { Operations } from '#control/operations.ts'
import { OverrideBook } from '#control/overrides.ts'
import type { PoolState } from '#control/pool-state.ts'
import { hostnamesIn } from '#control/resolved-zones.ts'
import type { Outcome } from '#health/outcome.ts'
import type { AnswerKind } from '#steering/pool.ts'
import { openStore, type Store } from '#store/store.ts'
import { TempFolder } from '#test/temp-folder.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { decodeMessage, encodeQuery } from '#wire/message.ts'
import { name } from '#wire/name.ts'
import { dataToText } from '#wire/record-data.ts'
import { Rcode, typeFromText } from '#wire/types.ts'

export interface Answer {
  /** `NOERROR`, `SERVFAIL`, … */
  readonly rcode: string
  readonly addresses: readonly string[]
  /** Of the answer, or of the SOA in a negative one. */
  readonly ttl: number | undefined
}

/** For tests each with worlds of its own: several live at once, since most of their time they wait for their stores to begin and to end. */
export const WORLDS = { concurrency: 4 }

/** Where the state lies in the folder. */
export const STATE = 'state/understudy.db'

const DETAILS = {
  pass: 'status 200',
  fail: 'no answer in 4s',
  inconclusive: 'no descriptors left',
} as const

export class World implements AsyncDisposable {
  readonly clock: VirtualClock
  readonly folder: TempFolder
  readonly store: Store
  readonly book: OverrideBook
  readonly judging: Judging
  readonly hostnames: Hostnames
  /** What resolvers answer, by `hostname family`; nobody answers for others. May be changed at any time. */
  readonly resolved = new Map<string, Resolved>()
  readonly operations: Operations
  readonly heartbeats: Heartbeats
  readonly generations = new Generations()
  /** What happened, in order: events as JSON, log lines, paces as `fast 192.0.2.1`. */
  readonly events: string[] = []
  readonly lines: string[] = []
  readonly paces: string[] = []
  /** For alerts. */
  readonly announced: Announcement[] = []
  readonly #log: Log = {
    info: (_, line) => this.lines.push(line),
    warn: () => undefined,
    error: () => undefined,
  }
  #configuration: Configuration | undefined
  #current: Generation | undefined
  #responder = new Responder(newCounters())

  private constructor(folder: TempFolder, store: Store, clock: VirtualClock) {
    this.folder = folder
    this.store = store
    this.clock = clock
    this.book = new OverrideBook(
      { clock, store, onFault: message => this.lines.push(message) },
      store.restored.overrides,
    )
    this.hostnames = new Hostnames(
      {
        clock,
        random: () => 0,
        log: this.#log,
        resolve: (hostname, family) =>
          Promise.resolve(
            this.resolved.get(`${hostname} ${family}`) ?? { kind: 'failed', detail: 'no answer' },
          ),
        save: hostname => store.saveHostname(hostname),
        onChange: () => this.judging.readdress(),
      },
      store.restored.hostnames,
    )
    this.judging = new Judging({
      book: this.book,
      knownHostname: hostname => this.hostnames.of(hostname),
      clock,
      write: (slotId, content) => this.generations.write(slotId, content),
      pace: (key, pace) => this.paces.push(`${pace} ${this.#addressOf(key)}`),
      store,
      events: this.#sink(),
      log: this.#log,
      announce: announcement => this.announced.push(announcement),
    })
    this.operations = new Operations(this.judging, this.book)
    this.heartbeats = new Heartbeats(clock, this.judging)
  }

  /** The first start, with these zone files by name. */
  static async begin(zones: Readonly<Record<string, string>>, settings = ''): Promise<World> {
    const world = await World.#open(await TempFolder.open(), new VirtualClock())
    await world.folder.file('understudy.yaml', settings)
    await world.reload(zones)
    return world
  }

  static async #open(folder: TempFolder, clock: VirtualClock): Promise<World> {
    const ignored = (): void => undefined
    let world: World | undefined
    const store = await openStore({
      path: join(folder.path, STATE),
      // The store's thread has the real clock.
      history: { days: 36_500, rows: 100_000 },
      onFault: ignored,
      onRecovered: ignored,
      onSaveAgain: () => world?.judging.saveAgain(),
    })
    world = new World(folder, store, clock)
    return world
  }

  /** The same folder and state under a new process, so many milliseconds later; this world is over. */
  async restart(afterMs: number, zones: Readonly<Record<string, string>> = {}): Promise<World> {
    this.hostnames.stop()
    this.judging.stop()
    this.heartbeats.stop()
    await this.store.close()
    await this.clock.advance(afterMs)
    const next = await World.#open(this.folder, this.clock)
    await next.reload(zones)
    return next
  }

  get configuration(): Configuration {
    assert.ok(this.#configuration !== undefined)
    return this.#configuration
  }

  /** Writes the files, reads the configuration and goes over to it, as the server does. */
  async reload(zones: Readonly<Record<string, string>>): Promise<void> {
    const generation = await this.adopt(zones)
    this.answerFrom(generation)
    this.generations.keepOnly(generation)
  }

  /** The first half of a reload: both boards are written, and nobody answers from the new one yet. */
  async adopt(zones: Readonly<Record<string, string>>): Promise<Generation> {
    const goOver = await this.read(zones)
    return goOver()
  }

  /** Writes the files and reads the configuration; gives what goes over to it, at once. */
  async read(zones: Readonly<Record<string, string>>): Promise<() => Generation> {
    for (const [file, text] of Object.entries(zones)) await this.folder.file(`zones/${file}`, text)
    const cwd = this.folder.path
    const { configuration, complaints } = await loadConfiguration({ cwd, env: {} })
    assert.ok(configuration !== undefined, complaints.map(formatComplaint).join('\n'))
    this.hostnames.adopt(hostnamesIn(configuration.zones))
    await this.hostnames.asked(0)
    return () => {
      const generation = createGeneration(configuration, PLAIN_POLICY)
      this.generations.add(generation)
      this.#configuration = configuration
      this.judging.adopt(configuration)
      this.heartbeats.adopt(this.judging.heartbeats)
      return generation
    }
  }

  answerFrom(generation: Generation): void {
    this.#current = generation
    this.#responder = new Responder(newCounters())
    this.#responder.use(generation)
  }

  /** What a generation answers, without waiting for anybody: as a thread would that reads its board. */
  ask(question: string, generation: Generation | undefined = this.#current): Answer {
    assert.ok(generation !== undefined)
    if (generation === this.#current) return ask(this.#responder, question, this.clock.monotonicMs())
    const responder = new Responder(newCounters())
    responder.use(generation)
    return ask(responder, question, this.clock.monotonicMs())
  }

  /** `www.a.test A` */
  explain(question: string): Explanation {
    const [owner = '', type = ''] = question.split(' ')
    return explain(
      { name: name(`${owner}.`), type: typeFromText(type) ?? 0 },
      {
        configuration: this.configuration,
        generation: this.generations.current,
        judging: this.judging,
        book: this.book,
        hostnames: this.hostnames,
      },
    )
  }

  addresses(question: string): readonly string[] {
    return this.ask(question).addresses
  }

  /** One probe of the address has ended now; under each health check that it is probed by, or only the one on that port. */
  outcome(address: string, kind: Outcome['kind'], port?: number): void {
    const targets = this.judging.targets.filter(
      ({ address: probed, spec }) =>
        probed === address && (port === undefined || ('port' in spec && spec.port === port)),
    )
    assert.notEqual(targets.length, 0, `${address} is not probed`)
    const reason = kind === 'pass' ? 'ok' : 'timeout'
    const outcome = { kind, reason, detail: DETAILS[kind], latencyMs: 1 }
    for (const { key } of targets) {
      this.judging.take({
        key,
        outcome,
        startedMs: this.clock.monotonicMs(),
        endedWallMs: this.clock.wallMs(),
      })
    }
  }

  outcomes(address: string, ...kinds: readonly Outcome['kind'][]): void {
    for (const kind of kinds) this.outcome(address, kind)
  }

  pool(poolName: string): PoolState {
    const found = this.judging.pools.find(({ zoneName, pool }) => `${zoneName}/${pool.name}` === poolName)
    assert.ok(found !== undefined, `there is no pool ${poolName}`)
    return found
  }

  /** `mode: endpoints` of what the pool has selected. */
  selected(poolName: string, family: AnswerKind = 'ipv4'): string {
    const selection = this.pool(poolName).selection(family)
    return selection === undefined ? 'nothing' : `${selection.mode}: ${selection.endpoints.join(' ')}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close()
    await this.folder[Symbol.asyncDispose]()
  }

  #addressOf(key: string): string {
    return this.judging.targets.find(target => target.key === key)?.address ?? '?'
  }

  #sink(): EventSink {
    const told = (text: string): void => void this.events.push(text)
    return {
      probe: ({ zone, check, type, outcome }) => told(`probe ${zone} ${check} ${type} ${outcome.kind}`),
      transition: ({ kind, zone, pool, endpoint = '', family, from, to }) =>
        told(`${kind} ${zone}/${pool}/${endpoint} ${family} ${from} > ${to}`),
      switched: seconds => told(`switched ${seconds}`),
      failover: ({ zone, pool, family, direction }) => told(`${direction} ${zone}/${pool} ${family}`),
      reload: result => told(`reload ${result}`),
    }
  }
}

function ask(responder: Responder, question: string, nowMs: number): Answer {
  const [owner = '', type = ''] = question.split(' ')
  const query = encodeQuery({ id: 1, name: name(`${owner}.`), type: typeFromText(type) ?? 0 })
  const bytes = new Uint8Array(65_535)
  bytes.set(query)
  const arrival = new Arrival(Transport.tcp)
  arrival.tick(nowMs, 0)
  const message = decodeMessage(bytes.slice(0, responder.respond(bytes, 0, query.length, arrival)))
  assert.ok(message !== undefined)
  const [rcode = ''] = Object.entries(Rcode).find(([, code]) => code === message.rcode) ?? []
  const addresses = message.answer.map(({ type: one, data }) => dataToText(one, data))
  return { rcode, addresses, ttl: [...message.answer, ...message.authority][0]?.ttl }
}
