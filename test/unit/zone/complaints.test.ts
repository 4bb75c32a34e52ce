import assert from 'node:assert/strict'
import { test } from 'node:test'
import { name } from '#wire/name.ts'
import { readMasterFile } from '#zone/master-file.ts'
import { complaintsBelow, complaintsOf, HEAD } from './reading.ts'

const long = 'x'.repeat(63)

test('errors, each with its place', () => {
  const cases: [string, ...string[]][] = [
    ['x A 192.0.2.300', 'z:1:5: A address: "192.0.2.300" is not an IPv4 address'],
    ['x MX 10', 'z:1:8: MX ends before its exchange; expected: preference exchange'],
    ['x A 192.0.2.1 ; fine\n\n  A 192.0.2.1 y', 'z:3:15: "y" after the end of A, which has: address'],
    ['x', 'z:1:2: the record has no type'],
    ['x 5 IN', 'z:1:7: the record has no type'],
    ['x WHAT a', 'z:1:3: unknown type "WHAT"; types without a name here are written TYPEnnn \\# LENGTH HEX'],
    [
      'x "A" 192.0.2.1',
      'z:1:3: unknown type "A"; types without a name here are written TYPEnnn \\# LENGTH HEX',
    ],
    ['x ANY a', 'z:1:3: class ANY: zones here are of class IN'],
    ['x AXFR a', 'z:1:3: AXFR is no type of data (RFC 6895)'],
    ['x CH TXT a', 'z:1:3: class CH: zones here are of class IN'],
    ['x 5x A 192.0.2.1', 'z:1:3: "5x" is not a TTL: seconds up to 2147483647, or a time such as 1h30m'],
    [
      'x 4294967296 A 192.0.2.1',
      'z:1:3: "4294967296" is not a TTL: seconds up to 2147483647, or a time such as 1h30m',
    ],
    ['"x" A 192.0.2.1', 'z:1:1: a name has no quotes'],
    ['a..b A 192.0.2.1', 'z:1:1: "a..b" is not a name: empty label'],
    [`x${long} A 192.0.2.1`, `z:1:1: "x${long.slice(0, 59)}…" is not a name: label longer than 63 bytes`],
    [
      `${long}.${long}.${long}.${long} A 192.0.2.1`,
      `z:1:1: "${long.slice(0, 60)}…" is not a name: name longer than 255 bytes`,
    ],
    ['$TTL', 'z:1:5: $TTL has no TTL'],
    ['$TTL x', 'z:1:6: "x" is not a TTL: seconds up to 2147483647, or a time such as 1h30m'],
    ['$ORIGIN', 'z:1:8: $ORIGIN has no name'],
    ['$ORIGIN a b', 'z:1:11: "b" after the end of $ORIGIN'],
    ['$ORIGIN a..', 'z:1:9: "a.." is not a name: empty label'],
    ['$INCLUDE', 'z:1:9: $INCLUDE has no file'],
    ['$include other.zone', 'z:1:10: $INCLUDE "other.zone": no such file'],
    ['$INCLUDE other.zone a b', 'z:1:23: "b" after the end of $INCLUDE'],
    ['$INCLUDE other.zone a..', 'z:1:21: "a.." is not a name: empty label'],
    ['$INCLUDE ""', 'z:1:10: $INCLUDE: "" is not the name of a file'],
    ['$WHAT', 'z:1:1: unknown directive "$WHAT": there are $ORIGIN, $TTL, $INCLUDE, $GENERATE'],
    [
      'x TXT "a\ny A 192.0.2.x',
      'z:1:7: the quote is not closed on its line',
      'z:2:5: A address: "192.0.2.x" is not an IPv4 address',
    ],
    ['x A 192.0.2.1 )', 'z:1:15: ) without a ( before it'],
    [
      'x TXT ( a\ny A 192.0.2.x',
      'z:1:7: ( is not closed',
      'z:2:5: A address: "192.0.2.x" is not an IPv4 address',
    ],
    ['x TXT "a" "b\\', 'z:1:11: the quote is not closed on its line'],
    [
      'x TXT a\\',
      'z:1:7: TXT text: "a\\" has a bad escape: after a backslash comes one character, or three digits up to 255',
    ],
    ['@ SOA ns1 host 2 2 3 4 5', 'z:1:1: a second SOA: the first is on line 2'],
    ['sub SOA ns1 host 2 2 3 4 5', 'z:1:1: a second SOA: the first is on line 2'],
    ['x CNAME a\nx A 192.0.2.1\nx TXT a', 'z:1:1: x.example.test. has a CNAME and other data too: A, TXT'],
    ['@ CNAME a', 'z:1:1: example.test. has a CNAME and other data too: SOA, NS'],
    [
      'x CNAME a\nX CNAME b',
      'z:1:1: x.example.test. has more than one CNAME: a name has one only (RFC 2181 §10.1)',
    ],
    [
      'x DNAME a\nx DNAME b',
      'z:1:1: x.example.test. has more than one DNAME: a name has one only (RFC 6672 §2.4)',
    ],
    [
      'bad..name A 192.0.2.1\n A 192.0.2.2\n A 192.0.2.x',
      'z:1:1: "bad..name" is not a name: empty label',
      'z:3:4: A address: "192.0.2.x" is not an IPv4 address',
    ],
  ]
  for (const [text, ...complaints] of cases) assert.deepEqual(complaintsBelow(text), complaints, text)
})

test('warnings, each with its place', () => {
  const cases: [string, ...string[]][] = [
    ['x.other. A 192.0.2.1', 'z:1:1: warning: x.other. is outside of the zone example.test.: left out'],
    ['x A 192.0.2.1\nX A 192.0.2.1', 'z:2:1: warning: the same record stands here more than once'],
    [
      'x 5 A 192.0.2.1\nx 6 A 192.0.2.2',
      'z:2:1: warning: the TTL 6 differs from that of the A before, 5, which is taken (RFC 2181)',
    ],
    [
      'x 2147483648 A 192.0.2.1',
      'z:1:3: warning: a TTL of 2147483648 is more than 2147483647 and counts as 0 (RFC 2181)',
    ],
    ['@ DS 1 8 250 00', 'z:1:1: warning: DS at the top of a zone: it belongs to the zone above (RFC 4035)'],
    ['@ NS ns2', 'z:1:1: warning: the nameserver ns2.example.test. has no A or AAAA'],
    [
      'sub NS ns.Sub',
      'z:1:1: warning: no glue: ns.Sub.example.test. has no A or AAAA, so nobody finds the servers of sub.example.test.',
    ],
    [
      'sub NS sub',
      'z:1:1: warning: no glue: sub.example.test. has no A or AAAA, so nobody finds the servers of sub.example.test.',
    ],
    [
      'x MX 10 c\nx SRV 1 2 3 C\nsub NS c\nc CNAME x',
      ...['MX', 'SRV', 'NS'].map(
        (type, i) =>
          `z:${i + 1}:1: warning: ${type} names ${i === 1 ? 'C' : 'c'}.example.test., which is a CNAME (RFC 2181 §10.3)`,
      ),
    ],
  ]
  for (const [text, ...complaints] of cases) {
    const found = complaintsBelow(text)
    const relevant = text.includes('CNAME') ? found.filter(one => one.includes('CNAME')) : found
    assert.deepEqual(relevant, complaints, text)
  }
})

test('what cannot be found, or is never answered', () => {
  const cases: [string, ...string[]][] = [
    ['x MX 10 none', 'z:1:1: warning: MX names none.example.test., which has no A or AAAA'],
    ['x SRV 1 2 3 None', 'z:1:1: warning: SRV names None.example.test., which has no A or AAAA'],
    [
      '@ NS ns2\n@ NS ns.\n@ NS ns3',
      ...[1, 3].map(
        line => `z:${line}:1: warning: the nameserver ns${(line + 3) >> 1}.example.test. has no A or AAAA`,
      ),
    ],
    ['x MX 10 192.0.2.1.', 'z:1:1: warning: MX has a name, not an address: 192.0.2.1. is a name'],
    ['x MX 10 192.0.2.1', 'z:1:1: warning: MX has a name, not an address: 192.0.2.1.example.test. is a name'],
    [
      'd DNAME a.\na.b.d A 192.0.2.1\nb.d TXT x',
      ...['2:1: warning: a.b', '3:1: warning: b'].map(
        text => `z:${text}.d.example.test. is below the DNAME of d.example.test. and is never answered`,
      ),
    ],
    [
      'd DNAME a.\nd NS ns.',
      'z:2:1: warning: d.example.test. has NS and DNAME records: a delegation has no DNAME (RFC 6672)',
    ],
    [
      '*.w DNAME a.',
      'z:1:1: warning: DNAME of the wildcard *.w.example.test.: servers disagree on what it means (RFC 4592)',
    ],
    [
      '*.w NS ns.',
      'z:1:1: warning: NS of the wildcard *.w.example.test.: servers disagree on what it means (RFC 4592)',
    ],
    [
      'sub NS ns.\nsub TXT a',
      'z:2:1: warning: TXT beside the delegation of sub.example.test., whose servers answer for it',
    ],
    [
      'sub NS ns.\nx.sub A 192.0.2.1\n TXT a\ny.x.sub NS ns.',
      'z:3:2: warning: TXT of x.sub.example.test. is below the delegation of sub.example.test., whose servers answer for it',
      'z:4:1: warning: NS of y.x.sub.example.test. is below the delegation of sub.example.test., whose servers answer for it',
    ],
    [
      'sub DS 1 8 250 00',
      'z:1:1: warning: DS of sub.example.test., which has no NS: a DS belongs to a delegation (RFC 4035)',
    ],
    [
      'www.example.test A 192.0.2.1',
      "z:1:1: warning: www.example.test.example.test. has the zone's name in it twice; is a final dot missing?",
    ],
  ]
  for (const [text, ...complaints] of cases) assert.deepEqual(complaintsBelow(text), complaints, text)
})

test('names whose addresses come from elsewhere', () => {
  const text = `${HEAD}@ MX 10 www\n@ NS a.pool`
  const elsewhere = new Set([name('www.example.test.'), name('*.pool.example.test.')])
  const { complaints } = readMasterFile(Buffer.from(text), {
    file: 'z',
    origin: name('example.test.'),
    elsewhere,
  })
  assert.deepEqual(complaints, [])
})

test('nothing to complain of', () => {
  const cases = [
    'x CNAME ns1\nx TYPE25 \\# 8 0100030500000000',
    'x MX 10 a.d\nd DNAME a.',
    'x SRV 0 0 0 .',
    'test.test A 192.0.2.1',
    'below DNAME ns1.elsewhere.',
    'sub NS ns.sub\nns.sub AAAA 2001:db8::1',
    'sub NS ns.elsewhere.',
    'sub NS ns1',
    'one NS ns.two\ntwo NS ns.elsewhere.',
    'sub NS a.w\n*.w A 192.0.2.1',
    'sub NS ns.elsewhere.\nsub DS 1 8 250 00',
    'x MX 0 .',
    'x DNAME a\nx A 192.0.2.1',
  ]
  for (const text of cases) assert.deepEqual(complaintsBelow(text), [], text)
})

test('the SOA: missing, broken, of another zone', () => {
  assert.deepEqual(complaintsOf(''), ['z: there is no SOA record, so this is no zone'])
  assert.deepEqual(complaintsOf('x 5 A 192.0.2.1'), ['z: there is no SOA record, so this is no zone'])
  assert.deepEqual(complaintsOf('@ 5 SOA ns1 host'), [
    'z:1:17: SOA ends before its serial; expected: mname rname serial refresh retry expire minimum',
  ])
  assert.deepEqual(complaintsOf('@ 5 SOA ns1 host ( 1 2 3 4 5\n'), ['z:1:18: ( is not closed'])
  assert.deepEqual(complaintsOf(HEAD, 'Example.TEST.'), [])
  assert.deepEqual(complaintsOf(HEAD, 'other.test.'), [
    'z:2:1: the SOA is of example.test., but the zone is other.test.',
  ])
})

test('no NS at the top', () => {
  assert.deepEqual(complaintsOf('@ 5 SOA ns. host 1 2 3 4 5'), [
    'z:1:1: warning: example.test. has no NS records, so nobody can delegate to it',
  ])
})

test('what the first record lacks', () => {
  assert.deepEqual(complaintsOf('x A 192.0.2.1\n@ 5 SOA ns. host 1 2 3 4 5\n@ NS ns.'), [
    'z:1:1: no TTL here, none before, and no $TTL',
  ])
  assert.deepEqual(
    complaintsOf(' 5 SOA ns. host 1 2 3 4 5')[0],
    'z:1:2: the first record of a file has to begin with its owner',
  )
})

test('so many parentheses without an end, and the rest is not read', () => {
  const found = complaintsBelow('x TXT ( a\n'.repeat(20))
  assert.equal(found.length, 8)
  assert.equal(found.at(-1), 'z:8:7: ( is not closed; the rest of the file is not read')
})
