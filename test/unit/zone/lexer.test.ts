import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Entry, Lexer } from '#zone/lexer.ts'
import { complaintsBelow, HEAD, read } from './reading.ts'

function entriesOf(text: Uint8Array | string): Entry[] {
  const lexer = new Lexer(text)
  const entries: Entry[] = []
  for (let entry = lexer.next(); entry !== undefined; entry = lexer.next()) entries.push(entry)
  return entries
}

function tokensOf(text: string): string[][] {
  return entriesOf(text).map(({ tokens }) =>
    tokens.map(token => (token.quoted ? `"${token.text}"` : token.text)),
  )
}

test('tokens of entries', () => {
  const text = 'a  b\t"c d" e"f"g ; "\n\n  ; only a comment\r\n (h\n\ti ; j (\n)k \\; \\"l\\\\ "\\"m"\\\n'
  assert.deepEqual(tokensOf(text), [
    ['a', 'b', '"c d"', 'e', '"f"', 'g'],
    ['h', 'i', 'k', '\\;', '\\"l\\\\', '"\\"m"', '\\'],
  ])
})

test('any bytes give entries whose places go forward and lie in the file', () => {
  const byte = fc.oneof(fc.constantFrom(...Buffer.from(' \t\r\n"();\\$@.a0')), fc.nat(255))
  const bytes = fc.array(byte, { maxLength: 300 }).map(all => Uint8Array.from(all))
  fc.assert(
    fc.property(bytes, all => {
      const entries = entriesOf(all)
      assert.ok(entries.length <= all.length)
      for (const { tokens, end, problem } of entries) {
        const places = tokens.map(({ place }) => place)
        assert.deepEqual(
          places,
          places.toSorted((a, b) => a - b),
        )
        for (const place of [...places, end, problem?.place ?? 1])
          assert.ok(place >= 1 && place <= all.length + 1)
        assert.ok(tokens.length > 0 || problem !== undefined)
      }
    }),
    { numRuns: 800 },
  )
})

test('tokens written with spaces between are read back', () => {
  const word = fc.string({ unit: fc.constantFrom(...'ab\\;"( )'), minLength: 1, maxLength: 8 })
  const escaped = word.map(text => text.replace(/[\\;"( )]/g, '\\$&'))
  const quoted = word.map(text => `"${text.replace(/[\\"]/g, '\\$&')}"`)
  fc.assert(
    fc.property(
      fc.array(fc.oneof(escaped, quoted), { minLength: 1 }),
      fc.constantFrom(' ', '\t ', ' (\n) '),
      (words, gap) => {
        assert.deepEqual(tokensOf(words.join(gap)), [words])
      },
    ),
  )
})

test('lines of megabytes: many comments, spaces, one word, many words', () => {
  const size = 8 * 1024 * 1024
  const fine = [
    `x A 192.0.2.1 ;${'y'.repeat(size)}`,
    `x${' '.repeat(size)}A 192.0.2.1`,
    `x ( A${'\n'.repeat(size)}192.0.2.1 )`,
  ]
  for (const text of fine) assert.equal(read(HEAD + text).zone?.recordCount, 4)
  const beyond = 'from here on it is longer than 1048576 bytes: no record is'
  assert.deepEqual(complaintsBelow(`x TXT ${'y'.repeat(size)}\nz A bad`), [
    `z:1:7: ${beyond}`,
    'z:2:5: A address: "bad" is not an IPv4 address',
  ])
  assert.deepEqual(complaintsBelow(`x TXT${' y'.repeat(size / 2)}`), [`z:1:1048577: ${beyond}`])
  assert.deepEqual(complaintsBelow(`x TXT (${' y'.repeat(size / 2)}\nz A 192.0.2.1`), [
    'z:1:7: ( is not closed',
  ])
})

test('parentheses without number, or without an end within megabytes', () => {
  const found = complaintsBelow(`x TXT ${'('.repeat(150_000_000)}`)
  assert.deepEqual(found, ['z:1:7: ( is not closed'])
  const apart = `x TXT (\n${'\n'.repeat(17 * 1024 * 1024)}a )\n`
  assert.deepEqual(complaintsBelow(apart).slice(0, 1), ['z:1:7: ( is not closed'])
})

test('many empty lines are an entry now and then, so that others have their turn', () => {
  const entries = entriesOf(`${'\n; comment\n'.repeat(500)}x`)
  assert.deepEqual(
    entries.map(({ tokens }) => tokens.length),
    [...new Array<number>(10).fill(0), 1],
  )
})

test('far along a line the column is that of the file, and the caret is below the fault', () => {
  const [complaint] = read(`${HEAD}x TXT ${'"é" '.repeat(1000)} a\\300 b`).complaints
  assert.equal(complaint?.column, 4008)
  assert.equal(complaint.excerpt?.slice((complaint.caret ?? 0) - 1), 'a\\300 b')
})
