import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatComplaint } from '#base/complaint.ts'
import { name } from '#wire/name.ts'
import { type MasterFileResult, readMasterFile } from '#zone/master-file.ts'
import { HEAD, linesOf, read } from './reading.ts'

type Files = Readonly<Record<string, string>>

/** Reads the first of the files; the names of files are their paths. */
function readAll(files: Files): MasterFileResult {
  const [[main, text] = ['', '']] = Object.entries(files)
  return readMasterFile(Buffer.from(text), { file: main, origin: name('example.test.') }, ({ path }) => {
    const found = files[path]
    return found === undefined
      ? { problem: 'no such file' }
      : { path, file: path, bytes: Buffer.from(found), id: path }
  })
}

function recordsOf(files: Files): string[] {
  const { zone, complaints } = readAll(files)
  if (complaints.length > 0) return complaints.map(formatComplaint)
  const known = new Set(linesOf(read(HEAD).zone))
  return linesOf(zone).filter(line => !known.has(line))
}

function complaintsOf(files: Files): string[] {
  return readAll(files).complaints.map(({ excerpt, ...rest }) => formatComplaint(rest))
}

test('the example of RFC 1035 §5.3, its mailing lists in a file', () => {
  assert.deepEqual(
    recordsOf({
      main: `${HEAD}$INCLUDE ISI-MAILBOXES.TXT ; <SUBSYS>\n`,
      'ISI-MAILBOXES.TXT': 'MOE     RP     A.ISI.EDU. .\nLARRY   RP     B.ISI.EDU. .\n        TXT    LIST\n',
    }),
    [
      'moe.example.test. 3600 RP A.ISI.EDU. .',
      'larry.example.test. 3600 RP B.ISI.EDU. .',
      'larry.example.test. 3600 TXT "LIST"',
    ],
  )
})

test('origin and owner of the file that includes are as before; a TTL stays', () => {
  assert.deepEqual(
    recordsOf({
      main: `${HEAD}a A 192.0.2.1\n$INCLUDE inc sub\n AAAA 2001:db8::1\nb A 192.0.2.3`,
      inc: ' TXT "of the owner before"\n$ORIGIN deeper\nx A 192.0.2.9\n$TTL 5',
    }),
    [
      'a.example.test. 3600 A 192.0.2.1',
      'a.example.test. 3600 TXT "of the owner before"',
      'a.example.test. 5 AAAA 2001:db8::1',
      'x.deeper.sub.example.test. 3600 A 192.0.2.9',
      'b.example.test. 5 A 192.0.2.3',
    ],
  )
})

test('quoted names of files, files within files, one file with several origins', () => {
  assert.deepEqual(
    recordsOf({
      main: `${HEAD}$INCLUDE "one; two"\n$include last x\n$INCLUDE last y`,
      'one; two': '$INCLUDE last inner',
      last: '@ A 192.0.2.1',
    }),
    [
      'inner.example.test. 3600 A 192.0.2.1',
      'x.example.test. 3600 A 192.0.2.1',
      'y.example.test. 3600 A 192.0.2.1',
    ],
  )
})

test('the SOA may come from a file', () => {
  assert.equal(readAll({ main: '$INCLUDE head', head: HEAD }).zone?.recordCount, 3)
})

test('complaints name the file in which the fault is, in the order of reading', () => {
  assert.deepEqual(
    complaintsOf({
      main: `${HEAD}x A bad\n$INCLUDE inc\ny A bad\ninc MX 1 x`,
      inc: '\n\nx  A  wrong\n$INCLUDE nowhere\nalias CNAME x\n TXT y',
    }),
    [
      'main:5:5: A address: "bad" is not an IPv4 address',
      'main:7:5: A address: "bad" is not an IPv4 address',
      'main:8:1: warning: MX names x.example.test., which has no A or AAAA',
      'inc:3:7: A address: "wrong" is not an IPv4 address',
      'inc:4:10: $INCLUDE "nowhere": no such file',
      'inc:5:1: alias.example.test. has a CNAME and other data too: TXT',
    ],
  )
})

test('a second SOA in a file, and what the first one is', () => {
  const soa = '@ 5 SOA ns1 host 2 2 3 4 5\n'
  assert.deepEqual(complaintsOf({ main: `${HEAD}$INCLUDE inc`, inc: soa }), [
    'inc:1:1: a second SOA: the first is on main:2',
  ])
  assert.deepEqual(complaintsOf({ main: `$INCLUDE inc\n${soa}@ NS ns.`, inc: `\n${soa}` }), [
    'main:2:1: a second SOA: the first is on inc:2',
  ])
})

test('a file that cannot be had may have had the SOA', () => {
  assert.deepEqual(complaintsOf({ main: '$INCLUDE head' }), ['main:1:10: $INCLUDE "head": no such file'])
})

test('circles are refused', () => {
  const self = 'z:1:10: $INCLUDE "z": includes itself'
  assert.deepEqual(complaintsOf({ z: `$INCLUDE z\n${HEAD}` }), [self])
  assert.deepEqual(complaintsOf({ z: `$INCLUDE a\n${HEAD}`, a: '\n$INCLUDE b', b: '$INCLUDE a' }), [
    'b:1:10: $INCLUDE "a": includes itself',
  ])
})

test('files within files go eight deep', () => {
  const chain = (depth: number): Files => {
    const links = Array.from({ length: depth }, (_, i): [string, string] => [`f${i}`, `$INCLUDE f${i + 1}`])
    return Object.fromEntries([['z', `${HEAD}$INCLUDE f0`], ...links, [`f${depth}`, 'x A 192.0.2.1']])
  }
  assert.deepEqual(recordsOf(chain(7)), ['x.example.test. 3600 A 192.0.2.1'])
  assert.deepEqual(complaintsOf(chain(8)), [
    'f7:1:10: $INCLUDE "f8": files include each other more than 8 deep',
  ])
})

test('files that include others many times over come to an end', () => {
  const files = Object.fromEntries(
    Array.from({ length: 8 }, (_, i): [string, string] => [`f${i}`, `$INCLUDE f${i + 1}\n`.repeat(40)]),
  )
  const found = complaintsOf({ z: `${HEAD}$INCLUDE f0`, ...files, f8: '' })
  assert.match(found[0] ?? '', /: files include each other more than 8 deep$/)
  const wide = complaintsOf({ z: `${HEAD}${'$INCLUDE f\n'.repeat(10_002)}`, f: '' })
  assert.deepEqual(wide, [
    'z:10005:10: $INCLUDE "f": more than 10000 files are included',
    'z:10006:10: $INCLUDE "f": more than 10000 files are included',
  ])
})
