/** What the compiled table costs, and additional data in it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Arrival } from '#answer/arrival.ts'
import { createBoard } from '#answer/board.ts'
import { compileTable } from '#answer/compile.ts'
import { newCounters } from '#answer/counters.ts'
import { EdnsOption } from '#answer/edns-options.ts'
import { hashLabel } from '#answer/hash.ts'
import { PLAIN_POLICY } from '#answer/policy.ts'
import { Responder } from '#answer/respond.ts'
import { decodeMessage, encodeQuery } from '#wire/message.ts'
import { name, nameToText } from '#wire/name.ts'
import { Rcode, RrType, typeToText } from '#wire/types.ts'
import { HEAD, Lab, zoneOf } from './lab.ts'

describe('many aliases of one large set', () => {
  const addresses = Array.from({ length: 3900 }, (_, i) => `big A 10.1.${i >> 8}.${i & 255}\n`).join('')
  const aliases = Array.from({ length: 10_000 }, (_, i) => `alias${i} CNAME big\n`).join('')
  const zone = zoneOf('p.test.', HEAD + addresses + aliases)
  const table = compileTable([{ zone, managed: [] }], [], { seed: 1, minimal: true })

  it('make a table that does not grow with both', () => {
    assert.ok(table.byteLength < 100 * 1024 * 1024, `${table.byteLength} bytes`)
  })

  it('are all answered: the last by the alias alone, which the client follows', () => {
    const responder = new Responder(newCounters())
    responder.use({ table, board: createBoard([]), policy: PLAIN_POLICY })
    const bytes = new Uint8Array(65_535)
    const answers = (owner: string): number | undefined => {
      const query = encodeQuery({ id: 1, name: name(owner), type: RrType.A })
      bytes.set(query)
      const length = responder.respond(bytes, 0, query.length, new Arrival(1))
      return decodeMessage(bytes.subarray(0, length))?.answer.length
    }
    assert.deepEqual([answers('alias0.p.test.'), answers('alias9999.p.test.')], [3901, 1])
  })
})

describe('a set as large as a zone may have', () => {
  const strings = (bytes: number): string =>
    Array.from({ length: bytes / 250 }, () => `"${'x'.repeat(249)}"`).join(' ')
  // 65,000 bytes with the head of the record.
  const lab = new Lab({
    'p.test.': `${HEAD}*.huge TXT ${strings(64_750)} "${'y'.repeat(237)}"\nalias CNAME x.huge\n`,
  })
  const everything = {
    udpSize: 1232,
    options: [
      { code: EdnsOption.nsid, data: new Uint8Array() },
      { code: EdnsOption.cookie, data: new Uint8Array(8) },
      {
        code: EdnsOption.clientSubnet,
        data: Uint8Array.from([0, 2, 128, 0, ...new Array<number>(16).fill(1)]),
      },
      { code: EdnsOption.keepalive, data: new Uint8Array() },
    ],
  }

  it('is answered by TCP, to the longest name and with all options', () => {
    const owner = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(49)}.huge.p.test.`
    assert.equal(name(owner).length, 255)
    const { rcode, truncated, answer } = lab.ask(`${owner} TXT`, { transport: 'tcp', edns: everything })
    assert.deepEqual([rcode, truncated, answer[0]?.data.length], [Rcode.NOERROR, false, 64_988])
  })

  it('does not fit behind an alias, which is then answered alone', () => {
    assert.deepEqual(lab.transcript('alias.p.test. TXT', { transport: 'tcp' }), [
      'NOERROR aa',
      'an alias.p.test. CNAME x.huge.p.test.',
    ])
  })
})

describe('the hash of a label', () => {
  const hash = (text: string): number => hashLabel(7, Buffer.from(text), 0, text.length)

  it('is the same for both cases of a letter', () => {
    assert.equal(hash('\x03wWw'), hash('\x03WwW'))
  })

  it('differs where a bit differs that is no letter’s case', () => {
    for (const [one, other] of ['[{', '@`', '\\|', ']}', '^~', '\x10' + '0', '\x1f?'])
      assert.notEqual(hash(`\x01${one}`), hash(`\x01${other}`))
  })
})

describe('additional data', () => {
  const lab = new Lab(
    {
      'p.test.': `${HEAD}*.wild HTTPS 1 . port=8443\n*.wild A 192.0.2.1\nhere HTTPS 1 .\nhere AAAA 2001:db8::1\nto-here CNAME here\nmail MX 10 x.wild\n`,
    },
    { minimal: false },
  )
  const extra = (owner: string, type: number): string[] =>
    lab
      .ask(`${owner}.p.test. ${typeToText(type)}`)
      .additional.map(record => `${nameToText(record.owner)} ${typeToText(record.type)}`)

  it('of a service that is its own target are the addresses of the name that was asked for', () => {
    assert.deepEqual(extra('here', 65), ['here.p.test. AAAA'])
    assert.deepEqual(extra('to-here', 65), ['here.p.test. AAAA'])
    assert.deepEqual(extra('a.b.wild', 65), ['a.b.wild.p.test. A'])
  })

  it('that does not fit into a message is left out, set by set', () => {
    const servers = Array.from({ length: 300 }, (_, i) => `@ MX 10 m${i}\n`).join('')
    const addresses = Array.from({ length: 300 * 20 }, (_, i) => `m${i % 300} A 10.0.${i >> 8}.${i & 255}\n`)
    const large = new Lab({ 'p.test.': HEAD + servers + addresses.join('') }, { minimal: false })
    const { rcode, answer, additional } = large.ask('p.test. MX', { transport: 'tcp' })
    assert.deepEqual([rcode, answer.length], [Rcode.NOERROR, 300])
    assert.ok(additional.length > 3500 && additional.length % 20 === 0, `${additional.length}`)
    assert.equal(additional.at(-1)?.owner, name(`m${additional.length / 20 - 1}.p.test.`))
  })

  it('may come from a wildcard', () => {
    assert.deepEqual(extra('mail', RrType.MX), ['x.wild.p.test. A'])
  })
})
