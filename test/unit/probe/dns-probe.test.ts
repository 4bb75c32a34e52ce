/** Asks name servers that answer well, badly, late or not at all. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { describe, it } from 'node:test'
import { Packet } from 'dns2'
import { answerText } from '#probe/dns-answer.ts'
import { runProbe } from '#probe/run-probe.ts'
import type { DnsSpec } from '#probe/spec.ts'
import { type Answers, DnsResponder, framed } from '#test/dns-responder.ts'
import { until } from '#test/processes.ts'
import { RawServer } from '#test/raw-server.ts'
import { name } from '#wire/name.ts'
import { dataFromText } from '#wire/record-data.ts'
import { Rcode, RrType } from '#wire/types.ts'
import { AMPLE_MS, BRIEF_MS, targetOf, USER_AGENT } from './targets.ts'

interface Response {
  readonly addresses?: readonly string[]
  readonly rcode?: number
  readonly aa?: 0 | 1
  readonly tc?: 0 | 1
}

function respond(query: Buffer, { addresses = [], rcode = 0, aa = 1, tc = 0 }: Response): Buffer {
  const packet = Packet.createResponseFromRequest(Packet.parse(query))
  Object.assign(packet.header, { aa, tc, rcode })
  for (const address of addresses)
    packet.answers.push({
      name: 'www.a.test',
      type: 1,
      class: 1,
      ttl: 30,
      address,
    } as Packet['answers'][number])
  return packet.toBuffer()
}

function specOf(port: number, changes: Partial<DnsSpec> = {}): DnsSpec {
  return {
    type: 'dns',
    port,
    transport: 'udp',
    name: 'www.a.test',
    queryType: RrType.A,
    rcodes: [Rcode.NOERROR],
    authoritative: false,
    ...changes,
  }
}

async function probeAt(
  port: number,
  changes: Partial<DnsSpec> = {},
  timeoutMs = AMPLE_MS,
  address = '127.0.0.1',
) {
  const outcome = await runProbe(targetOf(specOf(port, changes), address, { timeoutMs }), USER_AGENT)
  return `${outcome.kind} ${outcome.reason}: ${outcome.detail}`
}

async function probe(answers: Answers, changes: Partial<DnsSpec> = {}, timeoutMs = AMPLE_MS) {
  await using server = await DnsResponder.start(answers)
  return await probeAt(server.port, changes, timeoutMs)
}

function answering(response: Response): Answers {
  return query => [respond(query, response)]
}

for (const transport of ['udp', 'tcp'] as const) {
  describe(`the dns probe by ${transport}`, () => {
    it('passes with the rcode that is expected, and fails with another', async () => {
      assert.equal(await probe(answering({}), { transport }), 'pass ok: NOERROR')
      const refused = answering({ rcode: Rcode.REFUSED })
      assert.equal(await probe(refused, { transport }), 'fail rcode: REFUSED, expected NOERROR')
      const either = [Rcode.NXDOMAIN, Rcode.REFUSED]
      assert.equal(await probe(refused, { transport, rcodes: either }), 'pass ok: REFUSED')
    })

    it('demands AA only where told to', async () => {
      const cached = answering({ aa: 0 })
      assert.equal(await probe(cached, { transport }), 'pass ok: NOERROR')
      const told = 'fail aa: the answer is not authoritative'
      assert.equal(await probe(cached, { transport, authoritative: true }), told)
    })

    it('compares the records as a set', async () => {
      const both = answering({ addresses: ['192.0.2.1', '192.0.2.2', '192.0.2.2'] })
      const compared = (answers: string[]) => probe(both, { transport, answers })
      assert.equal(await compared(['192.0.2.2', '192.0.2.1']), 'pass ok: A as expected')
      assert.equal(await compared(['192.0.2.1']), 'fail answer: 192.0.2.2 is not expected')
      assert.equal(
        await compared(['192.0.2.1', '192.0.2.2', '192.0.2.3']),
        'fail answer: 192.0.2.3 is missing; found 192.0.2.1, 192.0.2.2',
      )
      const empty = await probe(answering({}), { transport, answers: ['192.0.2.1'] })
      assert.equal(empty, 'fail answer: no A record in the answer')
    })

    it('asks one question with RD, under another ID each time', async () => {
      const asked: Packet[] = []
      await using server = await DnsResponder.start(query => {
        asked.push(Packet.parse(query))
        return [respond(query, {})]
      })
      for (let i = 0; i < 8; i++) await probeAt(server.port, { transport })
      assert.ok(new Set(asked.map(({ header }) => header.id)).size > 1)
      for (const { header, questions } of asked) {
        assert.deepEqual([header.rd, questions.length], [1, 1])
        assert.deepEqual([questions[0]?.name, questions[0]?.type], ['www.a.test', RrType.A])
      }
    })

    it('waits on where a message answers something else, until its time is over', async () => {
      const other: Answers = query => {
        const id = Buffer.from(respond(query, {}))
        id[0] = (id[0] ?? 0) ^ 1
        const question = Buffer.from(respond(query, {}))
        question[13] = 0x78
        return [id, question, query]
      }
      const then: Answers = query => [...other(query, transport), respond(query, {})]
      assert.equal(await probe(then, { transport }), 'pass ok: NOERROR')
      assert.equal(await probe(other, { transport }, BRIEF_MS), 'fail timeout: no answer within 150ms')
    })

    it('reads one answer and none that is too long, however many come', async () => {
      const many = Array.from({ length: 600 }, (_, i) => `192.0.${i >> 8}.${i & 255}`)
      const told = 'fail protocol: the answer is longer than 8192 bytes'
      assert.equal(await probe(answering({ addresses: many }), { transport }), told)
      const flood: Answers = query => {
        const wrong = Buffer.from(respond(query, { addresses: many }))
        wrong[13] = 0x78
        return [...Array<Buffer>(200).fill(wrong), respond(query, {})]
      }
      // By TCP that is more than anybody is listened to.
      const heard = transport === 'udp' ? /^(pass ok|fail timeout): / : /^fail closed: /
      assert.match(await probe(flood, { transport }, 2000), heard)
    })

    it('says that an answer is malformed', async () => {
      const broken: Answers = query => [respond(query, { addresses: ['192.0.2.1'] }).subarray(0, -1)]
      assert.equal(await probe(broken, { transport }), 'fail protocol: the answer is malformed')
    })

    it('hears of a closed port, and comes from the source address over IPv4 and IPv6', async () => {
      const gone = await DnsResponder.start(() => [])
      await gone[Symbol.asyncDispose]()
      assert.equal(await probeAt(gone.port, { transport }), 'fail refused: connection refused')
      for (const [address, sourceAddress] of [
        ['127.0.0.1', '127.0.0.2'],
        ['::1', '::1'],
      ] as const) {
        await using server = await DnsResponder.start(answering({}), address)
        assert.equal(
          await probeAt(server.port, { transport, sourceAddress }, AMPLE_MS, address),
          'pass ok: NOERROR',
        )
        const lacking = { transport, sourceAddress: address === '::1' ? '2001:db8::77' : '192.0.2.77' }
        assert.match(await probeAt(server.port, lacking, AMPLE_MS, address), /^inconclusive no-source: /)
      }
    })
  })
}

describe('the dns probe', () => {
  it('asks again by TCP where the answer is truncated and its records matter', async () => {
    const seen: string[] = []
    const long: Answers = (query, transport) => {
      seen.push(transport)
      return [respond(query, transport === 'udp' ? { tc: 1 } : { addresses: ['192.0.2.1'] })]
    }
    assert.equal(await probe(long, { answers: ['192.0.2.1'] }), 'pass ok: A as expected')
    assert.equal(await probe(long), 'pass ok: NOERROR')
    assert.deepEqual(seen, ['udp', 'tcp', 'udp'])
    const always = await probe(answering({ tc: 1 }), { answers: ['192.0.2.1'] })
    assert.equal(always, 'fail protocol: the answer by TCP is truncated')
  })

  it('by TCP reads messages in pieces, and no more than it needs', async () => {
    await using dripping = await RawServer.start(socket => {
      socket.once('data', (piece: Buffer) => {
        const bytes = framed(respond(piece.subarray(2), {}))
        let sent = 0
        const drip = setInterval(() => {
          if (sent < bytes.length) socket.write(bytes.subarray(sent, ++sent))
        }, 1)
        socket.on('close', () => clearInterval(drip))
      })
    })
    assert.equal(await probeAt(dripping.port, { transport: 'tcp' }), 'pass ok: NOERROR')
    await using flooding = await RawServer.start(socket => {
      const more = (): void => {
        while (socket.write(Buffer.alloc(65_536)));
      }
      socket.on('drain', more)
      more()
    })
    assert.match(await probeAt(flooding.port, { transport: 'tcp' }), /^fail closed: /)
  })

  it('by TCP fails at once when the server closes', async () => {
    await using closing = await RawServer.start(socket => void socket.end())
    const told = 'fail closed: connection closed without an answer'
    assert.equal(await probeAt(closing.port, { transport: 'tcp' }), told)
  })
})

it('a dns probe leaves no descriptors', async () => {
  await using silent = await DnsResponder.start(() => [])
  const before = readdirSync('/proc/self/fd').length
  const probes = Array.from({ length: 20 }, (_, i) =>
    probeAt(silent.port, { transport: i % 2 === 0 ? 'udp' : 'tcp' }, BRIEF_MS),
  )
  assert.deepEqual(new Set(await Promise.all(probes)), new Set(['fail timeout: no answer within 150ms']))
  await until(() => readdirSync('/proc/self/fd').length <= before)
})

describe('record data is compared', () => {
  function text(type: number, ...tokens: string[]): string {
    const read = dataFromText(
      type,
      tokens.map(token => ({ text: token, quoted: type === RrType.TXT })),
      name('.'),
    )
    assert.ok('data' in read)
    return answerText(type, read.data)
  }

  it('with names in any letter case, and texts as they are', () => {
    assert.equal(text(RrType.MX, '10', 'MAIL.a.Test.'), '10 mail.a.test.')
    assert.notEqual(text(RrType.TXT, 'Yes'), text(RrType.TXT, 'yes'))
  })
})
