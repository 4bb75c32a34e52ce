/** `understudy serve`: runs the server until it is told to stop. */

import { createMetrics } from '#admin/metrics.ts'
import { startAdmin } from '#admin/server.ts'
import { formatSocketAddr } from '#base/address.ts'
import { loadConfiguration } from '#config/load.ts'
import { Server } from '#control/server.ts'
import { countComplaints, logComplaints, printComplaints } from './complaints.ts'
import { createLogger, type Logger } from './logging.ts'
import { VERSION } from './version.ts'

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
  const metrics = createMetrics()
  let server: Server
  try {
    server = await Server.start({ request, version: VERSION, events: metrics, log }, configuration)
  } catch (error) {
    return await failed(error, log)
  }
  try {
    const { admin: adminAddress, metrics: metricsAddress } = configuration.settings
    const admin = await startAdmin({
      admin: adminAddress,
      ...(metricsAddress === undefined ? {} : { metrics: metricsAddress }),
      control: server,
      actions: server.operations,
      heartbeats: server.heartbeats,
      alerts: server.alertDesk,
      render: () => metrics.render(server),
      log,
    })
    announce(server, admin.bound, log)
    hangUps.listen(() => void reload(server, log))
    return await untilStopped({ server, admin }, log)
  } catch (error) {
    await server.close()
    return await failed(error, log)
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

function announce(server: Server, admin: Parameters<typeof formatSocketAddr>[0], log: Logger): void {
  const addresses = server.bound.map(formatSocketAddr)
  const { zones } = server.configuration
  log.info({ version: VERSION, zones: zones.length }, `understudy ${VERSION}: ${zones.length} zones`)
  log.info({ addresses, why: server.udpWhy }, `answering on ${addresses.join(', ')}; UDP by ${server.udpWhy}`)
  log.info({ admin: formatSocketAddr(admin) }, `admin on http://${formatSocketAddr(admin)}`)
}

async function untilStopped({ server, admin }: Running, log: Logger): Promise<number> {
  const signal = await new Promise<string>(resolve => {
    process.once('SIGTERM', () => resolve('SIGTERM'))
    process.once('SIGINT', () => resolve('SIGINT'))
    // The launcher is gone: nobody could end this process by the id that it knows.
    process.once('disconnect', () => resolve('the end of its launcher'))
  })
  log.info({ signal }, `stopping on ${signal}`)
  await Promise.all([admin.close(), server.close()])
  log.info({}, 'stopped')
  await log.end()
  return 0
}

async function reload(server: Server, log: Logger): Promise<void> {
  try {
    const { done, complaints } = await server.reload()
    logComplaints(complaints, log)
    if (done) log.info({ zones: server.configuration.zones.length }, 'configuration reloaded')
    else
      log.error({}, `configuration not reloaded, the old one stays in force: ${countComplaints(complaints)}`)
  } catch (error) {
    log.error({ error: String(error) }, `configuration not reloaded: ${String(error)}`)
  }
}

async function failed(error: unknown, log: Logger): Promise<number> {
  const message = error instanceof Error ? error.message : String(error)
  log.fatal({}, `not started: ${message}`)
  await log.end()
  return 1
}
