/** The gauges of pools and endpoints, made anew for each scrape: what a reload has removed is no longer shown. */
import { Gauge, type Registry } from 'prom-client'
import { FAMILIES, type Family } from '#base/address.ts'
import type { AddressView, ControlView, EndpointView, PoolView, SelectionView } from '#control/view.ts'
import type { Verdict } from '#health/verdict.ts'

/** Sets metrics to what the view has now. */
export type Fill = (view: ControlView) => void

export function poolGauges(registry: Registry): Fill {
  const registers = [registry]
  const endpointLabels = ['zone', 'pool', 'endpoint', 'family'] as const
  const up = new Gauge({
    name: 'understudy_endpoint_up',
    help: 'Whether the endpoint is up (1) or down (0) by its health check in one address family; absent while that is unknown.',
    labelNames: endpointLabels,
    registers,
  })
  const selected = new Gauge({
    name: 'understudy_endpoint_selected',
    help: 'Whether the endpoint is in the answer now.',
    labelNames: endpointLabels,
    registers,
  })
  const age = new Gauge({
    name: 'understudy_verdict_age_seconds',
    help: 'Time since a probe of the endpoint last passed or failed; of several addresses, the longest.',
    labelNames: endpointLabels,
    registers,
  })
  const allDown = new Gauge({
    name: 'understudy_pool_all_down',
    help: 'Whether every endpoint of the pool is down and the answer is what when-all-down says.',
    labelNames: ['zone', 'pool', 'family'],
    registers,
  })
  const failedOver = new Gauge({
    name: 'understudy_pool_failed_over',
    help: 'Whether a failover pool answers with another endpoint than the first that it has in that family.',
    labelNames: ['zone', 'pool', 'family'],
    registers,
  })

  const overrides = new Gauge({
    name: 'understudy_override_active',
    help: 'How many overrides of that kind are in force on the pool, maintenance windows included.',
    labelNames: ['zone', 'pool', 'kind'],
    registers,
  })

  const drilling = new Gauge({
    name: 'understudy_drill_active',
    help: 'Whether what the pool serves is taken as failed by a drill.',
    labelNames: ['zone', 'pool'],
    registers,
  })
  const drilled = new Gauge({
    name: 'understudy_last_successful_drill_timestamp_seconds',
    help: 'When the latest drill of the pool began that was switched and seen in time.',
    labelNames: ['zone', 'pool'],
    registers,
  })

  const fillEndpoint = ({ zone, pool }: PoolView, endpoint: EndpointView, family: Family): void => {
    const addresses = endpoint.addresses.filter(address => address.family === family)
    if (addresses.length === 0) return
    const labels = { zone, pool, endpoint: endpoint.name, family }
    const verdict = bestVerdict(addresses)
    if (verdict !== 'unknown') up.set(labels, verdict === 'up' ? 1 : 0)
    selected.set(labels, addresses.some(address => address.selected) ? 1 : 0)
    const ages = addresses.flatMap(address => address.verdictAgeSeconds ?? [])
    if (ages.length > 0) age.set(labels, Math.max(...ages))
  }

  return view => {
    for (const gauge of [up, selected, age, allDown, failedOver, overrides, drilling, drilled]) gauge.reset()
    // The newest come first, and count last.
    for (const { zone, pool, state, started } of view.drills().toReversed()) {
      if (state === 'running') drilling.set({ zone, pool }, 1)
      if (state === 'kept') drilled.set({ zone, pool }, Date.parse(started) / 1000)
    }
    for (const pool of view.pools()) {
      for (const { family, mode, reason } of pool.selections) {
        const isAllDown = mode === 'all-down' || reason.kind === 'all-down'
        allDown.set({ zone: pool.zone, pool: pool.pool, family }, isAllDown ? 1 : 0)
      }
      if (pool.policy === 'failover')
        for (const selection of pool.selections) {
          const labels = { zone: pool.zone, pool: pool.pool, family: selection.family }
          failedOver.set(labels, isFailedOver(pool, selection) ? 1 : 0)
        }
      for (const { kind } of pool.overrides.filter(({ noEffect }) => noEffect === undefined))
        overrides.inc({ zone: pool.zone, pool: pool.pool, kind })
      for (const endpoint of pool.endpoints) {
        for (const family of FAMILIES) fillEndpoint(pool, endpoint, family)
        for (const { family, standing, selected: isSelected } of endpoint.standings ?? []) {
          const labels = { zone: pool.zone, pool: pool.pool, endpoint: endpoint.name, family }
          if (standing !== 'unknown') up.set(labels, standing === 'down' ? 0 : 1)
          selected.set(labels, isSelected ? 1 : 0)
        }
      }
    }
  }
}

/** What all-down rules give is no failover; nor is it one that the first endpoint has no address in the family. */
function isFailedOver({ endpoints }: PoolView, { family, mode, endpoints: served }: SelectionView): boolean {
  const first = endpoints.find(
    ({ addresses, standings }) =>
      addresses.some(address => address.family === family) ||
      standings?.some(standing => standing.family === family),
  )
  return mode === 'serving' && first !== undefined && !served.includes(first.name)
}

/** An endpoint is as good as its best address: that is how the policy sees it. */
function bestVerdict(addresses: readonly AddressView[]): Verdict {
  const rank = (['up', 'unknown', 'down'] as const).find(verdict =>
    addresses.some(address => address.verdict === verdict),
  )
  return rank ?? 'unknown'
}
