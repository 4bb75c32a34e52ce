/** A drill against the real server, from the command line. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { runUnderstudy } from '#test/child.ts'
import { ServerProcess } from '#test/server-process.ts'
import { SteadyQueries } from '#test/steady-queries.ts'
import { WebServer } from '#test/web-server.ts'

const [PRIMARY, BACKUP] = ['127.0.0.2', '127.0.0.3'] as const

it('switches, measures, tells, and goes back, without a lost query', { timeout: 60_000 }, async () => {
  await using stack = new AsyncDisposableStack()
  const backup = stack.use(await WebServer.start(BACKUP))
  const primary = stack.use(await WebServer.start(PRIMARY, backup.port))
  const zone = `zone: drill.test
nameservers: { ns1: 127.0.0.1 }
checks:
  web: { type: http, port: ${backup.port}, interval: 400ms, fast-interval: 100ms, timeout: 200ms, fall: 3, rise: 2 }
names:
  www: { failover: [${PRIMARY}, ${BACKUP}], check: web, ttl: 1s, ttl-min: 1s }
`
  const server = stack.use(await ServerProcess.start({ zones: { 'drill.test.yaml': zone } }))
  const dns = server.dns[0] ?? assert.fail()
  for (const endpoint of ['primary', 'backup'])
    await server.log(({ msg }) => msg.startsWith(`drill.test/www/${endpoint} `) && msg.includes('-> up'))
  const queries = stack.use(await SteadyQueries.start(dns, 'www.drill.test'))
  await queries.until(PRIMARY)
  const at = ['--server', server.adminUrl]
  const watch = ['--watch', `${dns.address}:${dns.port}`]
  const { code, stdout } = await runUnderstudy(['drill', 'drill.test/www', '--for', '3s', ...watch, ...at])
  assert.match(stdout, /primary of drill\.test\/www taken as failed from the next probe on\n/)
  assert.match(stdout, /a probe of 127\.0\.0\.2 \(pass\) counts as a fail: down\n/)
  assert.match(stdout, /this server answers 127\.0\.0\.3\n/)
  assert.match(stdout, /127\.0\.0\.1:\d+ answers 127\.0\.0\.3\n/)
  assert.match(
    stdout,
    /\nkept: switched and seen after [\d.]+ s; promised are 1\.04 s, and 2\.04 s where the TTL counts$/,
  )
  assert.equal(code, 0)
  await queries.until(PRIMARY)
  assert.deepEqual(queries.answers, [PRIMARY, BACKUP, PRIMARY])
  assert.equal(queries.lost, 0)
  const metrics = await (await fetch(`${server.adminUrl}/metrics`)).text()
  assert.match(
    metrics,
    /understudy_last_successful_drill_timestamp_seconds\{zone="drill\.test",pool="www"\} [\d.e+]+\n/,
  )
  await primary.stop()
  await queries.until(BACKUP)
  const refused = await runUnderstudy(['drill', 'drill.test/www', '--for', '3s', ...at])
  assert.deepEqual([refused.code, refused.stdout], [1, ''])
  assert.match(
    refused.stderr,
    /no other endpoint of drill\.test\/www is up: without backup nothing would be left/,
  )
})
