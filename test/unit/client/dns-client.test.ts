/** Asks sockets of this process, which answer well, badly, late or not at all. */
import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { parseSocketAddr, type SocketAddr } from '#base/address.ts'
import { askUdp, type DnsReply } from '#client/dns-client.ts'

const TYPE_A = 1
const QR = 0x80
/** For answers that come. */
const PATIENCE_MS = 5000
/** For answers that do not. */
const SHORT_MS = 50

/** What a server sends back for a query, each a message. */
type Answers = (query: Uint8Array) => readonly Uint8Array[]

function at(text: string): SocketAddr {
  const address = parseSocketAddr(text)
  assert.ok(address !== undefined)
  return address
}

async function serving(answers: Answers): Promise<{ address: SocketAddr } & AsyncDisposable> {
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    for (const answer of answers(query)) socket.send(answer, from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { address: at(`127.0.0.1:${socket.address().port}`), [Symbol.asyncDispose]: () => closed(socket) }
}

async function closed(socket: Socket): Promise<void> {
  socket.close()
  await once(socket, 'close')
}

/** The query as a response, with some of its bytes set. */
function response(query: Uint8Array, bytes: Readonly<Record<number, number>> = {}): Uint8Array {
  const message = Uint8Array.from(query)
  message[2] = (message[2] ?? 0) | QR
  for (const [place, byte] of Object.entries(bytes)) message[Number(place)] = byte
  return message
}

async function ask(answers: Answers, timeoutMs = PATIENCE_MS, name = 'www.a.test'): Promise<DnsReply> {
  await using server = await serving(answers)
  return await askUdp({ server: server.address, name, type: TYPE_A, timeoutMs })
}

describe('asking by UDP', () => {
  it('gives the answer, as bytes and taken apart', async () => {
    let asked = new Uint8Array()
    const reply = await ask(query => {
      asked = Uint8Array.from(query)
      return [response(query)]
    })
    assert.equal(reply.kind, 'answer')
    assert.deepEqual(Uint8Array.from(reply.bytes), response(asked))
    assert.deepEqual(
      reply.packet.questions.map(({ name, type }) => [name, type]),
      [['www.a.test', TYPE_A]],
    )
  })

  it('takes the final dot for what it is, and the question in other letters for the same', async () => {
    const reply = await ask(query => [response(query, { 13: 0x57 })], PATIENCE_MS, 'www.a.test.')
    assert.equal(reply.kind, 'answer')
    assert.equal(reply.packet.questions[0]?.name, 'Www.a.test')
  })

  it('waits on where something else comes first', async () => {
    const other = (query: Uint8Array): Uint8Array[] => [
      query,
      Uint8Array.of(),
      Uint8Array.of(1, 2, 3),
      response(query, { 1: (query[1] ?? 0) ^ 1 }),
      response(query, { 13: 0x78 }),
      response(query, { [query.length - 3]: 28 }),
      response(query, { [query.length - 1]: 3 }),
      response(query, { 5: 0 }).slice(0, 12),
      response(query, { 12: 0xc0, 13: 0x0c }),
    ]
    const reply = await ask(query => [...other(query), response(query)])
    assert.equal(reply.kind, 'answer')
    assert.equal(reply.packet.questions[0]?.name, 'www.a.test')
    assert.deepEqual(await ask(other, SHORT_MS), { kind: 'timeout' })
  })

  it('hears of a closed port', async () => {
    const gone = await serving(() => [])
    await gone[Symbol.asyncDispose]()
    assert.deepEqual(
      await askUdp({ server: gone.address, name: 'a.test', type: TYPE_A, timeoutMs: PATIENCE_MS }),
      { kind: 'failed', code: 'ECONNREFUSED' },
    )
  })

  it('fails, and throws nothing, where the system does not let it ask', async () => {
    // Without SO_BROADCAST, and to no port at all.
    for (const [server, code] of [
      ['255.255.255.255:53', 'EACCES'],
      ['127.0.0.1:0', 'ERR_SOCKET_BAD_PORT'],
    ] as const) {
      const reply = await askUdp({ server: at(server), name: 'a.test', type: TYPE_A, timeoutMs: PATIENCE_MS })
      assert.deepEqual(reply, { kind: 'failed', code })
    }
  })

  it('fails where the name cannot be written', async () => {
    for (const name of [`${'x'.repeat(64)}.test`, Array(60).fill('abcdefgh').join('.')]) {
      assert.deepEqual(await ask(query => [response(query)], PATIENCE_MS, name), {
        kind: 'failed',
        code: 'BADNAME',
      })
    }
  })
})
