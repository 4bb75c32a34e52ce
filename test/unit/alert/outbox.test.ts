/** Alerts over a real database: through kill -9, and over a disk that is full. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { systemClock } from '#base/clock.ts'
import { AlertDesk } from '#control/alert-desk.ts'
import { openStore } from '#store/store.ts'
import { accept, hang, ReceivingServer } from '#test/receiving-server.ts'
import { SmallDisk } from '#test/small-disk.ts'
import { TempFolder } from '#test/temp-folder.ts'
import { receiver } from './events.ts'

const CHILD = new URL('./child.ts', import.meta.url).pathname
const LIMIT = { timeout: 60_000 }

describe('alerts on disk', LIMIT, () => {
  it('are told again after a kill -9 between their arrival and the acknowledgement, and not after that', async () => {
    await using folder = await TempFolder.open()
    await using server = await ReceivingServer.start()
    const state = join(folder.path, 'understudy.db')
    const start = (deed: string) =>
      spawn(process.execPath, [CHILD, state, server.url, deed], { stdio: ['pipe', 'pipe', 'inherit'] })
    server.reaction = hang
    const killed = start('announce')
    await Promise.all([server.requests(1), once(killed.stdout, 'data')])
    killed.kill('SIGKILL')
    assert.deepEqual(await once(killed, 'exit'), [null, 'SIGKILL'])
    server.reaction = accept
    const second = start('')
    await server.requests(2)
    second.stdin.write('enough')
    assert.deepEqual(await once(second, 'exit'), [0, null])
    const ids = server.received.map(({ body }) => JSON.parse(body).id)
    assert.equal(ids[0], ids[1])
    const third = start('announce')
    third.stdin.write('enough')
    await once(third, 'exit')
    // The same is not told again so soon, nor what was acknowledged.
    assert.equal(server.received.length, 2)
  })

  it('go out although the disk is full, and are stored once it is not', async t => {
    using disk = SmallDisk.mount()
    if (disk === undefined) return t.skip('no disk can be mounted here')
    await using server = await ReceivingServer.start()
    const recovered = Promise.withResolvers<void>()
    const faulty = Promise.withResolvers<void>()
    const path = join(disk.path, 'understudy.db')
    const store = await openStore({ path, onFault: () => faulty.resolve(), onRecovered: recovered.resolve })
    const quiet = (): void => undefined
    const log = { info: quiet, warn: quiet, error: quiet }
    const desk = new AlertDesk({ clock: systemClock, random: Math.random, log, store })
    desk.adopt({ node: 'ns1', alerts: [receiver({ url: server.url })] })
    disk.fill()
    for (let i = 0; i < 50; i++) desk.announce({ kind: 'restart', what: `${i}`, why: 'x'.repeat(200) })
    await faulty.promise
    await server.requests(50)
    assert.deepEqual(
      server.received.map(({ body }) => JSON.parse(body).summary),
      Array.from({ length: 50 }, (_, i) => `${i} was started again`),
    )
    disk.empty()
    await recovered.promise
    desk.stop()
    await store.close()
    const again = await openStore({ path, onFault: quiet, onRecovered: quiet })
    assert.ok(again.restored.alerts.length > 0)
    await again.close()
  })
})
