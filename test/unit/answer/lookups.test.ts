/** The rules by which a name is found, each by an example (RFC 1034 §4.3.2, RFC 2308, RFC 4592, RFC 9471). */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeMessage, encodeQuery } from '#wire/message.ts'
import { MAX_LABELS, name, nameToText } from '#wire/name.ts'
import { RrType } from '#wire/types.ts'
import { HEAD, Lab } from './lab.ts'

const SOA = 'au p.test. SOA ns.p.test. hostmaster.p.test. 1 2 3 4 5'
const LABEL = 'x'.repeat(63)
/** Of 255 bytes, and of 127 labels and the root. */
const LONGEST = `${LABEL}.${LABEL}.${LABEL}.${'y'.repeat(54)}.p.test.`
const DEEPEST = `${'a.'.repeat(MAX_LABELS - 1)}t.`
const ODD = 'a\\.b\\000\\032\\255.p.test.'

const ZONES = {
  'p.test.': `${HEAD}www A 192.0.2.1
*.wild A 192.0.2.2
there.wild TXT "there"
below.empty.wild A 192.0.2.3
cut.wild NS ns.cut.wild
ns.cut.wild A 192.0.2.4
*.star CNAME www
child NS ns.child
child DS 1 13 250 0102
ns.child A 192.0.2.5
unsigned NS ns.unsigned
ns.unsigned A 192.0.2.6
many NS ${Array.from({ length: 13 }, (_, i) => `n${i}.many`).join('\nmany NS ')}
${Array.from({ length: 13 }, (_, i) => `n${i}.many AAAA 2001:db8::${i}\nn${i}.many A 192.0.2.${100 + i}`).join('\n')}
${LONGEST} A 192.0.2.7
${ODD} A 192.0.2.9
`,
  'child.p.test.': HEAD,
  'unsigned.p.test.': HEAD,
  't.': `${HEAD}${DEEPEST} A 192.0.2.8\n`,
  'low.test.': '$TTL 60\n@ SOA ns hostmaster 1 2 3 4 300\n@ NS ns.p.test.\n',
}
const lab = new Lab(ZONES)

describe('a wildcard', () => {
  it('answers for what does not exist below its parent, however deep', () => {
    for (const owner of ['x.wild.p.test.', 'a.b.c.wild.p.test.'])
      assert.deepEqual(lab.transcript(`${owner} A`), ['NOERROR aa', `an ${owner} A 192.0.2.2`])
    assert.deepEqual(lab.transcript('x.wild.p.test. TXT'), ['NOERROR aa', SOA])
  })

  it('does not answer for names that exist, with other types or with none, nor below them', () => {
    assert.deepEqual(lab.transcript('there.wild.p.test. A'), ['NOERROR aa', SOA])
    assert.deepEqual(lab.transcript('empty.wild.p.test. A'), ['NOERROR aa', SOA])
    assert.deepEqual(lab.transcript('x.empty.wild.p.test. A'), ['NXDOMAIN aa', SOA])
    assert.deepEqual(lab.transcript('x.there.wild.p.test. A'), ['NXDOMAIN aa', SOA])
  })

  it('can be asked for by its own name, below which it does not answer', () => {
    assert.deepEqual(lab.transcript('*.wild.p.test. A'), ['NOERROR aa', 'an *.wild.p.test. A 192.0.2.2'])
    for (const owner of ['*.*.wild.p.test.', 'x.*.wild.p.test.'])
      assert.deepEqual(lab.transcript(`${owner} A`), ['NXDOMAIN aa', SOA])
    assert.deepEqual(lab.transcript('*.star.p.test. A'), [
      'NOERROR aa',
      'an *.star.p.test. CNAME www.p.test.',
      'an www.p.test. A 192.0.2.1',
    ])
  })

  it('gives way to a delegation', () => {
    for (const owner of ['cut.wild.p.test.', 'x.cut.wild.p.test.'])
      assert.deepEqual(lab.transcript(`${owner} A`), [
        'NOERROR',
        'au cut.wild.p.test. NS ns.cut.wild.p.test.',
        'ad ns.cut.wild.p.test. A 192.0.2.4',
      ])
  })
})

describe('a negative answer', () => {
  it('is cached for the smaller of the TTL and the MINIMUM of the SOA', () => {
    const ttl = (question: string): unknown => lab.ask(question).authority.map(record => record.ttl)
    assert.deepEqual(ttl('none.p.test. A'), [5])
    assert.deepEqual(ttl('www.p.test. TXT'), [5])
    assert.deepEqual(ttl('none.low.test. A'), [60])
  })
})

describe('a cut of which both sides are here', () => {
  it('answers DS from above, all else from below', () => {
    assert.deepEqual(lab.transcript('child.p.test. DS'), ['NOERROR aa', 'an child.p.test. DS 1 13 250 0102'])
    assert.deepEqual(lab.transcript('unsigned.p.test. DS'), ['NOERROR aa', SOA])
    assert.deepEqual(lab.transcript('child.p.test. NS'), [
      'NOERROR aa',
      'an child.p.test. NS ns.child.p.test.',
    ])
    const [rcode, soa = ''] = lab.transcript('x.child.p.test. DS')
    assert.equal(rcode, 'NXDOMAIN aa')
    assert.match(soa, /^au child\.p\.test\. SOA /)
  })
})

describe('a referral', () => {
  it('whose glue does not fit is truncated, and whole by TCP', () => {
    assert.deepEqual(lab.transcript('x.many.p.test. A'), ['NOERROR tc'])
    const { authority, additional, truncated } = lab.ask('x.many.p.test. A', { transport: 'tcp' })
    assert.deepEqual([authority.length, additional.length, truncated], [13, 26, false])
    const wide = lab.ask('x.many.p.test. A', { edns: { udpSize: 1232 } })
    assert.deepEqual([wide.authority.length, wide.additional.length, wide.truncated], [13, 26, false])
  })
})

describe('names', () => {
  it('of 255 bytes, of 127 labels, with dots and any bytes in labels', () => {
    assert.equal(name(LONGEST).length, 255)
    assert.equal(name(DEEPEST).length, 255)
    for (const owner of [LONGEST, DEEPEST, ODD])
      assert.match(lab.transcript(`${owner} A`).join(), /^NOERROR aa,an .* A 192\.0\.2\.[789]$/)
    assert.deepEqual(lab.transcript('a.b\\000\\032\\255.p.test. A'), ['NXDOMAIN aa', SOA])
  })

  it('come back in the letters of the question', () => {
    const query = encodeQuery({ id: 1, name: name('wWw.P.tEsT.'), type: RrType.A })
    const response = lab.send(query) ?? assert.fail()
    assert.deepEqual(response.subarray(12, query.length), query.subarray(12))
    assert.deepEqual(
      decodeMessage(response)?.answer.map(({ owner }) => nameToText(owner)),
      ['wWw.P.tEsT.'],
    )
  })

  it('of 128 labels or 256 bytes, or labels of 64, are no names', () => {
    const question = (bytes: number[]): Uint8Array =>
      Uint8Array.from([0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...bytes, 0, 0, 1, 0, 1])
    const labels = (count: number): number[] => Array.from({ length: 2 * count }, (_, i) => (i % 2 ? 97 : 1))
    const long = (rest: number): number[] =>
      [63, 63, 63, rest].flatMap(length => [length, ...new Array<number>(length).fill(97)])
    const rcode = (bytes: number[]): number | undefined =>
      decodeMessage(lab.send(question(bytes)) ?? new Uint8Array())?.rcode
    assert.deepEqual([rcode(labels(127)), rcode(labels(128)), rcode(labels(130))], [5, 1, 1])
    assert.deepEqual([rcode(long(61)), rcode(long(62))], [5, 1])
    assert.equal(rcode([64, ...new Array<number>(64).fill(97)]), 1)
  })
})

describe('a name that only an NSEC3 record has', () => {
  const HASHED = `2t7b4g4vsa5smi47k61mv5bv1a22bojr`
  const hashed = new Lab({
    'h.test.': `${HEAD}${HASHED} NSEC3 1 0 0 - CPNMU A
${HASHED}.wild NSEC3 1 0 0 - CPNMU A
*.wild A 192.0.2.1
above NSEC3 1 0 0 - CPNMU A
below.above A 192.0.2.2
both NSEC3 1 0 0 - CPNMU A
both A 192.0.2.3
to-hashed CNAME ${HASHED}
to-both CNAME both
`,
  })
  const first = (question: string): string | undefined => hashed.transcript(question)[0]

  it('does not exist (RFC 5155 §7.2.8)', () => {
    for (const type of ['A', 'NSEC3', 'ANY']) assert.equal(first(`${HASHED}.h.test. ${type}`), 'NXDOMAIN aa')
    assert.equal(first(`x.${HASHED}.h.test. A`), 'NXDOMAIN aa')
    assert.equal(first('to-hashed.h.test. A'), 'NXDOMAIN aa')
  })

  it('is what the wildcard is for', () => {
    assert.match(hashed.transcript(`${HASHED}.wild.h.test. A`).join(), /A 192\.0\.2\.1$/)
  })

  it('but does with other data, or with names below', () => {
    assert.match(hashed.transcript('both.h.test. A').join(), /A 192\.0\.2\.3$/)
    assert.equal(first('above.h.test. A'), 'NOERROR aa')
  })

  it('and even then the NSEC3 is no answer', () => {
    const soa = 'au h.test. SOA ns.h.test. hostmaster.h.test. 1 2 3 4 5'
    for (const question of ['both.h.test. NSEC3', 'above.h.test. NSEC3', 'above.h.test. ANY'])
      assert.deepEqual(hashed.transcript(question), ['NOERROR aa', soa])
    assert.deepEqual(hashed.transcript('to-both.h.test. NSEC3'), [
      'NOERROR aa',
      'an to-both.h.test. CNAME both.h.test.',
      soa,
    ])
  })
})

describe('DS of a zone whose parent is not here, but one above that', () => {
  const above = new Lab({
    't.': `${HEAD}middle NS ns.middle\nns.middle A 192.0.2.1\nto-low CNAME low.middle\n`,
    'low.middle.t.': HEAD,
  })

  it('is referred to the parent', () => {
    const { authoritative, authority } = above.ask('low.middle.t. DS')
    assert.equal(authoritative, false)
    assert.deepEqual(
      authority.map(({ owner }) => nameToText(owner)),
      ['middle.t.'],
    )
  })

  it('also behind an alias', () => {
    const { answer, authority } = above.ask('to-low.t. DS')
    assert.deepEqual([answer.length, authority.length], [1, 1])
  })
})

describe('a DNAME that leads below itself', () => {
  const growing = new Lab({ 'g.test.': `${HEAD}grow DNAME a.grow\n` })

  it('comes once: no record is twice in an answer', () => {
    for (const transport of ['udp', 'tcp'] as const) {
      assert.deepEqual(growing.transcript('x.grow.g.test. A', { transport }), [
        'NOERROR aa',
        'an grow.g.test. DNAME a.grow.g.test.',
        'an x.grow.g.test. CNAME x.a.grow.g.test.',
      ])
    }
  })
})
