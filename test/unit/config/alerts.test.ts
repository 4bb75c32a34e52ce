/** `alerts:`: the example of docs/alerts.md, and what is wrong with others. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { loadConfiguration } from '#config/load.ts'
import { ROOT_FOLDER } from '#test/child.ts'
import { folderOf, linesOf } from './folder.ts'

async function load(text: string) {
  await using folder = await folderOf({
    'understudy.yaml': text,
    'secrets/pagerduty': 'R0UT1NG\n',
    'secrets/webhook': 's3cret\n',
    'zones/lb.example.com.yaml':
      'zone: lb.example.com\nnameservers: { ns1: 192.0.2.53 }\nnames:\n  www: { failover: [192.0.2.1, 192.0.2.2] }\n',
  })
  const env = { SLACK_WEBHOOK: 'https://hooks.slack.com/services/T0/B0/X' }
  const { configuration, complaints } = await loadConfiguration({ cwd: folder.path, env })
  return { alerts: configuration?.settings.alerts ?? [], lines: linesOf(complaints) }
}

test('the example of docs/alerts.md', async () => {
  const page = await readFile(`${ROOT_FOLDER}docs/alerts.md`, 'utf8')
  const { alerts, lines } = await load(/```yaml\n(alerts:\n[\s\S]*?)```/.exec(page)?.[1] ?? '')
  assert.deepEqual(
    lines.filter(line => line.includes('alerts')),
    [],
  )
  const hours = 3_600_000
  const quiet = { fromMinutes: 1320, toMinutes: 420, timeZone: 'Europe/Berlin', except: 'critical' }
  assert.deepEqual(alerts, [
    {
      name: 'on-call',
      type: 'pagerduty',
      url: 'https://events.pagerduty.com/v2/enqueue',
      secret: 'R0UT1NG',
      minSeverity: 'warning',
      repeatMs: 4 * hours,
    },
    {
      name: 'team',
      type: 'slack',
      url: 'https://hooks.slack.com/services/T0/B0/X',
      minSeverity: 'info',
      quiet,
      repeatMs: 4 * hours,
    },
    {
      name: 'ours',
      type: 'webhook',
      url: 'https://hooks.example.com/understudy',
      secret: 's3cret',
      minSeverity: 'info',
      pools: ['lb.example.com/www'],
      repeatMs: 4 * hours,
    },
    {
      name: 'alertmanager',
      type: 'alertmanager',
      url: 'http://127.0.0.1:9093/',
      minSeverity: 'info',
      repeatMs: 60_000,
    },
  ])
})

test('what is wrong is told, and no secret shown', async () => {
  const { lines } = await load(`alerts:
  - { name: a, type: smtp, url: "http://a.test" }
  - { name: b, type: slack }
  - { name: c, type: webhook, url: "ftp://x", routing-key: { env: K } }
  - { name: d, type: pagerduty, secret: plain }
  - { name: e, type: alertmanager, url: "http://a.test", quiet: { from: "22:00", to: "07:00" } }
  - { name: f, type: webhook, url: { env: NOT_THERE }, pools: [nowhere] }
  - { name: g, type: webhook, url: "http://a.test", quiet: { from: "22:00", to: "22:00" }, repeat: 1s }
  - { name: g, type: webhook, url: "http://a.test", min-severity: loud }
`)
  assert.deepEqual(
    lines.map(line => line.replace(/^[^ ]* /, '')),
    [
      'alerts[0].type: smtp is not supported yet; use webhook, slack, pagerduty or alertmanager',
      'alerts[1].url: is missing',
      'alerts[2].url: ftp://x is not a URL such as https://hooks.example.com/path',
      'alerts[2].routing-key: is for pagerduty',
      'alerts[3].routing-key: is missing',
      'alerts[3].secret: is a secret; write { file: PATH } or { env: NAME }, where it stands',
      'alerts[4].quiet: does not go with alertmanager, which mutes by its own time intervals',
      'alerts[5].url: the environment has no NOT_THERE',
      'warning: alerts[5].pools: no pool is called nowhere; nothing is told of it',
      'alerts[6].quiet.to: is the same as from: it would always be quiet',
      'alerts[6].repeat: 1s is shorter than 1m',
      'alerts[7].name: g is here twice',
      'alerts[7].min-severity: loud is not one of info, warning, critical',
    ],
  )
})
