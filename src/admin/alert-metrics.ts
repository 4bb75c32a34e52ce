/** What has become of alerts, by receiver. */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Fill } from './pool-gauges.ts'

export function alertMetrics(registry: Registry): Fill {
  const registers = [registry]
  const total = new Counter({
    name: 'understudy_alerts_total',
    help: 'Alerts by receiver and result: sent, failed (an attempt that is made again), refused, cancelled (over before it was told), lost (too many waited).',
    labelNames: ['receiver', 'result'],
    registers,
  })
  const pending = new Gauge({
    name: 'understudy_alerts_pending',
    help: 'Alerts that wait for their receiver, or for the end of its quiet hours.',
    labelNames: ['receiver'],
    registers,
  })
  const failing = new Gauge({
    name: 'understudy_alert_receiver_failing',
    help: 'Whether the last attempt to tell the receiver came to nothing, or did not reach all of its recipients.',
    labelNames: ['receiver'],
    registers,
  })
  return view => {
    for (const metric of [total, pending, failing]) metric.reset()
    for (const { name: receiver, waiting, fault, counts } of view.alerts(0).receivers) {
      pending.set({ receiver }, waiting)
      failing.set({ receiver }, fault === undefined ? 0 : 1)
      for (const [result, count] of Object.entries(counts)) total.inc({ receiver, result }, count)
    }
  }
}
