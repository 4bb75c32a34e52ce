/** Zones written as text and read back are the same, however they are written. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Name, name, nameToText } from '#wire/name.ts'
import { dataToText } from '#wire/record-data.ts'
import { typeToText } from '#wire/types.ts'
import { HEAD, linesOf, read } from './reading.ts'

const ORIGIN = name('example.test.')

const label = fc.string({ unit: fc.constantFrom(...'ab0-_*."();@$\\ \x00\xff'), minLength: 1, maxLength: 10 })
const owner = fc
  .array(label, { minLength: 1, maxLength: 3 })
  .map(labels => (labels.map(text => String.fromCharCode(text.length) + text).join('') + ORIGIN) as Name)
const bytes = (min: number, max: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: min, maxLength: max })
const string = bytes(0, 30).map(text => Uint8Array.of(text.length, ...text))
const data = fc.oneof(
  bytes(4, 4).map(all => ({ type: 1, data: all })),
  bytes(16, 16).map(all => ({ type: 28, data: all })),
  fc
    .array(string, { minLength: 1, maxLength: 3 })
    .map(all => ({ type: 16, data: Uint8Array.from(all.flatMap(one => [...one])) })),
  bytes(0, 40).map(all => ({ type: 65280, data: all })),
)
const record = fc.record({
  owner,
  ttl: fc.nat(2 ** 31 - 1),
  content: data,
  absolute: fc.boolean(),
  gap: fc.constantFrom(' ', '\t', ' (\n ', ' ( ; )\n'),
})

test('any records', () => {
  fc.assert(
    fc.property(
      fc.array(record, { maxLength: 12 }),
      fc.constantFrom('\n', '\r\n', ' ; comment\n'),
      (records, lineEnd) => {
        const lines = records.map(({ owner, ttl, content: { type, data }, absolute, gap }) => {
          const full = nameToText(owner)
          const written = absolute ? full : full.slice(0, -'.example.test.'.length)
          const close = gap.includes('(') ? ' )' : ''
          return `${written}${gap}${ttl} IN ${typeToText(type)} ${dataToText(type, data)}${close}`
        })
        const { zone, complaints } = read(HEAD + lines.join(lineEnd))
        assert.deepEqual(
          complaints.filter(({ severity }) => severity === 'error'),
          [],
        )
        const text = linesOf(zone)
        const again = read(`${text.join('\n')}\n`)
        assert.deepEqual(linesOf(again.zone), text)
        for (const {
          owner,
          content: { type, data },
        } of records)
          assert.ok(zone?.rrset(owner, type)?.data.some(one => Buffer.compare(one, data) === 0))
      },
    ),
    { numRuns: 300 },
  )
})
