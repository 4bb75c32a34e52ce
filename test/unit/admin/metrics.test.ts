/** The page for Prometheus: names as in the contract, values as in the view. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createMetrics } from '#admin/metrics.ts'
import type { ControlView } from '#control/view.ts'
import { POOL, TRANSITION, world } from './helpers.ts'

/** Of the contract, without what comes with overrides and references, and the labels of each. */
const CONTRACT = {
  endpoint_up: 'endpoint,family,pool,zone',
  endpoint_selected: 'endpoint,family,pool,zone',
  transitions_total: 'endpoint,family,from,pool,to,zone',
  failovers_total: 'direction,pool,zone',
  pool_all_down: 'family,pool,zone',
  pool_failed_over: 'family,pool,zone',
  probe_duration_seconds: 'type',
  probes_total: 'check,outcome,zone',
  frozen: '',
  override_active: 'kind,pool,zone',
  probe_lag_seconds: '',
  verdict_age_seconds: 'endpoint,family,pool,zone',
  responder_restarts_total: '',
  socket_drops_total: '',
  config_info: 'digest',
  last_reload_success_timestamp_seconds: '',
  queries_total: 'qtype,transport',
  responses_total: 'rcode,transport',
  responses_dropped_total: 'reason',
  queries_refused_total: 'reason,transport',
  rate_limited_total: 'action',
  zone_serial: 'zone',
  zone_records: 'zone',
  reloads_total: 'result',
  admin_denied_total: 'reason',
  store_errors_total: '',
  switch_seconds: '',
}

const OUTCOME = { kind: 'pass', reason: 'ok', detail: '200', latencyMs: 250 } as const

interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Reads the text format (version 0.0.4). */
function parse(page: string): Sample[] {
  return page
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => {
      const parts = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line)
      assert.ok(parts, `not a sample: ${line}`)
      const labels = [...(parts[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"(?:,|$)/g)]
      return {
        name: parts[1] ?? '',
        labels: Object.fromEntries(labels.map(([, label, value]) => [label ?? '', value ?? ''])),
        value: Number(parts[3]),
      }
    })
}

async function page(view: ControlView, metrics = createMetrics()): Promise<Sample[]> {
  return parse(await metrics.render(view))
}

/** `{label=value,…} value` of each sample of that name, without `understudy_`. */
function shown(samples: readonly Sample[], name: string): string[] {
  return samples
    .filter(sample => sample.name === `understudy_${name}`)
    .map(({ labels, value }) => `${Object.values(labels).join(' ')} = ${value}`)
}

describe('metrics', () => {
  it('have the names and labels of the contract, and a help text each', async () => {
    const metrics = createMetrics()
    metrics.probe({ zone: 'lb.example', check: 'web', type: 'http', outcome: OUTCOME })
    metrics.transition(TRANSITION)
    metrics.failover({ zone: 'lb.example', pool: 'www', family: 'ipv4', direction: 'failover' })
    const text = await metrics.render(world())
    const found: Record<string, string> = {}
    for (const { name, labels } of parse(text)) {
      const metric = /^understudy_(.*?)(?:_bucket|_sum|_count)?$/.exec(name)?.[1]
      if (metric === undefined) continue
      const names = Object.keys(labels).filter(label => label !== 'le')
      found[metric] = names.sort().join(',')
    }
    assert.deepEqual(found, CONTRACT)
    for (const name of Object.keys(CONTRACT))
      assert.match(text, new RegExp(`^# HELP understudy_${name} .{10,}$`, 'm'))
    assert.match(text, /^process_cpu_seconds_total /m)
  })

  it('show endpoints as the policy sees them: as good as the best address, absent while unknown', async () => {
    const samples = await page(world())
    const pool = '0/25.2.0.192.in-addr.arpa www'
    assert.deepEqual(shown(samples, 'endpoint_up'), [`${pool} primary ipv4 = 0`, `${pool} backup ipv4 = 1`])
    assert.deepEqual(shown(samples, 'endpoint_selected'), [
      `${pool} primary ipv4 = 0`,
      `${pool} primary ipv6 = 1`,
      `${pool} backup ipv4 = 1`,
    ])
    assert.deepEqual(shown(samples, 'verdict_age_seconds'), [
      `${pool} primary ipv4 = 4`,
      `${pool} backup ipv4 = 0.5`,
    ])
    assert.deepEqual(shown(samples, 'pool_all_down'), [`${pool} ipv4 = 0`, `${pool} ipv6 = 1`])
    assert.deepEqual(shown(samples, 'pool_failed_over'), [`${pool} ipv4 = 1`, `${pool} ipv6 = 0`])
  })

  it('copy the totals of the server, however often they are asked for', async () => {
    const metrics = createMetrics()
    await page(world(), metrics)
    const samples = await page(world(), metrics)
    assert.deepEqual(shown(samples, 'queries_total'), ['udp A = 41', 'tcp AAAA = 2'])
    assert.deepEqual(shown(samples, 'responses_total'), ['udp NOERROR = 40'])
    assert.deepEqual(shown(samples, 'responses_dropped_total'), ['malformed = 4'])
    assert.deepEqual(shown(samples, 'socket_drops_total'), [' = 5'])
    assert.deepEqual(shown(samples, 'responder_restarts_total'), [' = 1'])
    assert.deepEqual(shown(samples, 'store_errors_total'), [' = 2'])
    assert.deepEqual(shown(samples, 'probe_lag_seconds'), [' = 0.004'])
    assert.deepEqual(shown(samples, 'config_info'), ['abc123 = 1'])
    assert.deepEqual(shown(samples, 'last_reload_success_timestamp_seconds'), [' = 1795000100'])
    assert.deepEqual(shown(samples, 'zone_serial'), ['lb.example = 1795000000'])
    assert.deepEqual(shown(samples, 'zone_records'), ['lb.example = 12', 'bad.example = 0'])
  })

  it('forget what a reload has removed, and keep what was counted', async () => {
    const metrics = createMetrics()
    metrics.transition(TRANSITION)
    await page(world(), metrics)
    const { lastReloadSuccessSeconds: _, ...never } = world().server()
    const empty: ControlView = {
      ...world({}, []),
      server: () => ({ ...never, zones: [], queries: [], configDigest: 'new' }),
    }
    const samples = await page(empty, metrics)
    for (const name of [
      'endpoint_up',
      'endpoint_selected',
      'verdict_age_seconds',
      'pool_all_down',
      'queries_total',
    ]) {
      assert.deepEqual(shown(samples, name), [], name)
    }
    for (const name of ['zone_serial', 'zone_records', 'last_reload_success_timestamp_seconds']) {
      assert.deepEqual(shown(samples, name), [], name)
    }
    assert.deepEqual(shown(samples, 'config_info'), ['new = 1'])
    assert.deepEqual(shown(samples, 'transitions_total'), ['lb.example www  ipv4 primary backup = 1'])
  })

  it('count events', async () => {
    const metrics = createMetrics()
    const probe = { zone: 'lb.example', check: 'web', type: 'http' }
    metrics.probe({ ...probe, outcome: OUTCOME })
    metrics.probe({ ...probe, outcome: OUTCOME })
    metrics.probe({ ...probe, outcome: { ...OUTCOME, kind: 'fail' } })
    metrics.failover({ zone: 'lb.example', pool: 'www', family: 'ipv4', direction: 'failback' })
    metrics.transition({ ...TRANSITION, kind: 'verdict', endpoint: 'primary', from: 'up', to: 'down' })
    metrics.reload('failure')
    metrics.switched(0.0003)
    const samples = await page(world(), metrics)
    assert.deepEqual(shown(samples, 'probes_total'), ['lb.example web pass = 2', 'lb.example web fail = 1'])
    assert.deepEqual(shown(samples, 'probe_duration_seconds_count'), ['http = 3'])
    assert.deepEqual(shown(samples, 'probe_duration_seconds_sum'), ['http = 0.75'])
    assert.deepEqual(shown(samples, 'failovers_total'), ['lb.example www failback = 1'])
    assert.deepEqual(shown(samples, 'transitions_total'), ['lb.example www primary ipv4 up down = 1'])
    assert.deepEqual(shown(samples, 'reloads_total'), ['success = 0', 'failure = 1'])
    assert.deepEqual(shown(samples, 'switch_seconds_sum'), [' = 0.0003'])
  })

  it('cannot be forged by the name of a pool', async () => {
    const evil = 'x"} 1\nunderstudy_endpoint_up{zone="y\\'
    const samples = await page(world({}, [{ ...POOL, pool: evil }]))
    const pools = samples
      .filter(({ name }) => name === 'understudy_endpoint_up')
      .map(({ labels }) => labels['pool'])
    const escaped = 'x\\"} 1\\nunderstudy_endpoint_up{zone=\\"y\\\\'
    assert.deepEqual(pools, [escaped, escaped])
  })
})
