/** Response rate limiting: who is limited, to how much, and what is sent instead. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EdnsOption } from '#answer/edns-options.ts'
import { readQueryLog } from '#answer/query-log.ts'
import { type RateLimit, rateLimitMemory } from '#answer/rate-limit.ts'
import { parseNetwork } from '#base/network.ts'
import { Rcode } from '#wire/types.ts'
import { type Asking, HEAD, Lab } from './lab.ts'

const ZONES = {
  'p.test.': `${HEAD}www A 192.0.2.1\nmail A 192.0.2.2\n*.wild A 192.0.2.3\n`,
  'q.test.': HEAD,
}
const PER_SECOND = 10
const SECRET = new Uint8Array(16).fill(7)

function labWith(limit: Partial<RateLimit> = {}): Lab {
  const rateLimit: RateLimit = {
    enforced: true,
    perSecond: PER_SECOND,
    slip: 0,
    ipv4Prefix: 24,
    ipv6Prefix: 56,
    exempt: [],
    memory: rateLimitMemory(),
    seed: 42,
    ...limit,
  }
  return new Lab(ZONES, { policy: { rateLimit, cookieSecrets: [SECRET] } })
}

/** How many of so many queries, at one moment, are answered at all. */
function answered(lab: Lab, count: number, question: (i: number) => string, asking: Asking = {}): number {
  let answers = 0
  for (let i = 0; i < count; i++) if (lab.maybe(question(i), asking) !== undefined) answers++
  return answers
}

const www = (): string => 'www.p.test. A'

describe('equal responses', () => {
  it('to one network are granted for a second at once, and then at the rate', () => {
    const lab = labWith()
    assert.equal(answered(lab, 100, www), PER_SECOND)
    lab.monotonicMs += 500
    assert.equal(answered(lab, 100, www), PER_SECOND / 2)
    lab.monotonicMs += 60_000
    assert.equal(answered(lab, 100, www), PER_SECOND)
  })

  it('are those to all addresses of a /24 or a /56', () => {
    const lab = labWith()
    const v4 = (i: number): Asking => ({ client: `198.51.100.${i}` })
    let answers = 0
    for (let i = 0; i < 100; i++) if (lab.maybe(www(), v4(i)) !== undefined) answers++
    assert.equal(answers, PER_SECOND)
    assert.equal(answered(lab, 100, www, { client: '198.51.101.1' }), PER_SECOND)
    assert.equal(answered(lab, 100, www, { client: '2001:db8:0:100::1' }), PER_SECOND)
    assert.equal(answered(lab, 100, www, { client: '2001:db8:0:1ff::2' }), 0)
    assert.equal(answered(lab, 100, www, { client: '2001:db8:0:200::1' }), PER_SECOND)
  })

  it('are those to one name: others have accounts of their own', () => {
    const lab = labWith()
    assert.equal(answered(lab, 100, www), PER_SECOND)
    assert.equal(
      answered(lab, 100, () => 'mail.p.test. A'),
      PER_SECOND,
    )
    assert.equal(
      answered(lab, 100, () => 'www.p.test. TXT'),
      PER_SECOND,
    )
  })

  it('are all names that do not exist in a zone, and all that a wildcard answers', () => {
    const lab = labWith()
    assert.equal(
      answered(lab, 100, i => `none${i}.p.test. A`),
      PER_SECOND,
    )
    assert.equal(
      answered(lab, 100, i => `none${i}.q.test. A`),
      PER_SECOND,
    )
    assert.equal(
      answered(lab, 100, i => `x${i}.wild.p.test. A`),
      PER_SECOND,
    )
  })

  it('are all refusals', () => {
    assert.equal(
      answered(labWith(), 100, i => `www${i}.example. A`),
      PER_SECOND,
    )
  })

  it('are counted together by all responders', () => {
    const memory = rateLimitMemory()
    const [one, other] = [labWith({ memory }), labWith({ memory })]
    assert.equal(answered(one, 6, www) + answered(other, 100, www), PER_SECOND)
  })

  it('are granted as often as said, at high rates too', () => {
    const lab = labWith({ perSecond: 100_000 })
    let answers = answered(lab, 100_000, www)
    for (let ms = 0; ms < 1000; ms++) {
      lab.monotonicMs += 1
      answers += answered(lab, 150, www)
    }
    assert.ok(answers >= 199_000 && answers <= 201_000, `${answers}`)
  })
})

describe('not limited are', () => {
  it('queries by TCP', () => {
    assert.equal(answered(labWith(), 100, www, { transport: 'tcp' }), 100)
  })

  it('exempt networks', () => {
    const read = parseNetwork('198.51.96.0/19')
    assert.ok('network' in read)
    const lab = labWith({ exempt: [{ bytes: read.network.address.bytes, bits: read.network.bits }] })
    assert.equal(answered(lab, 100, www, { client: '198.51.100.7' }), 100)
    assert.equal(answered(lab, 100, www, { client: '198.51.128.7' }), PER_SECOND)
  })

  it('clients with a good cookie', () => {
    const lab = labWith()
    const cookie = (data: Uint8Array): Asking => ({
      edns: { udpSize: 1232, options: [{ code: EdnsOption.cookie, data }] },
    })
    const given = lab.ask(www(), cookie(new Uint8Array(8))).edns?.options[0]?.data
    assert.ok(given !== undefined)
    assert.equal(answered(lab, 100, www, cookie(given)), 100)
    assert.equal(answered(lab, 100, www, cookie(new Uint8Array(24))), PER_SECOND - 1)
  })
})

describe('over the limit', () => {
  it('every second response is sent truncated, and all is counted and told of', () => {
    const lab = labWith({ slip: 2 })
    answered(lab, PER_SECOND, www)
    const rest = Array.from({ length: 20 }, () => lab.maybe(www()))
    const sent = rest.filter(message => message !== undefined)
    assert.equal(sent.length, 10)
    for (const { truncated, answer, rcode } of sent)
      assert.deepEqual([truncated, answer, rcode], [true, [], Rcode.NOERROR])
    assert.deepEqual(lab.counts.limited, [
      { transport: 'udp', label: 'drop', value: 10 },
      { transport: 'udp', label: 'truncate', value: 10 },
    ])
    assert.deepEqual(lab.counts.dropped, [{ transport: 'udp', label: 'rate-limited', value: 10 }])
    const { entries, lost } = readQueryLog(lab.queryLog)
    assert.deepEqual(
      entries.map(({ why, client, name, type }) => ({ why, client, name, type })),
      [{ why: 'limited', client: '198.51.100.7', name: 'www.p.test.', type: 'A' }],
    )
    assert.equal(lost, 0)
  })

  it('a client with a cookie gets BADCOOKIE and a good one instead', () => {
    const lab = labWith({ slip: 1 })
    answered(lab, PER_SECOND, www)
    const asking = {
      edns: { udpSize: 1232, options: [{ code: EdnsOption.cookie, data: new Uint8Array(8) }] },
    }
    const { rcode, truncated, edns } = lab.ask(www(), asking)
    assert.deepEqual([rcode, truncated], [Rcode.BADCOOKIE, false])
    const [cookie] = edns?.options ?? []
    assert.ok(cookie !== undefined)
    assert.equal(lab.ask(www(), { edns: { udpSize: 1232, options: [cookie] } }).answer.length, 1)
  })

  it('nothing happens but counting, if only the log is wanted', () => {
    const lab = labWith({ enforced: false })
    assert.equal(answered(lab, 100, www), 100)
    assert.deepEqual(lab.counts.limited, [{ transport: 'udp', label: 'log-only', value: 90 }])
  })

  it('no response is larger than its query by much', () => {
    const lab = labWith({ slip: 1 })
    answered(lab, PER_SECOND, www)
    const { edns, answer, authority } = lab.ask(www(), { edns: { udpSize: 1232 } })
    assert.deepEqual([edns?.options, answer, authority], [[], [], []])
  })
})

describe('a flood from forged addresses', () => {
  it('leaves others their answers', () => {
    const lab = labWith({ perSecond: 200 })
    for (let i = 0; i < 200_000; i++) {
      if (i % 100 === 0) lab.monotonicMs += 1
      lab.maybe(www(), { client: `${1 + (i % 199)}.${(i >> 8) & 255}.${i & 255}.1` })
    }
    assert.equal(answered(lab, 50, www, { client: '203.0.113.9' }), 50)
  })
})
