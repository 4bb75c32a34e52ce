/** Why an answer is what it is, by dig. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { dig, digShort } from '#test/dig.ts'
import { type DnsAddress, ServerProcess } from '#test/server-process.ts'
import { SteadyQueries } from '#test/steady-queries.ts'
import { WebServer } from '#test/web-server.ts'

const PRIMARY = '127.0.0.1'
const BACKUP = '127.0.0.2'
const NAME = 'www.why.test'
const TIMEOUT = { timeout: 30_000 }
const SETTINGS = (from: string): string => `node: ns1.why\nintrospection-from: ${from}\n`

function zone(port: number): string {
  return `zone: why.test
nameservers: { ns1: 127.0.0.1 }
checks:
  web: { type: http, port: ${port}, path: /health, interval: 400ms, fast-interval: 100ms, timeout: 200ms, fall: 3, rise: 2 }
pools:
  www: { check: web, endpoints: [{ name: primary, address: ${PRIMARY} }, { name: backup, address: ${BACKUP} }] }
names:
  www: { pool: www, ttl: 30s, ttl-min: 1s }
  "*.any": { pool: www }
`
}

describe('dig CH TXT of a managed name', () => {
  const stack = new AsyncDisposableStack()
  let primary: WebServer
  let server: ServerProcess
  let dns: DnsAddress

  before(async () => {
    const backup = stack.use(await WebServer.start(BACKUP))
    primary = stack.use(await WebServer.start(PRIMARY, backup.port))
    const zones = { 'why.test.yaml': zone(backup.port) }
    server = stack.use(await ServerProcess.start({ zones, settings: SETTINGS('[127.0.0.1/32]') }))
    dns = server.dns[0] ?? assert.fail()
    for (const endpoint of ['primary', 'backup'])
      await server.log(({ msg }) => msg.startsWith(`why.test/www/${endpoint} `) && msg.includes('-> up'))
  })
  after(() => stack.disposeAsync())

  /** What is written comes a turn of the loop after the answer. */
  async function toldOnce(line: RegExp, ...args: readonly string[]): Promise<string[]> {
    for (;;) {
      const lines = await digShort(dns, ...args, 'CH', 'TXT', NAME)
      if (lines.some(one => line.test(one))) return lines
    }
  }

  it('goes from UDP to TCP, and has TTL 0', TIMEOUT, async () => {
    const ignoring = await dig(dns, '+ignore', 'CH', 'TXT', NAME)
    assert.deepEqual(
      [ignoring.status, ignoring.flags, ignoring.answer, ignoring.transport],
      ['NOERROR', ['qr', 'aa', 'tc', 'rd'], [], 'UDP'],
    )
    const { status, flags, answer, transport, text } = await dig(dns, '+nsid', 'CH', 'TXT', NAME)
    assert.deepEqual([status, flags, transport], ['NOERROR', ['qr', 'aa', 'rd'], 'TCP'])
    assert.match(text, /NSID: .*\("ns1\.why"\)/)
    assert.match(text, /COOKIE: [0-9a-f]{48} \(good\)/)
    assert.ok(answer.length >= 5)
    assert.ok(answer.every(one => one.ttl === 0 && one.class === 'CH' && one.type === 'TXT'))
    assert.equal(answer[0]?.data, `"A: ${PRIMARY}, TTL 30"`)
  })

  it('tells before and after a failover what is answered, and why', TIMEOUT, async () => {
    const up = await toldOnce(/^"backup 127\.0\.0\.2 up .*fails 0\/3; stands by/, '+tcp')
    assert.match(up.join('\n'), /^"pool why\.test\/www, as ns1\.why judged at .*: failover, /m)
    assert.match(up.join('\n'), /^"primary 127\.0\.0\.1 up .*; answered: it is the primary; pass at /m)
    await using queries = await SteadyQueries.start(dns, NAME)
    await queries.until(PRIMARY)
    await primary.stop()
    await queries.until(BACKUP)
    const down = await toldOnce(/^"A backup since .*: primary is down: /)
    assert.equal(down[0], `"A: ${BACKUP}, TTL 30"`)
    assert.match(down.join('\n'), /^"primary 127\.0\.0\.1 down since .*; fail at .*Z: connection refused"$/m)
    assert.match(down.join('\n'), /^"backup 127\.0\.0\.2 up .*answered in place of those before it/m)
    assert.equal(queries.lost, 0)
    await primary.start()
    await queries.until(PRIMARY)
    assert.equal((await toldOnce(/^"A primary since /))[0], `"A: ${PRIMARY}, TTL 30"`)
  })

  it('is also there below a wildcard, and says what is not managed', TIMEOUT, async () => {
    const ask = (name: string): Promise<string[]> => digShort(dns, '+tcp', 'CH', 'TXT', name)
    assert.match((await ask('a.b.any.why.test')).join('\n'), /^"pool why\.test\//m)
    assert.deepEqual(await ask('ns1.why.test'), ['"not managed: static data"'])
    assert.deepEqual(await ask('no.why.test'), ['"not managed: there is no such name"'])
    assert.deepEqual(await ask('www.example.org'), ['"not managed: in no zone of this server"'])
    assert.deepEqual(await ask('id.server'), ['"ns1.why"'])
  })

  it('is refused to others, and after a reload to whom the list has no more', TIMEOUT, async () => {
    for (const option of ['+tcp', '+notcp'])
      assert.equal((await dig(dns, '-b', BACKUP, option, 'CH', 'TXT', NAME)).status, 'REFUSED')
    await server.folder.file('understudy.yaml', SETTINGS('[127.0.0.2]'))
    server.kill('SIGHUP')
    await server.log(({ msg }) => msg === 'configuration reloaded')
    for (const option of ['+tcp', '+notcp'])
      assert.equal((await dig(dns, option, 'CH', 'TXT', NAME)).status, 'REFUSED')
    const told = await dig(dns, '-b', BACKUP, 'CH', 'TXT', NAME)
    assert.deepEqual(
      [told.status, told.transport, told.answer[0]?.data],
      ['NOERROR', 'TCP', `"A: ${PRIMARY}, TTL 30"`],
    )
  })
})
