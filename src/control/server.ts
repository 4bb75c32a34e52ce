/** The whole server: state, prober, judging and listeners joined; reload and stop. */
import type { SocketAddr } from '#base/address.ts'
import { type Clock, systemClock } from '#base/clock.ts'
import { collectGarbage } from '#base/garbage.ts'
import type { Log } from '#base/log.ts'
import { seededRandom } from '#base/random.ts'
import { resolveAddresses } from '#client/resolve.ts'
import { systemResolvers } from '#client/system-resolvers.ts'
import type { Configuration } from '#config/configuration.ts'
import type { LoadRequest } from '#config/load.ts'
import { type Prober, startProber } from '#probe/prober.ts'
import { defaultResponders, type Listeners, startListeners } from '#serve/listeners.ts'
import type { Store } from '#store/store.ts'
import { AlertDesk } from './alert-desk.ts'
import { AuditTrail } from './audit.ts'
import { Drills } from './drills.ts'
import type { EventSink } from './events.ts'
import { explain } from './explain.ts'
import type { Explainer, Explanation, Question } from './explanation.ts'
import { createGeneration, Generations } from './generation.ts'
import { Heartbeats } from './heartbeats.ts'
import { Hostnames } from './hostnames.ts'
import { Judging } from './judging.ts'
import { Operations } from './operations.ts'
import { allOverrideViews } from './override-view.ts'
import { OverrideBook } from './overrides.ts'
import { PolicyMaker } from './policy.ts'
import { poolView } from './pool-view.ts'
import { probeHistory } from './probe-history.ts'
import type { ProbeHistoryPage, ProbeHistoryQuery } from './probe-history-view.ts'
import { QueryLogDrain } from './query-log.ts'
import { type Reloaded, Reloader } from './reloader.ts'
import { hostnamesIn } from './resolved-zones.ts'
import { openServerStore } from './server-store.ts'
import { serverView } from './server-view.ts'
import { type StateLock, takeLock } from './state-lock.ts'
import { transitionQuery } from './transition-query.ts'
import { transitionView } from './transitions.ts'
import type {
  AlertsView,
  ControlView,
  DrillView,
  PlacedOverrideView,
  PoolView,
  ServerView,
  TransitionView,
} from './view.ts'
import { watchersOf } from './watchers.ts'
import { WhyTeller } from './why-teller.ts'

export interface ServerOptions {
  readonly request: LoadRequest
  readonly version: string
  readonly events: EventSink
  readonly log: Log
}

/** For each resolver. */
const RESOLVER_TIMEOUT_MS = 2000

export class Server implements ControlView, Explainer {
  readonly #options: ServerOptions
  readonly #clock: Clock = systemClock
  readonly #store: Store
  readonly #book: OverrideBook
  readonly #hostnames: Hostnames
  /** Who is told of what happens. */
  readonly alertDesk: AlertDesk
  readonly #judging: Judging
  readonly #operations: Operations
  readonly #heartbeats: Heartbeats
  readonly #teller: WhyTeller
  /** Synthetic failures. */
  readonly drilling: Drills
  readonly #audit: AuditTrail
  readonly #generations = new Generations()
  readonly #policies: PolicyMaker
  readonly #lock: StateLock
  #configuration: Configuration
  #prober: Prober | undefined
  #listeners: Listeners | undefined
  #queryLog: QueryLogDrain | undefined
  #resolvers: readonly SocketAddr[] = []
  #restarts = 0
  #lastReloadMs: number | undefined
  #closing = false
  readonly #reloader: Reloader

  private constructor(options: ServerOptions, configuration: Configuration, store: Store, lock: StateLock) {
    this.#options = options
    this.#configuration = configuration
    this.#store = store
    this.#lock = lock
    this.#policies = new PolicyMaker(options.version)
    this.#book = new OverrideBook(
      { clock: this.#clock, store, onFault: message => options.log.error({}, `overrides: ${message}`) },
      store.restored.overrides,
    )
    this.#hostnames = this.#newHostnames()
    this.alertDesk = new AlertDesk({
      clock: this.#clock,
      random: seededRandom(process.pid),
      log: options.log,
      store,
    })
    this.#judging = new Judging({
      book: this.#book,
      knownHostname: hostname => this.#hostnames.of(hostname),
      clock: this.#clock,
      write: (slotId, content) => this.#generations.write(slotId, content),
      pace: (key, pace) => this.#prober?.setPace(key, pace),
      store,
      events: options.events,
      log: options.log,
      announce: announcement => this.alertDesk.announce(announcement),
    })
    this.#operations = new Operations(this.#judging, this.#book)
    this.#reloader = new Reloader({
      request: options.request,
      events: options.events,
      current: () => this.#configuration,
      isClosing: () => this.#closing,
      goOver: next => this.#goOver(next),
      onEnd: ended => this.alertDesk.reloaded(ended),
    })
    this.drilling = new Drills({
      clock: this.#clock,
      judging: this.#judging,
      book: this.#book,
      store,
      pool: target => this.#operations.findPool(target),
      watchers: (pool, others) => watchersOf(pool, this.bound[0], others),
      onEnd: (transition, drill) => this.#judging.recorder.drill(transition, drill),
    })
    this.#heartbeats = new Heartbeats(this.#clock, this.#judging)
    this.#teller = new WhyTeller({
      clock: this.#clock,
      judging: this.#judging,
      generations: this.#generations,
      sources: { book: this.#book, hostnames: this.#hostnames },
    })
    this.#audit = new AuditTrail({ clock: this.#clock, store, log: options.log })
  }

  /** What operators may do. */
  get operations(): Operations {
    return this.#operations
  }

  /** What endpoints that report in may do. */
  get heartbeats(): Heartbeats {
    return this.#heartbeats
  }

  /** Who has changed what. */
  get audit(): AuditTrail {
    return this.#audit
  }

  /** Takes up the stored state, and answers. Throws, with words for a person, where the addresses or the state are in use by another. */
  static async start(options: ServerOptions, configuration: Configuration): Promise<Server> {
    const { settings } = configuration
    const lock = takeLock(settings.statePath, options.log)
    let server: Server | undefined
    const store = await openServerStore(settings, options.log, {
      announce: announcement => server?.alertDesk.announce(announcement),
      saveAgain() {
        if (server !== undefined) server.#saveAgain()
      },
    })
    server = new Server(options, configuration, store, lock)
    try {
      await server.#begin()
    } catch (error) {
      await server.close()
      throw error
    }
    return server
  }

  get configuration(): Configuration {
    return this.#configuration
  }

  /** The addresses with the ports as they are. */
  get bound(): readonly SocketAddr[] {
    return this.#listeners?.bound ?? []
  }

  /** Which UDP listener is used, and why. */
  get udpWhy(): string {
    return this.#listeners?.udpWhy ?? ''
  }

  /**
   * Reads the configuration again. If anything in it is wrong nothing changes; the complaints say what. Settings of the process itself
   * are taken up by a restart only. Rejects once the server is being stopped.
   */
  reload(): Promise<Reloaded> {
    return this.#reloader.reload()
  }

  /** The same since files have changed: gives up no zone. */
  reloadChanged(): Promise<Reloaded> {
    return this.#reloader.reloadChanged()
  }

  /** What a reload would say and change, which changes nothing. `done` says whether it would be. */
  preview(): Promise<Reloaded> {
    return this.#reloader.preview()
  }

  /** Ends everything; what was decided is stored when this resolves. */
  async close(): Promise<void> {
    this.drilling.close()
    this.#judging.stop()
    this.#teller.stop()
    this.#hostnames.stop()
    this.#heartbeats.stop()
    this.alertDesk.stop()
    this.#closing = true
    try {
      await Promise.all([this.#prober?.close(), this.#listeners?.close()])
    } finally {
      this.#queryLog?.close()
      await this.#store.close()
      this.#lock.release()
    }
  }

  /** Whether every thread that answers queries does so within that time. */
  async isAnswering(limitMs: number): Promise<boolean> {
    return (await this.#listeners?.isAlive(limitMs)) ?? false
  }

  server(): ServerView {
    return serverView({
      configuration: this.#configuration,
      version: this.#options.version,
      listeners: this.#listeners,
      prober: this.#prober,
      store: this.#store,
      pools: this.#judging.pools,
      hostnames: this.#hostnames,
      cutOff: this.#judging.cutOff,
      lastReloadMs: this.#lastReloadMs,
      reloadFault: this.#reloader.fault,
      wallMs: this.#clock.wallMs(),
    })
  }

  pools(): readonly PoolView[] {
    const { nowMs, wallMs } = this.#judging.now()
    return this.#judging.pools.map(pool => poolView(pool, nowMs, wallMs, this.#book))
  }

  alerts(limit: number): AlertsView {
    return this.alertDesk.view(limit)
  }

  pool(zone: string, name: string): PoolView | undefined {
    const found = this.#judging.pools.find(one => one.zoneName === zone && one.pool.name === name)
    return found && poolView(found, this.#clock.monotonicMs(), this.#clock.wallMs(), this.#book, true)
  }

  overrides(): readonly PlacedOverrideView[] {
    return allOverrideViews(this.#judging.pools, this.#book)
  }

  drills(): readonly DrillView[] {
    return this.drilling.list
  }

  explain(question: Question): Explanation {
    return explain(question, {
      configuration: this.#configuration,
      generation: this.#generations.current,
      judging: this.#judging,
      book: this.#book,
      hostnames: this.#hostnames,
    })
  }

  async transitions(query: {
    sinceMs?: number
    name?: string
    limit: number
  }): Promise<readonly TransitionView[]> {
    const stored = await this.#store.transitions(transitionQuery(query, this.#judging.pools))
    return stored.map(transitionView)
  }

  probeHistory(query: ProbeHistoryQuery): Promise<ProbeHistoryPage> {
    return probeHistory(query, this.#judging.pools, wanted => {
      this.#judging.recorder.probes.flush(wanted.keys)
      return this.#store.probeRuns(wanted)
    })
  }

  async #begin(): Promise<void> {
    const { settings } = this.#configuration
    const generation = createGeneration(this.#configuration, this.#policies.policyOf(settings))
    this.#generations.add(generation)
    await this.#resolve(this.#configuration)
    this.alertDesk.adopt(settings)
    this.#judging.adopt(this.#configuration)
    this.alertDesk.settle(this.#judging)
    this.#listeners = await startListeners({
      dns: settings.dns,
      udp: settings.udp,
      responders: settings.responders ?? defaultResponders(),
      tcp: settings.answering.tcp,
      answering: generation,
      onRestart: (what, why) => this.#restarted(what, why),
    })
    this.#queryLog = new QueryLogDrain(() => this.#listeners?.queryLogs() ?? [], this.#options.log)
    this.#prober = startProber({
      targets: this.#judging.targets,
      seed: process.pid,
      userAgent: `Understudy/${this.#options.version} (health check)`,
      onReport: report => this.#judging.take(report),
      onRestart: why => {
        this.#options.log.error({ why }, `prober restarted: ${why}; verdicts stay as they are`)
        this.alertDesk.announce({ kind: 'restart', what: 'prober', why })
      },
    })
    this.#judging.setPaces()
    this.#heartbeats.adopt(this.#judging.heartbeats)
    this.#lastReloadMs = this.#clock.wallMs()
    await this.drilling.restore()
  }

  /** The new board is written before anybody answers from it, the old one until nobody does any more. */
  async #goOver(configuration: Configuration): Promise<void> {
    const generation = createGeneration(configuration, this.#policies.policyOf(configuration.settings))
    await this.#resolve(configuration)
    if (this.#closing) throw new Error('the server is being stopped')
    this.#generations.add(generation)
    this.#configuration = configuration
    this.alertDesk.adopt(configuration.settings)
    this.#judging.adopt(configuration)
    this.alertDesk.settle(this.#judging)
    this.#hostnames.adopt(hostnamesIn(configuration.zones))
    this.#probe()
    await this.#listeners?.publish(generation)
    this.#generations.keepOnly(generation)
    collectGarbage()
    this.#lastReloadMs = this.#clock.wallMs()
  }

  #newHostnames(): Hostnames {
    const store = this.#store
    return new Hostnames(
      {
        clock: this.#clock,
        random: seededRandom(process.pid),
        log: this.#options.log,
        resolve: (hostname, family) =>
          resolveAddresses(hostname, family, {
            resolvers: this.#resolvers,
            timeoutMs: RESOLVER_TIMEOUT_MS,
          }),
        save: hostname => store.saveHostname(hostname),
        onChange: () => {
          this.#judging.readdress()
          this.#probe()
        },
      },
      store.restored.hostnames,
    )
  }

  /** So that a first answer need not do without an endpoint that is about to be known. */
  async #resolve({ zones, settings }: Configuration): Promise<void> {
    this.#resolvers = settings.resolvers ?? systemResolvers()
    // Those of before are in use until the new ones are.
    this.#hostnames.adopt(hostnamesIn([...this.#configuration.zones, ...zones]))
    await this.#hostnames.asked(RESOLVER_TIMEOUT_MS)
  }

  /** What is judged now, from now on. */
  #probe(): void {
    this.#prober?.setTargets(this.#judging.targets)
    this.#judging.setPaces()
    this.#heartbeats.adopt(this.#judging.heartbeats)
    this.drilling.look()
  }

  #saveAgain(): void {
    this.#judging.saveAgain()
    this.#hostnames.saveAgain()
    this.alertDesk.saveAgain()
  }

  #restarted(what: string, why: string): void {
    this.#restarts++
    this.#options.log.error({ what, why, restarts: this.#restarts }, `${what} restarted: ${why}`)
    this.alertDesk.announce({ kind: 'restart', what, why })
  }
}
