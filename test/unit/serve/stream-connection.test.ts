import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type Duplex, duplexPair } from 'node:stream'
import { describe, it } from 'node:test'
import { type Counters, newCounters } from '#answer/counters.ts'
import { Responder } from '#answer/respond.ts'
import { FrameBuffer } from '#serve/frame-buffer.ts'
import { StreamAnswerer } from '#serve/stream-answerer.ts'
import { StreamConnection } from '#serve/stream-connection.ts'
import { RrType } from '#wire/types.ts'
import { answeringWith, query, responseCount } from './answers.ts'
import { framed } from './stream-client.ts'

const ANSWERING = answeringWith('192.0.2.1')
const CLIENT = Uint8Array.of(192, 0, 2, 99)
const HUGE = 100
/** What the two streams between client and server may hold, and the answers that are made before the server sees that they are full. */
const MOST_UNREAD = 6

function answererWith(counters: Counters): StreamAnswerer {
  const responder = new Responder(counters)
  responder.use(ANSWERING)
  return new StreamAnswerer(responder)
}

interface Connected {
  readonly client: Duplex
  readonly counters: Counters
  readonly progress: () => number
}

function connected(): Connected {
  const [client, socket] = duplexPair()
  const counters = newCounters()
  let progress = 0
  new StreamConnection(socket, CLIENT, answererWith(counters), () => {
    progress++
  })
  return { client, counters, progress: () => progress }
}

describe('a stream connection', () => {
  it('makes no more answers than its client reads, and goes on when it does', async () => {
    const { client, counters } = connected()
    const huge = Array.from({ length: HUGE }, (_, id) => query(id, 'huge.example.', RrType.TXT))
    client.write(framed(...huge))
    // One chunk carries all queries: what will be answered without a reader has been when its first answer is there.
    await once(client, 'readable')
    assert.ok(responseCount([counters]) <= MOST_UNREAD, `${responseCount([counters])} answers were made`)
    client.end()
    let bytes = 0
    for await (const chunk of client) bytes += (chunk as Uint8Array).length
    assert.equal(responseCount([counters]), HUGE)
    assert.ok(bytes > HUGE * 57_600)
  })

  it('makes progress by answers, not by bytes', async () => {
    const { client, progress } = connected()
    const [whole, half] = [framed(query(1)), framed(query(2)).subarray(0, 9)]
    client.write(whole)
    await once(client, 'readable')
    assert.equal(progress(), 1)
    client.end(half)
    client.resume()
    await once(client, 'end')
    assert.equal(progress(), 1)
  })
})

describe('the answers to many queries', () => {
  it('are made as one piece', () => {
    const input = new FrameBuffer()
    input.append(framed(query(1), query(2), query(3)))
    const counters = newCounters()
    const { bytes, broken } = answererWith(counters).answer(input, CLIENT)
    assert.equal(broken, false)
    const output = new FrameBuffer()
    output.append(bytes)
    const ids: number[] = []
    while (output.next()) ids.push(output.bytes[output.start + 1] ?? 0)
    assert.deepEqual(ids, [1, 2, 3])
    assert.deepEqual(answererWith(counters).answer(input, CLIENT), {
      bytes: new Uint8Array(0),
      broken: false,
    })
  })
})

describe('a frame buffer', () => {
  it('gives the same messages however the bytes are cut', () => {
    const messages = [
      query(1),
      new Uint8Array(0),
      new Uint8Array(65_535).fill(7),
      query(2),
      new Uint8Array(1000),
    ]
    const bytes = framed(...messages)
    for (const size of [1, 2, 3, 511, 512, 4096, 65_536, bytes.length]) {
      const buffer = new FrameBuffer()
      const found: Uint8Array[] = []
      for (let at = 0; at < bytes.length; at += size) {
        buffer.append(bytes.subarray(at, at + size))
        while (buffer.next()) found.push(buffer.bytes.slice(buffer.start, buffer.start + buffer.length))
      }
      assert.deepEqual(
        found.map(({ length }) => length),
        messages.map(({ length }) => length),
      )
      assert.ok(found.every((message, i) => Buffer.compare(message, messages[i] ?? message.fill(1)) === 0))
      assert.equal(buffer.bytes.length, 0)
    }
  })
})
