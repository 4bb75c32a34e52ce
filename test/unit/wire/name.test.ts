import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  childOf,
  compareNames,
  isAtOrBelow,
  labelCount,
  labelsOf,
  lowerCase,
  type Name,
  name,
  nameFromBytes,
  nameToBytes,
  nameToText,
  parentOf,
  parseName,
  ROOT,
} from '#wire/name.ts'

const label = fc.uint8Array({ minLength: 1, maxLength: 20 }).map(bytes => String.fromCharCode(...bytes))
const names = fc
  .array(label, { maxLength: 8 })
  .map(labels => `${labels.map(one => String.fromCharCode(one.length) + one).join('')}\0` as Name)

test('a name of any bytes goes to text and back, and to bytes and back', () => {
  fc.assert(
    fc.property(names, any => {
      assert.deepEqual(parseName(nameToText(any)), { name: any })
      assert.equal(nameFromBytes(nameToBytes(any)), any)
      assert.equal(labelsOf(any).length, labelCount(any))
    }),
  )
})

test('relative names are below the origin, @ is the origin', () => {
  const origin = name('example.test.')
  assert.deepEqual(parseName('www', origin), { name: name('www.example.test.') })
  assert.deepEqual(parseName('www.', origin), { name: name('www.') })
  assert.deepEqual(parseName('@', origin), { name: origin })
  assert.deepEqual(parseName('.', origin), { name: ROOT })
})

test('escapes: a dot within a label, a byte by number', () => {
  assert.equal(name('a\\.b.'), '\x03a.b\0')
  assert.equal(name('\\000\\255.'), '\x02\0\xff\0')
  assert.equal(nameToText(name('a\\.\\032\\@.')), 'a\\.\\032\\@.')
})

test('what is no name says why', () => {
  const long = 'x'.repeat(63)
  const cases: [string, string][] = [
    ['', 'empty'],
    ['a..b', 'empty label'],
    ['.a', 'empty label'],
    [`${long}x.`, 'label longer than 63 bytes'],
    [`${long}.${long}.${long}.${long.slice(1)}.`, 'name longer than 255 bytes'],
    ['a\\', 'bad escape'],
    ['a\\25', 'bad escape'],
    ['a\\256', 'bad escape'],
    ['a b', 'bad escape'],
    ['é', 'bad escape'],
  ]
  for (const [text, error] of cases) assert.deepEqual(parseName(text), { error }, text)
  assert.ok('name' in parseName(`${long}.${long}.${long}.${long.slice(2)}.`), 'of 255 bytes')
})

test('ancestors', () => {
  assert.ok(isAtOrBelow(name('a.b.'), name('b.')))
  assert.ok(isAtOrBelow(name('b.'), name('b.')))
  assert.ok(isAtOrBelow(name('b.'), ROOT))
  assert.ok(!isAtOrBelow(name('ab.'), name('b.')))
  assert.ok(!isAtOrBelow(name('b.'), name('a.b.')))
  assert.equal(parentOf(name('a.b.')), name('b.'))
  assert.equal(parentOf(ROOT), undefined)
  assert.equal(childOf('a', name('b.')), name('a.b.'))
  assert.equal(childOf('x'.repeat(64), ROOT), undefined)
})

test('letters of either case are one, and only A to Z', () => {
  assert.equal(lowerCase(name('WwW.TeSt.')), name('www.test.'))
  assert.equal(lowerCase(name('\\192.')), name('\\192.'))
})

test('the canonical order of RFC 4034 §6.1', () => {
  const ordered = [
    'example.',
    'a.example.',
    'yljkjljk.a.example.',
    'Z.a.example.',
    'zABC.a.EXAMPLE.',
    'z.example.',
  ]
  ordered.push('\\001.z.example.', '*.z.example.', '\\200.z.example.')
  const sorted = ordered
    .map(text => name(text))
    .reverse()
    .sort(compareNames)
  assert.deepEqual(sorted.map(nameToText), ordered)
})

test('bytes that are no name', () => {
  for (const bytes of [[], [1], [1, 97], [64, 0], [0xc0, 0]])
    assert.equal(nameFromBytes(Uint8Array.from(bytes)), undefined)
})
