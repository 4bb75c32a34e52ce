/** One run of the server without its network: scheduler, judging, overrides, a store on disk, and boards that a responder answers from. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { Arrival } from '#answer/arrival.ts'
import { newCounters, Transport } from '#answer/counters.ts'
import { PLAIN_POLICY } from '#answer/policy.ts'
import { Responder } from '#answer/respond.ts'
import { formatComplaint } from '#base/complaint.ts'
import type { Random } from '#base/random.ts'
import { loadConfiguration } from '#config/load.ts'
import { createGeneration, Generations } from '#control/generation.ts'
import { Judging } from '#control/judging.ts'
import { Operations } from '#control/operations.ts'
import { OverrideBook } from '#control/overrides.ts'
import type { Outcome } from '#health/outcome.ts'
import { Scheduler } from '#probe/scheduler.ts'
import type { ProbeTarget } from '#probe/spec.ts'
import { openStore, type Store } from '#store/store.ts'
import type { TempFolder } from '#test/temp-folder.ts'
import type { VirtualClock } from '#test/virtual-clock.ts'
import { decodeMessage, encodeQuery, type Message } from '#wire/message.ts'
import { name } from '#wire/name.ts'

export interface NodeOptions {
  readonly folder: TempFolder
  readonly clock: VirtualClock
  readonly random: Random
  probe(target: ProbeTarget): Promise<Outcome>
  stalledMs(): number
  /** Told of every line of the log, and of each outcome that was judged. */
  readonly onLine: (line: string) => void
  readonly onOutcome: (target: ProbeTarget, outcome: Outcome) => void
}

export class SimulatedNode {
  readonly judging: Judging
  readonly book: OverrideBook
  readonly operations: Operations
  readonly store: Store
  readonly #options: NodeOptions
  readonly #scheduler: Scheduler
  readonly #generations = new Generations()
  readonly #responder = new Responder(newCounters())
  readonly #buffer = new Uint8Array(4096)
  #isStopped = false

  private constructor(options: NodeOptions, store: Store) {
    const { clock, random, onLine, onOutcome } = options
    this.#options = options
    this.store = store
    this.book = new OverrideBook({ clock, store, onFault: onLine }, store.restored.overrides)
    const ignored = (): void => undefined
    this.judging = new Judging({
      clock,
      write: (slotId, content) => this.#generations.write(slotId, content),
      pace: (key, pace) => this.#scheduler.setPace(key, pace),
      store,
      events: { probe: ignored, transition: ignored, switched: ignored, failover: ignored, reload: ignored },
      log: {
        info: (_, line) => onLine(line),
        warn: (_, line) => onLine(line),
        error: (_, line) => onLine(line),
      },
      book: this.book,
      knownHostname: hostname => assert.fail(`${hostname} is not to be resolved`),
    })
    this.operations = new Operations(this.judging, this.book)
    this.#scheduler = new Scheduler({
      maxRunning: 512,
      nextTurn: call => void clock.at(clock.monotonicMs(), call),
      clock,
      random,
      stalledMs: () => options.stalledMs(),
      run: target => options.probe(target),
      report: (target, outcome, startedMs) => {
        if (this.#isStopped) return
        this.judging.take({ key: target.key, outcome, startedMs, endedWallMs: clock.wallMs() })
        onOutcome(target, outcome)
      },
    })
  }

  /** Starts on the state in the folder, with these zone files. */
  static async start(options: NodeOptions, zone: string, settings: string): Promise<SimulatedNode> {
    let node: SimulatedNode | undefined
    const store = await openStore({
      path: join(options.folder.path, 'state/understudy.db'),
      onFault: message => options.onLine(`store: ${message}`),
      onRecovered: () => options.onLine('store: recovered'),
      onSaveAgain: () => node?.judging.saveAgain(),
    })
    node = new SimulatedNode(options, store)
    await node.load(zone, settings)
    return node
  }

  /** Reads the configuration and goes over to it, as at a start or a reload. */
  async load(zone: string, settings: string): Promise<void> {
    const { folder } = this.#options
    await folder.file('understudy.yaml', settings)
    await folder.file('zones/sim.test.yaml', zone)
    const { configuration, complaints } = await loadConfiguration({ cwd: folder.path, env: {} })
    assert.ok(configuration !== undefined, complaints.map(formatComplaint).join('\n'))
    const generation = createGeneration(configuration, PLAIN_POLICY)
    this.#generations.add(generation)
    this.judging.adopt(configuration)
    this.#responder.use(generation)
    this.#generations.keepOnly(generation)
    this.#scheduler.setTargets(this.judging.targets)
    this.judging.setPaces()
  }

  ask(owner: string, type: number): Message {
    const query = encodeQuery({ id: 1, name: name(owner), type })
    this.#buffer.set(query)
    const arrival = new Arrival(Transport.tcp)
    arrival.tick(this.#options.clock.monotonicMs(), 0)
    const length = this.#responder.respond(this.#buffer, 0, query.length, arrival)
    return decodeMessage(this.#buffer.slice(0, length)) ?? assert.fail('no answer')
  }

  /** Everything ends; what was decided is on disk. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#scheduler.setTargets([])
    this.judging.stop()
    await this.store.close()
  }
}
