/** Alerts over the API, and as metrics. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AlertTests } from '#admin/alerts.ts'
import type { AlertsView } from '#control/view.ts'
import { audit, started, world } from './helpers.ts'

const counts = { sent: 3, failed: 2, refused: 0, cancelled: 1, lost: 0 }
const VIEW: AlertsView = {
  receivers: [{ name: 'hook', type: 'webhook', waiting: 4, fault: 'connection refused', counts }],
  alerts: [],
}

test('receivers are shown, and counted', async () => {
  const limits: number[] = []
  const alerts = (limit: number): AlertsView => {
    limits.push(limit)
    return VIEW
  }
  await using server = await started({ ...world(), alerts })
  const shown = await server.ask('/api/v1/alerts?limit=7')
  assert.deepEqual([shown.status, JSON.parse(shown.body), limits], [200, VIEW, [7]])
  assert.equal((await server.ask('/api/v1/alerts?limit=0')).status, 400)
  const { body } = await server.ask('/metrics')
  assert.match(body, /^understudy_alerts_total\{receiver="hook",result="failed"\} 2$/m)
  assert.match(body, /^understudy_alerts_pending\{receiver="hook"\} 4$/m)
  assert.match(body, /^understudy_alert_receiver_failing\{receiver="hook"\} 1$/m)
})

test('what a receiver makes of a test is told, and who has asked for it is kept', async () => {
  const trail = audit()
  const tests: AlertTests = {
    test: async (receiver, author) => ({ receiver, accepted: receiver === 'hook', detail: `for ${author}` }),
  }
  await using server = await started(world(), undefined, undefined, undefined, {
    audit: trail,
    alerts: tests,
  })
  const post = async (receiver: string) => {
    const body = JSON.stringify({ receiver, author: 'alice' })
    const answer = await server.ask(
      '/api/v1/alerts/test',
      { 'content-type': 'application/json' },
      'POST',
      body,
    )
    return [answer.status, JSON.parse(answer.body).detail]
  }
  assert.deepEqual(await post('hook'), [200, 'for alice'])
  assert.deepEqual(await post('mail'), [502, 'mail has not taken the test: for alice'])
  assert.deepEqual(
    trail.entries.map(({ action, target, claim, result }) => [action, target, claim, result]),
    [
      ['alert-test', 'hook', 'alice', 'done'],
      ['alert-test', 'mail', 'alice', 'refused'],
    ],
  )
})

test('a test names its receiver', async () => {
  await using server = await started(world())
  const post = (body: unknown) =>
    server.ask('/api/v1/alerts/test', { 'content-type': 'application/json' }, 'POST', JSON.stringify(body))
  const unknown = await post({ receiver: 'hok' })
  assert.deepEqual([unknown.status, JSON.parse(unknown.body).detail], [404, 'no receiver is called hok'])
  assert.equal((await post({ receiver: 'a', author: 'x\ny' })).status, 400)
  assert.equal((await post({})).status, 400)
})
