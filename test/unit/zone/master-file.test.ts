import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatComplaint } from '#base/complaint.ts'
import { seededRandom } from '#base/random.ts'
import { name } from '#wire/name.ts'
import { readMasterFile } from '#zone/master-file.ts'
import { complaintsOf, HEAD, linesOf, read, recordsOf } from './reading.ts'

test('the example of RFC 1035 §5.3', () => {
  const { zone, complaints } = readMasterFile(
    Buffer.from(`@   IN  SOA     VENERA      Action\\.domains (
                                 20     ; SERIAL
                                 7200   ; REFRESH
                                 600    ; RETRY
                                 3600000; EXPIRE
                                 60)    ; MINIMUM

        NS      A.ISI.EDU.
        NS      VENERA
        MX      10      VENERA
        MX      20      VAXA

A       A       26.3.0.103

VENERA  A       10.1.0.52
        A       128.9.0.32

VAXA    A       10.2.0.27
        A       128.9.0.33
`),
    { file: 'isi', origin: name('ISI.EDU.') },
  )
  assert.deepEqual(
    complaints.map(({ line, severity, message }) => [line, severity, message]),
    [[1, 'warning', "no TTL here and no $TTL: the SOA's minimum is taken, 60"]],
  )
  assert.deepEqual(linesOf(zone).slice(0, 6), [
    'isi.edu. 60 SOA VENERA.ISI.EDU. Action\\.domains.ISI.EDU. 20 7200 600 3600000 60',
    'isi.edu. 60 NS A.ISI.EDU.',
    'isi.edu. 60 NS VENERA.ISI.EDU.',
    'isi.edu. 60 MX 10 VENERA.ISI.EDU.',
    'isi.edu. 60 MX 20 VAXA.ISI.EDU.',
    'a.isi.edu. 60 A 26.3.0.103',
  ])
  assert.equal(zone?.recordCount, 10)
})

test('owners: relative, absolute, @, blank, escaped, wildcard', () => {
  const text =
    'a A 192.0.2.1\n\tA 192.0.2.2\nb.example.test. A 192.0.2.3\n@ A 192.0.2.4\na\\.b A 192.0.2.5\n*.w A 192.0.2.6\n\\$x A 192.0.2.7\n'
  assert.deepEqual(recordsOf(text), [
    'example.test. 3600 A 192.0.2.4',
    'a.example.test. 3600 A 192.0.2.1',
    'a.example.test. 3600 A 192.0.2.2',
    'b.example.test. 3600 A 192.0.2.3',
    'a\\.b.example.test. 3600 A 192.0.2.5',
    '*.w.example.test. 3600 A 192.0.2.6',
    '\\$x.example.test. 3600 A 192.0.2.7',
  ])
})

test('TTL and class in either order, or neither; types that look like neither', () => {
  const heads = ['5 IN', 'IN 5', 'in 5s', '5 CLASS1', '5']
  for (const head of heads)
    assert.deepEqual(recordsOf(`x ${head} A 192.0.2.1`), ['x.example.test. 5 A 192.0.2.1'])
  assert.deepEqual(recordsOf('x IN a 192.0.2.1'), ['x.example.test. 3600 A 192.0.2.1'])
  assert.deepEqual(recordsOf('in A 192.0.2.1'), ['in.example.test. 3600 A 192.0.2.1'])
  assert.deepEqual(recordsOf('5 TYPE1 \\# 4 c0000201'), ['5.example.test. 3600 A 192.0.2.1'])
})

test('TTLs: units, $TTL, and the last one stated', () => {
  assert.deepEqual(recordsOf('x 1W2d3h4M5s A 192.0.2.1'), ['x.example.test. 788645 A 192.0.2.1'])
  assert.deepEqual(recordsOf('x 5 A 192.0.2.1\ny A 192.0.2.1\n$TTL 7\nz A 192.0.2.1'), [
    'x.example.test. 5 A 192.0.2.1',
    'y.example.test. 3600 A 192.0.2.1',
    'z.example.test. 7 A 192.0.2.1',
  ])
  const { zone, complaints } = read('@ 9 SOA ns1. host 1 2 3 4 5\n@ NS ns1.\n@ 8 TXT a\nx A 192.0.2.1')
  assert.deepEqual(complaints, [])
  assert.deepEqual(
    linesOf(zone).map(line => line.split(' ')[1]),
    ['9', '9', '8', '8'],
  )
})

test('$ORIGIN, also relative to the one before', () => {
  const text = '$ORIGIN sub\nx CNAME y\n$ORIGIN deeper\n@ A 192.0.2.1\n$origin example.test.\nz A 192.0.2.2'
  assert.deepEqual(recordsOf(text), [
    'x.sub.example.test. 3600 CNAME y.sub.example.test.',
    'deeper.sub.example.test. 3600 A 192.0.2.1',
    'z.example.test. 3600 A 192.0.2.2',
  ])
})

test('quotes, comments and parentheses', () => {
  const text = `x TXT "a;b" ( ; a comment with a ( and a "
  c"d e"
 "f)\\"" ) ( g
) ; end
 TXT second\\;line;comment
`
  assert.deepEqual(recordsOf(text), [
    'x.example.test. 3600 TXT "a;b" "c" "d e" "f)\\"" "g"',
    'x.example.test. 3600 TXT "second;line"',
  ])
})

test('bytes above 126 in strings stay as they are', () => {
  assert.deepEqual(recordsOf('x TXT "é" é'), ['x.example.test. 3600 TXT "\\195\\169" "\\195\\169"'])
})

test('line ends of Windows, a byte order mark, no line end at the end of the file, empty lines', () => {
  const text = `\ufeff${HEAD}\n   \n;\nx A 192.0.2.1`
  const plain = read(HEAD.concat('x A 192.0.2.1'))
  for (const variant of [text, text.replaceAll('\n', '\r\n')]) {
    const { zone, complaints } = read(variant)
    assert.deepEqual(complaints, [])
    assert.deepEqual(linesOf(zone), linesOf(plain.zone))
  }
})

test('very long lines', () => {
  const strings = Array.from({ length: 250 }, (_, i) => `"${String(i).padEnd(250, 'x')}"`).join(' ')
  assert.equal(read(`${HEAD}x TXT ${strings}`).zone?.recordCount, 4)
})

test('the zone is the owner of the SOA, wherever it stands', () => {
  const { zone, complaints } = read(
    '$ORIGIN Other.Test.\nx 5 A 192.0.2.1\n@ 5 SOA ns. host 1 2 3 4 5\n@ NS ns.\n',
  )
  assert.deepEqual(complaints, [])
  assert.equal(zone?.origin, name('other.test.'))
  assert.equal(zone?.recordCount, 3)
})

test('the root zone', () => {
  const text = '. 5 SOA ns.test. host. 1 2 3 4 5\n. NS ns.test.\ntest. NS ns.test.\nns.test. A 192.0.2.1\n'
  const { zone, complaints } = readMasterFile(Buffer.from(text), { file: 'root', origin: name('.') })
  assert.deepEqual(complaints, [])
  assert.equal(zone?.recordCount, 4)
})

test('an error refuses the zone, whose origin is known all the same; a warning does not', () => {
  const refused = read(`${HEAD}x A bad`)
  assert.deepEqual([refused.zone, refused.origin], [undefined, name('example.test.')])
  const warned = read(`${HEAD}x.other. A 192.0.2.1`)
  assert.equal(warned.complaints.length, 1)
  assert.equal(warned.zone?.recordCount, 3)
})

test('the line is shown with the place in it', () => {
  const [complaint] = read(`${HEAD}é\tTXT "ä" a\\300\r\n`).complaints
  assert.ok(complaint !== undefined)
  const [head, excerpt, caret] = formatComplaint(complaint).split('\n')
  assert.equal(head, 'z:5:1: "é" is not a name: such bytes are written as \\DDD, and IDNs as xn--…')
  assert.equal(excerpt, '  é TXT "ä" a\\300')
  assert.equal(caret, '  ^')
  const [second] = read(`${HEAD}x TXT "ä" a\\300\n`).complaints
  assert.equal(second?.column, 11, 'characters, not bytes')
})

test('all complaints of a file, but not more than a person reads', () => {
  const bad = Array.from({ length: 150 }, (_, i) => `x${i} A bad`).join('\n')
  const warned = Array.from({ length: 30 }, (_, i) => `x${i}.other. A 192.0.2.1`).join('\n')
  const { complaints } = read(`${HEAD}${warned}\n${bad}`)
  assert.equal(complaints.length, 101)
  assert.ok(complaints.slice(0, 100).every(({ severity }) => severity === 'error'))
  assert.equal(complaints.at(-1)?.message, 'and 50 more errors and 30 more warnings')
})

test('a set of 60,000 records is refused, once', () => {
  const records = Array.from({ length: 60_000 }, (_, i) => `big AAAA 2001:db8::${i.toString(16)}`).join('\n')
  assert.deepEqual(complaintsOf(HEAD + records), [
    'z:2326:1: with this one the AAAA records of big.example.test. are more than a message can hold, 65000 bytes',
  ])
})

test('a name of 300 types is refused', () => {
  const types = Array.from({ length: 300 }, (_, i) => `x TYPE${1000 + i} \\# 0`).join('\n')
  assert.deepEqual(complaintsOf(HEAD + types), [
    'z:261:1: more than 256 types at x.example.test.; the rest is not read',
  ])
})

test('damaged files are read or refused, never thrown at', () => {
  const random = seededRandom(3)
  const whole = Buffer.from(
    `${HEAD}x 5 IN TXT "a b" ( c\n d ) ; e\n$ORIGIN sub\ny MX 10 m\n CAA 0 issue "ca"\nz TYPE9 \\# 2 00 ff\n`,
  )
  const signs = Buffer.from('()";\\\n\r @$.0aA\xff\0', 'latin1')
  for (let run = 0; run < 3000; run++) {
    const bytes = Buffer.from(whole)
    for (let i = 0; i < 4; i++)
      bytes[Math.floor(random() * bytes.length)] = signs[Math.floor(random() * signs.length)] ?? 0
    const { zone, complaints } = readMasterFile(bytes, { file: 'z', origin: name('example.test.') })
    assert.ok(zone !== undefined || complaints.some(({ severity }) => severity === 'error'))
    for (const { line, column } of complaints) assert.ok(line >= 0 && column >= 0 && line <= bytes.length)
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
      readMasterFile(bytes, { file: 'z', origin: name('example.test.') })
    }),
    { numRuns: 1000, seed: 3 },
  )
})
