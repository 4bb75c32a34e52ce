/** What Prometheus is told. Only this folder knows prom-client; the names are those of the contract. */
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { EventSink } from '#control/events.ts'
import type { ControlView } from '#control/view.ts'
import type { Denial } from './access.ts'
import { alertMetrics } from './alert-metrics.ts'
import { type Fill, poolGauges } from './pool-gauges.ts'
import { serverMetrics } from './server-metrics.ts'

export interface Metrics extends EventSink {
  /** Somebody was not let in to the admin listener. */
  denied(why: Denial): void
  /** The page in Prometheus' text format 0.0.4: what has been counted, and the gauges as the view has them now. */
  render(view: ControlView): Promise<string>
}

/** The type of the page that `render` returns. */
export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE

export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const fills: readonly Fill[] = [poolGauges(registry), serverMetrics(registry), alertMetrics(registry)]
  return {
    ...eventCounters(registry),
    denied: denials(registry),
    render(view) {
      for (const fill of fills) fill(view)
      return registry.metrics()
    },
  }
}

function denials(registry: Registry): Metrics['denied'] {
  const denied = new Counter({
    name: 'understudy_admin_denied_total',
    help: 'Requests to the admin listener that were not let in: without a token, with a wrong one, without the role, or too many at once.',
    labelNames: ['reason'],
    registers: [registry],
  })
  for (const reason of ['missing', 'wrong', 'role', 'limited', 'busy'] as const) denied.inc({ reason }, 0)
  return reason => denied.inc({ reason })
}

function eventCounters(registry: Registry): EventSink {
  const registers = [registry]
  const probes = new Counter({
    name: 'understudy_probes_total',
    help: 'Probes that have ended, by health check and outcome; inconclusive is a fault of this host and counts for nothing.',
    labelNames: ['zone', 'check', 'outcome'],
    registers,
  })
  const durations = new Histogram({
    name: 'understudy_probe_duration_seconds',
    help: 'From the start of a probe to its end, by type of the health check.',
    labelNames: ['type'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  })
  const transitions = new Counter({
    name: 'understudy_transitions_total',
    help: 'Changes of the verdict on an endpoint or, with an empty endpoint, of what a pool answers.',
    labelNames: ['zone', 'pool', 'endpoint', 'family', 'from', 'to'],
    registers,
  })
  const failovers = new Counter({
    name: 'understudy_failovers_total',
    help: 'How often the answer left the primary (failover) or came back to it (failback).',
    labelNames: ['zone', 'pool', 'direction'],
    registers,
  })
  const reloads = new Counter({
    name: 'understudy_reloads_total',
    help: 'Attempts to load a changed configuration; a failed one changes nothing.',
    labelNames: ['result'],
    registers,
  })
  for (const result of ['success', 'failure']) reloads.inc({ result }, 0)
  const switches = new Histogram({
    name: 'understudy_switch_seconds',
    help: 'From the outcome that decided a change to the changed answer being in place.',
    buckets: [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1],
    registers,
  })
  return {
    probe({ zone, check, type, outcome }) {
      probes.inc({ zone, check, outcome: outcome.kind })
      // A report takes no time.
      if (type !== 'heartbeat') durations.observe({ type }, outcome.latencyMs / 1000)
    },
    transition({ kind, zone, pool, endpoint = '', family = '', from, to }) {
      if (kind === 'override' || kind === 'drill') return
      transitions.inc({ zone, pool, endpoint, family, from, to })
    },
    failover({ zone, pool, direction }) {
      failovers.inc({ zone, pool, direction })
    },
    switched(seconds) {
      switches.observe(seconds)
    },
    reload(result) {
      reloads.inc({ result })
    },
  }
}
