/** The end of the server, whatever it is at. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { it } from 'node:test'
import { ServerProcess } from '#test/server-process.ts'

const ZONE = `zone: a.test
nameservers: { ns1: 192.0.2.53 }
checks: { port: { type: tcp, port: 9 } }
pools:
  www: { check: port, endpoints: [{ name: primary, address: 127.0.0.1 }] }
names: { www: { pool: www } }
`
const WITH_HOSTNAME = ZONE.replace('}]', '}, { name: backup, hostname: one.example.net }]')

it('a reload of changed files that waits for resolvers ends with the server, in peace', async () => {
  // A resolver that never answers.
  await using resolver = createSocket('udp4').bind(0, '127.0.0.1')
  await once(resolver, 'listening')
  const settings = `resolvers: ["127.0.0.1:${resolver.address().port}"]\n`
  await using server = await ServerProcess.start({ zones: { 'a.test.yaml': ZONE }, settings })
  const asked = once(resolver, 'message')
  await server.zone('a.test.yaml', WITH_HOSTNAME)
  await asked
  server.kill('SIGTERM')
  assert.deepEqual(await server.exit, { code: 0, signal: null }, server.stderr.text)
  assert.match(server.stdout.text, /not reloaded: Error: the server is being stopped/)
})
