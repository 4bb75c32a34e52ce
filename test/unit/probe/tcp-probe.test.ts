import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runProbe } from '#probe/run-probe.ts'
import type { TcpSpec } from '#probe/spec.ts'
import { Child, ROOT_FOLDER } from '#test/child.ts'
import { RawServer } from '#test/raw-server.ts'
import { AMPLE_MS, BRIEF_MS, targetOf, USER_AGENT } from './targets.ts'

function probe(port: number, address = '127.0.0.1', changes: Partial<TcpSpec> = {}) {
  return runProbe(targetOf({ type: 'tcp', port, ...changes }, address, { timeoutMs: AMPLE_MS }), USER_AGENT)
}

async function closedPort(): Promise<number> {
  await using server = await RawServer.start(() => undefined)
  return server.port
}

describe('the tcp probe', () => {
  for (const address of ['127.0.0.1', '::1']) {
    it(`passes when ${address} accepts the connection, and closes it`, async () => {
      const closed = Promise.withResolvers<void>()
      await using server = await RawServer.start(
        socket => socket.resume().on('close', () => closed.resolve()),
        {
          address,
        },
      )
      const outcome = await probe(server.port, address)
      assert.deepEqual([outcome.kind, outcome.reason], ['pass', 'ok'])
      assert.ok(outcome.latencyMs > 0)
      await closed.promise
    })
  }

  it('fails when the connection is refused', async () => {
    const outcome = await probe(await closedPort())
    assert.deepEqual([outcome.kind, outcome.reason], ['fail', 'refused'])
  })

  it('sends what it is told to, and passes with the answer, however it is cut', async () => {
    await using server = await RawServer.start(socket => {
      socket.once('data', sent => {
        socket.write('+PO')
        setImmediate(() => socket.write(sent.toString() === 'PING\r\n' ? 'NG\r\n' : 'NO\r\n'))
      })
    })
    const asked = { send: 'PING\r\n', expect: '+PONG' }
    assert.equal((await probe(server.port, '127.0.0.1', asked)).detail, 'answered as expected')
  })

  it('fails where the answer is another one, has no end, or does not come', async () => {
    const expect = '+PONG'
    await using other = await RawServer.start(socket => void socket.end('-ERR\r\n'))
    assert.equal((await probe(other.port, '127.0.0.1', { expect })).reason, 'answer')
    await using endless = await RawServer.start(socket => {
      const pour = (): void => void (socket.destroyed || socket.write('x'.repeat(65_536), pour))
      pour()
    })
    assert.match((await probe(endless.port, '127.0.0.1', { expect })).detail, /first 65536 bytes/)
    await using silent = await RawServer.start(socket => void socket.resume())
    const target = targetOf({ type: 'tcp', port: silent.port, expect }, '127.0.0.1', { timeoutMs: BRIEF_MS })
    assert.match((await runProbe(target, USER_AGENT)).detail, /expected answer/)
  })

  it('inverted passes where nothing listens, and fails where something does', async () => {
    const closed = await probe(await closedPort(), '127.0.0.1', { inverted: true })
    assert.deepEqual([closed.kind, closed.reason], ['pass', 'ok'])
    assert.match(closed.detail, /^inverted: .*refused/)
    await using server = await RawServer.start(socket => void socket.resume())
    const open = await probe(server.port, '127.0.0.1', { inverted: true })
    assert.deepEqual([open.kind, open.reason], ['fail', 'inverted'])
  })

  it('comes from the source address', async () => {
    const peer = Promise.withResolvers<string | undefined>()
    await using server = await RawServer.start(socket => peer.resolve(socket.remoteAddress))
    assert.equal((await probe(server.port, '127.0.0.1', { sourceAddress: '127.0.0.2' })).kind, 'pass')
    assert.equal(await peer.promise, '127.0.0.2')
  })

  it('is inconclusive with a source address that this host does not have', async () => {
    await using server = await RawServer.start(() => undefined)
    const outcome = await probe(server.port, '127.0.0.1', { sourceAddress: '192.0.2.77' })
    assert.deepEqual([outcome.kind, outcome.reason], ['inconclusive', 'no-source'])
  })

  it('is inconclusive when this process has no file descriptors left, and http and exec are too', async () => {
    await using server = await RawServer.start(() => undefined)
    const script = `${ROOT_FOLDER}test/unit/probe/no-descriptors.ts`
    const command = [
      'sh',
      '-c',
      'ulimit -n 100 && exec "$0" "$@"',
      process.execPath,
      script,
      `${server.port}`,
    ]
    await using child = new Child(command)
    assert.deepEqual(await child.exit, { code: 0, signal: null }, child.stderr.text)
    assert.deepEqual(child.stdout.all, [
      'inconclusive no-descriptors',
      'inconclusive no-descriptors',
      'inconclusive not-started',
      'pass ok',
      'pass ok',
    ])
  })
})
