/** What each type of receiver is sent, against the shape that its documentation asks for. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, it } from 'node:test'
import type { Message } from '#alert/message.ts'
import { render } from '#alert/render.ts'
import { end, event, message, receiver } from './events.ts'

const NOW = Date.UTC(2026, 0, 1, 0, 0, 5)

const ENDED: Partial<Message> = { event: { ...end(), id: 'two', atMs: NOW }, opening: event() }

describe('a webhook', () => {
  it('is sent plain JSON', () => {
    const { url, headers, body } = render(receiver(), message({ isReminder: true, lost: 3 }))
    assert.equal(url, 'http://127.0.0.1:9/')
    assert.deepEqual(headers, { 'content-type': 'application/json' })
    assert.deepEqual(JSON.parse(body), {
      version: 1,
      state: 'firing',
      id: 'one',
      kind: 'failover',
      severity: 'warning',
      key: 'failover lb.test www ipv4',
      zone: 'lb.test',
      pool: 'www',
      family: 'ipv4',
      summary: 'lb.test/www A: failover from primary to backup',
      detail: 'primary is down: connection refused',
      node: 'ns1',
      at: '2026-01-01T00:00:00.000Z',
      reminder: true,
      lost: 3,
    })
  })

  it('is told of ends and of what does not last', () => {
    const ended = JSON.parse(render(receiver(), message(ENDED)).body)
    assert.deepEqual([ended.state, ended.resolves], ['resolved', 'failover lb.test www ipv4'])
    const notice = event({ kind: 'restart', lasts: false })
    assert.equal(JSON.parse(render(receiver(), message({ event: notice })).body).state, 'notice')
  })

  it('has its body signed with its secret', () => {
    const { headers, body } = render(receiver({ secret: 'key' }), message())
    const hmac = createHmac('sha256', 'key').update(body).digest('hex')
    assert.equal(headers['x-understudy-signature'], `sha256=${hmac}`)
  })
})

describe('Slack', () => {
  const slack = receiver({ type: 'slack' })

  it('is sent a text and blocks', () => {
    assert.deepEqual(JSON.parse(render(slack, message({ lost: 2 })).body), {
      text: ':warning: lb.test/www A: failover from primary to backup',
      blocks: [
        {
          type: 'section',
          text: { type: 'mrkdwn', text: '*:warning: lb.test/www A: failover from primary to backup*' },
        },
        { type: 'section', text: { type: 'mrkdwn', text: 'primary is down: connection refused' } },
        {
          type: 'context',
          elements: [
            {
              type: 'mrkdwn',
              text: 'failover, warning · node ns1 · 2026-01-01T00:00:00.000Z · 2 earlier alerts were lost: too many waited',
            },
          ],
        },
      ],
    })
  })

  it('gets no mentions, no links, and no section that is too long', () => {
    const hostile = event({ summary: '<!channel> & <http://evil.test|x>', detail: 'x'.repeat(9000) })
    const { text, blocks } = JSON.parse(render(slack, message({ event: hostile })).body)
    assert.equal(text, ':warning: &lt;!channel&gt; &amp; &lt;http://evil.test|x&gt;')
    for (const block of blocks) assert.ok((block.text?.text.length ?? 0) <= 3000)
  })
})

describe('PagerDuty', () => {
  const pagerduty = receiver({
    type: 'pagerduty',
    url: 'https://events.pagerduty.com/v2/enqueue',
    secret: 'R0UT1NG',
  })

  it('is sent a trigger', () => {
    assert.deepEqual(JSON.parse(render(pagerduty, message()).body), {
      routing_key: 'R0UT1NG',
      dedup_key: 'understudy ns1 failover lb.test www ipv4',
      event_action: 'trigger',
      client: 'Understudy',
      payload: {
        summary: 'lb.test/www A: failover from primary to backup',
        source: 'ns1',
        severity: 'warning',
        timestamp: '2026-01-01T00:00:00.000Z',
        component: 'lb.test/www',
        class: 'failover',
        custom_details: {
          id: 'one',
          zone: 'lb.test',
          pool: 'www',
          family: 'ipv4',
          detail: 'primary is down: connection refused',
        },
      },
    })
  })

  it('is sent a resolve with the key of the trigger, however long that is', () => {
    assert.deepEqual(JSON.parse(render(pagerduty, message(ENDED)).body), {
      routing_key: 'R0UT1NG',
      dedup_key: 'understudy ns1 failover lb.test www ipv4',
      event_action: 'resolve',
    })
    const key = `failover ${'long.'.repeat(60)}`
    const opened = JSON.parse(render(pagerduty, message({ event: event({ key }) })).body)
    const ended = JSON.parse(render(pagerduty, message({ event: { ...end(), resolves: key } })).body)
    assert.equal(opened.dedup_key, ended.dedup_key)
    assert.ok(opened.dedup_key.length <= 255)
  })
})

describe('Alertmanager', () => {
  const alertmanager = receiver({
    type: 'alertmanager',
    url: 'http://am.test:9093/prefix/',
    repeatMs: 60_000,
  })
  const labels = {
    alertname: 'UnderstudyFailover',
    severity: 'warning',
    node: 'ns1',
    zone: 'lb.test',
    pool: 'www',
    family: 'ipv4',
  }

  it('is sent an alert that ends by itself unless it is sent again', () => {
    const { url, body } = render(alertmanager, message())
    assert.equal(url, 'http://am.test:9093/prefix/api/v2/alerts')
    assert.deepEqual(JSON.parse(body), [
      {
        labels,
        annotations: {
          summary: 'lb.test/www A: failover from primary to backup',
          description: 'primary is down: connection refused',
        },
        startsAt: '2026-01-01T00:00:00.000Z',
        endsAt: '2026-01-01T00:04:05.000Z',
      },
    ])
  })

  it('is sent the end under the labels of the beginning', () => {
    const [alert] = JSON.parse(render(alertmanager, message(ENDED)).body)
    assert.deepEqual(alert.labels, labels)
    assert.deepEqual([alert.startsAt, alert.endsAt], ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:05.000Z'])
  })

  it('keeps a path that is written in full', () => {
    const whole = receiver({ type: 'alertmanager', url: 'http://am.test/x/api/v2/alerts' })
    assert.equal(render(whole, message()).url, 'http://am.test/x/api/v2/alerts')
  })
})
