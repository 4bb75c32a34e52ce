/**
 * Damaged messages and damaged frames through real connections: the thread goes on, what is answered is exactly what came whole before the framing was
 * lost, and a client that behaves is served all the while.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { type Random, seededRandom } from '#base/random.ts'
import { DEFAULT_STREAM_LIMITS } from '#serve/stream-limits.ts'
import { startStreamListener } from '#serve/stream-listener.ts'
import { DamagedQueries } from '#test/damaged-queries.ts'
import { assertResponse } from '#test/response-rules.ts'
import { RrType } from '#wire/types.ts'
import { answeringWith, query, socketAddr } from './answers.ts'
import { framed, framesOf, StreamClient } from './stream-client.ts'

const SEED = 5
const CONNECTIONS = 1000
const MOST_MESSAGES = 120
const HUGE = framed(query(1, 'huge.example.', RrType.TXT))
const LONG_MS = 3_600_000

describe('the stream listener', () => {
  it(`goes on through ${CONNECTIONS} connections with damaged messages and frames`, async () => {
    const listener = await startStreamListener({
      addresses: [socketAddr('127.0.0.1:0')],
      answering: answeringWith('192.0.2.1'),
      limits: { ...DEFAULT_STREAM_LIMITS, idleMs: LONG_MS },
      onRestart: assert.fail,
    })
    try {
      const at = listener.bound[0] ?? assert.fail()
      const damage = new DamagedStreams(SEED)
      await using good = await StreamClient.connect(at)
      let messages = 0
      for (let i = 0; i < CONNECTIONS; i++) {
        const bytes = damage.next()
        await using client = await StreamClient.connect(at)
        if (damage.oneIn(8)) await reset(client, bytes)
        else messages += await converse(client, bytes, damage, `connection ${i}`)
        await good.write(framed(query(i)))
        assert.deepEqual(
          (await good.receive(1)).map(({ id, address }) => [id, address]),
          [[i, '192.0.2.1']],
        )
      }
      assert.ok(messages > 20_000, `only ${messages} messages were answered`)
      assert.equal(listener.restarts, 0)
    } finally {
      await listener.close()
    }
  })
})

/** Sends the bytes in one way or another and closes its side; gives how many messages were answered. */
async function converse(
  client: StreamClient,
  bytes: Uint8Array,
  damage: DamagedStreams,
  context: string,
): Promise<number> {
  const received = client.rest()
  for (const piece of damage.oneIn(2) ? damage.cut(bytes) : [bytes]) await client.write(piece)
  client.socket.end()
  const responses = framesOf(await received)
  const queries = answerable(framesOf(bytes))
  assert.equal(responses.length, queries.length, `${context}: ${Buffer.from(bytes).toString('hex')}`)
  for (const [i, sent] of queries.entries()) {
    const hex = (): string => `${context}, message ${i}: ${Buffer.from(sent).toString('hex')}`
    assertResponse(sent, responses[i] ?? new Uint8Array(), true, hex)
  }
  return queries.length
}

/** Goes away without a word while large answers are on their way. */
async function reset(client: StreamClient, bytes: Uint8Array): Promise<void> {
  await client.write(Buffer.concat([HUGE, HUGE, HUGE, bytes]))
  await once(client.socket, 'readable')
  client.socket.resetAndDestroy()
}

/** All before the first that is no query: with that the connection is over. */
function answerable(messages: readonly Uint8Array[]): readonly Uint8Array[] {
  const broken = messages.findIndex(message => message.length < 12 || ((message[2] ?? 0) & 0x80) !== 0)
  return broken === -1 ? messages : messages.slice(0, broken)
}

/** What a client may send on one connection, and how it may be cut. */
class DamagedStreams {
  readonly #random: Random
  readonly #queries: DamagedQueries

  constructor(seed: number) {
    this.#random = seededRandom(seed)
    this.#queries = new DamagedQueries(seed, ['www.example.', 'none.example.', '.'])
  }

  oneIn(count: number): boolean {
    return this.#below(count) === 0
  }

  next(): Uint8Array {
    const frames = Array.from({ length: 1 + this.#below(MOST_MESSAGES) }, () => framed(this.#message()))
    if (this.oneIn(8)) frames.splice(this.#below(frames.length), 0, HUGE, HUGE)
    const bytes = Buffer.concat(frames)
    if (this.oneIn(3)) this.#lie(bytes)
    return this.oneIn(4) ? bytes.subarray(0, this.#below(bytes.length)) : bytes
  }

  /** The same bytes, in pieces. */
  cut(bytes: Uint8Array): Uint8Array[] {
    const pieces: Uint8Array[] = []
    for (let at = 0; at < bytes.length; ) {
      const end = at + 1 + this.#below(this.oneIn(4) ? 3 : 2000)
      pieces.push(bytes.subarray(at, end))
      at = end
    }
    return pieces
  }

  /** Most are such that the connection goes on. */
  #message(): Uint8Array {
    for (;;) {
      const message = this.#queries.next()
      if (answerable([message]).length === 1 || this.oneIn(100)) return message
    }
  }

  /** The length of one frame is another, 0 too: what follows is read from the wrong place. */
  #lie(bytes: Uint8Array): void {
    let at = 0
    for (const { length } of framesOf(bytes).slice(0, this.#below(MOST_MESSAGES))) at += 2 + length
    if (at + 1 >= bytes.length) return
    const length = [0, 1, 11, 12, this.#below(600), this.#below(65_536)][this.#below(6)] ?? 0
    bytes.set([length >> 8, length & 255], at)
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }
}
