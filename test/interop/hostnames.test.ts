/** Hostnames and pools of pools with the real server: NSD has the hostnames, and stands in for a resolver. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { runUnderstudy } from '#test/child.ts'
import { dig, digShort } from '#test/dig.ts'
import { ServerProcess } from '#test/server-process.ts'
import { TempFolder } from '#test/temp-folder.ts'
import { WebServer } from '#test/web-server.ts'
import { ReferenceServer } from './compare/reference-server.ts'

const [ONE, TWO, THREE] = ['127.0.0.2', '127.0.0.3', '127.0.0.4'] as const
const TIMEOUT = { timeout: 60_000 }

const TARGETS = `$ORIGIN hosts.test.
$TTL 5
@ SOA ns hostmaster 1 3600 600 86400 5
@ NS ns
ns A 127.0.0.1
one CNAME real.one
real.one A ${ONE}
two A ${TWO}
`

const zone = (port: number): string => `zone: names.test
nameservers: { ns1: 127.0.0.1 }
checks:
  web: { type: http, port: ${port}, interval: 500ms, fast-interval: 100ms, timeout: 200ms, fall: 2, rise: 2 }
pools:
  hosts:
    check: web
    endpoints:
      - { name: primary, hostname: one.hosts.test }
      - { name: backup, hostname: two.hosts.test }
  apex:
    check: web
    endpoints:
      - { name: primary, hostname: one.hosts.test }
      - { name: backup, address: ${THREE} }
  top:
    endpoints:
      - { name: near, pool: near }
      - { name: far, pool: far }
  near: { check: web, endpoints: [{ name: a, address: ${ONE} }, { name: b, address: ${TWO} }] }
  far: { check: web, policy: all, endpoints: [{ name: a, address: ${THREE} }] }
names:
  www: { pool: hosts, ttl-min: 1s }
  "@": { pool: apex }
  deep: { pool: top }
`

it('CNAME, addresses at the apex, and a pool of pools go over when servers stop', TIMEOUT, async () => {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await TempFolder.open())
  await folder.file('hosts.test.zone', TARGETS)
  const set = { folder: folder.path, zones: [{ zone: 'hosts.test.', file: 'hosts.test.zone' }] }
  const resolver = stack.use(await ReferenceServer.start('nsd', set))
  const three = stack.use(await WebServer.start(THREE))
  const two = stack.use(await WebServer.start(TWO, three.port))
  const one = stack.use(await WebServer.start(ONE, three.port))
  const server = stack.use(
    await ServerProcess.start({
      zones: { 'names.test.yaml': zone(three.port) },
      settings: `resolvers: ["127.0.0.1:${resolver.address.port}"]\n`,
    }),
  )
  const dns = server.dns[0] ?? assert.fail()
  const said = (start: string, from = 0): Promise<unknown> =>
    server.log(({ msg }) => msg.startsWith(start), from)
  for (const pool of ['hosts/primary', 'hosts/backup', 'apex/backup', 'near/b', 'far/a'])
    await server.log(({ msg }) => msg.startsWith(`names.test/${pool} `) && msg.includes('-> up'))

  // The first answer is complete: the hostnames were resolved before it.
  assert.deepEqual(await digShort(dns, 'names.test'), [ONE])
  assert.deepEqual(await digShort(dns, 'www.names.test'), ['one.hosts.test.'])
  assert.deepEqual(await digShort(dns, 'deep.names.test'), [ONE])
  const { status, answer } = await dig(dns, 'www.names.test', 'TXT')
  assert.equal(status, 'NOERROR')
  assert.deepEqual(
    answer.map(({ owner, type, data }) => [owner, type, data]),
    [['www.names.test.', 'CNAME', 'one.hosts.test.']],
  )

  await one.stop()
  await said('names.test/hosts CNAME: primary -> backup (primary is down: ')
  await said('names.test/apex A: primary -> backup')
  await said('names.test/near A: a -> b')
  assert.deepEqual(await digShort(dns, 'www.names.test'), ['two.hosts.test.'])
  assert.deepEqual(await digShort(dns, 'names.test'), [THREE])
  assert.deepEqual(await digShort(dns, 'deep.names.test'), [TWO])
  await two.stop()
  await said('names.test/top A: near -> far (near is down: every endpoint is down')
  await said('names.test/hosts CNAME: backup -> all-down: primary')
  assert.deepEqual(await digShort(dns, 'deep.names.test'), [THREE])

  const { stdout } = await runUnderstudy(['status', '--server', server.adminUrl])
  assert.match(stdout, /CNAME +one\.hosts\.test {2}\(primary, all-down, TTL 1\)/)
  assert.match(stdout, /since \S+: near is down: every endpoint is down; when-all-down: primary/)
  assert.match(stdout, /near +pool near +down/)
  assert.match(stdout, /backup +127\.0\.0\.3 \(two\.hosts\.test\) +down/)

  // Nobody resolves any more: a restart goes on with what was known.
  await one.start()
  await said('names.test/apex A: backup -> primary')
  await resolver[Symbol.asyncDispose]()
  server.kill('SIGTERM')
  await server.startAgain()
  assert.deepEqual(await digShort(dns, 'names.test'), [ONE])
})
