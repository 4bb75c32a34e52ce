/** Class CH for the names of zones: who is told, what of, and that nothing which comes from outside can do any harm there. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Packet } from 'dns2'
import fc from 'fast-check'
import { BoardWriter, type SlotContent, slotBytes } from '#answer/board.ts'
import { createWhyBoard, MAX_WHY_BYTES, whyContent } from '#answer/why-board.ts'
import { parseAddress } from '#base/address.ts'
import { decodeMessage, encodeQuery } from '#wire/message.ts'
import { name, nameToBytes } from '#wire/name.ts'
import { dataToText } from '#wire/record-data.ts'
import { RrClass, RrType, typeToText } from '#wire/types.ts'
import { type Asking, HEAD, Lab, type LabOptions } from './lab.ts'

const ZONE = `${HEAD}static A 192.0.2.1
alias CNAME www
far CNAME alias
gone CNAME www.elsewhere.example.
mx MX 10 www
old DNAME new
www.new CNAME six
*.wild.new A 192.0.2.2
sub NS www.p.test.
`
const POOL = {
  slots: [
    { type: RrType.A, slot: 0 },
    { type: RrType.AAAA, slot: 1 },
  ],
}
const MANAGED = {
  'p.test.': [
    { name: name('www.p.test.'), negativeTtl: 5, ...POOL },
    { name: name('*.any.p.test.'), negativeTtl: 5, ...POOL },
    { name: name('six.p.test.'), negativeTtl: 5, slots: [{ type: RrType.AAAA, slot: 2 }] },
    { name: name('to.p.test.'), negativeTtl: 5, slots: [], alias: 3 },
  ],
}
const CAPACITIES = [2000, 400, MAX_WHY_BYTES]
const PLACE_OF = [0, 0, 1, 2]
const UNSHOWN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u
const UNSHOWN_ALL = new RegExp(UNSHOWN, 'gu')
const TTL = { minSeconds: 5, maxSeconds: 30, nextChangeMs: undefined }
const FROM = [{ bytes: Uint8Array.of(127, 0, 0, 1), bits: 32 }]
const TCP = { class: RrClass.CH, client: '127.0.0.1', transport: 'tcp' } as const
const UDP = { ...TCP, transport: 'udp' } as const

interface Told {
  readonly lab: Lab
  tell(slot: number, ...lines: readonly string[]): void
  /** The lines, and nothing but TXT of class CH with TTL 0; the RCODE and flags where there are none. */
  lines(owner: string, asking?: Asking): string[]
}

function told(options: LabOptions = {}): Told {
  const why = createWhyBoard(CAPACITIES, PLACE_OF)
  const slots = new Array(4).fill(slotBytes(100, 255))
  const policy = { introspectionFrom: FROM, id: 'ns1', ...options.policy }
  const lab = new Lab(
    { 'p.test.': ZONE },
    { managed: MANAGED, slots, why, failed: ['bad.test.'], ...options, policy },
  )
  const writer = new BoardWriter(why)
  for (const [slot, content] of CONTENTS.entries()) lab.board.publish(slot, content)
  return {
    lab,
    tell(slot, ...lines) {
      const capacity = CAPACITIES[PLACE_OF[slot] ?? 0] ?? 0
      assert.ok(writer.publish(slot, whyContent(lines, capacity)))
    },
    lines(owner, asking = TCP) {
      const { answer } = lab.ask(`${owner} TXT`, asking)
      for (const record of answer)
        assert.deepEqual([record.ttl, record.class, typeToText(record.type)], [0, RrClass.CH, 'TXT'])
      const lines = answer.map(({ type, data }) => dataToText(type, data).slice(1, -1))
      return lines.length > 0 ? lines : lab.transcript(`${owner} TXT`, asking)
    },
  }
}

const A: SlotContent = { kind: 'records', type: RrType.A, data: [Uint8Array.of(203, 0, 113, 1)], ttl: TTL }
const AAAA: SlotContent = {
  kind: 'records',
  type: RrType.AAAA,
  data: [parseAddress('2001:db8::1')?.bytes ?? assert.fail()],
  ttl: TTL,
}
const CNAME: SlotContent = {
  kind: 'records',
  type: RrType.CNAME,
  data: [nameToBytes(name('cdn.example.net.'))],
  ttl: TTL,
}
const CONTENTS = [A, AAAA, AAAA, CNAME] as const

describe('who is told', () => {
  it('are clients of the list, by TCP', () => {
    const { lab, tell, lines } = told()
    tell(0, 'pool p.test/www: failover')
    assert.deepEqual(lines('www.p.test.'), [
      'A: 203.0.113.1, TTL 30',
      'AAAA: 2001:db8::1, TTL 30',
      'pool p.test/www: failover',
    ])
    assert.deepEqual(lab.transcript('www.p.test. TXT', { ...TCP, client: '127.0.0.2' }), ['REFUSED'])
    assert.deepEqual(lab.transcript('www.p.test. TXT', { ...TCP, client: '::1' }), ['REFUSED'])
    assert.deepEqual(lab.transcript('www.p.test. A', TCP), ['REFUSED'])
    assert.equal(lab.ask('www.p.test. ANY', TCP).answer.length, 3)
  })

  it('are sent to TCP where they come by UDP, whatever they ask for', () => {
    const { lab } = told()
    for (const owner of ['www.p.test.', 'static.p.test.', 'elsewhere.example.']) {
      assert.deepEqual(lab.transcript(`${owner} TXT`, UDP), ['NOERROR aa tc'])
      assert.deepEqual(lab.transcript(`${owner} TXT`, { ...UDP, client: '127.0.0.2' }), ['REFUSED'])
    }
  })

  it('are none with an empty list, or without a board of reasons', () => {
    const nobody = told({ policy: { introspectionFrom: [] } })
    const silent = new Lab({ 'p.test.': ZONE }, { policy: { introspectionFrom: FROM } })
    for (const asking of [TCP, UDP]) {
      assert.deepEqual(nobody.lab.transcript('www.p.test. TXT', asking), ['REFUSED'])
      assert.deepEqual(silent.transcript('www.p.test. TXT', asking), ['REFUSED'])
    }
  })

  it('learn who the server is as before, and not what it keeps back', () => {
    const { lab } = told()
    assert.deepEqual(lab.transcript('id.server. TXT', UDP), ['NOERROR aa', 'an id.server. TXT "ns1"'])
    for (const asking of [TCP, UDP])
      assert.deepEqual(lab.transcript('version.server. TXT', asking), ['REFUSED'])
  })

  it('get EDNS as with any answer', () => {
    const { lab } = told()
    const option = { code: 3, data: new Uint8Array(0) }
    const { edns } = lab.ask('www.p.test. TXT', { ...TCP, edns: { udpSize: 1232, options: [option] } })
    assert.deepEqual(
      edns?.options.map(({ code, data }) => [code, Buffer.from(data).toString()]),
      [[3, 'ns1']],
    )
  })
})

describe('what is told', () => {
  const both = ['A: 203.0.113.1, TTL 30', 'AAAA: 2001:db8::1, TTL 30', 'www']
  const CASES: Readonly<Record<string, readonly string[]>> = {
    'WWW.p.test.': both,
    'a.b.any.p.test.': both,
    'alias.p.test.': both,
    'far.p.test.': both,
    'six.p.test.': ['AAAA: 2001:db8::1, TTL 30', 'six'],
    'www.old.p.test.': ['AAAA: 2001:db8::1, TTL 30', 'six'],
    'to.p.test.': ['CNAME: cdn.example.net., TTL 30', 'to'],
    'static.p.test.': ['not managed: static data'],
    'mx.p.test.': ['not managed: static data'],
    'p.test.': ['not managed: static data'],
    'gone.p.test.': ['not managed: static data'],
    'x.wild.old.p.test.': ['not managed: static data'],
    'x.old.p.test.': ['not managed: there is no such name'],
    'none.p.test.': ['not managed: there is no such name'],
    'sub.p.test.': ['not managed: delegated to other servers'],
    'x.sub.p.test.': ['not managed: delegated to other servers'],
    'bad.test.': ['not managed: in a zone that could not be loaded'],
    'elsewhere.example.': ['not managed: in no zone of this server'],
  }
  const { lab, tell, lines } = told()
  tell(0, 'www')
  tell(2, 'six')
  tell(3, 'to')
  for (const [owner, expected] of Object.entries(CASES))
    it(`of ${owner} is ${expected[0]}`, () => assert.deepEqual(lines(owner), expected))

  it('is what the board has at this moment', () => {
    const late: SlotContent = { ...A, ttl: { ...TTL, nextChangeMs: lab.monotonicMs + 12_000 } } as SlotContent
    lab.board.publish(0, late)
    lab.board.publish(1, { kind: 'nodata' })
    assert.deepEqual(lines('www.p.test.'), ['A: 203.0.113.1, TTL 12', 'AAAA: no data', 'www'])
    lab.board.publish(0, { kind: 'servfail' })
    const many = Array.from({ length: 9 }, (_, i) => parseAddress(`2001:db8::${i}`)?.bytes ?? assert.fail())
    lab.board.publish(1, { ...AAAA, data: many } as SlotContent)
    assert.deepEqual(lines('www.p.test.').slice(0, 2), [
      'A: SERVFAIL',
      'AAAA: 2001:db8::, 2001:db8::1, 2001:db8::2, 2001:db8::3, and 5 more, TTL 30',
    ])
    for (const slot of [0, 1]) lab.board.publish(slot, CONTENTS[slot] ?? assert.fail())
  })

  it('is said to be missing while nothing has been written', () => {
    assert.match(told().lines('www.p.test.')[2] ?? '', /^why is not written yet/)
  })

  it('is never an answer of class IN, and leaves none changed', () => {
    assert.deepEqual(lab.transcript('www.p.test. A'), ['NOERROR aa', 'an www.p.test. A 203.0.113.1'])
    lines('www.old.p.test.')
    assert.deepEqual(lab.transcript('www.p.test. AAAA'), ['NOERROR aa', 'an www.p.test. AAAA 2001:db8::1'])
  })
})

describe('lines', () => {
  const lineTexts = (lines: readonly string[], capacity = MAX_WHY_BYTES): string[] => {
    const content = whyContent(lines, capacity)
    assert.ok(content.kind === 'records')
    return content.data.map(data => dataToText(RrType.TXT, data))
  }

  it('have no controls, nor what turns or hides text', () => {
    const bad = 'a\nb\r\0c\u001b[2Jd\u007f\u0085e\u202ef\u2066g\u200bh\u2028i\ud800j'
    assert.deepEqual(lineTexts([bad]), ['"a?b??c?[2Jd??e?f?g?h?i?j"'])
  })

  it('cannot look like several records, or end a string', () => {
    assert.deepEqual(lineTexts(['seen" "A: 6.6.6.6", \\; fine']), ['"seen\\" \\"A: 6.6.6.6\\", \\\\; fine"'])
  })

  it('of more than 255 bytes have two strings, cut between characters, and then an end', () => {
    const [text = ''] = lineTexts(['é'.repeat(400)])
    const strings = text.split('" "').map(one => one.replaceAll('"', ''))
    assert.deepEqual(
      strings.map(one => one.length / '\\195\\169'.length),
      [127, 127],
    )
  })

  it('that do not fit are counted', () => {
    const lines = Array.from({ length: 50 }, (_, i) => `line ${i} ${'x'.repeat(40)}`)
    const shown = lineTexts(lines, 1000)
    assert.match(shown.at(-1) ?? '', /^"and \d+ more lines: understudy explain has them"$/)
    assert.equal(Number(/\d+/.exec(shown.at(-1) ?? '')?.[0]) + shown.length - 1, 50)
  })

  it('come through, whatever they are: bounded, free of controls, and as dns2 reads them', () => {
    const unit = fc.constantFrom('grapheme', 'binary', 'grapheme-ascii') as fc.Arbitrary<'binary'>
    const line = unit.chain(one => fc.string({ unit: one, maxLength: 700 }))
    const { lab, tell } = told()
    const query = encodeQuery({ id: 5, name: name('to.p.test.'), type: RrType.TXT, class: RrClass.CH })
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), lines => {
        tell(3, ...lines)
        const response = lab.send(query, TCP) ?? assert.fail('no response')
        assert.ok(response.length <= MAX_WHY_BYTES + 200, `${response.length} bytes`)
        const { answers, header } = Packet.parse(Buffer.from(response))
        assert.equal(header.ancount, answers.length)
        for (const { name: owner, type, ttl } of answers)
          assert.deepEqual([owner, type, ttl], ['to.p.test', RrType.TXT, 0])
        const told = (decodeMessage(response)?.answer ?? []).slice(1).map(({ data }) => textOf(data))
        for (const text of told) assert.doesNotMatch(text, UNSHOWN)
        const whole = told.length === lines.length ? told : told.slice(0, -1)
        for (const [i, text] of whole.entries())
          assert.ok(lines[i]?.replace(UNSHOWN_ALL, '?').replaceAll('…', '...').startsWith(text), text)
      }),
      { numRuns: 300 },
    )
  })
})

/** The strings of a TXT record, one behind the other. */
function textOf(data: Uint8Array): string {
  const strings: Uint8Array[] = []
  for (let at = 0; at < data.length; at += 1 + (data[at] ?? 0))
    strings.push(data.subarray(at + 1, at + 1 + (data[at] ?? 0)))
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(strings))
}
