/** The whole server: state, prober, judging and listeners joined; reload and stop. */

import type { SocketAddr } from '#base/address.ts'
import { type Clock, systemClock } from '#base/clock.ts'
import type { Complaint } from '#base/complaint.ts'
import { collectGarbage } from '#base/garbage.ts'
import type { Log } from '#base/log.ts'
import { seededRandom } from '#base/random.ts'
import { resolveAddresses } from '#client/resolve.ts'
import { systemResolvers } from '#client/system-resolvers.ts'
import type { Configuration } from '#config/configuration.ts'
import { type LoadRequest, loadConfiguration } from '#config/load.ts'
import { type Prober, startProber } from '#probe/prober.ts'
import { defaultResponders, type Listeners, startListeners } from '#serve/listeners.ts'
import { lockState } from '#store/lock.ts'
import { openStore, type Store } from '#store/store.ts'
import { AlertDesk } from './alert-desk.ts'
import type { EventSink } from './events.ts'
import { createGeneration, type Generation, Generations } from './generation.ts'
import { Heartbeats } from './heartbeats.ts'
import { Hostnames } from './hostnames.ts'
import { Judging } from './judging.ts'
import { Operations } from './operations.ts'
import { OverrideBook } from './overrides.ts'
import { PolicyMaker } from './policy.ts'
import { poolView } from './pool-view.ts'
import { QueryLogDrain } from './query-log.ts'
import { hostnamesIn } from './resolved-zones.ts'
import { serverView } from './server-view.ts'
import { transitionQuery } from './transition-query.ts'
import { transitionView } from './transitions.ts'
import type { AlertsView, ControlView, PoolView, ServerView, TransitionView } from './view.ts'

export interface ServerOptions {
  readonly request: LoadRequest
  readonly version: string
  readonly events: EventSink
  readonly log: Log
}

export interface Reloaded {
  readonly done: boolean
  /** With `done` only warnings. */
  readonly complaints: readonly Complaint[]
}

/** For each resolver. */
const RESOLVER_TIMEOUT_MS = 2000

interface Lock {
  release(): void
}

export class Server implements ControlView {
  readonly #options: ServerOptions
  readonly #clock: Clock = systemClock
  readonly #store: Store
  readonly #book: OverrideBook
  readonly #hostnames: Hostnames
  readonly #alerts: AlertDesk
  readonly #judging: Judging
  readonly #operations: Operations
  readonly #heartbeats: Heartbeats
  readonly #generations = new Generations()
  readonly #policies: PolicyMaker
  readonly #lock: Lock
  #configuration: Configuration
  #prober: Prober | undefined
  #listeners: Listeners | undefined
  #queryLog: QueryLogDrain | undefined
  #resolvers: readonly SocketAddr[] = []
  #restarts = 0
  #lastReloadMs: number | undefined
  #closing = false
  #reloading: Promise<unknown> = Promise.resolve()
  /** The reload that waits for the one under way. */
  #nextReload: Promise<Reloaded> | undefined

  private constructor(options: ServerOptions, configuration: Configuration, store: Store, lock: Lock) {
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
    this.#alerts = new AlertDesk({
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
      announce: announcement => this.#alerts.announce(announcement),
    })
    this.#operations = new Operations(this.#judging, this.#book)
    this.#heartbeats = new Heartbeats(this.#clock, this.#judging)
  }

  /** What operators may do. */
  get operations(): Operations {
    return this.#operations
  }

  /** What endpoints that report in may do. */
  get heartbeats(): Heartbeats {
    return this.#heartbeats
  }

  /** Takes up the stored state, and answers. Throws, with words for a person, where the addresses or the state are in use by another. */
  static async start(options: ServerOptions, configuration: Configuration): Promise<Server> {
    const { statePath } = configuration.settings
    const { log } = options
    const lock = takeLock(statePath, log)
    let server: Server | undefined
    const store = await openStore({
      path: statePath,
      onFault(fault, lasts) {
        const more = lasts ? '; answers and failover go on, nothing is stored' : ''
        log.error({ fault }, `state: ${fault}${more}`)
        if (lasts) server?.alertDesk.announce({ kind: 'store', fault })
      },
      onRecovered() {
        log.info({}, 'state: stored again')
        server?.alertDesk.announce({ kind: 'store', fault: undefined })
      },
      onSaveAgain() {
        if (server === undefined) return
        server.#judging.saveAgain()
        server.#hostnames.saveAgain()
        server.#alerts.saveAgain()
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

  /** Who is told of what happens. */
  get alertDesk(): AlertDesk {
    return this.#alerts
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
   * are taken up by a restart only. Whoever asks while another reload waits for its turn gets that one. Rejects once the server is being stopped.
   */
  reload(): Promise<Reloaded> {
    const turn = this.#nextReload ?? this.#reloading.then(() => this.#beginReload())
    this.#nextReload = turn
    this.#reloading = turn.catch(() => undefined)
    return turn
  }

  /** Ends everything; what was decided is stored when this resolves. */
  async close(): Promise<void> {
    this.#judging.stop()
    this.#hostnames.stop()
    this.#heartbeats.stop()
    this.#alerts.stop()
    this.#closing = true
    try {
      await Promise.all([this.#prober?.close(), this.#listeners?.close()])
    } finally {
      this.#queryLog?.close()
      await this.#store.close()
      this.#lock.release()
    }
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
      wallMs: this.#clock.wallMs(),
    })
  }

  pools(): readonly PoolView[] {
    const [nowMs, wallMs] = [this.#clock.monotonicMs(), this.#clock.wallMs()]
    return this.#judging.pools.map(pool => poolView(pool, nowMs, wallMs, this.#book))
  }

  alerts(limit: number): AlertsView {
    return this.#alerts.view(limit)
  }

  async transitions(query: {
    sinceMs?: number
    name?: string
    limit: number
  }): Promise<readonly TransitionView[]> {
    const stored = await this.#store.transitions(transitionQuery(query, this.#judging.pools))
    return stored.map(transitionView)
  }

  async #begin(): Promise<void> {
    const { settings } = this.#configuration
    const generation = createGeneration(this.#configuration, this.#policies.policyOf(settings))
    this.#generations.add(generation)
    await this.#resolve(this.#configuration)
    this.#alerts.adopt(settings)
    this.#judging.adopt(this.#configuration)
    this.#alerts.settle(this.#judging)
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
        this.#alerts.announce({ kind: 'restart', what: 'prober', why })
      },
    })
    this.#judging.setPaces()
    this.#heartbeats.adopt(this.#judging.heartbeats)
    this.#lastReloadMs = this.#clock.wallMs()
  }

  async #beginReload(): Promise<Reloaded> {
    this.#nextReload = undefined
    try {
      const reloaded = await this.#reload()
      this.#options.events.reload(reloaded.done ? 'success' : 'failure')
      this.#alerts.reloaded(reloaded)
      return reloaded
    } catch (error) {
      this.#options.events.reload('failure')
      this.#alerts.announce({ kind: 'reload', failed: true, detail: String(error) })
      throw error
    }
  }

  async #reload(): Promise<Reloaded> {
    const { configuration, complaints } = await loadConfiguration(this.#options.request)
    if (this.#closing) throw new Error('the server is being stopped')
    if (configuration === undefined || complaints.some(complaint => complaint.severity === 'error'))
      return { done: false, complaints }
    if (holdsNothing(configuration) && !holdsNothing(this.#configuration))
      return { done: false, complaints: [...complaints, emptied(configuration)] }
    await this.#goOver(
      configuration,
      createGeneration(configuration, this.#policies.policyOf(configuration.settings)),
    )
    this.#lastReloadMs = this.#clock.wallMs()
    return { done: true, complaints }
  }

  /** The new board is written before anybody answers from it, the old one until nobody does any more. */
  async #goOver(configuration: Configuration, generation: Generation): Promise<void> {
    await this.#resolve(configuration)
    if (this.#closing) throw new Error('the server is being stopped')
    this.#generations.add(generation)
    this.#configuration = configuration
    this.#alerts.adopt(configuration.settings)
    this.#judging.adopt(configuration)
    this.#alerts.settle(this.#judging)
    this.#hostnames.adopt(hostnamesIn(configuration.zones))
    this.#probe()
    await this.#listeners?.publish(generation)
    this.#generations.keepOnly(generation)
    collectGarbage()
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
  }

  #restarted(what: string, why: string): void {
    this.#restarts++
    this.#options.log.error({ what, why, restarts: this.#restarts }, `${what} restarted: ${why}`)
    this.#alerts.announce({ kind: 'restart', what, why })
  }
}

function holdsNothing({ zones, broken }: Configuration): boolean {
  return zones.length === 0 && broken.length === 0
}

/** A folder on which nothing is mounted looks like one whose zones were all taken away. */
function emptied({ settings }: Configuration): Complaint {
  const message =
    'holds no zones any more; those that were read before stay in force, in case a disk is only not mounted: to serve none, restart'
  return { severity: 'error', file: settings.zonesPath, line: 0, column: 0, message }
}

/** A disk that cannot be written must not keep the server from answering: then it goes without the lock. */
function takeLock(statePath: string, log: Log): Lock {
  let lock: ReturnType<typeof lockState>
  try {
    lock = lockState(statePath)
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error)
    log.error({ fault, statePath }, `state: cannot lock ${statePath}: ${fault}; going on without`)
    return { release: () => undefined }
  }
  if (!('heldBy' in lock)) return lock
  const advice = 'stop it first, or give this one a state of its own with --state'
  throw new Error(`another server (${lock.heldBy}) uses the state ${statePath}: ${advice}`)
}
