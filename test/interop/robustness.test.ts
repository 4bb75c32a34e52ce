/** What may happen to a running server besides failing endpoints: disks, signals, and a state that is damaged. */
import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it, type TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { understudy } from '#test/child.ts'
import { digShort } from '#test/dig.ts'
import { type DnsAddress, ServerProcess } from '#test/server-process.ts'
import { SmallDisk } from '#test/small-disk.ts'
import { SteadyQueries } from '#test/steady-queries.ts'
import { WebServer } from '#test/web-server.ts'

const PRIMARY = '127.0.0.1'
const BACKUP = '127.0.0.2'
const NAME = 'www.fail.test'
const TIMEOUT = { timeout: 60_000 }

function zone(port: number): string {
  return `zone: fail.test
nameservers: { ns1: 127.0.0.1 }
checks:
  web: { type: http, port: ${port}, path: /health, interval: 400ms, fast-interval: 100ms, timeout: 200ms, fall: 3, rise: 2 }
names:
  www: { failover: [${PRIMARY}, ${BACKUP}], check: web, ttl: 30s, ttl-min: 1s }
`
}

describe('the running server', () => {
  let stack: AsyncDisposableStack
  let backup: WebServer
  let primary: WebServer
  let server: ServerProcess

  beforeEach(async () => {
    stack = new AsyncDisposableStack()
    backup = stack.use(await WebServer.start(BACKUP))
    primary = stack.use(await WebServer.start(PRIMARY, backup.port))
  })
  afterEach(() => stack.disposeAsync())

  async function start(state?: string): Promise<void> {
    const zones = { 'fail.test.yaml': zone(backup.port) }
    server = stack.use(await ServerProcess.start({ zones, ...(state !== undefined && { state }) }))
    await bothUp()
  }

  async function bothUp(): Promise<void> {
    for (const endpoint of ['primary', 'backup'])
      await server.log(({ msg }) => msg.startsWith(`fail.test/www/${endpoint} `) && msg.includes('-> up'))
  }

  function dns(): DnsAddress {
    const [first] = server.dns
    assert.ok(first !== undefined)
    return first
  }

  /** The disk, unless this process may not mount one: then the test is skipped. */
  function disk(context: TestContext): SmallDisk | undefined {
    const mounted = SmallDisk.mount()
    if (mounted === undefined) context.skip('may not mount')
    else stack.use(mounted)
    return mounted
  }

  it(
    'fails over and back with a full disk, and stores all of it once there is room',
    TIMEOUT,
    async context => {
      const small = disk(context)
      if (small === undefined) return
      await start(join(small.path, 'understudy.db'))
      small.fill()
      await using queries = await SteadyQueries.start(dns(), NAME)
      await primary.stop()
      await queries.until(BACKUP)
      await primary.start()
      await queries.until(PRIMARY)
      await primary.stop()
      await queries.until(BACKUP)
      await server.log(({ msg }) => /^state: .*SQLITE_FULL.* nothing is stored$/.test(msg))
      assert.match(await server.get('/readyz'), /^ready\nalarm: state is not stored: .*SQLITE_FULL/)
      small.empty()
      await server.log(({ msg }) => msg === 'state: stored again')
      assert.deepEqual(await selections(server), ['backup', 'primary', 'backup', 'primary'])
      assert.equal(await server.get('/readyz'), 'ready\n')
      assert.equal(queries.lost, 0)
      server.kill('SIGKILL')
      await server.startAgain()
      assert.deepEqual(await digShort(dns(), NAME), [BACKUP])
    },
  )

  it('starts, fails over and ends with a state that can only be read', TIMEOUT, async context => {
    const small = disk(context)
    if (small === undefined) return
    small.makeReadOnly()
    await start(join(small.path, 'understudy.db'))
    await using queries = await SteadyQueries.start(dns(), NAME)
    await primary.stop()
    await queries.until(BACKUP)
    assert.match(await server.get('/readyz'), /alarm: state is not stored: .*read-only/)
    server.kill('SIGTERM')
    assert.deepEqual(await server.exit, { code: 0, signal: null })
  })

  it('takes up after a damaged state was replaced while it ran', TIMEOUT, async () => {
    await start()
    {
      await using queries = await SteadyQueries.start(dns(), NAME)
      await primary.stop()
      await queries.until(BACKUP)
    }
    assert.deepEqual(await selections(server), ['backup', 'primary'])
    const database = new Database(join(server.folder.path, 'state/understudy.db'))
    database.exec('DROP TABLE transitions; CREATE TABLE transitions (id INTEGER)')
    database.close()
    await backup.stop()
    const { msg } = await server.log(line => line.msg.includes('is damaged'))
    assert.doesNotMatch(msg, /nothing is stored/)
    await backup.start()
    await server.log(({ msg }) => msg.includes('all-down: primary -> backup'))
    // Reading the history, and with it what was saved before, from the disk.
    assert.deepEqual(await selections(server), ['backup', 'all-down: primary'])
    server.kill('SIGKILL')
    await server.startAgain()
    assert.deepEqual(await digShort(dns(), NAME), [BACKUP])
    assert.equal(readdirSync(join(server.folder.path, 'state')).filter(isAside).length, 1)
  })

  it('fails over while it is told to reload again and again, and loses no query', TIMEOUT, async () => {
    await start()
    await using queries = await SteadyQueries.start(dns(), NAME)
    let storming = true
    const storm = (async () => {
      for (let number = 0; storming; number++) {
        writeFileSync(join(server.folder.path, 'zones/fail.test.yaml'), `${zone(backup.port)}# ${number}\n`)
        server.kill('SIGHUP')
        await new Promise(resolve => setImmediate(resolve))
      }
    })()
    for (let round = 0; round < 2; round++) {
      await primary.stop()
      await queries.until(BACKUP)
      await primary.start()
      await queries.until(PRIMARY)
    }
    storming = false
    await storm
    assert.equal(queries.lost, 0)
    const metrics = await server.get('/metrics')
    assert.match(metrics, /^understudy_reloads_total\{result="success"\} [1-9]\d*$/m)
    assert.match(metrics, /^understudy_responder_restarts_total 0$/m)
    server.kill('SIGTERM')
    assert.deepEqual(await server.exit, { code: 0, signal: null })
  })

  it('is not ended by SIGHUP while it starts, and reloads as soon as it can', TIMEOUT, async () => {
    await start()
    // A warning is logged when the zones have been read, before anything else is begun.
    await server.zone(
      'b.test.yaml',
      'zone: b.test\nnameservers: { ns1: 127.0.0.1 }\nchecks: { a: { type: tcp, port: 1 } }\n',
    )
    const args = server.argsWith({ state: 'state/second.db', listen: '127.0.0.1:0' })
    await using second = understudy(args, { cwd: server.folder.path })
    await second.stdout.find(line => line.includes('no pool uses this check'))
    second.kill('SIGHUP')
    await second.stdout.find(line => line.includes('configuration reloaded'))
  })

  it('goes on with a failover in which it was killed', TIMEOUT, async () => {
    await start()
    {
      await using queries = await SteadyQueries.start(dns(), NAME)
      await primary.stop()
      await queries.until(BACKUP)
      server.kill('SIGKILL')
    }
    await server.startAgain()
    await using queries = await SteadyQueries.start(dns(), NAME)
    await queries.until(BACKUP)
    await primary.start()
    await queries.until(PRIMARY)
    assert.equal(queries.lost, 0)
  })
})

function isAside(file: string): boolean {
  return file.includes('.corrupt-') && file.endsWith('Z')
}

/** What was selected, the newest first, as it is on disk. */
async function selections(server: ServerProcess): Promise<string[]> {
  const { transitions } = JSON.parse(await server.get('/api/v1/transitions')) as {
    readonly transitions: readonly { readonly kind: string; readonly to: string }[]
  }
  return transitions.filter(({ kind }) => kind === 'selection').map(({ to }) => to)
}
