/** The whole server in this process, on real sockets: started, reloaded and ended in every order. */
import assert from 'node:assert/strict'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { SocketAddr } from '#base/address.ts'
import { formatComplaint } from '#base/complaint.ts'
import { askUdp } from '#client/dns-client.ts'
import { type LoadRequest, loadConfiguration } from '#config/load.ts'
import { Server } from '#control/server.ts'
import { TempFolder } from '#test/temp-folder.ts'
import { decodeMessage } from '#wire/message.ts'
import { dataToText } from '#wire/record-data.ts'
import { zoneText } from './zones.ts'

const LIMIT = { timeout: 30_000 }
/** Nobody listens there. */
const CLOSED = { web: '{ type: tcp, port: 9, interval: 5s }' }
const A_TEST = zoneText({ checks: CLOSED, pools: { www: { primary: ['127.0.0.1'], backup: ['127.0.0.2'] } } })

class Running implements AsyncDisposable {
  readonly folder: TempFolder
  readonly events: string[]
  readonly lines: string[] = []
  readonly server: Server

  private constructor(folder: TempFolder, server: Server, events: string[]) {
    this.folder = folder
    this.server = server
    this.events = events
  }

  static async start(listen = '127.0.0.1:0', folder?: TempFolder): Promise<Running> {
    const place = folder ?? (await TempFolder.open())
    if (folder === undefined) await place.file('zones/a.test.yaml', A_TEST)
    const request: LoadRequest = { cwd: place.path, env: {}, listen: [listen] }
    const { configuration, complaints } = await loadConfiguration(request)
    assert.ok(configuration !== undefined, complaints.map(formatComplaint).join('\n'))
    const nothing = (): void => undefined
    const reloads: string[] = []
    const events = {
      probe: nothing,
      transition: nothing,
      switched: nothing,
      failover: nothing,
      reload: (result: string) => void reloads.push(result),
    }
    const log = { info: nothing, warn: nothing, error: nothing }
    const server = await Server.start({ request, version: '0', events, log }, configuration)
    return new Running(place, server, reloads)
  }

  get address(): SocketAddr {
    const [address] = this.server.bound
    assert.ok(address !== undefined)
    return address
  }

  /** The addresses of the answer, or what else came. */
  async ask(name: string): Promise<string> {
    const reply = await askUdp({ server: this.address, name, type: 1, timeoutMs: 5000 })
    if (reply.kind !== 'answer') return reply.kind
    const message = decodeMessage(reply.bytes)
    assert.ok(message !== undefined)
    const addresses = message.answer.map(({ type, data }) => dataToText(type, data)).join(' ')
    return addresses || `rcode ${message.rcode}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close()
    await this.folder[Symbol.asyncDispose]()
  }
}

describe('the server', LIMIT, () => {
  it('gives back its port and its state when it has ended, and can be ended twice', async () => {
    await using first = await Running.start()
    assert.equal(await first.ask('www.a.test'), '127.0.0.1')
    assert.equal(first.server.server().ready, true)
    const { port } = first.address
    await first.server.close()
    await first.server.close()
    const second = await Running.start(`127.0.0.1:${port}`, first.folder)
    assert.equal(await second.ask('www.a.test'), '127.0.0.1')
    await second.server.close()
  })

  it('that cannot have its port gives back its state', async () => {
    await using first = await Running.start()
    await using folder = await TempFolder.open()
    await folder.file('zones/a.test.yaml', A_TEST)
    await assert.rejects(Running.start(`127.0.0.1:${first.address.port}`, folder), /in use/)
    await (await Running.start('127.0.0.1:0', folder)).server.close()
  })

  it('is alone on its state', async () => {
    await using first = await Running.start()
    await assert.rejects(
      Running.start('127.0.0.1:0', first.folder),
      /another server \(process \d+\) uses the state .*understudy\.db: stop it first, or/,
    )
    assert.equal(await first.ask('www.a.test'), '127.0.0.1')
  })

  it('that is ended in the middle of a reload ends at once, and the reload with it', async () => {
    await using running = await Running.start()
    const stopped = /is being stopped/
    const reload = assert.rejects(running.server.reload(), stopped)
    await running.server.close()
    await reload
    await assert.rejects(running.server.reload(), stopped)
  })
})

describe('a reload', { ...LIMIT, concurrency: 3 }, () => {
  it('is previewed without a change, and no preview gets in the way of it', async () => {
    await using running = await Running.start()
    const pools = { www: { primary: ['127.0.0.1'] }, new: { only: ['127.0.0.9'] } }
    await running.folder.file('zones/a.test.yaml', zoneText({ checks: CLOSED, pools }))
    const previews = await Promise.all([running.server.preview(), running.server.preview()])
    for (const { done, difference } of previews)
      assert.deepEqual([done, difference?.names.added], [true, ['new.a.test']])
    assert.notEqual(await running.ask('new.a.test'), '127.0.0.9')
    assert.deepEqual(running.events, [])
    const [preview, reload] = await Promise.all([running.server.preview(), running.server.reload()])
    assert.deepEqual(preview.difference, reload.difference)
    assert.equal(await running.ask('new.a.test'), '127.0.0.9')
    assert.deepEqual((await running.server.preview()).difference?.names.added, [])
  })

  it('takes up a pool that has grown', async () => {
    await using running = await Running.start()
    const both = {
      www: { primary: ['127.0.0.1', '127.0.0.3'], backup: ['127.0.0.2'] },
      new: { only: ['127.0.0.9'] },
    }
    await running.folder.file(
      'zones/a.test.yaml',
      zoneText({ checks: { web: '{ type: tcp, port: 10 }' }, pools: both }),
    )
    const { done, complaints, difference } = await running.server.reload()
    assert.deepEqual([done, complaints], [true, []])
    assert.deepEqual([difference?.names.added, difference?.pools.added], [['new.a.test'], ['a.test/new']])
    assert.match(await running.ask('www.a.test'), /127\.0\.0\.1/)
    assert.equal(await running.ask('new.a.test'), '127.0.0.9')
    assert.deepEqual(running.events, ['success'])
  })

  it('with an error changes nothing, and says what it is', async () => {
    await using running = await Running.start()
    const { configDigest } = running.server.server()
    await running.folder.file('zones/b.test.zone', '@ SOA nonsense\n')
    const { done, complaints } = await running.server.reload()
    assert.equal(done, false)
    assert.ok(complaints.some(({ file }) => file.endsWith('b.test.zone')))
    assert.equal(running.server.server().configDigest, configDigest)
    assert.equal(await running.ask('www.a.test'), '127.0.0.1')
    assert.deepEqual(running.events, ['failure'])
  })

  it('of a folder that is gone, or is there without any zone, changes nothing and says so', async () => {
    await using running = await Running.start()
    const zones = join(running.folder.path, 'zones')
    await rename(zones, `${zones}.away`)
    const gone = await running.server.reload()
    assert.match(gone.complaints.map(formatComplaint).join('\n'), /zones: there is no such folder/)
    // As a folder is on which nothing has been mounted.
    await mkdir(zones)
    const empty = await running.server.reload()
    assert.match(
      empty.complaints.map(formatComplaint).join('\n'),
      /zones: holds no zones any more; .* stay in force, .* restart/,
    )
    assert.deepEqual([gone.done, empty.done], [false, false])
    assert.equal(await running.ask('www.a.test'), '127.0.0.1')
    await rm(zones, { recursive: true })
    await rename(`${zones}.away`, zones)
    assert.equal((await running.server.reload()).done, true)
    assert.deepEqual(running.events, ['failure', 'failure', 'success'])
  })

  it('drops a zone whose file is gone, as long as another is left', async () => {
    await using running = await Running.start()
    await running.folder.file('zones/b.test.yaml', zoneText({ zone: 'b.test', checks: CLOSED }))
    assert.equal((await running.server.reload()).done, true)
    assert.equal(await running.ask('www.b.test'), '192.0.2.1')
    await rm(join(running.folder.path, 'zones/b.test.yaml'))
    assert.equal((await running.server.reload()).done, true)
    assert.equal(await running.ask('www.b.test'), 'rcode 5')
  })

  it('that is asked for while another waits is the same one; what was written before it is taken up', async () => {
    await using running = await Running.start()
    const first = running.server.reload()
    await running.folder.file('zones/b.test.yaml', zoneText({ zone: 'b.test', checks: CLOSED }))
    const more = await Promise.all(Array.from({ length: 100 }, () => running.server.reload()))
    assert.equal((await first).done, true)
    assert.ok(more.every(({ done }) => done))
    assert.equal(running.events.length, 2)
    assert.equal(await running.ask('www.b.test'), '192.0.2.1')
  })
})
