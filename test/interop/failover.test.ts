/** The main job by the clock of the real world: a server, two web servers, and everything that may happen to them. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { understudy } from '#test/child.ts'
import { dig, digShort } from '#test/dig.ts'
import { type DnsAddress, ServerProcess } from '#test/server-process.ts'
import { SteadyQueries } from '#test/steady-queries.ts'
import { WebServer } from '#test/web-server.ts'

const PRIMARY = '127.0.0.1'
const BACKUP = '127.0.0.2'
const NAME = 'www.fail.test'
const TIMEOUT = { timeout: 30_000 }
const STOP_LIMIT_MS = 1000

function zone(port: number, failover: readonly string[] = [PRIMARY, BACKUP]): string {
  return `zone: fail.test
nameservers: { ns1: 127.0.0.1 }
checks:
  web: { type: http, port: ${port}, path: /health, interval: 400ms, fast-interval: 100ms, timeout: 200ms, fall: 3, rise: 2 }
names:
  www: { failover: [${failover.join(', ')}], check: web, ttl: 30s, ttl-min: 1s }
`
}

describe('the running server', () => {
  let stack: AsyncDisposableStack
  let backup: WebServer
  let primary: WebServer
  let server: ServerProcess
  let dns: DnsAddress

  beforeEach(async () => {
    stack = new AsyncDisposableStack()
    backup = stack.use(await WebServer.start(BACKUP))
    primary = stack.use(await WebServer.start(PRIMARY, backup.port))
    server = stack.use(await ServerProcess.start({ zones: { 'fail.test.yaml': zone(backup.port) } }))
    const [first] = server.dns
    assert.ok(first !== undefined)
    dns = first
    for (const endpoint of ['primary', 'backup'])
      await server.log(({ msg }) => msg.startsWith(`fail.test/www/${endpoint} `) && msg.includes('-> up'))
  })
  afterEach(() => stack.disposeAsync())

  it(
    'names the backup when the primary stops, the primary when it is back, and loses no query',
    TIMEOUT,
    async () => {
      await using queries = await SteadyQueries.start(dns, NAME)
      await queries.until(PRIMARY)
      await primary.stop()
      await queries.until(BACKUP)
      assert.deepEqual(await digShort(dns, NAME), [BACKUP])
      await primary.start()
      await queries.until(PRIMARY)
      assert.deepEqual(await digShort(dns, NAME), [PRIMARY])
      assert.equal(queries.lost, 0)
      assert.deepEqual(queries.answers, [PRIMARY, BACKUP, PRIMARY])
    },
  )

  for (const behaviour of ['hang', 'close', { status: 503 }] as const) {
    it(`names the backup when the primary answers badly: ${JSON.stringify(behaviour)}`, TIMEOUT, async () => {
      await using queries = await SteadyQueries.start(dns, NAME)
      await queries.until(PRIMARY)
      primary.behaviour = behaviour
      await queries.until(BACKUP)
      assert.equal(queries.lost, 0)
    })
  }

  it('answers the primary while all are down', TIMEOUT, async () => {
    await using queries = await SteadyQueries.start(dns, NAME)
    await primary.stop()
    await queries.until(BACKUP)
    await backup.stop()
    await queries.until(PRIMARY)
    assert.equal(queries.lost, 0)
  })

  it('answers after kill -9 and a start what it answered before', TIMEOUT, async () => {
    {
      await using queries = await SteadyQueries.start(dns, NAME)
      await primary.stop()
      await queries.until(BACKUP)
    }
    await stored(server)
    server.kill('SIGKILL')
    assert.equal((await server.exit).signal, 'SIGKILL')
    // Without the stored state the first answer would be the primary: nothing has been probed yet.
    await server.startAgain()
    const { status, answer } = await dig(dns, NAME)
    assert.equal(status, 'NOERROR')
    assert.deepEqual(
      answer.map(({ data }) => data),
      [BACKUP],
    )
  })

  it('changes nothing on SIGHUP with a bad file, and says where it is bad', TIMEOUT, async () => {
    await using queries = await SteadyQueries.start(dns, NAME)
    await queries.until(PRIMARY)
    await server.zone('fail.test.yaml', zone(backup.port, [BACKUP, '127.0.0.300']))
    server.kill('SIGHUP')
    const { msg } = await server.log(line => line.msg.includes('127.0.0.300'))
    assert.match(msg, /zones\/fail\.test\.yaml:6:\d+: /)
    await server.log(line => line.msg.startsWith('configuration not reloaded'))
    assert.deepEqual(await digShort(dns, NAME), [PRIMARY])
    assert.equal(queries.lost, 0)
    assert.deepEqual(queries.answers, [PRIMARY])
  })

  it('takes up a good file on SIGHUP and loses no query', TIMEOUT, async () => {
    await using queries = await SteadyQueries.start(dns, NAME)
    await queries.until(PRIMARY)
    await server.zone(
      'more.test.zone',
      '$TTL 60\n@ SOA ns1 hostmaster 1 2 3 4 5\n@ NS ns1\nns1 A 192.0.2.53\n',
    )
    await server.zone('fail.test.yaml', zone(backup.port, [BACKUP]))
    server.kill('SIGHUP')
    await queries.until(BACKUP)
    await server.log(({ msg }) => msg === 'configuration reloaded')
    assert.deepEqual(await digShort(dns, 'ns1.more.test'), ['192.0.2.53'])
    assert.equal(queries.lost, 0)
    assert.deepEqual(queries.answers, [PRIMARY, BACKUP])
  })

  it('ends within a second on SIGTERM, with exit code 0', TIMEOUT, async () => {
    const beganMs = performance.now()
    server.kill('SIGTERM')
    assert.deepEqual(await server.exit, { code: 0, signal: null })
    assert.ok(performance.now() - beganMs < STOP_LIMIT_MS, `took ${performance.now() - beganMs} ms`)
  })

  it('is alone on its state: a second server does not start', TIMEOUT, async () => {
    const args = server.argsWith({ state: 'state/understudy.db', listen: '127.0.0.1:0' })
    await using second = understudy(args, { cwd: server.folder.path })
    assert.equal((await second.exit).code, 1)
    assert.match(second.stdout.text + second.stderr.text, /another server .* uses the state .*understudy\.db/)
  })

  it('is alone on its port: a second server does not start', TIMEOUT, async () => {
    const args = server.argsWith({ state: 'state/second.db', listen: `127.0.0.1:${server.port}` })
    await using second = understudy(args, { cwd: server.folder.path })
    assert.equal((await second.exit).code, 1)
    assert.match(
      second.stdout.text + second.stderr.text,
      new RegExp(`127\\.0\\.0\\.1:${server.port}\\b.*in use`),
    )
    assert.deepEqual(await digShort(dns, NAME), [PRIMARY])
  })

  it('shows itself to Prometheus', TIMEOUT, async () => {
    await using queries = await SteadyQueries.start(dns, NAME)
    await primary.stop()
    await queries.until(BACKUP)
    const metrics = await server.get('/metrics')
    for (const line of [
      /^understudy_endpoint_up\{.*endpoint="primary".*\} 0$/m,
      /^understudy_endpoint_up\{.*endpoint="backup".*\} 1$/m,
      /^understudy_endpoint_selected\{.*endpoint="backup".*\} 1$/m,
      /^understudy_failovers_total\{.*direction="failover".*\} 1$/m,
      /^understudy_queries_total\{.*qtype="A".*\} [1-9]\d*$/m,
      /^understudy_responses_total\{.*rcode="NOERROR".*\} [1-9]\d*$/m,
      /^understudy_probes_total\{.*outcome="fail".*\} [1-9]\d*$/m,
      /^understudy_zone_serial\{zone="fail\.test"\} \d+$/m,
      /^understudy_switch_seconds_count \d+$/m,
      /^process_cpu_seconds_total /m,
    ])
      assert.match(metrics, line)
  })
})

/** Resolves when the failover is in the history, which is read from the disk. */
async function stored(server: ServerProcess): Promise<void> {
  for (;;) {
    const { transitions } = JSON.parse(await server.get('/api/v1/transitions')) as {
      readonly transitions: readonly { readonly kind: string; readonly to: string }[]
    }
    if (transitions.some(({ kind, to }) => kind === 'selection' && to === 'backup')) return
  }
}
