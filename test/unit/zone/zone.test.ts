import assert from 'node:assert/strict'
import { test } from 'node:test'
import { name, nameToBytes } from '#wire/name.ts'
import { RrType } from '#wire/types.ts'
import { Zone } from '#zone/zone.ts'

const ORIGIN = name('example.test.')

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
