/** The admin listener, for people and programs on this host, and the one for a Prometheus elsewhere. */
import type { FastifyInstance } from 'fastify'
import { formatSocketAddr, isLoopback, type SocketAddr } from '#base/address.ts'
import type { ControlView } from '#control/view.ts'
import { type AlertTests, addAlerts } from './alerts.ts'
import { refusal } from './guard.ts'
import { addHeartbeats, type HeartbeatReports } from './heartbeats.ts'
import { createListener, type Log, listen } from './listener.ts'
import { addOperations, type OperatorActions } from './operations.ts'
import { sendProblem } from './problem.ts'
import { addAdmin, addMetrics } from './routes.ts'

export interface AdminOptions {
  readonly admin: SocketAddr
  /** Only `/metrics` and `/livez`; may be any address. */
  readonly metrics?: SocketAddr
  readonly control: ControlView
  readonly actions: OperatorActions
  readonly heartbeats: HeartbeatReports
  readonly alerts: AlertTests
  /** The page at `/metrics`. */
  render(): Promise<string>
  readonly log: Log
}

export interface Admin {
  readonly bound: SocketAddr
  readonly metricsBound?: SocketAddr
  /** Ends at once, requests in progress included. */
  close(): Promise<void>
}

/** Starts the listeners. Throws, with words for a person, if an address cannot be had or may not be used. */
export async function startAdmin({
  admin,
  metrics,
  control,
  actions,
  heartbeats,
  alerts,
  render,
  log,
}: AdminOptions): Promise<Admin> {
  if (!isLoopback(admin.address)) {
    throw new Error(
      `admin ${formatSocketAddr(admin)}: not a loopback address, and whoever reaches this listener may do everything; ` +
        'listen on 127.0.0.1 or [::1] (for a Prometheus elsewhere there is listen.metrics)',
    )
  }
  const app = createListener(log)
  const listeners = [app]
  let bound = admin
  try {
    guard(app, () => bound)
    addMetrics(app, render)
    addAdmin(app, control)
    addOperations(app, control, actions)
    addHeartbeats(app, heartbeats)
    addAlerts(app, control, alerts)
    bound = await listen(app, 'admin', admin)
    if (metrics === undefined) return { bound, close: () => closeAll(listeners) }
    const second = createListener(log)
    listeners.push(second)
    addMetrics(second, render)
    const metricsBound = await listen(second, 'metrics', metrics)
    return { bound, metricsBound, close: () => closeAll(listeners) }
  } catch (error) {
    await closeAll(listeners)
    throw error
  }
}

function guard(app: FastifyInstance, bound: () => SocketAddr): void {
  app.addHook('onRequest', async ({ headers }, reply) => {
    const problem = refusal(bound(), headers.host, headers.origin)
    return problem === undefined ? undefined : sendProblem(reply, problem)
  })
}

async function closeAll(listeners: readonly FastifyInstance[]): Promise<void> {
  await Promise.all(listeners.map(listener => listener.close()))
}
