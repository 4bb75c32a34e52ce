/** EDNS (RFC 6891) and its options, as a client sees them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EdnsOption } from '#answer/edns-options.ts'
import { encodeRaw, opt, question, type RawMessage, record } from '#test/raw-message.ts'
import { decodeMessage, encodeQuery, type QuerySpec } from '#wire/message.ts'
import { name } from '#wire/name.ts'
import { Opcode, Rcode, RrClass, RrType, rcodeToText } from '#wire/types.ts'
import { type Asking, HEAD, Lab } from './lab.ts'

const SECRET = Uint8Array.from({ length: 16 }, (_, i) => i)
const CLIENT_COOKIE = '0102030405060708'
const ZONES = { 'p.test.': `${HEAD}www A 192.0.2.1\n` }
const policy = { id: 'ns1', version: '1.0', cookieSecrets: [SECRET], tcpIdleMs: 12_300 }
const lab = new Lab(ZONES, { policy, failed: ['broken.test.'] })

type Option = readonly [code: number, hex: string]

function edns(options: readonly Option[], more: Partial<NonNullable<QuerySpec['edns']>> = {}): Asking {
  return {
    edns: {
      udpSize: 1232,
      options: options.map(([code, data]) => ({ code, data: Buffer.from(data, 'hex') })),
      ...more,
    },
  }
}

/** The options of the answer, as `code:hex`. */
function optionsOf(question: string, asking: Asking): string[] {
  return (lab.ask(question, asking).edns?.options ?? []).map(
    ({ code, data }) => `${code}:${Buffer.from(data).toString('hex')}`,
  )
}

describe('EDNS', () => {
  it('comes back exactly if it was sent, with our size, and DO as it was', () => {
    assert.equal(lab.ask('www.p.test. A').edns, undefined)
    const { edns: plain } = lab.ask('www.p.test. A', edns([], { udpSize: 4096 }))
    assert.deepEqual(plain, { udpSize: 1232, version: 0, dnssecOk: false, options: [] })
    assert.equal(lab.ask('www.p.test. A', edns([], { dnssecOk: true })).edns?.dnssecOk, true)
  })

  it('of another version is BADVERS, whatever its options mean there, and whatever the opcode', () => {
    const { rcode, answer } = lab.ask('www.p.test. A', edns([[EdnsOption.cookie, '01']], { version: 1 }))
    assert.equal(rcode, Rcode.BADVERS)
    assert.deepEqual(answer, [])
    const additional = [opt({ version: 1 })]
    assert.deepEqual(sent({ additional, opcode: Opcode.UPDATE }), ['BADVERS', 1, PLAIN_EDNS])
    assert.deepEqual(sent({ additional, questions: [] }), ['BADVERS', 0, PLAIN_EDNS])
  })

  it('with options that are not known is answered as if they were not there', () => {
    assert.deepEqual(
      optionsOf(
        'www.p.test. A',
        edns([
          [65001, 'c0ffee'],
          [12, '0000'],
        ]),
      ),
      [],
    )
  })

  it('twice is FORMERR, and so are options that do not fit their record', () => {
    assert.deepEqual(sent({ additional: [opt(), opt()] }), ['FORMERR', 1, PLAIN_EDNS])
    for (const data of [Uint8Array.of(0), Uint8Array.of(0, 3, 0, 1), Uint8Array.of(0, 10, 0, 1, 9)])
      assert.deepEqual(sent({ additional: [opt({ data })] }), ['FORMERR', 1, PLAIN_EDNS])
  })

  it('must be owned by the root', () => {
    for (const ownerBytes of [Uint8Array.of(1, 97, 0), Uint8Array.of(0xc0, 12)])
      assert.deepEqual(sent({ additional: [opt({ ownerBytes })] }), ['FORMERR', 1, PLAIN_EDNS])
  })

  it('comes back with every error (RFC 6891 §6.1.1, §7), also where the rest cannot be read', () => {
    const additional = [opt()]
    const address = record(name('a.'), RrType.A, RrClass.IN, 0, new Uint8Array(4))
    assert.deepEqual(sent({ additional, questions: [WWW, WWW] }), ['FORMERR', 0, PLAIN_EDNS])
    assert.deepEqual(sent({ additional, questions: [] }), ['FORMERR', 0, PLAIN_EDNS])
    assert.deepEqual(sent({ additional, answer: [address] }), ['FORMERR', 1, PLAIN_EDNS])
    assert.deepEqual(sent({ additional, authority: [address] }), ['FORMERR', 1, PLAIN_EDNS])
    assert.deepEqual(sent({ additional, behind: new Uint8Array(3) }), ['FORMERR', 1, PLAIN_EDNS])
    assert.deepEqual(sent({ additional, counts: [1, 0, 0, 2] }), ['FORMERR', 1, PLAIN_EDNS])
    assert.deepEqual(sent({ additional: [opt({ flags: 0x8000 })], opcode: Opcode.NOTIFY }), [
      'NOTIMP',
      1,
      { ...PLAIN_EDNS, dnssecOk: true },
    ])
  })

  it('does not come back where it is not in the additional section, or cannot be found', () => {
    assert.deepEqual(sent({ answer: [opt()] }), ['FORMERR', 1, undefined])
    assert.deepEqual(sent({ authority: [opt()] }), ['FORMERR', 1, undefined])
    assert.deepEqual(sent({ additional: [opt({ length: 1 })] }), ['FORMERR', 1, undefined])
  })
})

const WWW = question(name('www.p.test.'), RrType.A)
const PLAIN_EDNS = { udpSize: 1232, version: 0, dnssecOk: false, options: [] }

/** The code, the number of questions, and the EDNS of the response. */
function sent(message: RawMessage) {
  const response = lab.send(encodeRaw({ questions: [WWW], ...message }))
  const { rcode = -1, questions = [], edns: back } = decodeMessage(response ?? new Uint8Array()) ?? {}
  return [rcodeToText(rcode), questions.length, back]
}

describe('NSID', () => {
  it('names the node to who asks', () => {
    assert.deepEqual(optionsOf('www.p.test. A', edns([[EdnsOption.nsid, '']])), [
      `3:${Buffer.from('ns1').toString('hex')}`,
    ])
  })

  it('is kept back where the operator says so', () => {
    const quiet = new Lab(ZONES)
    assert.deepEqual(quiet.ask('www.p.test. A', edns([[EdnsOption.nsid, '']])).edns?.options, [])
  })
})

describe('client subnet (RFC 7871)', () => {
  for (const [what, sent, expected] of [
    ['IPv4', '00011800c00002', '00011800c00002'],
    ['IPv6', '0002380020010db8000000', '0002380020010db8000000'],
    ['a prefix within a byte', '00011400c00000', '00011400c00000'],
    ['none wanted', '00010000', '00010000'],
    ['no family', '00000000', '00000000'],
  ] as const) {
    it(`comes back with scope 0: ${what}`, () => {
      assert.deepEqual(optionsOf('www.p.test. A', edns([[EdnsOption.clientSubnet, sent]])), [`8:${expected}`])
    })
  }

  for (const [what, sent] of [
    ['too short', '0001'],
    ['a scope in a query', '00011818c00002'],
    ['bits behind the prefix', '00011400c00001'],
    ['too few bytes', '00011800c000'],
    ['too many bytes', '00011800c0000200'],
    ['a prefix too long for IPv4', '00012100c000020001'],
    ['a family that does not exist', '00031800c00002'],
  ] as const) {
    it(`is FORMERR: ${what}`, () => {
      assert.equal(lab.ask('www.p.test. A', edns([[EdnsOption.clientSubnet, sent]])).rcode, Rcode.FORMERR)
    })
  }
})

describe('cookies (RFC 7873)', () => {
  it('are answered with one, which is good from then on', () => {
    const [first = ''] = optionsOf('www.p.test. A', edns([[EdnsOption.cookie, CLIENT_COOKIE]]))
    assert.match(first, new RegExp(`^10:${CLIENT_COOKIE}01000000[0-9a-f]{24}$`))
    assert.deepEqual(optionsOf('www.p.test. A', edns([[EdnsOption.cookie, first.slice(3)]])), [first])
  })

  it('of a wrong length are FORMERR', () => {
    for (const length of [0, 7, 9, 15, 41])
      assert.equal(
        lab.ask('www.p.test. A', edns([[EdnsOption.cookie, '00'.repeat(length)]])).rcode,
        Rcode.FORMERR,
      )
  })

  it('that are not ours are replaced, and the query is answered', () => {
    const strange = `${CLIENT_COOKIE}${'ff'.repeat(32)}`
    const { rcode, edns: back } = lab.ask('www.p.test. A', edns([[EdnsOption.cookie, strange]]))
    assert.equal(rcode, Rcode.NOERROR)
    assert.equal(back?.options[0]?.data.length, 24)
  })

  it('twice: the first counts', () => {
    const both: Option[] = [
      [EdnsOption.cookie, CLIENT_COOKIE],
      [EdnsOption.cookie, 'ffffffffffffffff'],
    ]
    const options = optionsOf('www.p.test. A', edns(both))
    assert.equal(options.length, 1)
    assert.ok(options[0]?.startsWith(`10:${CLIENT_COOKIE}`))
  })

  it('can be asked for without a question', () => {
    const cookie = { code: EdnsOption.cookie, data: Buffer.from(CLIENT_COOKIE, 'hex') }
    const query = encodeQuery({ id: 7, name: name('.'), type: 0, edns: { udpSize: 1232, options: [cookie] } })
    const without = Buffer.concat([query.slice(0, 12), query.slice(17)])
    without[5] = 0
    const message = decodeMessage(lab.send(without) ?? new Uint8Array())
    assert.deepEqual(
      [message?.rcode, message?.questions, message?.edns?.options[0]?.data.length],
      [0, [], 24],
    )
    assert.equal(decodeMessage(lab.send(without.subarray(0, 12)) ?? new Uint8Array())?.rcode, Rcode.FORMERR)
  })

  it('are not answered where there is no secret', () => {
    const none = new Lab(ZONES)
    assert.deepEqual(none.ask('www.p.test. A', edns([[EdnsOption.cookie, CLIENT_COOKIE]])).edns?.options, [])
  })
})

describe('EXPIRE (RFC 7314)', () => {
  it('is that of the SOA which is asked for', () => {
    assert.deepEqual(optionsOf('p.test. SOA', edns([[EdnsOption.expire, '']])), ['9:00000004'])
  })

  it('is not told with anything else', () => {
    assert.deepEqual(optionsOf('www.p.test. A', edns([[EdnsOption.expire, '']])), [])
    assert.deepEqual(optionsOf('www.p.test. SOA', edns([[EdnsOption.expire, '']])), [])
  })

  it('is not told of an alias that is all there is, whose data only looks like it', () => {
    const aliases = new Lab({
      'p.test.': `${HEAD}out CNAME www.elsewhere.example.\nlong DNAME ${'x'.repeat(63)}.${'y'.repeat(63)}.${'z'.repeat(63)}.\n`,
    })
    for (const owner of ['out.p.test.', `${'a'.repeat(63)}.long.p.test.`]) {
      const { answer, edns: back } = aliases.ask(`${owner} SOA`, edns([[EdnsOption.expire, '']]))
      assert.equal(answer.length, 1)
      assert.deepEqual(
        back?.options.filter(({ code }) => code === EdnsOption.expire),
        [],
      )
    }
  })
})

describe('keepalive (RFC 7828)', () => {
  it('is told by TCP, in tenths of a second', () => {
    const asking = edns([[EdnsOption.keepalive, '']])
    assert.deepEqual(optionsOf('www.p.test. A', { ...asking, transport: 'tcp' }), ['11:007b'])
    assert.deepEqual(optionsOf('www.p.test. A', asking), [])
  })
})

describe('Extended DNS Errors (RFC 8914)', () => {
  it('tell why a query is refused, or a zone cannot be answered', () => {
    assert.deepEqual(optionsOf('www.example. A', edns([])), ['15:0014'])
    const [error = ''] = optionsOf('www.broken.test. A', edns([]))
    assert.match(Buffer.from(error.slice(3), 'hex').toString('latin1'), /the zone could not be loaded$/)
  })

  it('do not come to who has sent no EDNS', () => {
    assert.equal(lab.ask('www.example. A').edns, undefined)
  })
})

describe('sizes', () => {
  const strings = (bytes: number): string =>
    Array.from({ length: bytes / 100 }, () => `"${'x'.repeat(99)}"`).join(' ')
  // Header and question of 28 bytes, a record of 12 and its data.
  const large = new Lab({
    'p.test.': `${HEAD}mid TXT ${strings(400)} "${'y'.repeat(71)}"\nbig TXT ${strings(500)}\n`,
  })
  const bytesOf = (owner: string, udpSize?: number): [number | undefined, boolean | undefined] => {
    const query = encodeQuery({
      id: 1,
      name: name(`${owner}.p.test.`),
      type: RrType.TXT,
      ...(udpSize === undefined ? {} : { edns: { udpSize } }),
    })
    const response = large.send(query)
    return [response?.length, response && decodeMessage(response)?.truncated]
  }

  it('without EDNS, and with one that says less, are up to 512 bytes', () => {
    assert.deepEqual(bytesOf('mid'), [512, false])
    for (const udpSize of [0, 100, 511, 512]) assert.deepEqual(bytesOf('mid', udpSize), [39, true])
    assert.deepEqual(bytesOf('mid', 523), [523, false])
    assert.deepEqual(bytesOf('mid', 522), [39, true])
    assert.deepEqual(bytesOf('big'), [28, true])
    assert.deepEqual(bytesOf('big', 65_535), [551, false])
  })
})

describe('all options together', () => {
  it('fit, and the answer is cut so that they do', () => {
    const many = Array.from({ length: 80 }, (_, i) => `www A 192.0.2.${i}\n`).join('')
    const full = new Lab({ 'p.test.': HEAD + many }, { policy: { ...policy, id: 'n'.repeat(63) } })
    const asking = edns([
      [EdnsOption.nsid, ''],
      [EdnsOption.cookie, CLIENT_COOKIE],
      [EdnsOption.clientSubnet, '0002800020010db8000000000000000000000001'],
      [EdnsOption.expire, ''],
    ])
    for (let udpSize = 512; udpSize <= 1500; udpSize += 13) {
      const query = encodeQuery({
        id: 1,
        name: name('www.p.test.'),
        type: RrType.A,
        edns: { udpSize, options: asking.edns?.options ?? [] },
      })
      const response = full.send(query)
      assert.ok(response !== undefined && response.length <= Math.min(1232, udpSize))
      assert.equal(decodeMessage(response)?.edns?.options.length, 3)
    }
  })
})
