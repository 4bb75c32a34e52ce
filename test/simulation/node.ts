/** One run of the server without its network: scheduler, judging, overrides, drills, heartbeats, hostnames, a store on disk, and boards that a responder answers from. */
import assert from 'node:assert/strict'
import { Arrival } from '#answer/arrival.ts'
import { newCounters, Transport } from '#answer/counters.ts'
import { PLAIN_POLICY } from '#answer/policy.ts'
import { Responder } from '#answer/respond.ts'
import { formatComplaint } from '#base/complaint.ts'
import type { Log } from '#base/log.ts'
import type { Random } from '#base/random.ts'
import type { Configuration } from '#config/configuration.ts'
import { loadConfiguration } from '#config/load.ts'
import { Drills } from '#control/drills.ts'
import { createGeneration, Generations } from '#control/generation.ts'
import { Heartbeats, type Report } from '#control/heartbeats.ts'
import { Hostnames } from '#control/hostnames.ts'
import { Judging } from '#control/judging.ts'
import { Operations } from '#control/operations.ts'
import { OverrideBook } from '#control/overrides.ts'
import type { PoolState } from '#control/pool-state.ts'
import { hostnamesIn } from '#control/resolved-zones.ts'
import type { Outcome } from '#health/outcome.ts'
import type { Pace } from '#health/timing.ts'
import { Scheduler } from '#probe/scheduler.ts'
import type { ProbeTarget } from '#probe/spec.ts'
import type { StoredTransition } from '#store/records.ts'
import type { TempFolder } from '#test/temp-folder.ts'
import type { VirtualClock } from '#test/virtual-clock.ts'
import { decodeMessage, encodeQuery, type Message } from '#wire/message.ts'
import { name } from '#wire/name.ts'
import { SimulatedDisk } from './disk.ts'
import type { SimulatedWorld } from './world.ts'
import { ENVIRONMENT, REFERENCE_TIMING } from './zone.ts'

export interface NodeOptions {
  readonly folder: TempFolder
  readonly clock: VirtualClock
  readonly random: Random
  readonly world: SimulatedWorld
  /** Told of every line of the log, and of each outcome that was judged. */
  readonly onLine: (line: string) => void
  readonly onOutcome: (target: ProbeTarget, outcome: Outcome) => void
  /** Other addresses are judged from now on. */
  readonly onReaddressed: () => void
  /** A drill has ended. */
  readonly onDrilled: (drill: StoredTransition) => void
}

export class SimulatedNode {
  readonly judging: Judging
  readonly book: OverrideBook
  readonly operations: Operations
  readonly drills: Drills
  readonly hostnames: Hostnames
  readonly disk: SimulatedDisk
  /** Pools of which anything may be another since somebody has looked. */
  readonly touched = new Set<PoolState>()
  /** Slots of the board that were written since. */
  readonly written = new Set<string>()
  /** What the prober was told last, by key. */
  readonly paces = new Map<string, Pace>()
  readonly #options: NodeOptions
  readonly #heartbeats: Heartbeats
  readonly #scheduler: Scheduler
  readonly #generations = new Generations()
  readonly #responder = new Responder(newCounters())
  readonly #buffer = new Uint8Array(4096)
  #isStopped = false

  private constructor(options: NodeOptions, disk: SimulatedDisk) {
    const { clock, random, world, onOutcome, onReaddressed } = options
    this.#options = options
    this.disk = disk
    const ignored = (): void => undefined
    const log = this.#log()
    this.book = new OverrideBook(
      { clock, store: disk, onFault: line => log.info({}, line) },
      disk.restored.overrides,
    )
    this.hostnames = new Hostnames(
      {
        clock,
        random,
        log,
        resolve: (hostname, family) =>
          Promise.resolve(world.resolver.resolve(hostname, family, clock.monotonicMs())),
        save: hostname => disk.saveHostname(hostname),
        onChange: () => {
          this.judging.readdress()
          this.#probe()
          onReaddressed()
        },
      },
      disk.restored.hostnames,
    )
    this.judging = new Judging({
      clock,
      write: (slotId, content) => {
        this.written.add(slotId)
        this.#generations.write(slotId, content)
      },
      pace: (key, pace) => {
        this.paces.set(key, pace)
        this.#scheduler.setPace(key, pace)
      },
      store: disk,
      events: { probe: ignored, transition: ignored, switched: ignored, failover: ignored, reload: ignored },
      log,
      book: this.book,
      knownHostname: hostname => this.hostnames.of(hostname),
    })
    this.judging.onJudged = pools => {
      for (const pool of pools) this.touched.add(pool)
    }
    this.operations = new Operations(this.judging, this.book)
    this.#heartbeats = new Heartbeats(clock, this.judging)
    this.drills = new Drills({
      clock,
      judging: this.judging,
      book: this.book,
      store: disk,
      pool: target => this.operations.findPool(target),
      watchers: () => [],
      onEnd: transition => {
        this.judging.recorder.announce(transition)
        options.onDrilled(transition)
      },
    })
    this.#scheduler = new Scheduler({
      maxRunning: 512,
      nextTurn: call => void clock.at(clock.monotonicMs(), call),
      clock,
      random,
      stalledMs: () => world.stalledMs,
      run: target => world.probe(target),
      report: (target, outcome, startedMs) => {
        if (this.#isStopped) return
        this.judging.take({ key: target.key, outcome, startedMs, endedWallMs: clock.wallMs() })
        onOutcome(target, outcome)
      },
    })
  }

  /** Starts on the state in the folder, with these zone files. */
  static async start(options: NodeOptions, zone: string, settings: string): Promise<SimulatedNode> {
    const disk = await SimulatedDisk.open({
      folder: `${options.folder.path}/state`,
      clock: options.clock,
      onLine: options.onLine,
    })
    const node = new SimulatedNode(options, disk)
    await node.load(zone, settings)
    return node
  }

  #log(): Log {
    const tell = (_: object, line: string): void => {
      if (!this.#isStopped) this.#options.onLine(line)
    }
    return { info: tell, warn: tell, error: tell }
  }

  /** Reads the configuration and goes over to it, as at a start or a reload. */
  async load(zone: string, settings: string): Promise<void> {
    const configuration = await this.#read(zone, settings)
    const wanted = hostnamesIn(configuration.zones)
    this.hostnames.adopt(wanted)
    await this.hostnames.asked(0)
    const generation = createGeneration(configuration, PLAIN_POLICY)
    this.#generations.add(generation)
    this.judging.adopt(configuration)
    this.#responder.use(generation)
    this.#probe()
    this.#generations.keepOnly(generation)
  }

  async #read(zone: string, settings: string): Promise<Configuration> {
    const { folder } = this.#options
    await folder.file('understudy.yaml', settings)
    await folder.file('zones/sim.test.yaml', zone)
    const { configuration, complaints } = await loadConfiguration({ cwd: folder.path, env: ENVIRONMENT })
    const errors = complaints.filter(({ severity }) => severity === 'error')
    assert.equal(errors.map(formatComplaint).join('\n'), '')
    assert.ok(configuration !== undefined)
    const references = configuration.settings.references.map(one => ({ ...one, timing: REFERENCE_TIMING }))
    return { ...configuration, settings: { ...configuration.settings, references } }
  }

  /** The server at the address reports in, for every endpoint that it is. */
  report(address: string, report: Report): void {
    for (const { target } of this.judging.heartbeats) {
      const [, pool = '', endpoint] = /^.*\/(.*)\/(.*)$/.exec(target.name) ?? []
      const found = this.judging.pools
        .find(one => one.pool.name === pool)
        ?.pool.endpoints.find(one => one.name === endpoint)
      if (found?.addresses.some(one => one.text === address) !== true) continue
      this.#heartbeats.report(target.name, report)
    }
  }

  ask(owner: string, type: number): Message {
    const query = encodeQuery({ id: 1, name: name(owner), type })
    this.#buffer.set(query)
    const arrival = new Arrival(Transport.tcp)
    arrival.tick(this.#options.clock.monotonicMs(), 0)
    const length = this.#responder.respond(this.#buffer, 0, query.length, arrival)
    return decodeMessage(this.#buffer.slice(0, length)) ?? assert.fail('no answer')
  }

  /** Whether a window is open on anything. */
  get isInMaintenance(): boolean {
    return this.judging.pools.some(({ zoneName: zone, pool }) =>
      pool.endpoints.some(({ name }) => this.book.windowsOn({ zone, pool: pool.name }, name).length > 0),
    )
  }

  /** Whether a drill runs in the pool, or in one in it. */
  isDrilled({ pool: { name }, nested }: PoolState): boolean {
    const isRunning = this.drills.list.some(({ state, pool }) => state === 'running' && pool === name)
    return isRunning || [...nested.values()].some(one => this.isDrilled(one))
  }

  /** Everything ends; what was decided is on disk. */
  async stop(): Promise<void> {
    this.#end()
    await this.disk.close()
  }

  /** The process is killed: what it saved in the last milliseconds is lost. */
  async kill(lostMs: number): Promise<void> {
    const disk = this.disk.kill(lostMs)
    this.#end()
    await disk
  }

  #end(): void {
    this.drills.close()
    this.#isStopped = true
    this.#scheduler.setTargets([])
    this.judging.stop()
    this.hostnames.stop()
    this.#heartbeats.stop()
  }

  /** What is judged now, from now on. */
  #probe(): void {
    const { targets } = this.judging
    this.#scheduler.setTargets(targets)
    const keys = new Set(targets.map(({ key }) => key))
    for (const key of this.paces.keys()) if (!keys.has(key)) this.paces.delete(key)
    this.judging.setPaces()
    this.#heartbeats.adopt(this.judging.heartbeats)
    this.drills.look()
  }
}
