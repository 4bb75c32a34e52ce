/** `understudy serve`: runs the server until it is told to stop. */

import { LiveEvents } from '#admin/live-events.ts'
import { createMetrics } from '#admin/metrics.ts'
import { type Admin, startAdmin } from '#admin/server.ts'
import { formatSocketAddr } from '#base/address.ts'
import { configPath, type LoadRequest, loadConfiguration } from '#config/load.ts'
import type { EventSink } from '#control/events.ts'
import { FileWatch } from '#control/file-watch.ts'
import type { Reloaded } from '#control/reloader.ts'
import { Server } from '#control/server.ts'
import { countComplaints, logComplaints, printComplaints } from './complaints.ts'
import { createLogger, type Logger } from './logging.ts'
import { ServiceManager } from './service-manager.ts'
import { VERSION } from './version.ts'

/** Files that have not changed for so long are taken up. */
const QUIET_MS = 2000

export interface ServeOptions {
  readonly config?: string
  readonly zones?: string
  readonly state?: string
  readonly listen?: readonly string[]
  readonly admin?: string
}

/** Everything that runs, to be ended together. */
interface Running {
  readonly server: Server
  readonly admin: { close(): Promise<void> }
}

/** Resolves with the exit code once the server has ended. */
export async function serve(options: ServeOptions): Promise<number> {
  // From the start on: without a listener the signal would end the process.
  const hangUps = new HangUps()
  const { config, ...rest } = options
  const request = {
    ...rest,
    ...(config === undefined ? {} : { configFile: config }),
    cwd: process.cwd(),
    env: process.env,
  }
  const { configuration, complaints } = await loadConfiguration(request)
  if (configuration === undefined) {
    printComplaints(complaints)
    process.stderr.write(`not started: ${countComplaints(complaints)}\n`)
    return 1
  }
  const log = createLogger(configuration.settings)
  logComplaints(complaints, log)
  const manager = new ServiceManager({ env: process.env, log })
  const metrics = createMetrics()
  const live = new LiveEvents()
  let server: Server
  let admin: Admin | undefined
  const events: EventSink = {
    ...both(metrics, live),
    reload(result) {
      metrics.reload(result)
      live.reload(result)
      admin?.renew()
    },
  }
  try {
    server = await Server.start({ request, version: VERSION, events, log }, configuration)
  } catch (error) {
    return await failed(error, log)
  }
  try {
    const { admin: adminAddress, metrics: metricsAddress } = configuration.settings
    admin = await startAdmin({
      admin: adminAddress,
      ...(metricsAddress === undefined ? {} : { metrics: metricsAddress }),
      control: server,
      actions: server.operations,
      heartbeats: server.heartbeats,
      alerts: server.alertDesk,
      drills: server.drilling,
      live,
      audit: server.audit,
      reloading: {
        preview: () => server.preview(),
        reload: () => reload(() => server.reload(), server, log),
      },
      render: () => metrics.render(server),
      settings: () => server.configuration.settings,
      onDenied: why => metrics.denied(why),
      log,
    })
    announce(server, admin.bound, log)
    const reloadAll = (): Promise<Reloaded> => reload(() => server.reload(), server, log)
    hangUps.listen(() => void manager.whileReloading(server, reloadAll).catch(() => undefined))
    using _watch = await watchFiles(server, request, log)
    using _followed = manager.follow(server)
    return await untilStopped({ server, admin }, manager, log)
  } catch (error) {
    await server.close()
    return await failed(error, log)
  }
}

/** Events for those who count them, and for those who follow them. */
function both(metrics: EventSink, live: LiveEvents): Omit<EventSink, 'reload'> {
  return {
    probe: event => metrics.probe(event),
    switched: seconds => metrics.switched(seconds),
    failover: event => metrics.failover(event),
    transition(transition) {
      metrics.transition(transition)
      live.transition(transition)
    },
  }
}

/** SIGHUP asks for a reload. One that comes before there is anything to reload is remembered. */
class HangUps {
  #reload: (() => void) | undefined
  #early = false

  constructor() {
    process.on('SIGHUP', () => {
      if (this.#reload === undefined) this.#early = true
      else this.#reload()
    })
  }

  listen(reload: () => void): void {
    this.#reload = reload
    if (this.#early) reload()
  }
}

/** Whoever edits files sees them taken up, as long as that is not switched off. */
async function watchFiles(server: Server, request: LoadRequest, log: Logger): Promise<Disposable> {
  const { watch, zonesPath } = server.configuration.settings
  if (!watch) return { [Symbol.dispose]: () => undefined }
  const files = new FileWatch({
    folder: zonesPath,
    file: await configPath(request),
    quietMs: QUIET_MS,
    // The log says why not.
    onQuiet: () => void reload(() => server.reloadChanged(), server, log).catch(() => undefined),
    onFault: why => log.warn({ why }, `changes of files may go unnoticed: ${why}; SIGHUP takes them up`),
  })
  return { [Symbol.dispose]: () => files.close() }
}

function announce(server: Server, admin: Parameters<typeof formatSocketAddr>[0], log: Logger): void {
  const addresses = server.bound.map(formatSocketAddr)
  const { zones } = server.configuration
  log.info({ version: VERSION, zones: zones.length }, `understudy ${VERSION}: ${zones.length} zones`)
  log.info({ addresses, why: server.udpWhy }, `answering on ${addresses.join(', ')}; UDP by ${server.udpWhy}`)
  const scheme = server.configuration.settings.adminTls === undefined ? 'http' : 'https'
  log.info({ admin: formatSocketAddr(admin) }, `admin on ${scheme}://${formatSocketAddr(admin)}`)
}

async function untilStopped(
  { server, admin }: Running,
  manager: ServiceManager,
  log: Logger,
): Promise<number> {
  const signal = await new Promise<string>(resolve => {
    process.once('SIGTERM', () => resolve('SIGTERM'))
    process.once('SIGINT', () => resolve('SIGINT'))
    // The launcher is gone: nobody could end this process by the id that it knows.
    process.once('disconnect', () => resolve('the end of its launcher'))
  })
  log.info({ signal }, `stopping on ${signal}`)
  manager.stopping()
  await Promise.all([admin.close(), server.close()])
  log.info({}, 'stopped')
  await log.end()
  return 0
}

/** Says in the log what became of it. */
async function reload(work: () => Promise<Reloaded>, server: Server, log: Logger): Promise<Reloaded> {
  try {
    const reloaded = await work()
    const { done, complaints, unchanged } = reloaded
    if (unchanged === true) return reloaded
    logComplaints(complaints, log)
    if (done) log.info({ zones: server.configuration.zones.length }, 'configuration reloaded')
    else
      log.error({}, `configuration not reloaded, the old one stays in force: ${countComplaints(complaints)}`)
    return reloaded
  } catch (error) {
    log.error({ error: String(error) }, `configuration not reloaded: ${String(error)}`)
    throw error
  }
}

async function failed(error: unknown, log: Logger): Promise<number> {
  const message = error instanceof Error ? error.message : String(error)
  log.fatal({}, `not started: ${message}`)
  await log.end()
  return 1
}
