import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SocketAddr } from '#base/address.ts'
import type { Listener } from '#serve/listener.ts'
import { DEFAULT_STREAM_LIMITS, type StreamLimits } from '#serve/stream-limits.ts'
import { startStreamListener } from '#serve/stream-listener.ts'
import { Rcode, RrType } from '#wire/types.ts'
import { answeringWith, dropped, query, responseCount, socketAddr, unusable } from './answers.ts'
import { framed, StreamClient } from './stream-client.ts'

const FIRST = answeringWith('192.0.2.1')
const SECOND = answeringWith('192.0.2.2')
const PIPELINED = 1000
const HUGE = 200
const LONG_MS = 3_600_000
/** More than the system keeps for a connection, of queries; and the answers of 60,000 bytes that it may keep. */
const UNREAD_BYTES = 32 << 20
const MOST_UNREAD = 1000

interface Started extends AsyncDisposable {
  readonly listener: Listener
  readonly at: SocketAddr
  readonly restarted: Promise<string>
}

async function started(limits: Partial<StreamLimits> = {}, address = '127.0.0.1:0'): Promise<Started> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const listener = await startStreamListener({
    addresses: [socketAddr(address)],
    answering: FIRST,
    limits: { ...DEFAULT_STREAM_LIMITS, idleMs: LONG_MS, ...limits },
    onRestart: (what, why) => resolve(`${what}: ${why}`),
  })
  const [at] = listener.bound
  if (at === undefined) throw new Error('bound to nothing')
  return { listener, at, restarted: promise, [Symbol.asyncDispose]: () => listener.close() }
}

function queries(count: number): Uint8Array {
  return framed(...Array.from({ length: count }, (_, id) => query(id)))
}

describe('the stream listener', () => {
  it('answers many queries that come at once, in their order', async () => {
    await using server = await started()
    await using client = await StreamClient.connect(server.at)
    await client.write(queries(PIPELINED))
    const answers = await client.receive(PIPELINED)
    assert.deepEqual(
      answers.map(({ id }) => id),
      Array.from({ length: PIPELINED }, (_, id) => id),
    )
    assert.ok(answers.every(({ address }) => address === '192.0.2.1'))
  })

  it('puts a query together that comes byte by byte', async () => {
    await using server = await started()
    await using client = await StreamClient.connect(server.at)
    for (const byte of framed(query(1), query(2))) await client.write(Uint8Array.of(byte))
    assert.deepEqual(
      (await client.receive(2)).map(({ id }) => id),
      [1, 2],
    )
  })

  it('answers what a client asked before it closed its side, then closes', async () => {
    await using server = await started()
    await using client = await StreamClient.connect(server.at)
    client.socket.end(framed(query(1, 'huge.example.', RrType.TXT), query(2), query(3).subarray(0, 9)))
    const [huge, small, ...rest] = await client.receive(2)
    assert.deepEqual([huge?.answers, huge?.truncated, small?.id, rest], [240, false, 2, []])
    await client.closedByServer()
  })

  it('sends everything to a client that reads late', async () => {
    await using server = await started()
    await using client = await StreamClient.connect(server.at)
    const huge = Array.from({ length: HUGE }, (_, id) => query(id, 'huge.example.', RrType.TXT))
    await client.write(framed(...huge))
    const answers = await client.receive(HUGE)
    assert.deepEqual(
      answers.map(({ id, answers }) => [id, answers]),
      huge.map((_, id) => [id, 240]),
    )
  })

  it('ends the connection at what is no query, behind the answers before it', async () => {
    await using server = await started()
    for (const bad of [new Uint8Array(0), query(9).subarray(0, 11), query(9).with(2, 0x80)]) {
      await using client = await StreamClient.connect(server.at)
      await client.write(framed(query(1), bad, query(2)))
      assert.equal((await client.receive(1))[0]?.id, 1)
      await client.closedByServer()
    }
    assert.equal(responseCount(server.listener.counters()), 3)
    assert.equal(dropped(server.listener.counters(), 'short'), 2)
    assert.equal(dropped(server.listener.counters(), 'response'), 1)
  })

  it('closes a connection that is idle, also one that sends half a query or garbage', async () => {
    await using server = await started({ idleMs: 50 })
    for (const bytes of [
      new Uint8Array(0),
      framed(query(1)).subarray(0, 8),
      Buffer.from('GET / HTTP/1.1\r\n'),
    ]) {
      await using client = await StreamClient.connect(server.at)
      await client.write(bytes)
      await client.closedByServer()
    }
    assert.equal(responseCount(server.listener.counters()), 0)
  })

  it('closes a connection whose client does not read, and makes no answers for it meanwhile', async () => {
    const asked = framed(query(1, 'huge.example.', RrType.TXT))
    const many = Buffer.alloc(UNREAD_BYTES, asked)
    await using server = await started({ idleMs: 300 })
    await using client = await StreamClient.connect(server.at)
    // What the server has not taken when it closes makes the end a reset, and the write that waits for it fails.
    await assert.rejects(client.write(many), /EPIPE|ECONNRESET/)
    const answered = responseCount(server.listener.counters())
    assert.ok(answered > 0 && answered < MOST_UNREAD, `${answered} answers were made`)
    await using other = await StreamClient.connect(server.at)
    await ask(other, 2)
  })

  for (const limits of [{ connections: 2 }, { connectionsPerClient: 2 }]) {
    it(`closes the connection that was idle for longest, at ${JSON.stringify(limits)}`, async () => {
      await using server = await started(limits)
      await using first = await StreamClient.connect(server.at)
      await ask(first, 1)
      await using second = await StreamClient.connect(server.at)
      await ask(second, 2)
      await ask(first, 3)
      await using third = await StreamClient.connect(server.at)
      await ask(third, 4)
      await second.closedByServer()
      await ask(first, 5)
    })
  }

  it('limits each client by itself', async () => {
    await using server = await started({ connectionsPerClient: 1 })
    await using one = await StreamClient.connect(server.at, '127.0.0.1')
    await ask(one, 1)
    await using other = await StreamClient.connect(server.at, '127.0.0.2')
    await ask(other, 2)
    await ask(one, 3)
  })

  it('goes over to new answers within a connection', async () => {
    await using server = await started()
    await using client = await StreamClient.connect(server.at)
    assert.equal((await ask(client, 1)).address, '192.0.2.1')
    await server.listener.publish(SECOND)
    assert.equal((await ask(client, 2)).address, '192.0.2.2')
  })

  it('starts its thread again at the same port, and counts on', async () => {
    await using server = await started()
    await using before = await StreamClient.connect(server.at)
    await ask(before, 1)
    const failing = server.listener.publish(unusable())
    assert.equal(await server.restarted, 'TCP thread: not an answer table')
    await server.listener.publish(SECOND)
    await failing
    await before.closedByServer()
    await using after = await StreamClient.connect(server.at)
    assert.equal((await ask(after, 2)).address, '192.0.2.2')
    assert.equal(responseCount(server.listener.counters()), 2)
    assert.ok(server.listener.restarts >= 1)
  })

  it('says that another program has the port', async () => {
    await using server = await started()
    const address = `127.0.0.1:${server.at.port}`
    await assert.rejects(started({}, address), {
      message: `${address} is in use by another program (TCP): stop that one, or listen on another address`,
      code: 'EADDRINUSE',
    })
  })

  it('closes its connections and gives the port back', async () => {
    const server = await started()
    await using client = await StreamClient.connect(server.at)
    await ask(client, 1)
    await server.listener.close()
    await client.closedByServer()
    await using _next = await started({}, `127.0.0.1:${server.at.port}`)
  })
})

async function ask(client: StreamClient, id: number) {
  await client.write(framed(query(id)))
  const [answer] = await client.receive(1)
  assert.equal(answer?.id, id)
  assert.equal(answer.rcode, Rcode.NOERROR)
  return answer
}
