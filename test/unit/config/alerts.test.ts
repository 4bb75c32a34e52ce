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
    'secrets/mail': 'hunter2\n',
    'zones/lb.example.com.yaml':
      'zone: lb.example.com\nnameservers: { ns1: 192.0.2.53 }\nnames:\n  www: { failover: [192.0.2.1, 192.0.2.2] }\n',
  })
  const env = { SLACK_WEBHOOK: 'https://hooks.slack.com/services/T0/B0/X' }
  const { configuration, complaints } = await loadConfiguration({ cwd: folder.path, env })
  return { alerts: configuration?.settings.alerts ?? [], lines: linesOf(complaints) }
}

test('the example of docs/alerts.md', async () => {
  const page = await readFile(`${ROOT_FOLDER}docs/alerts.md`, 'utf8')
  const { alerts, lines } = await load(
    /```yaml\n# understudy.yaml\n(alerts:\n[\s\S]*?)```/.exec(page)?.[1] ?? '',
  )
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
    {
      name: 'mail',
      type: 'smtp',
      route: {
        host: 'mail.example.com',
        port: 587,
        tls: 'starttls',
        login: { user: 'understudy', password: 'hunter2' },
        from: 'understudy@ns.example.com',
        to: ['ops@example.com', 'on-call@example.com'],
      },
      minSeverity: 'info',
      repeatMs: 4 * hours,
    },
  ])
})

test('the example of docs/operations.md', async () => {
  const page = await readFile(`${ROOT_FOLDER}docs/operations.md`, 'utf8')
  const { alerts, lines } = await load(/\n(alerts:\n[\s\S]*?)```/.exec(page)?.[1] ?? '')
  assert.deepEqual(lines, [])
  assert.deepEqual(
    alerts.map(({ name, type }) => `${name} ${type}`),
    ['on-call pagerduty', 'team smtp'],
  )
})

test('what is wrong is told, and no secret shown', async () => {
  const { lines } = await load(`alerts:
  - { name: a, type: mail, url: "http://a.test" }
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
      'alerts[0].type: mail is not one of webhook, slack, pagerduty, alertmanager, smtp',
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

test('mail: the port is that of its encryption, and a login is never in the clear', async () => {
  const { alerts } = await load(`alerts:
  - { name: a, type: smtp, host: 192.0.2.25, tls: implicit, from: a@b.test, to: c@d.test }
  - { name: b, type: smtp, host: localhost, tls: off, from: a@b.test, to: c@d.test }
  - { name: c, type: smtp, host: m.test, port: 2525, user: { env: SLACK_WEBHOOK }, password: { file: secrets/mail }, from: a@b.test, to: c@d.test }
`)
  assert.deepEqual(
    alerts.map(one =>
      one.type === 'smtp' ? [one.route.port, one.route.tls, one.route.login?.password] : [],
    ),
    [
      [465, 'implicit', undefined],
      [25, 'off', undefined],
      [2525, 'starttls', 'hunter2'],
    ],
  )
  const { lines } = await load(`alerts:
  - { name: a, type: smtp, url: "http://a.test", from: a@b.test, to: c@d.test }
  - { name: b, type: smtp, host: m.test, from: "Ops <a@b.test>", to: ["c@d.test", "c d@e.test"] }
  - { name: c, type: smtp, host: m.test, tls: off, user: u, password: { file: secrets/mail }, from: a@b.test, to: c@d.test }
  - { name: d, type: smtp, host: m.test, password: hunter2, from: a@b.test, to: c@d.test }
  - { name: e, type: smtp, host: m.test, user: u, from: a@b.test, to: "c@d.test\\r\\nRCPT" }
  - { name: f, type: smtp, host: m.test, user: u, from: a@b.test, to: c@d.test }
  - { name: g, type: webhook, url: "http://a.test", host: m.test }
`)
  assert.deepEqual(
    lines.map(line => line.replace(/^[^ ]* /, '')),
    [
      'alerts[0].host: is missing',
      'alerts[0].url: is not for smtp, which has host, from and to',
      'alerts[1].from: Ops <a@b.test> is not a mail address such as ops@example.com',
      'alerts[1].to[1]: c d@e.test is not a mail address such as ops@example.com',
      'alerts[2].password: would be sent in the clear: use tls: starttls or implicit',
      'alerts[3].password: is a secret; write { file: PATH } or { env: NAME }, where it stands',
      'alerts[4].to: "c@d.test\\r\\nRCPT" is not a mail address such as ops@example.com',
      'alerts[5]: user and password go together',
      'alerts[6].host: is for smtp',
    ],
  )
})
