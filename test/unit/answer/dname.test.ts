/** DNAME (RFC 6672): names below its owner get another name, and then that one's answer. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { HEAD, Lab } from './lab.ts'

const LONG = 'a'.repeat(60)
const ZONES = {
  'p.test.': `${HEAD}old DNAME new
old A 192.0.2.9
new A 192.0.2.1
www.new A 192.0.2.2
www.new A 192.0.2.3
mail.new MX 10 www.new
alias.new CNAME www.new
*.wild.new TXT "anybody"
sub.new NS ns.sub.new
ns.sub.new A 192.0.2.4
again DNAME old
loop DNAME loop
ping DNAME pong
pong DNAME ping
out DNAME elsewhere.example.
child DNAME c.test.
to-old CNAME www.old
to-gone CNAME gone.old
long DNAME ${LONG}.${LONG}.${LONG}.long-target
hidden.old A 192.0.2.66
`,
  'c.test.': `${HEAD}www A 192.0.2.40\n`,
}
const lab = new Lab(ZONES)

describe('below a DNAME', () => {
  it('a name gets the DNAME, a CNAME made of it, and the answer to the new name', () => {
    assert.deepEqual(lab.transcript('www.old.p.test. A'), [
      'NOERROR aa',
      'an old.p.test. DNAME new.p.test.',
      'an www.old.p.test. CNAME www.new.p.test.',
      'an www.new.p.test. A 192.0.2.2',
      'an www.new.p.test. A 192.0.2.3',
    ])
  })

  it('the CNAME bears the TTL of the DNAME and the letters of the question', () => {
    const { answer } = lab.ask('wWw.OLD.p.test. A')
    assert.deepEqual(
      answer.map(({ ttl }) => ttl),
      [60, 60, 60, 60],
    )
    assert.equal(answer[1]?.owner, '\x03wWw\x03OLD\x01p\x04test\0')
  })

  it('names in the data of the answer are right, wherever they point to', () => {
    assert.deepEqual(lab.transcript('mail.old.p.test. MX').slice(3), [
      'an mail.new.p.test. MX 10 www.new.p.test.',
    ])
    assert.deepEqual(lab.transcript('alias.old.p.test. A').slice(3), [
      'an alias.new.p.test. CNAME www.new.p.test.',
      'an www.new.p.test. A 192.0.2.2',
      'an www.new.p.test. A 192.0.2.3',
    ])
  })

  it('a wildcard answers for the new name', () => {
    assert.deepEqual(lab.transcript('some.body.wild.old.p.test. TXT').slice(2), [
      'an some.body.wild.old.p.test. CNAME some.body.wild.new.p.test.',
      'an some.body.wild.new.p.test. TXT "anybody"',
    ])
  })

  it('NXDOMAIN, NODATA and referrals are those of the new name', () => {
    const soa = 'au p.test. SOA ns.p.test. hostmaster.p.test. 1 2 3 4 5'
    assert.deepEqual(lab.transcript('gone.old.p.test. A'), [
      'NXDOMAIN aa',
      'an old.p.test. DNAME new.p.test.',
      'an gone.old.p.test. CNAME gone.new.p.test.',
      soa,
    ])
    assert.deepEqual(lab.transcript('www.old.p.test. TXT').slice(-1), [soa])
    assert.deepEqual(lab.transcript('x.sub.old.p.test. A').slice(2), [
      'an x.sub.old.p.test. CNAME x.sub.new.p.test.',
      'au sub.new.p.test. NS ns.sub.new.p.test.',
      'ad ns.sub.new.p.test. A 192.0.2.4',
    ])
  })

  it('data of the zone is not seen', () => {
    assert.deepEqual(lab.transcript('hidden.old.p.test. A')[0], 'NXDOMAIN aa')
  })

  it('one DNAME may lead below another, and into another zone of this server', () => {
    assert.deepEqual(lab.transcript('www.again.p.test. A'), [
      'NOERROR aa',
      'an again.p.test. DNAME old.p.test.',
      'an www.again.p.test. CNAME www.old.p.test.',
      'an old.p.test. DNAME new.p.test.',
      'an www.old.p.test. CNAME www.new.p.test.',
      'an www.new.p.test. A 192.0.2.2',
      'an www.new.p.test. A 192.0.2.3',
    ])
    assert.deepEqual(lab.transcript('www.child.p.test. A').slice(2), [
      'an www.child.p.test. CNAME www.c.test.',
      'an www.c.test. A 192.0.2.40',
    ])
  })

  it('what leads out of the server ends with the CNAME', () => {
    assert.deepEqual(lab.transcript('www.out.p.test. A'), [
      'NOERROR aa',
      'an out.p.test. DNAME elsewhere.example.',
      'an www.out.p.test. CNAME www.elsewhere.example.',
    ])
  })

  it('a question for CNAME is answered with the one that is made', () => {
    assert.deepEqual(lab.transcript('www.old.p.test. CNAME'), [
      'NOERROR aa',
      'an old.p.test. DNAME new.p.test.',
      'an www.old.p.test. CNAME www.new.p.test.',
    ])
  })

  it('a loop ends', () => {
    const { answer, rcode } = lab.ask('www.loop.p.test. A', { edns: { udpSize: 1232 } })
    assert.equal(rcode, 0)
    assert.ok(answer.length <= 32)
    assert.equal(lab.ask('www.ping.p.test. A', { transport: 'tcp' }).rcode, 0)
  })

  it('a name that would be too long is YXDOMAIN, with the DNAME', () => {
    const question = `${LONG}.long.p.test. A`
    assert.deepEqual(lab.transcript(question, { transport: 'tcp' }).slice(0, 1), ['YXDOMAIN aa'])
    assert.deepEqual(
      lab.ask(question, { transport: 'tcp' }).answer.map(({ type }) => type),
      [39],
    )
  })

  it('what does not fit by UDP is truncated', () => {
    const zone = `${HEAD}old DNAME new\n${Array.from({ length: 60 }, (_, i) => `www.new A 192.0.2.${i}\n`).join('')}`
    const small = new Lab({ 'p.test.': zone })
    assert.deepEqual(small.transcript('www.old.p.test. A'), ['NOERROR aa tc'])
    assert.equal(small.ask('www.old.p.test. A', { transport: 'tcp' }).answer.length, 62)
  })

  it('what does not fit by TCP either is left to the client, who knows the new name', () => {
    // 65,000 bytes with the head of the record: as much as a set may have.
    const texts = Array.from({ length: 259 }, () => 'x'.repeat(249)).join(' ')
    const large = new Lab({ 'p.test.': `${HEAD}old DNAME new\n*.new TXT ${texts} ${'y'.repeat(237)}\n` })
    assert.equal(large.ask('a.old.p.test. TXT', { transport: 'tcp' }).answer.length, 3)
    const labels = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(48)}`
    assert.deepEqual(large.transcript(`${labels}.old.p.test. TXT`, { transport: 'tcp' }), [
      'NOERROR aa',
      'an old.p.test. DNAME new.p.test.',
      `an ${labels}.old.p.test. CNAME ${labels}.new.p.test.`,
    ])
  })
})

describe('the DNAME itself', () => {
  it('and what stands beside it are answered as they are', () => {
    assert.deepEqual(lab.transcript('old.p.test. DNAME'), ['NOERROR aa', 'an old.p.test. DNAME new.p.test.'])
    assert.deepEqual(lab.transcript('old.p.test. A'), ['NOERROR aa', 'an old.p.test. A 192.0.2.9'])
    assert.deepEqual(lab.transcript('old.p.test. TXT').slice(1), [
      'au p.test. SOA ns.p.test. hostmaster.p.test. 1 2 3 4 5',
    ])
  })

  it('is met behind an alias as well', () => {
    assert.deepEqual(lab.transcript('to-old.p.test. A'), [
      'NOERROR aa',
      'an to-old.p.test. CNAME www.old.p.test.',
      'an old.p.test. DNAME new.p.test.',
      'an www.old.p.test. CNAME www.new.p.test.',
      'an www.new.p.test. A 192.0.2.2',
      'an www.new.p.test. A 192.0.2.3',
    ])
    assert.equal(lab.transcript('to-gone.p.test. A')[0], 'NXDOMAIN aa')
  })

  it('at the root renames everything', () => {
    const root = new Lab({
      '.': '$TTL 60\n. SOA ns.x. h.x. 1 2 3 4 5\n. NS ns.x.\n. DNAME x.test.\n',
      'x.test.': `${HEAD}www A 192.0.2.1\n`,
    })
    assert.deepEqual(root.transcript('www. A'), [
      'NOERROR aa',
      'an . DNAME x.test.',
      'an www. CNAME www.x.test.',
      'an www.x.test. A 192.0.2.1',
    ])
  })
})
