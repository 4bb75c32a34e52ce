import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { name, nameFromBytes } from '#wire/name.ts'
import { checkData, dataFromText, dataToText, nameFields } from '#wire/record-data.ts'
import { describedTypes } from '#wire/record-fields.ts'
import { RrType, typeFromText } from '#wire/types.ts'
import { Lexer } from '#zone/lexer.ts'

const ORIGIN = name('example.test.')

function read(text: string): ReturnType<typeof dataFromText> {
  const [type = '', ...rest] = text.split(' ')
  const tokens = new Lexer(rest.join(' ')).next()?.tokens ?? []
  return dataFromText(typeFromText(type) ?? 0, tokens, ORIGIN)
}

function hexOf(text: string): string {
  const result = read(text)
  return 'data' in result ? Buffer.from(result.data).toString('hex') : result.error
}

test('the wire form of each type', () => {
  const cases: [string, string][] = [
    ['A 192.0.2.1', 'c0000201'],
    ['AAAA 2001:db8::1', '20010db8000000000000000000000001'],
    ['AAAA ::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['NS ns.', '026e7300'],
    ['CNAME Www.', '0357777700'],
    ['MX 10 m.', '000a016d00'],
    ['SRV 1 2 443 .', '0001000201bb00'],
    ['SOA a. b. 4294967295 1h 1m30s 1w 0', '016100016200ffffffff00000e100000005a00093a8000000000'],
    ['TXT a "b c" ""', '01610362206300'],
    ['TXT "a;b\\"c\\\\d\\200"', '08613b6222635c64c8'],
    ['SPF v', '0176'],
    ['HINFO "a b" c', '036120620163'],
    ['RP a. b.', '016100016200'],
    ['AFSDB 1 a.', '0001016100'],
    ['CAA 0 issue "ca.test"', '0005697373756563612e74657374'],
    ['CAA 128 iodef ""', '8005696f646566'],
    ['DS 60485 5 250 2BB1 83AF', 'ec4505fa2bb183af'],
    ['SSHFP 4 250 12ab', '04fa12ab'],
    ['TLSA 3 1 1 12ab', '03010112ab'],
    ['DNAME d.', '016400'],
    ['PTR p.', '017000'],
    ['TYPE65280 \\# 3 ab CDe f', 'abcdef'],
    ['TYPE65280 \\# 0', ''],
    ['A \\# 4 C0000201', 'c0000201'],
  ]
  for (const [text, hex] of cases) assert.equal(hexOf(text), hex, text)
})

test('what is wrong is said, with the token', () => {
  const cases: [string, string, number][] = [
    ['A 192.0.2.256', 'A address: "192.0.2.256" is not an IPv4 address', 0],
    ['A', 'A ends before its address; expected: address', 0],
    ['A 192.0.2.1 x', '"x" after the end of A, which has: address', 1],
    ['AAAA 192.0.2.1', 'AAAA address: "192.0.2.1" is not an IPv6 address', 0],
    ['MX mail', 'MX preference: "mail" is not a number from 0 to 65535', 0],
    ['MX 65536 mail', 'MX preference: "65536" is not a number from 0 to 65535', 0],
    ['MX 10', 'MX ends before its exchange; expected: preference exchange', 1],
    ['NS a..b', 'NS nameserver: "a..b" is not a name: empty label', 0],
    [
      'NS \xc3\xa9',
      'NS nameserver: "é" is not a name: such bytes are written as \\DDD, and IDNs as xn--…',
      0,
    ],
    [
      'TXT ok a\\300',
      'TXT text: "a\\300" has a bad escape: after a backslash comes one character, or three digits up to 255',
      1,
    ],
    [
      `TXT ${'x'.repeat(256)}`,
      'TXT text: a string of 256 bytes: at most 255, so write it as several strings',
      0,
    ],
    ['CAA 0 is-sue x', 'CAA tag: "is-sue" is not a tag: letters and digits, such as issue (RFC 8659)', 1],
    ['DS 1 8 2 xyz', 'DS digest: "xyz" is not hexadecimal', 3],
    ['DS 1 8 2 AB cd 0', 'DS digest: an odd number of hexadecimal digits', 3],
    ['SOA a. b. 1 2 3x 4 5', 'SOA retry: "3x" is not a number of seconds, nor a time such as 1h30m', 4],
    ['TYPE65280 abc', 'TYPE65280 is only known in the generic form, \\# LENGTH HEX (RFC 3597)', 0],
    ['TYPE65280 \\# 2 ab', '2 bytes are said, 1 are given', 1],
    ['TYPE65280 \\# x', 'after \\# comes the length of the data, from 0 to 65535 (RFC 3597)', 1],
    ['A \\# 3 c00002', 'these bytes are no data of type A', 0],
  ]
  for (const [text, error, token] of cases) assert.deepEqual(read(text), { error, token }, text)
})

test('a record holds at most 65535 bytes', () => {
  assert.match(hexOf(`TXT ${`${'x'.repeat(255)} `.repeat(256)}`), /^data of 65536 bytes/)
  assert.equal(hexOf(`TXT ${`${'x'.repeat(255)} `.repeat(255)}${'x'.repeat(254)}`).length, 65535 * 2)
})

const bytes = fc.uint8Array({ maxLength: 40 })

/** Data of the type: random tokens of its fields, by what reads them. */
const described = fc.constantFrom(...describedTypes())
const tokens = fc.array(
  fc.oneof(
    fc.nat(70000).map(String),
    fc.ipV4(),
    fc.ipV6(),
    fc.domain(),
    fc.constantFrom('00ff', 'issue', '.', '@', '\\#', 'a\\.b', '1h'),
    fc.string({ maxLength: 8 }).map(text => text.replace(/[^!-~]/g, 'x')),
  ),
  { maxLength: 8 },
)

test('text to wire to text is the identity, for all that can be read', () => {
  let readable = 0
  fc.assert(
    fc.property(described, tokens, (type, texts) => {
      const first = dataFromText(
        type,
        texts.map(text => ({ text, quoted: false })),
        ORIGIN,
      )
      if ('error' in first) return
      readable++
      assert.ok(checkData(type, first.data))
      const text = dataToText(type, first.data)
      const again = dataFromText(type, new Lexer(text).next()?.tokens ?? [], ORIGIN)
      assert.deepEqual(again, first, text)
    }),
    { numRuns: 20_000, seed: 1 },
  )
  assert.ok(readable > 1000, `${readable} readable`)
})

test('wire to text to wire is the identity, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.oneof(described, fc.constant(65280)), bytes, (type, data) => {
      const text = dataToText(type, data)
      const again = dataFromText(type, new Lexer(text).next()?.tokens ?? [], ORIGIN)
      if (checkData(type, data)) assert.deepEqual(again, { data }, text)
      else assert.match(text, /^\\# /)
    }),
    { numRuns: 5000 },
  )
})

test('text of each type', () => {
  const texts = [
    'A 192.0.2.1',
    'AAAA 2001:db8::1',
    'SOA ns1.example.test. host.example.test. 1 2 3 4 5',
    'TXT "a b" "\\"\\\\\\200"',
    'CAA 0 issue "ca.test; x=y"',
    'SRV 1 2 443 Www.example.test.',
    'DS 1 8 250 00FF',
    'TYPE65280 \\# 2 00FF',
    'TYPE65280 \\# 0',
  ]
  for (const text of texts) {
    const result = read(text)
    assert.ok('data' in result)
    assert.equal(
      `${text.split(' ')[0]} ${dataToText(typeFromText(text.split(' ')[0] ?? '') ?? 0, result.data)}`,
      text,
    )
  }
})

test('names in data: which of them may be compressed, and which are lower-cased canonically', () => {
  const at = (text: string): unknown[] => {
    const result = read(text)
    const type = typeFromText(text.split(' ')[0] ?? '') ?? 0
    assert.ok('data' in result)
    return nameFields(type, result.data).map(({ offset, compressible, folded }) => [
      nameFromBytes(result.data, offset),
      compressible ? 'compressible' : folded ? 'folded' : 'as it is',
    ])
  }
  assert.deepEqual(at('SOA a. b. 1 2 3 4 5'), [
    [name('a.'), 'compressible'],
    [name('b.'), 'compressible'],
  ])
  assert.deepEqual(at('MX 10 m.'), [[name('m.'), 'compressible']])
  assert.deepEqual(at('SRV 1 2 3 s.'), [[name('s.'), 'folded']])
  assert.deepEqual(at('DNAME s.'), [[name('s.'), 'folded']])
  assert.deepEqual(at('NAPTR 1 2 a bc "" s.'), [[name('s.'), 'folded']])
  assert.deepEqual(at('RRSIG A 8 1 60 0 0 1 s. AQ=='), [[name('s.'), 'folded']])
  assert.deepEqual(at('NSEC s. A'), [[name('s.'), 'as it is']])
  assert.deepEqual(at('HTTPS 0 s.'), [[name('s.'), 'as it is']])
  assert.deepEqual(at('LP 1 s.'), [[name('s.'), 'as it is']])
  assert.deepEqual(at('TXT a'), [])
  assert.equal(
    nameFields(RrType.A, new Uint8Array(4)),
    nameFields(65280, new Uint8Array()),
    'one empty list for all',
  )
  assert.deepEqual(nameFields(RrType.SOA, Uint8Array.of(1, 97, 0, 9)).length, 1)
})

test('data that its type does not allow', () => {
  const bad: [number, number[]][] = [
    [RrType.A, [1, 2, 3]],
    [RrType.A, [1, 2, 3, 4, 5]],
    [RrType.AAAA, [1]],
    [RrType.NS, []],
    [RrType.NS, [1, 97]],
    [RrType.NS, [0, 0]],
    [RrType.NS, [0xc0, 12]],
    [RrType.MX, [0, 1]],
    [RrType.TXT, []],
    [RrType.TXT, [2, 97]],
    [RrType.CAA, [0, 0]],
    [RrType.CAA, [0, 1, 0x2d]],
    [RrType.DS, [0, 1, 8, 2]],
  ]
  for (const [type, data] of bad) {
    assert.equal(checkData(type, Uint8Array.from(data)), false, `${type} ${data}`)
    assert.match(dataToText(type, Uint8Array.from(data)), /^\\# /)
  }
  assert.equal(checkData(65280, new Uint8Array()), true)
})
