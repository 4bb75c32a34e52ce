/** Files that change are taken up by the real server, when they are quiet. */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'node:test'
import { digShort } from '#test/dig.ts'
import { ServerProcess } from '#test/server-process.ts'

const zone = (address: string): string =>
  `zone: watch.test\nnameservers: { ns1: 127.0.0.1 }\nnames:\n  www: { failover: [${address}] }\n`

it('a changed file is taken up, a bad one is not, and no zone is given up', { timeout: 60_000 }, async () => {
  await using server = await ServerProcess.start({
    zones: {
      'watch.test.yaml': zone('192.0.2.1'),
      'other.test.yaml': 'zone: other.test\nnameservers: { ns1: 127.0.0.1 }\n',
    },
  })
  const dns = server.dns[0] ?? assert.fail()
  const lines = (): number => server.stdout.text.split('\n').length - 1
  const said = (words: string, from: number): Promise<unknown> =>
    server.log(({ msg }) => msg.includes(words), from)
  let from = lines()
  await server.zone('watch.test.yaml', zone('192.0.2.2'))
  await said('configuration reloaded', from)
  assert.deepEqual(await digShort(dns, 'www.watch.test'), ['192.0.2.2'])
  from = lines()
  await server.zone('watch.test.yaml', zone('192.0.2.300'))
  await said('the old one stays in force: 1 error', from)
  assert.deepEqual(await digShort(dns, 'www.watch.test'), ['192.0.2.2'])
  await server.zone('watch.test.yaml', zone('192.0.2.3'))
  await said('configuration reloaded', from)
  from = lines()
  await rm(join(server.folder.path, 'zones/other.test.yaml'))
  await said('other.test would be gone', from)
  assert.deepEqual(await digShort(dns, 'ns1.other.test'), ['127.0.0.1'])
  server.kill('SIGHUP')
  await said('configuration reloaded', from)
  assert.deepEqual(await digShort(dns, 'ns1.other.test'), [])
})
