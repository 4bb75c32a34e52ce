/** Walks to a zone of the test's own on real sockets; its server, the only one, does something wrong in each case. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseSocketAddr, type SocketAddr } from '#base/address.ts'
import { type WalkRequest, walkDelegation } from '#client/delegation-walk.ts'
import { judge } from '#delegation/judge.ts'
import { type Answers, DnsResponder } from '#test/dns-responder.ts'
import { decodeMessage } from '#wire/message.ts'
import { RrType } from '#wire/types.ts'
import { HEAD, Lab } from '../answer/lab.ts'
import { lineOf } from '../delegation/facts.ts'

const GLUE = HEAD.replace('192.0.2.53', '127.0.0.1')
const MANY = Array.from({ length: 30 }, (_, i) => `@ TXT "${i} is one of many records"\n`).join('')
const parentZone = new Lab({ 'test.': `${HEAD}lb NS ns.lb\nns.lb A 127.0.0.1\n` })
const childZone = new Lab(
  { 'lb.test.': GLUE, 'long.test.': `${GLUE}${MANY}` },
  { policy: { cookieSecrets: [new Uint8Array(16)] } },
)

const from =
  (lab: Lab): Answers =>
  (query, transport) => {
    const answer = lab.send(query, { transport })
    return answer === undefined ? [] : [answer]
  }
const good = from(childZone)

const HEADER_BYTES = 12
const isWithEdns = (query: Buffer): boolean => query[11] === 1
const hasOption = (query: Buffer, code: number): boolean =>
  decodeMessage(query)?.edns?.options.some(option => option.code === code) === true
/** The header of the query as a response with that RCODE, and its question. */
const refusing = (query: Buffer, rcode: number): Uint8Array[] => {
  const end = query.indexOf(0, HEADER_BYTES) + 5
  const response = Buffer.from(query.subarray(0, end))
  response[2] = 0x80
  response[3] = rcode
  response[11] = 0
  return [response]
}

function at(port: number): SocketAddr {
  const server = parseSocketAddr(`127.0.0.1:${port}`)
  assert.ok(server)
  return server
}

/** Warnings and errors, but for the one server that there is. */
async function walk(child: Answers, change: Partial<WalkRequest> = {}): Promise<string[]> {
  await using stack = new AsyncDisposableStack()
  const parent = stack.use(await DnsResponder.start(from(parentZone)))
  const server = stack.use(await DnsResponder.start(child))
  const facts = await walkDelegation({
    zone: 'lb.test',
    resolvers: [at(parent.port)],
    parents: [at(parent.port)],
    port: server.port,
    configured: [],
    managed: [],
    limits: { timeoutMs: 300, totalMs: 20_000, maxQueries: 200 },
    ...change,
  })
  const found = judge(facts).filter(({ severity, check }) => severity !== 'ok' && check !== 'spread')
  return found.map(lineOf)
}

const WHO = '127.0.0.1 (ns.lb.test)'

describe('a walk', { concurrency: true }, () => {
  const cases: readonly (readonly [string, Answers, readonly string[]])[] = [
    ['finds nothing wrong with a good server', good, []],
    [
      'finds TCP that is not answered',
      (query, transport) => (transport === 'tcp' ? [] : good(query, transport)),
      [`error tcp ${WHO}: does not answer by TCP: no answer within 300ms`],
    ],
    [
      'finds UDP that is not answered',
      (query, transport) => (transport === 'udp' ? [] : good(query, transport)),
      [
        `warning ns-name ns.lb.test: could not be resolved: no server of the zone answers for it`,
        `error udp ${WHO}: does not answer by UDP: no answer within 300ms`,
      ],
    ],
    [
      'finds a lame server',
      query => refusing(query, 5),
      [
        `warning ns-name ns.lb.test: could not be resolved: no server of the zone answers for it`,
        `error authoritative ${WHO}: refuses: it does not have lb.test`,
        'error authoritative: no name server answers for lb.test',
      ],
    ],
    [
      'finds EDNS that is dropped',
      (query, transport) => (isWithEdns(query) ? [] : good(query, transport)),
      [`error edns ${WHO}: does not answer a query with EDNS: no answer within 300ms`],
    ],
    [
      'finds an unknown option that is an error',
      (query, transport) => (hasOption(query, 65_003) ? refusing(query, 1) : good(query, transport)),
      [
        `error edns-option ${WHO}: answers FORMERR to an EDNS option that it does not know, which has to be passed over (RFC 6891 §6.1.2)`,
      ],
    ],
    [
      'finds a cookie that is not ours',
      (query, transport) => {
        const [answer] = good(query, transport)
        if (answer === undefined || !hasOption(query, 10)) return answer === undefined ? [] : [answer]
        const bytes = Buffer.from(answer)
        // The option is the last thing in the message, the client's part 24 bytes from its end.
        bytes[bytes.length - 24] = (bytes[bytes.length - 24] ?? 0) ^ 1
        return [bytes]
      },
      [`error cookies ${WHO}: answers with the cookie of another client: its answers are dropped as forged`],
    ],
    [
      'finds letters that are changed',
      (query, transport) =>
        good(query, transport).map(answer => {
          const bytes = Buffer.from(answer)
          for (let i = HEADER_BYTES; bytes[i] !== 0; i++)
            if ((bytes[i] ?? 0) >= 0x41 && (bytes[i] ?? 0) <= 0x5a) bytes[i] = (bytes[i] ?? 0) + 0x20
          return bytes
        }),
      [
        `warning letter-case ${WHO}: changes the letters of the question: resolvers that mix them against forgery do not take its answers`,
      ],
    ],
    [
      'passes over nonsense',
      query => [Buffer.from('nonsense'), query],
      [
        `warning ns-name ns.lb.test: could not be resolved: no server of the zone answers for it`,
        `error udp ${WHO}: does not answer by UDP: no answer within 300ms`,
        `error tcp ${WHO}: does not answer by TCP: no answer within 300ms`,
        'error authoritative: no name server answers for lb.test',
      ],
    ],
  ]
  for (const [what, child, lines] of cases)
    it(what, async () => {
      assert.deepEqual(await walk(child), lines)
    })

  it('goes on by TCP where an answer is truncated', async () => {
    const configured = [{ name: 'ns.long.test', address: '127.0.0.1' }]
    assert.deepEqual(await walk(good, { zone: 'long.test', configured }), [
      'error delegated: the parent does not delegate long.test: long.test does not exist there',
    ])
    const udpOnly: Answers = (query, transport) => {
      const isLong = decodeMessage(query)?.questions[0]?.type === RrType.TXT
      return transport === 'tcp' && isLong ? [] : good(query, transport)
    }
    assert.deepEqual((await walk(udpOnly, { zone: 'long.test', configured })).slice(1), [
      'error truncation 127.0.0.1 (ns.long.test): truncates an answer that is not to be had by TCP either',
    ])
  })

  it('ends when its queries are used up, and says so', async () => {
    const lines = await walk(good, { limits: { timeoutMs: 300, totalMs: 20_000, maxQueries: 6 } })
    assert.match(
      lines.join('\n'),
      /^warning left-out: \d+ questions were not asked: after 20s or 6 queries a zone is left$/m,
    )
  })

  it('ends when its time is up', async () => {
    const lines = await walk(() => [], { limits: { timeoutMs: 300, totalMs: 50, maxQueries: 200 } })
    assert.match(lines.join('\n'), /^warning left-out: /m)
  })

  it('cannot ask for a name with escapes, and says so', async () => {
    const lines = await walk(good, { zone: 'a\\.b.test' })
    assert.match(lines.join('\n'), /the name cannot be asked for/)
  })
})
