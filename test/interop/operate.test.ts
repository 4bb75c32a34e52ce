/** Operators at the command line against the running server: what they were told is done is answered, and outlives the server. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type Finished, runUnderstudy } from '#test/child.ts'
import { digShort } from '#test/dig.ts'
import { type DnsAddress, ServerProcess } from '#test/server-process.ts'
import { SmallDisk } from '#test/small-disk.ts'
import { WebServer } from '#test/web-server.ts'

const PRIMARY = '127.0.0.1'
const BACKUP = '127.0.0.2'
const NAME = 'www.ops.test'
const TIMEOUT = { timeout: 60_000 }

function zone(port: number): string {
  return `zone: ops.test
nameservers: { ns1: 127.0.0.1 }
checks:
  web: { type: http, port: ${port}, path: /health, interval: 400ms, fast-interval: 100ms, timeout: 200ms, fall: 3, rise: 2 }
pools:
  www:
    check: web
    endpoints: [{ name: primary, address: ${PRIMARY} }, { name: backup, address: ${BACKUP} }]
    failback: manual
names:
  www: { pool: www, ttl: 30s, ttl-min: 1s }
`
}

describe('at the command line', () => {
  let stack: AsyncDisposableStack
  let primary: WebServer
  let server: ServerProcess
  let dns: DnsAddress

  beforeEach(async () => {
    stack = new AsyncDisposableStack()
    const backup = stack.use(await WebServer.start(BACKUP))
    primary = stack.use(await WebServer.start(PRIMARY, backup.port))
    server = stack.use(await ServerProcess.start({ zones: { 'ops.test.yaml': zone(backup.port) } }))
    dns = server.dns[0] ?? assert.fail()
    for (const endpoint of ['primary', 'backup']) await said(`ops.test/www/${endpoint} `, '-> up')
  })
  afterEach(() => stack.disposeAsync())

  function said(start: string, part: string): Promise<unknown> {
    return server.log(({ msg }) => msg.startsWith(start) && msg.includes(part))
  }

  function run(...args: readonly string[]): Promise<Finished> {
    return runUnderstudy([...args, '--server', server.adminUrl])
  }

  it('drain is on disk when it is told, and release is too', TIMEOUT, async () => {
    const drained = await run('drain', 'www/primary', '--for', '10m', '--reason', 'new disks')
    server.kill('SIGKILL')
    assert.match(drained.stdout, /^drain ops\.test\/www\/primary until .*; answers now: A backup$/)
    await server.startAgain()
    assert.deepEqual(await digShort(dns, NAME), [BACKUP])
    const { stdout } = await run('status')
    assert.match(stdout, /drain primary until .* \(by \S+: new disks\)/)
    assert.match(stdout, /primary +127\.0\.0\.1 +\w+ \(drained\)/)
    const released = await run('release', 'www/primary')
    server.kill('SIGKILL')
    assert.deepEqual([released.code, released.stderr], [0, ''])
    await server.startAgain()
    assert.doesNotMatch((await run('status')).stdout, /drain primary|\(drained\)/)
  })

  it('a drain is over by itself, and failback goes back when asked', TIMEOUT, async () => {
    await run('drain', 'www/primary', '--for', '1s')
    assert.deepEqual(await digShort(dns, NAME), [BACKUP])
    await said('ops.test/www/primary', 'drain -> none (expired)')
    assert.deepEqual(await digShort(dns, NAME), [BACKUP])
    const { stdout } = await run('failback', 'ops.test/www')
    assert.match(
      stdout,
      /^failed back ops\.test\/www; answers now: A primary\nprimary: 127\.0\.0\.1 up since \S+Z, pass /,
    )
    assert.deepEqual(await digShort(dns, NAME), [PRIMARY])
  })

  it('failback is refused with the evidence', TIMEOUT, async () => {
    await primary.stop()
    await said('ops.test/www A', 'primary -> backup')
    const { code, stderr } = await run('failback', 'ops.test/www')
    assert.equal(code, 1)
    assert.match(
      stderr,
      /^understudy:\nno endpoint of higher preference is up:\nprimary: 127\.0\.0\.1 down since \S+Z, fail .* refused/,
    )
  })

  it(
    'with a full disk an override is refused, unless it is volatile, and so is its release',
    TIMEOUT,
    async context => {
      using disk = SmallDisk.mount()
      if (disk === undefined) return context.skip('may not mount')
      const backup = stack.use(await WebServer.start('127.0.0.3'))
      const zones = {
        'ops.test.yaml': zone(backup.port).replaceAll(`address: ${BACKUP}`, 'address: 127.0.0.3'),
      }
      server = stack.use(await ServerProcess.start({ zones, state: `${disk.path}/understudy.db` }))
      dns = server.dns[0] ?? assert.fail()
      await said('ops.test/www/backup ', '-> up')
      await said('ops.test/www/primary ', '->')
      const drain = ['drain', 'www/primary', '--for', '10m', '--force', '--reason', 'x'.repeat(200)]
      disk.fill()
      let tried = await run(...drain)
      // The files have some room left.
      while (tried.code === 0) tried = await run(...drain)
      assert.match(tried.stderr, /^understudy: not stored, and so not done: .*full.*--volatile/)
      const pinned = await run('pin', 'www/backup', '--for', '10m', '--volatile')
      assert.equal(pinned.code, 0, pinned.stderr)
      assert.deepEqual(await digShort(dns, NAME), ['127.0.0.3'])
      assert.equal((await run('release', 'ops.test/www', '--volatile')).code, 0)
    },
  )

  it('a failback is forced for so long as is said', TIMEOUT, async () => {
    await primary.stop()
    await said('ops.test/www A', 'primary -> backup')
    const { stdout } = await run('failback', 'ops.test/www', '--force', '--for', '1m')
    assert.match(
      stdout,
      /^force-up ops\.test\/www\/primary until .*: A primary\nprimary: 127\.0\.0\.1 down since /,
    )
    assert.deepEqual(await digShort(dns, NAME), [PRIMARY])
  })

  it('what is wrong is said, and gives the exit code', TIMEOUT, async () => {
    for (const [args, code, words] of [
      [
        ['drain', 'www/primry', '--for', '1m'],
        1,
        /^understudy: nothing is called www\/primry; there are: ops\.test\/www\/primary/,
      ],
      [['drain', 'www/primary', '--for', '1'], 1, /body\.for: no duration from 1s to 30d/],
      [['drain', 'www/primary'], 2, /required option '--for <duration>'/],
      [
        ['force', 'www/primary', 'sideways', '--for', '1m'],
        2,
        /'sideways' is invalid .*Allowed choices are up, down/,
      ],
      [['release', 'www/primary'], 1, /^understudy: nothing to release/],
      [['failback', 'www'], 2, /www is not ZONE\/POOL/],
      [['failback', 'ops.test/www', '--force'], 2, /--force and --for go together/],
    ] as const) {
      const done = await run(...args)
      assert.equal(done.code, code, args.join(' '))
      assert.match(done.stderr, words)
    }
  })

  it('several servers are told, and what one refuses the others do', TIMEOUT, async () => {
    const nobody = 'http://127.0.0.1:1'
    const { code, stdout, stderr } = await run('pin', 'www/backup', '--for', '1m', '--server', nobody)
    assert.equal(code, 1)
    assert.ok(stdout.startsWith(`${server.adminUrl}: pin ops.test/www/backup until `))
    assert.match(stderr, /^http:\/\/127\.0\.0\.1:1: cannot ask the server .*\ndone on 1 of 2 servers$/)
    assert.deepEqual(await digShort(dns, NAME), [BACKUP])
  })
})
