/** Commands that speak to running servers: real ones, with tokens, TLS, and one of two that is not there. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { certificate } from '#test/certificates.ts'
import { type Finished, runUnderstudy } from '#test/child.ts'
import { ServerProcess } from '#test/server-process.ts'

const LIMIT = { timeout: 60_000 }
const ZONE = `zone: a.test
nameservers: { ns1: 192.0.2.53 }
pools:
  www: { endpoints: [{ name: primary, address: 192.0.2.1 }, { name: backup, address: 192.0.2.2 }] }
names:
  www: { pool: www }
`
/** Nobody listens there. */
const NOBODY = 'http://127.0.0.1:9'

interface Made {
  readonly secret: string
  readonly yaml: string
}

async function token(name: string, role: string): Promise<Made> {
  const { code, stdout } = await runUnderstudy(['token', name, '--role', role])
  assert.equal(code, 0)
  const [, secret = ''] = /^token: (us_\S+)$/m.exec(stdout) ?? []
  const [, yaml = ''] = /^(tokens:\n[\s\S]*)$/m.exec(stdout) ?? []
  assert.notEqual(secret, '')
  assert.ok(!yaml.includes(secret))
  return { secret, yaml: `${yaml.trimEnd()}\n` }
}

/** Runs a command against the server, with or without a token. */
function run(args: readonly string[], secret = '', more: readonly string[] = []): Promise<Finished> {
  return runUnderstudy([...args, ...more], { env: { UNDERSTUDY_TOKEN: secret } })
}

describe('understudy token', () => {
  it('has a name that logs and metrics can bear, and a role', async () => {
    for (const args of [['a b'], ['loopback'], ['x'.repeat(64)], ['alice', '--role', 'admin'], []]) {
      const { code, stdout } = await runUnderstudy(['token', ...args])
      assert.deepEqual([code, stdout], [2, ''], args.join(' '))
    }
  })
})

describe('a server with tokens', LIMIT, () => {
  it('takes what understudy token has printed, and the command line says what is missing', async () => {
    const [alice, bob] = [await token('alice', 'operate'), await token('bob', 'read')]
    const settings = alice.yaml + bob.yaml.replace('tokens:\n', '')
    await using server = await ServerProcess.start({ zones: { 'a.test.yaml': ZONE }, settings })
    const at = ['--server', server.adminUrl]

    const without = await run(['status', ...at])
    assert.deepEqual([without.code, without.stdout], [1, ''])
    assert.match(without.stderr, /^understudy: this asks for a token: .*UNDERSTUDY_TOKEN or --token-file/)
    const wrong = await run(['status', ...at], `us_${'A'.repeat(43)}`)
    assert.match(wrong.stderr, /^understudy: not let in: this token is not known/)
    const nonsense = await run(['status', ...at], 'two words')
    assert.match(nonsense.stderr, /^understudy: UNDERSTUDY_TOKEN holds no token/)

    assert.match((await run(['status', ...at], bob.secret)).stdout, /^a\.test\/www: failover/)
    const drain = ['drain', 'www/primary', '--for', '1m', '--reason', 'disks', ...at]
    const refused = await run(drain, bob.secret)
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /not allowed: the token bob may read, and this asks for the role operate/)

    await server.folder.file('token', `${alice.secret}\n`)
    const file = ['--token-file', `${server.folder.path}/token`]
    const done = await run(drain, bob.secret, file)
    assert.deepEqual([done.code, done.stderr], [0, ''])
    assert.match(
      (await run(['status', ...at], bob.secret)).stdout,
      /drain primary until .* \(by alice: disks\)/,
    )
    const gone = await run(['status', ...at], '', ['--token-file', '/nowhere/token'])
    assert.match(gone.stderr, /^understudy: .*\/nowhere\/token/)

    const told = await run(['audit', '--json', ...at], alice.secret)
    const { audit } = JSON.parse(told.stdout) as { audit: readonly Record<string, string>[] }
    assert.equal(audit.length, 1)
    assert.deepEqual(
      [audit[0]?.['actor'], audit[0]?.['client'], audit[0]?.['result'], audit[0]?.['reason']],
      ['alice', '127.0.0.1', 'done', 'disks'],
    )
    assert.match(
      (await run(['audit', ...at], alice.secret)).stdout,
      /^\S+ \S+Z {2}alice {2}127\.0\.0\.1 {2}override www\/primary {2}done {2}drain a\.test\/www\/primary.* \(disks\), says to be/s,
    )
    assert.match((await run(['audit', ...at], bob.secret)).stderr, /not allowed: .*the role operate/)
    const line = await server.log(({ msg }) => msg.includes('override'))
    assert.match(
      line.msg,
      /^alice from 127\.0\.0\.1: override www\/primary: done: drain a\.test\/www\/primary/,
    )
    assert.ok(!server.stdout.text.includes(alice.secret))
    const stored = await readFile(`${server.folder.path}/state/understudy.db`)
    assert.ok(!stored.includes(alice.secret))
  })

  it('forgets a token with the next reload', async () => {
    const [alice, bob] = [await token('alice', 'operate'), await token('bob', 'operate')]
    const zones = { 'a.test.yaml': ZONE }
    await using server = await ServerProcess.start({ zones, settings: `watch: false\n${alice.yaml}` })
    const at = ['--server', server.adminUrl]
    assert.equal((await run(['status', ...at], alice.secret)).code, 0)
    await server.folder.file('understudy.yaml', `watch: false\n${bob.yaml}`)
    const reloaded = await run(['reload', ...at], alice.secret)
    assert.deepEqual([reloaded.code, reloaded.stdout], [0, 'reloaded; changed:\n~ setting tokens'])
    assert.equal((await run(['status', ...at], alice.secret)).code, 1)
    assert.equal((await run(['status', ...at], bob.secret)).code, 0)
  })
})

describe('understudy reload', LIMIT, () => {
  it('shows the difference, does it, or says all that is wrong', async () => {
    await using server = await ServerProcess.start({
      zones: { 'a.test.yaml': ZONE },
      settings: 'watch: false\n',
    })
    const at = ['--server', server.adminUrl]
    const more = ZONE.replace('names:\n', 'names:\n  new: { pool: www }\n')
    await server.zone('a.test.yaml', more)
    const dry = await run(['reload', '--dry-run', ...at])
    assert.equal(dry.code, 0)
    assert.match(dry.stdout, /^a reload would change:\n/)
    assert.match(dry.stdout, /^\+ name new\.a\.test$/m)
    assert.doesNotMatch(await server.get('/api/v1/pools'), /new\.a\.test/)
    const done = await run(['reload', ...at])
    assert.match(done.stdout, /^reloaded; changed:\n/)
    assert.match(await server.get('/api/v1/pools'), /new\.a\.test/)
    assert.equal((await run(['reload', ...at])).stdout, 'reloaded; changed nothing')

    await server.zone(
      'a.test.yaml',
      more.replace('pool: www }', 'pool: ww }').replace('192.0.2.2', '192.0.2'),
    )
    const bad = await run(['reload', ...at])
    assert.deepEqual([bad.code, bad.stdout], [1, ''])
    assert.match(bad.stderr, /the configuration has 2 errors; the one before stays in force/)
    assert.match(bad.stderr, /a\.test\.yaml:4:\d+: pools\.www\.endpoints\[1\]\.address: .*\n.*\n +\^/)
    assert.match(bad.stderr, /there is no pool named ww; did you mean www\?/)
    assert.match(await server.get('/api/v1/pools'), /new\.a\.test/)

    const alarm =
      /^! the files are not in force, .*: 2 errors, the first at \S*a\.test\.yaml:4:\d+; the log has/
    assert.match((await run(['status', ...at])).stdout, alarm)
    assert.match((await run(['status', 'www', ...at])).stdout, alarm)
    const { alarms } = JSON.parse((await run(['status', '--json', ...at])).stdout) as {
      alarms: readonly string[]
    }
    assert.equal(alarms.length, 1)
    assert.match(await server.get('/readyz'), /^alarm: the files are not in force/m)
    await server.zone('a.test.yaml', more)
    assert.equal((await run(['reload', ...at])).code, 0)
    assert.match((await run(['status', ...at])).stdout, /^a\.test\/www: failover/)
  })
})

describe('understudy history', LIMIT, () => {
  it('does not say of what is not there that nothing has changed', async () => {
    await using server = await ServerProcess.start({ zones: { 'a.test.yaml': ZONE } })
    const at = ['--since', '1h', '--server', server.adminUrl]
    for (const name of ['wwv', 'www/primary', 'wwv.a.test']) {
      const { code, stdout, stderr } = await run(['history', name, ...at])
      assert.deepEqual([code, stdout], [1, ''])
      assert.equal(stderr, `understudy: no pool and no managed name is called ${name}; there are: a.test/www`)
    }
    for (const name of ['www', 'a.test', 'www.a.test.'])
      assert.equal((await run(['history', name, ...at])).code, 0, name)
    const json = await run(['history', 'gone.test', '--json', ...at])
    assert.deepEqual([json.code, JSON.parse(json.stdout)], [0, { transitions: [] }])
  })
})

describe('several servers', LIMIT, () => {
  it('are each asked; what is done on some only is said, and exits 1', async () => {
    await using one = await ServerProcess.start({ zones: { 'a.test.yaml': ZONE } })
    const servers = ['--server', one.adminUrl, '--server', NOBODY]
    const status = await run(['status', ...servers])
    assert.equal(status.code, 1)
    assert.ok(status.stdout.startsWith(`${one.adminUrl}:\na.test/www: failover`), status.stdout)
    assert.match(status.stderr, /^http:\/\/127\.0\.0\.1:9: cannot ask the server .*\ndone on 1 of 2 servers/)
    const json = JSON.parse((await run(['status', '--json', ...servers])).stdout) as {
      servers: readonly { server: string; pools?: readonly unknown[]; error?: string }[]
    }
    assert.deepEqual(
      json.servers.map(({ server, pools, error }) => [server, pools?.length, error !== undefined]),
      [
        [one.adminUrl, 1, false],
        [NOBODY, undefined, true],
      ],
    )
    for (const command of ['history', 'audit']) {
      const told = await run([command, '--json', ...servers])
      const { servers: all } = JSON.parse(told.stdout) as { servers: readonly { server: string }[] }
      assert.deepEqual([told.code, ...all.map(({ server }) => server)], [1, one.adminUrl, NOBODY])
    }
    assert.match(
      (await run(['audit', '--server', one.adminUrl])).stdout,
      /^nobody has changed anything within 24h$/,
    )
    const reload = await run(['reload', ...servers])
    assert.equal(reload.code, 1)
    assert.match(reload.stdout, /: reloaded; changed nothing$/)
    const both = await run(['status', '--server', one.adminUrl, '--server', one.adminUrl])
    assert.deepEqual([both.code, both.stderr], [0, ''])
  })
})

describe('understudy drill', LIMIT, () => {
  const drill = ['drill', 'a.test/www', '--for', '1s']

  it('drills on each server, tells which says what, and exits 1 where one does not', async () => {
    await using stack = new AsyncDisposableStack()
    const zones = { 'a.test.yaml': ZONE }
    const one = stack.use(await ServerProcess.start({ zones }))
    const two = stack.use(await ServerProcess.start({ zones }))
    const at = [one, two].flatMap(({ adminUrl }) => ['--server', adminUrl])
    const both = await run([...drill, ...at])
    assert.deepEqual([both.code, both.stderr], [0, ''])
    for (const { adminUrl } of [one, two]) {
      assert.ok(both.stdout.includes(`${adminUrl}    0.000 s  primary of a.test/www taken as failed`))
      assert.ok(both.stdout.includes(`${adminUrl}: kept: switched and seen after `), both.stdout)
    }
    const some = await run([...drill, '--json', ...at, '--server', NOBODY])
    const { servers } = JSON.parse(some.stdout) as {
      servers: readonly { server: string; state?: string; error?: string }[]
    }
    assert.equal(some.code, 1)
    assert.deepEqual(
      servers.map(({ server, state, error }) => [server, state, error !== undefined]),
      [
        [one.adminUrl, 'kept', false],
        [two.adminUrl, 'kept', false],
        [NOBODY, undefined, true],
      ],
    )
    assert.match(some.stderr, /^done on 2 of 3 servers$/m)
  })
})

describe('an admin listener with TLS', LIMIT, () => {
  it('is spoken to by https, and shows a new certificate after a reload', async () => {
    const { cert, key } = certificate('good')
    await using server = await ServerProcess.start({
      zones: { 'a.test.yaml': ZONE },
      settings: 'watch: false\n',
    })
    const other = certificate('self-signed')
    const settings = 'watch: false\nlisten: { admin-tls: { certificate: cert.pem, key: key.pem } }\n'
    for (const [name, text] of [
      ['cert.pem', cert],
      ['key.pem', key],
      ['understudy.yaml', settings],
    ] as const)
      await server.folder.file(name, text)
    const reload = await run(['reload', '--server', server.adminUrl])
    assert.match(reload.stdout, /! setting listen\.admin-tls: taken up by a restart only/)
    server.kill('SIGTERM')
    await server.startAgain()
    const url = server.adminUrl.replace('http:', 'https:')
    const trusting = { env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } }
    assert.equal((await runUnderstudy(['status', '--server', url], trusting)).code, 0)
    const untrusting = await runUnderstudy(['status', '--server', url])
    assert.match(untrusting.stderr, /cannot ask the server at https:.*certificate/)
    await server.folder.file('cert.pem', other.cert)
    const unpaired = await runUnderstudy(['reload', '--server', url], trusting)
    assert.match(
      unpaired.stderr,
      /understudy\.yaml:\d+:\d+: listen\.admin-tls: certificate and key are not a pair/,
    )
    await server.folder.file('key.pem', other.key)
    const renewed = await runUnderstudy(['reload', '--server', url], trusting)
    assert.equal(renewed.stdout, 'reloaded; changed:\n~ setting certificate')
  })
})
