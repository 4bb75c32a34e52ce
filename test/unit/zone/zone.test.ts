import assert from 'node:assert/strict'
import { test } from 'node:test'
import { name, nameToBytes } from '#wire/name.ts'
import { RrType } from '#wire/types.ts'
import { Zone } from '#zone/zone.ts'

const ORIGIN = name('example.test.')
const ORIGIN_BYTES = nameToBytes(ORIGIN)

function address(owner: string, last: number, ttl = 60): Parameters<Zone['add']>[0] {
  return { owner: name(owner), type: RrType.A, ttl, data: Uint8Array.of(192, 0, last >> 8, last & 255) }
}

test('records of one name and type are a set, whatever the letter case', () => {
  const zone = new Zone(name('Example.Test.'))
  assert.equal(zone.origin, ORIGIN)
  assert.equal(zone.add(address('www.example.test.', 1)), 'added')
  assert.equal(zone.add(address('WWW.example.test.', 2, 90)), 'added')
  assert.equal(zone.add(address('www.EXAMPLE.test.', 1)), 'duplicate')
  assert.equal(zone.recordCount, 2)
  const rrset = zone.rrset(name('wWw.example.test.'), RrType.A)
  assert.equal(rrset?.ttl, 60, 'of differing TTLs the first')
  assert.equal(rrset?.data.length, 2)
  assert.equal(zone.rrset(name('www.example.test.'), RrType.AAAA), undefined)
})

test('names in between exist and are empty', () => {
  const zone = new Zone(ORIGIN)
  zone.add(address('a.b.c.example.test.', 1))
  zone.touch(name('X.y.example.test.'))
  const names = ['a.b.c.', 'b.c.', 'c.', '', 'x.y.', 'y.'].map(text => name(`${text}example.test.`))
  assert.deepEqual(new Set(zone.nodes.keys()), new Set(names))
  assert.equal(zone.nodes.get(name('b.c.example.test.'))?.size, 0)
  assert.equal(zone.recordCount, 1)
  assert.equal(zone.nameBytes, names.join('').length)
})

test('what is outside of the zone has no place there', () => {
  const zone = new Zone(ORIGIN)
  assert.throws(() => zone.add(address('example.', 1)), RangeError)
  assert.throws(() => zone.add(address('notexample.test.', 1)), RangeError)
  assert.equal(zone.nodes.size, 0)
})

test('the serial is that of the SOA', () => {
  const zone = new Zone(ORIGIN)
  assert.equal(zone.serial, undefined)
  const numbers = [4294967295, 2, 3, 4, 5].flatMap(value => [
    value >>> 24,
    (value >> 16) & 255,
    (value >> 8) & 255,
    value & 255,
  ])
  const data = Uint8Array.from([...nameToBytes(name('a.')), ...nameToBytes(name('b.')), ...numbers])
  zone.add({ owner: ORIGIN, type: RrType.SOA, ttl: 1, data })
  assert.equal(zone.serial, 4294967295)
})

test('a large set knows its duplicates too', () => {
  const zone = new Zone(ORIGIN)
  for (let i = 0; i < 5000; i++) assert.equal(zone.add(address('big.example.test.', i)), 'added')
  for (let i = 0; i < 5000; i += 7) assert.equal(zone.add(address('big.example.test.', i)), 'duplicate')
  assert.equal(zone.rrset(name('big.example.test.'), RrType.A)?.data.length, 5000)
  assert.equal(zone.recordCount, 5000)
})

test('data of many sizes, in sets that grow by turns, comes back as it was given', () => {
  const zone = new Zone(ORIGIN)
  const given = new Map<string, Uint8Array[]>()
  const sizes = [0, 1, 245, 246, 247, 300, 65_535, 4, 65_535, 40_000]
  for (let i = 0; i < 400; i++) {
    const owner = `n${i % 7}.example.test.`
    const data = new Uint8Array(sizes[i % sizes.length] ?? 0).fill(i)
    const type = 65_280 + (i % 3)
    const expected = given.get(`${owner} ${type}`) ?? []
    given.set(`${owner} ${type}`, expected)
    const known = expected.some(other => Buffer.compare(other, data) === 0)
    assert.equal(zone.add({ owner: name(owner), type, ttl: i, data }), known ? 'duplicate' : 'added')
    if (!known) expected.push(data)
  }
  for (const [key, expected] of given) {
    const [owner = '', type] = key.split(' ')
    const found = zone.rrset(name(owner), Number(type))?.data ?? []
    assert.equal(found.length, expected.length)
    for (const [i, data] of found.entries())
      assert.equal(Buffer.compare(data, expected[i] ?? ORIGIN_BYTES), 0)
  }
})

test('a node is a map of its sets by type, in the order in which they came', () => {
  const zone = new Zone(ORIGIN)
  for (const type of [RrType.TXT, RrType.A, RrType.MX])
    zone.add({ owner: ORIGIN, type, ttl: type, data: Uint8Array.of(type) })
  const node = zone.nodes.get(ORIGIN)
  assert.deepEqual([...(node?.keys() ?? [])], [RrType.TXT, RrType.A, RrType.MX])
  assert.deepEqual(
    [...(node?.values() ?? [])].map(({ ttl }) => ttl),
    [RrType.TXT, RrType.A, RrType.MX],
  )
  assert.deepEqual(
    [...(node ?? [])].map(([type, { data }]) => [type, data[0]?.[0]]),
    [
      [RrType.TXT, RrType.TXT],
      [RrType.A, RrType.A],
      [RrType.MX, RrType.MX],
    ],
  )
  const seen: number[] = []
  node?.forEach(({ type }) => {
    seen.push(type)
  })
  assert.deepEqual(seen, [RrType.TXT, RrType.A, RrType.MX])
  assert.deepEqual([node?.size, node?.has(RrType.A), node?.has(RrType.NS)], [3, true, false])
})
