/** The alert rules and the dashboard ask for what `/metrics` has, and leave out nothing that matters. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createMetrics } from '#admin/metrics.ts'
import { dashboardExpressions, readDashboard, readRules } from '#test/deployed.ts'
import { world } from '../admin/helpers.ts'

/** Made by Prometheus for each target. */
const OF_PROMETHEUS = ['up']

/** Where silence would hurt: each has a rule. */
const ALERTED = [
  'understudy_endpoint_up',
  'understudy_endpoint_selected',
  'understudy_pool_all_down',
  'understudy_pool_failed_over',
  'understudy_failovers_total',
  'understudy_verdict_age_seconds',
  'understudy_override_active',
  'understudy_frozen',
  'understudy_zone_serial',
  'understudy_zone_records',
  'understudy_store_errors_total',
  'understudy_responder_restarts_total',
  'understudy_socket_drops_total',
  'understudy_probe_lag_seconds',
  'understudy_reloads_total',
  'understudy_alert_receiver_failing',
  'understudy_alerts_total',
  'understudy_last_reload_success_timestamp_seconds',
  'up',
]

const rules = readRules().groups.flatMap(group => group.rules)
const dashboard = readDashboard()

/** Metrics of the page with their labels, as Prometheus comes to know them. */
async function exported(): Promise<ReadonlyMap<string, string>> {
  const page = await createMetrics().render(world())
  const types = page.matchAll(/^# TYPE (\S+) (\S+)$/gm)
  return new Map(Array.from(types, ([, name, type]) => [name ?? '', type ?? '']))
}

/** What an expression asks for: every word of a metric's form that is not a label, a function or a part of a text. */
function metricsIn(expression: string): string[] {
  const bare = expression
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\b(by|on|without|ignoring)\s*\([^)]*\)/g, '')
  return [...bare.matchAll(/\b(?:understudy|process|nodejs)_\w+|\bup\b/g)].map(([name]) => name)
}

async function unknown(expressions: readonly string[]): Promise<string[]> {
  const page = await exported()
  return expressions.flatMap(metricsIn).filter(name => {
    const histogram = name.replace(/_(bucket|sum|count)$/, '')
    const isPart = histogram !== name && page.get(histogram) === 'histogram'
    return !isPart && !page.has(name) && !OF_PROMETHEUS.includes(name)
  })
}

describe('alert rules', () => {
  it('ask for metrics that there are', async () => {
    assert.deepEqual(await unknown(rules.map(({ expr }) => expr)), [])
  })

  it('watch all that matters', () => {
    const watched = new Set(rules.flatMap(({ expr }) => metricsIn(expr)))
    assert.deepEqual(
      ALERTED.filter(name => !watched.has(name)),
      [],
    )
  })

  it('say how bad it is, what has happened and what to do', () => {
    for (const { alert, labels, annotations } of rules) {
      assert.match(labels['severity'] ?? '', /^(critical|warning)$/, alert)
      assert.ok((annotations['summary'] ?? '').length > 20, alert)
      assert.ok((annotations['description'] ?? '').length > 60, alert)
    }
    assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length)
  })
})

describe('the dashboard', () => {
  it('asks for metrics that there are', async () => {
    const variables = dashboard.templating.list.map(({ query }) =>
      typeof query === 'string' ? '' : query.query,
    )
    assert.deepEqual(await unknown([...dashboardExpressions(dashboard), ...variables]), [])
  })

  it('shows every metric of this server', async () => {
    const shown = new Set(
      dashboardExpressions(dashboard)
        .flatMap(metricsIn)
        .map(name => name.replace(/_bucket$/, '')),
    )
    const own = Array.from((await exported()).keys()).filter(name => name.startsWith('understudy_'))
    assert.deepEqual(
      own.filter(name => !shown.has(name)),
      [],
    )
  })

  it('numbers its panels', () => {
    const ids = dashboard.panels.map(({ id }) => id)
    assert.equal(new Set(ids).size, ids.length)
  })
})
