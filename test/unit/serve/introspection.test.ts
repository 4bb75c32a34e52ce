/** Class CH for a managed name on real sockets: by UDP the way to TCP, by TCP the words, and neither for others. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BoardWriter, createBoard } from '#answer/board.ts'
import { compileTable } from '#answer/compile.ts'
import { PLAIN_POLICY } from '#answer/policy.ts'
import { createWhyBoard, MAX_WHY_BYTES, whyContent } from '#answer/why-board.ts'
import { startListeners } from '#serve/listeners.ts'
import type { Answering } from '#serve/messages.ts'
import { DEFAULT_STREAM_LIMITS } from '#serve/stream-limits.ts'
import { decodeMessage, encodeQuery } from '#wire/message.ts'
import { name, nameToBytes } from '#wire/name.ts'
import { dataToText } from '#wire/record-data.ts'
import { Rcode, RrClass, RrType } from '#wire/types.ts'
import { Zone } from '#zone/zone.ts'
import { socketAddr } from './answers.ts'
import { framed, framesOf, StreamClient } from './stream-client.ts'
import { UdpClient } from './udp-client.ts'

const FROM = [{ bytes: Uint8Array.of(127, 0, 0, 1), bits: 32 }]
const QUERY = encodeQuery({ id: 9, name: name('www.example.'), type: RrType.TXT, class: RrClass.CH })

function answering(why: SharedArrayBuffer): Answering {
  const zone = new Zone(name('example.'))
  const root = [...nameToBytes(name('.'))]
  const soa = Uint8Array.from([...root, ...root, ...new Array<number>(20).fill(1)])
  zone.add({ owner: name('example.'), type: RrType.SOA, ttl: 60, data: soa })
  zone.add({ owner: name('example.'), type: RrType.NS, ttl: 60, data: nameToBytes(name('ns.example.')) })
  const managed = [{ name: name('www.example.'), negativeTtl: 5, slots: [{ type: RrType.A, slot: 0 }] }]
  return {
    table: compileTable([{ zone, managed }], [], { seed: 1, minimal: true }),
    board: createBoard([100]),
    policy: { ...PLAIN_POLICY, introspectionFrom: FROM },
    why,
  }
}

/** The lines of each answer; its code where there are none. */
async function told(client: StreamClient, queries: number): Promise<string[][]> {
  await client.write(framed(...new Array<Uint8Array>(queries).fill(QUERY)))
  client.socket.end()
  return framesOf(await client.rest()).map(frame => {
    const { answer, rcode } = decodeMessage(frame) ?? assert.fail('no message')
    return rcode === Rcode.NOERROR
      ? answer.map(({ type, data }) => dataToText(type, data))
      : [`rcode ${rcode}`]
  })
}

describe('class CH on real sockets', () => {
  for (const udp of ['auto', 'portable'] as const) {
    it(`leads from UDP to TCP, and tells there what has been written last: ${udp}`, async () => {
      const why = createWhyBoard([MAX_WHY_BYTES], [0])
      const writer = new BoardWriter(why)
      writer.publish(0, whyContent(['before'], MAX_WHY_BYTES))
      const listeners = await startListeners({
        dns: [socketAddr('127.0.0.1:0')],
        udp,
        responders: 1,
        tcp: DEFAULT_STREAM_LIMITS,
        answering: answering(why),
        onRestart: assert.fail,
      })
      await using _ = { [Symbol.asyncDispose]: () => listeners.close() }
      const [at] = listeners.bound
      assert.ok(at !== undefined)
      await using client = new UdpClient()
      const { truncated, answers, rcode } = await client.ask(at, QUERY)
      assert.deepEqual([truncated, answers, rcode], [true, 0, Rcode.NOERROR])
      await using first = await StreamClient.connect(at)
      assert.deepEqual(await told(first, 1), [['"A: SERVFAIL"', '"before"']])
      writer.publish(0, whyContent(['after', 'x'.repeat(600)], MAX_WHY_BYTES))
      await using second = await StreamClient.connect(at)
      const answer = ['"A: SERVFAIL"', '"after"', `"${'x'.repeat(255)}" "${'x'.repeat(255)}"`]
      assert.deepEqual(await told(second, 3), [answer, answer, answer])
      await using stranger = await StreamClient.connect(at, '127.0.0.2')
      assert.deepEqual(await told(stranger, 1), [[`rcode ${Rcode.REFUSED}`]])
    })
  }
})
