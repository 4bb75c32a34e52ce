/** The admin listener, for people and programs on this host, and the one for a Prometheus elsewhere. */
import { Server as TlsServer } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import { formatSocketAddr, isLoopback, type SocketAddr } from '#base/address.ts'
import type { AdminTls } from '#config/configuration.ts'
import type { Explainer } from '#control/explanation.ts'
import type { ControlView } from '#control/view.ts'
import { type AccessSettings, addAccess, type Denial } from './access.ts'
import { type AlertTests, addAlerts } from './alerts.ts'
import type { Audit } from './audited.ts'
import { addChanges, type ReloadActions } from './changes.ts'
import { addDrills, type DrillActions } from './drills.ts'
import { addExplain } from './explain.ts'
import { addHeartbeats, type HeartbeatReports } from './heartbeats.ts'
import { contextOf, createListener, type Log, listen } from './listener.ts'
import { addLiveEvents, type LiveEvents } from './live-events.ts'
import { addOpenApi } from './openapi.ts'
import { addOperations, type OperatorActions } from './operations.ts'
import { addPage } from './page.ts'
import { addAdmin, addMetrics } from './routes.ts'

export interface AdminOptions {
  readonly admin: SocketAddr
  /** Only `/metrics` and `/livez`; may be any address. */
  readonly metrics?: SocketAddr
  readonly control: ControlView & Explainer
  readonly actions: OperatorActions
  readonly heartbeats: HeartbeatReports
  readonly alerts: AlertTests
  readonly drills: DrillActions
  readonly live: LiveEvents
  readonly reloading: ReloadActions
  readonly audit: Audit
  /** The page at `/metrics`. */
  render(): Promise<string>
  /** As they are now: a reload may change them. */
  settings(): AccessSettings
  onDenied(why: Denial): void
  readonly log: Log
}

export interface Admin {
  readonly bound: SocketAddr
  readonly metricsBound?: SocketAddr
  /** Takes up the certificate of a configuration that has been reloaded. */
  renew(): void
  /** Ends at once, requests in progress included. */
  close(): Promise<void>
}

/** Starts the listeners. Throws, with words for a person, if an address cannot be had or may not be used. */
export async function startAdmin(options: AdminOptions): Promise<Admin> {
  const { admin, metrics, control, actions, heartbeats, render, log, settings, onDenied } = options
  const { alerts, audit, drills, live, reloading } = options
  const { tokens, adminTls } = settings()
  if (!isLoopback(admin.address) && tokens.length === 0) {
    throw new Error(
      `admin ${formatSocketAddr(admin)}: not a loopback address, and whoever reaches this listener may do everything; ` +
        'listen on 127.0.0.1 or [::1], or give tokens (for a Prometheus elsewhere there is listen.metrics)',
    )
  }
  const app = createListener(log, adminTls)
  const listeners = [app]
  const certificate = new Certificate(app.server, adminTls)
  const renew = (): void => certificate.renew(settings().adminTls)
  let bound = admin
  try {
    addAccess(app, { settings, bound: () => bound, log, onDenied })
    addOpenApi(app, () => control.server().version)
    addMetrics(app, render)
    addPage(app)
    addLiveEvents(app, live)
    addAdmin(app, control)
    addExplain(app, control)
    addOperations(app, control, actions, audit)
    addChanges(app, reloading, audit)
    addDrills(app, control, drills, audit)
    addHeartbeats(app, heartbeats)
    addAlerts(app, control, alerts, audit)
    bound = await listen(app, 'admin', admin)
    if (metrics === undefined) return { bound, renew, close: () => closeAll(listeners) }
    const second = createListener(log)
    listeners.push(second)
    addMetrics(second, render)
    const metricsBound = await listen(second, 'metrics', metrics)
    return { bound, metricsBound, renew, close: () => closeAll(listeners) }
  } catch (error) {
    await closeAll(listeners)
    throw error
  }
}

/** What a TLS listener shows of itself. */
class Certificate {
  readonly #server: unknown
  #shown: AdminTls | undefined

  constructor(server: unknown, shown: AdminTls | undefined) {
    this.#server = server
    this.#shown = shown
  }

  /** Shows another from the next connection on. Whether there is TLS at all was decided at the start. */
  renew(next: AdminTls | undefined): void {
    if (next === undefined || !(this.#server instanceof TlsServer)) return
    if (next.certificate === this.#shown?.certificate && next.key === this.#shown.key) return
    this.#server.setSecureContext(contextOf(next))
    this.#shown = next
  }
}

async function closeAll(listeners: readonly FastifyInstance[]): Promise<void> {
  await Promise.all(listeners.map(listener => listener.close()))
}
