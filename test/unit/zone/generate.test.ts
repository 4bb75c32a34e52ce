// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how the directive is written
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { complaintsBelow, HEAD, read, recordsOf } from './reading.ts'

/** Owners without the zone's name, and data, of what the line gives. */
function made(line: string): string[] {
  return recordsOf(line).map(text => text.replace(/\.example\.test\. 3600/, ''))
}

test('the examples of the BIND manual', () => {
  assert.deepEqual(
    made('$ORIGIN 0.0.192.IN-ADDR.ARPA.example.test.\n$GENERATE 1-2 @ NS SERVER$.EXAMPLE.').length,
    2,
  )
  assert.deepEqual(made('$GENERATE 1-3 $ CNAME $.0'), [
    '1 CNAME 1.0.example.test.',
    '2 CNAME 2.0.example.test.',
    '3 CNAME 3.0.example.test.',
  ])
  assert.deepEqual(made('$GENERATE 1-2 HOST-$ A 1.2.3.$\n$GENERATE 1-2 HOST-$ MX "0 ."'), [
    'host-1 A 1.2.3.1',
    'host-1 MX 0 .',
    'host-2 A 1.2.3.2',
    'host-2 MX 0 .',
  ])
})

test('a step; TTL and class in either order; the owner before it stays', () => {
  assert.deepEqual(
    recordsOf(
      'a A 192.0.2.1\n$GENERATE 0-5/2 h$ 9 IN A 192.0.2.$\n$generate 7-7/9 i$ IN 8 A 192.0.2.$\n TXT a',
    ),
    [
      'a.example.test. 3600 A 192.0.2.1',
      'a.example.test. 3600 TXT "a"',
      'h0.example.test. 9 A 192.0.2.0',
      'h2.example.test. 9 A 192.0.2.2',
      'h4.example.test. 9 A 192.0.2.4',
      'i7.example.test. 8 A 192.0.2.7',
    ],
  )
})

test('offset, width and base, as named-checkzone writes them', () => {
  const cases: [string, string][] = [
    ['${0}', 'x5'],
    ['${10}', 'x15'],
    ['${-2,3}', 'x003'],
    ['${-7,4,d}', 'x-002'],
    ['${10,0,o}', 'x17'],
    ['${300,5,x}', 'x00131'],
    ['${170,0,x}', 'xaf'],
    ['${170,4,X}', 'x00af'],
    ['${300,1,n}', 'x1.3.1'],
    ['${300,9,N}', 'x1.3.1.0.0'],
    ['${0,1,n}', 'x5'],
    ['${0,3,n}', 'x5.0'],
    ['${0,8,n}y', 'x5.0.0.0.y'],
    ['${300,8,n}y', 'x1.3.1.0.y'],
    ['${0,2,n}y', 'x5.y'],
    ['$$', 'x\\$'],
    ['\\$', 'x\\$'],
    ['$-$', 'x5-5'],
  ]
  for (const [owner, expected] of cases)
    assert.deepEqual(made(`$GENERATE 5-5 x${owner} TXT a`), [`${expected} TXT "a"`], owner)
})

test('data: one word, several in quotes, several words, escapes', () => {
  assert.deepEqual(made('$GENERATE 1-1 t TXT "a $" '), ['t TXT "a" "1"'])
  assert.deepEqual(made('$GENERATE 1-1 t TXT "\\"a $\\" b"'), ['t TXT "a 1" "b"'])
  assert.deepEqual(made('$GENERATE 1-1 t TXT a "b $"'), ['t TXT "a" "b 1"'])
  assert.deepEqual(made('$GENERATE 1-1 t TXT \\$$'), ['t TXT "$1"'])
  assert.deepEqual(made('$GENERATE 1-1 t SRV ( 1 2\n 3 s$ )\ns1 A 192.0.2.1'), [
    't SRV 1 2 3 s1.example.test.',
    's1 A 192.0.2.1',
  ])
  assert.deepEqual(made('$GENERATE 1-1 t TYPE65280 "\\# 1 0$"'), ['t TYPE65280 \\# 1 01'])
})

test('complaints stand at the line and say with which number', () => {
  assert.deepEqual(complaintsBelow('\n$GENERATE 254-300 h$ A 192.0.2.$'), [
    'z:2:1: A address: "192.0.2.256" is not an IPv4 address; this is with 256, which makes "h256 A 192.0.2.256"',
  ])
  assert.deepEqual(complaintsBelow('$GENERATE 1-2 h A 192.0.2.1'), [
    'z:1:1: warning: the same record stands here more than once; this is with 2, which makes "h A 192.0.2.1"',
  ])
  assert.deepEqual(complaintsBelow('h1 CNAME x\n$GENERATE 1-2 h$ A 192.0.2.1'), [
    'z:1:1: h1.example.test. has a CNAME and other data too: A',
  ])
  assert.deepEqual(complaintsBelow('$GENERATE 1-2 mx$ MX "1 m$"'), [
    'z:1:1: warning: MX names m1.example.test., which has no A or AAAA',
    'z:1:1: warning: MX names m2.example.test., which has no A or AAAA',
  ])
})

test('what is wrong with the line itself', () => {
  const range = 'is not a range such as 1-100, or 0-100/2 with a step'
  const insert =
    'a $ is followed by neither nothing nor {OFFSET[,WIDTH[,BASE]]}, where BASE is one of d o x X n N and WIDTH at most 255'
  const cases: [string, string][] = [
    ['$GENERATE', 'z:1:10: $GENERATE has no range'],
    ['$GENERATE 1-2', 'z:1:14: $GENERATE has no owner'],
    ['$GENERATE 1-2 a', 'z:1:16: $GENERATE has no type'],
    ['$GENERATE 3-1 a A $', `z:1:11: $GENERATE: "3-1" ${range}`],
    ['$GENERATE 1-3/0 a A $', `z:1:11: $GENERATE: "1-3/0" ${range}`],
    ['$GENERATE -1-3 a A $', `z:1:11: $GENERATE: "-1-3" ${range}`],
    ['$GENERATE 1-2147483648 a A $', `z:1:11: $GENERATE: "1-2147483648" ${range}`],
    ['$GENERATE 1-3 "a" A $', 'z:1:15: $GENERATE: a name has no quotes'],
    ['$GENERATE 1-3 a${x} A $', `z:1:15: $GENERATE: in "a\${x}" ${insert}`],
    ['$GENERATE 1-3 a A ${0,256}', `z:1:19: $GENERATE: in "\${0,256}" ${insert}`],
    ['$GENERATE 1-3 a A ${0,1,q}', `z:1:19: $GENERATE: in "\${0,1,q}" ${insert}`],
    ['$GENERATE 1-3 a${-2,0,x} A 192.0.2.1', 'z:1:1: $GENERATE: 1 cannot be written so'],
    [
      '$GENERATE 1-3 $$ORIGIN A 192.0.2.x',
      'z:1:1: A address: "192.0.2.x" is not an IPv4 address; this is with 1, which makes "\\$ORIGIN A 192.0.2.x"',
    ],
    ['$GENERATE 1-1048577 a$ A 192.0.2.1', 'z:1:1: $GENERATE: more than 1048576 records are generated'],
  ]
  for (const [line, complaint] of cases) assert.deepEqual(complaintsBelow(line), [complaint], line)
})

test('a line of a million parts', () => {
  const [complaint = ''] = complaintsBelow(`$GENERATE 1-2 ${'$a'.repeat(500_000)} A 192.0.2.1`)
  assert.match(
    complaint,
    /^z:1:1: "1a1a.*…" is not a name: label longer than 63 bytes; this is with 1, which makes/,
  )
})

test('so many records of all such lines together, and so much text', () => {
  assert.equal(
    read(`${HEAD}$GENERATE 1-60000 a$ A 192.0.2.1\n$GENERATE 1-60000 b$ A 192.0.2.1`).zone?.recordCount,
    120_003,
  )
  assert.deepEqual(complaintsBelow('$GENERATE 1-9 a$ A 192.0.2.1\n$GENERATE 1-1048570 b$ A 192.0.2.1'), [
    'z:2:1: $GENERATE: more than 1048576 records are generated',
  ])
  const long = Array.from({ length: 200 }, () => 'x'.repeat(250)).join(' ')
  assert.deepEqual(complaintsBelow(`$GENERATE 1-100000 a$ TXT ${long}`), [
    'z:1:1: $GENERATE: more than 256 MiB of text are generated',
  ])
})
