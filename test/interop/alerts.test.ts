/** The real server tells of what happens: to a webhook, and by mail over a real mail server (Debian's aiosmtpd); in order, through kill -9, and past receivers that hang. */
import assert from 'node:assert/strict'
import { readdir, readFile, rm } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { certificateFile } from '#test/certificates.ts'
import { Child, runUnderstudy } from '#test/child.ts'
import { digShort } from '#test/dig.ts'
import { RawServer } from '#test/raw-server.ts'
import { accept, hang, ReceivingServer, status } from '#test/receiving-server.ts'
import { ServerProcess } from '#test/server-process.ts'
import { SmallDisk } from '#test/small-disk.ts'
import { TempFolder } from '#test/temp-folder.ts'
import { WebServer } from '#test/web-server.ts'
import { freePort } from '../../bench/ports.ts'

const PRIMARY = '127.0.0.1'
const BACKUP = '127.0.0.2'
const NAME = 'www.alert.test'
const TIMEOUT = { timeout: 120_000 }
const PATIENCE_MS = 30_000

function zone(port: number): string {
  return `zone: alert.test
nameservers: { ns1: 127.0.0.1 }
checks:
  web: { type: http, port: ${port}, path: /health, interval: 400ms, fast-interval: 100ms, timeout: 200ms, fall: 3, rise: 2 }
names:
  www: { failover: [${PRIMARY}, ${BACKUP}], check: web, ttl: 30s, ttl-min: 1s }
`
}

function webhook({ url }: ReceivingServer, more = ''): string {
  return `  - { name: hook, type: webhook, url: "${url}"${more} }\n`
}

describe('alerts', TIMEOUT, () => {
  let stack: AsyncDisposableStack
  let primary: WebServer
  let backup: WebServer
  let hook: ReceivingServer

  beforeEach(async () => {
    stack = new AsyncDisposableStack()
    backup = stack.use(await WebServer.start(BACKUP))
    primary = stack.use(await WebServer.start(PRIMARY, backup.port))
    hook = stack.use(await ReceivingServer.start())
  })
  afterEach(() => stack.disposeAsync())

  /** Both endpoints are up when this resolves. */
  async function start(
    settings: string,
    more: { readonly env?: Readonly<Record<string, string>>; readonly state?: string } = {},
  ): Promise<ServerProcess> {
    const zones = { 'alert.test.yaml': zone(backup.port) }
    const server = stack.use(
      await ServerProcess.start({ zones, settings: `node: ns1\n${settings}`, ...more }),
    )
    for (const endpoint of ['primary', 'backup']) await said(server, `/${endpoint} `, '-> up')
    return server
  }

  async function said(server: ServerProcess, ...parts: readonly string[]): Promise<void> {
    await server.log(({ msg }) => parts.every(part => msg.includes(part)))
  }

  async function untilAnswered(server: ServerProcess, address: string): Promise<void> {
    const dns = server.dns[0] ?? assert.fail()
    await until(`${NAME} is ${address}`, async () => (await digShort(dns, NAME)).includes(address))
  }

  it('are told once, in order, to a webhook and by mail', async () => {
    const mailbox = stack.use(await TempFolder.open())
    const port = await freePort()
    stack.use(await mailServer(port, mailbox))
    const server = await start(
      `alerts:
${webhook(hook)}  - { name: mail, type: smtp, host: ${PRIMARY}, port: ${port}, from: ns1@alert.test, to: [ops@corp.test, on-call@corp.test] }
`,
      { env: { NODE_EXTRA_CA_CERTS: certificateFile('authority.pem') } },
    )
    await primary.stop()
    await hook.requests(1)
    await backup.stop()
    await hook.requests(2)
    await backup.start()
    await hook.requests(4)
    await primary.start()
    await hook.requests(5)
    const told = hook.received.map(({ body }) => JSON.parse(body))
    assert.deepEqual(
      told.map(({ kind, state, severity, pool, summary }) => [kind, state, severity, pool, summary]),
      [
        ['failover', 'firing', 'warning', 'www', 'alert.test/www A: failover from primary to backup'],
        ['all-down', 'firing', 'critical', 'www', 'alert.test/www A: all down, answered is primary'],
        [
          'all-down-over',
          'resolved',
          'info',
          'www',
          'alert.test/www A: not all down any more, answered is backup',
        ],
        [
          'failover',
          'firing',
          'warning',
          'www',
          'alert.test/www A: failover from all-down: primary to backup',
        ],
        ['failback', 'resolved', 'info', 'www', 'alert.test/www A: failback from backup to primary'],
      ],
    )
    assert.match(told[0].detail, /^primary is down: /)
    await until('five mails', async () => (await mailsIn(mailbox)).length === 5)
    const mails = await mailsIn(mailbox)
    assert.deepEqual(
      mails.map(mail => /^Subject: (.*(?:\n .*)*)/m.exec(mail)?.[1]?.replace(/\n /g, ' ')).toSorted(),
      told
        .map(({ state, severity, summary }) => `[${state === 'resolved' ? 'over' : severity}] ${summary}`)
        .toSorted(),
    )
    assert.ok(mails.every(mail => mail.includes('X-RcptTo: ops@corp.test, on-call@corp.test')))
    const metrics = await server.get('/metrics')
    for (const name of ['hook', 'mail']) {
      assert.match(
        metrics,
        new RegExp(`^understudy_alerts_total\\{receiver="${name}",result="sent"\\} 5$`, 'm'),
      )
      assert.match(metrics, new RegExp(`^understudy_alerts_pending\\{receiver="${name}"\\} 0$`, 'm'))
    }
    const tested = await runUnderstudy(['alert', 'test', 'mail', '--server', server.adminUrl])
    assert.deepEqual([tested.code, tested.stdout], [0, 'mail has taken a test: 250 OK'])
  })

  it('are told after a kill -9 if nobody had taken them, with the same id, and once', async () => {
    const server = await start(`alerts:\n${webhook(hook)}`)
    hook.reaction = hang
    await primary.stop()
    await Promise.all([hook.requests(1), said(server, 'primary -> backup')])
    await until('the alert is on disk', async () => alertsOn(server) > 0)
    server.kill('SIGKILL')
    await server.exit
    hook.reaction = accept
    await server.startAgain()
    await hook.requests(2)
    await primary.start()
    await hook.requests(3)
    assert.deepEqual(hook.told, ['failover www', 'failover www', 'failback www'])
    const [first, again] = hook.received.map(({ body }) => JSON.parse(body).id)
    assert.equal(again, first)
  })

  it('hold nothing up while no receiver answers, and are told when they do', async () => {
    const silent = stack.use(await RawServer.start(() => undefined))
    hook.reaction = hang
    const server = await start(
      `alerts:
${webhook(hook)}  - { name: mail, type: smtp, host: ${PRIMARY}, port: ${silent.port}, from: ns1@alert.test, to: ops@corp.test }
`,
    )
    for (let i = 0; i < 3; i++) {
      await primary.stop()
      await untilAnswered(server, BACKUP)
      await primary.start()
      await untilAnswered(server, PRIMARY)
    }
    assert.equal(hook.received.length, 1)
    assert.equal(silent.connections, 1)
    const view = JSON.parse(await server.get('/api/v1/alerts'))
    assert.deepEqual(
      view.receivers.map(({ name, waiting }: { name: string; waiting: number }) => [name, waiting]),
      [
        ['hook', 6],
        ['mail', 6],
      ],
    )
  })

  it('tell of a configuration that cannot be read, and of a full disk', async t => {
    using disk = SmallDisk.mount(4 * 2 ** 20)
    if (disk === undefined) return t.skip('no disk can be mounted here')
    const server = await start(`alerts:\n${webhook(hook, ', min-severity: warning')}`, {
      state: join(disk.path, 'understudy.db'),
    })
    await server.zone('bad.test.yaml', 'zone: bad.test\nnamse: {}\n')
    server.kill('SIGHUP')
    await hook.requests(1)
    assert.match(JSON.parse(hook.received[0]?.body ?? '').detail, /bad\.test\.yaml:2:1: namse: /)
    await rm(join(server.folder.path, 'zones/bad.test.yaml'))
    server.kill('SIGHUP')
    await hook.requests(2)
    disk.fill()
    hook.reaction = status(503)
    await primary.stop()
    await until('the fault', async () => hook.told.some(line => line.startsWith('store-fault')))
    hook.reaction = accept
    disk.empty()
    await until('the end of the fault', async () =>
      hook.told.some(line => line.startsWith('store-recovered')),
    )
    const kinds = hook.told.map(line => line.split(' ')[0] ?? '')
    assert.deepEqual(kinds.slice(0, 2), ['reload-failed', 'reload-succeeded'])
    assert.ok(kinds.includes('failover'))
  })
})

/** How many are kept in its state, as another process sees it. */
function alertsOn({ folder }: ServerProcess): number {
  const database = new Database(join(folder.path, 'state/understudy.db'), { readonly: true })
  try {
    return (database.prepare('SELECT count(*) AS count FROM alerts').get() as { count: number }).count
  } finally {
    database.close()
  }
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not so within ${PATIENCE_MS / 1000}s: ${what}`)
    await delay(50)
  }
}

/** Takes nothing without STARTTLS, and keeps mails in a maildir. Resolves when it answers. */
async function mailServer(port: number, mailbox: TempFolder): Promise<Child> {
  const tls = ['--tlscert', certificateFile('good.pem'), '--tlskey', certificateFile('good.key.pem')]
  const handler = ['-c', 'aiosmtpd.handlers.Mailbox', join(mailbox.path, 'maildir')]
  const child = new Child(['aiosmtpd', '--nosetuid', '--listen', `${PRIMARY}:${port}`, ...tls, ...handler])
  await until('the mail server answers', async () => await connects(port))
  return child
}

function connects(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createConnection(port, PRIMARY)
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

async function mailsIn({ path }: TempFolder): Promise<string[]> {
  const folder = join(path, 'maildir', 'new')
  const names = await readdir(folder).catch(() => [])
  return await Promise.all(names.map(name => readFile(join(folder, name), 'utf8')))
}
