/** What holds for the data of every type, whatever the bytes. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { decodeMessage } from '#wire/message.ts'
import { messageToText } from '#wire/message-text.ts'
import { checkData, dataToText, nameFields } from '#wire/record-data.ts'
import { describedTypes } from '#wire/record-fields.ts'
import { typeToText } from '#wire/types.ts'
import { arbitraryData } from './arbitrary-data.ts'
import { readText, vectors } from './vectors.ts'

/** A response with one record of the type, owned by the root. */
function messageWith(type: number, data: Uint8Array): Uint8Array {
  const head = Buffer.from('00018000000000010000000000', 'hex')
  const fixed = Buffer.from([type >> 8, type & 255, 0, 1, 0, 0, 0, 60, data.length >> 8, data.length & 255])
  return Uint8Array.from(Buffer.concat([head, fixed, data]))
}

describe('arbitrary data', () => {
  for (const type of describedTypes()) {
    it(`of ${typeToText(type)} is valid, and read back from its text and from a message`, () => {
      fc.assert(
        fc.property(arbitraryData(type), data => {
          assert.ok(checkData(type, data))
          const text = dataToText(type, data)
          assert.doesNotMatch(text, /^\\#/)
          assert.deepEqual(readText(type, text), { data: Uint8Array.from(data) }, text)
          assert.deepEqual(decodeMessage(messageWith(type, data))?.answer[0]?.data, Uint8Array.from(data))
        }),
        { numRuns: 150 },
      )
    })
  }
})

/** Valid data of any type with bytes changed, left out and put in. */
const seeds = vectors('valid').map(({ type, rest }) => ({ type, data: Buffer.from(rest[0] ?? '', 'hex') }))
const change = fc.record({ at: fc.nat(), cut: fc.nat(2), put: fc.uint8Array({ maxLength: 2 }) })
const damaged = fc
  .tuple(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 3 }))
  .map(([{ type, data }, changes]) => {
    const bytes = [...data]
    for (const { at, cut, put } of changes) bytes.splice(at % (bytes.length + 1), cut, ...put)
    return { type, data: Uint8Array.from(bytes) }
  })
const garbage = fc.record({
  type: fc.constantFrom(...describedTypes()),
  data: fc.uint8Array({ maxLength: 60 }),
})

describe('damaged data', () => {
  it('is valid and read back from its text, or shown in the generic form; names in it lie within it', () => {
    const seen = { valid: 0, invalid: 0 }
    fc.assert(
      fc.property(fc.oneof(damaged, garbage), ({ type, data }) => {
        const valid = checkData(type, data)
        seen[valid ? 'valid' : 'invalid']++
        const text = dataToText(type, data)
        if (valid) assert.deepEqual(readText(type, text), { data }, `${typeToText(type)} ${text}`)
        else assert.match(text, /^\\# \d+/)
        for (const { offset, length } of nameFields(type, data)) assert.ok(offset + length <= data.length)
      }),
      { numRuns: 20_000, seed: 3 },
    )
    assert.ok(seen.valid > 2000 && seen.invalid > 2000, JSON.stringify(seen))
  })

  it('makes a message that is decoded as valid data, or refused', () => {
    let decoded = 0
    fc.assert(
      fc.property(fc.oneof(damaged, garbage), ({ type, data }) => {
        const record = decodeMessage(messageWith(type, data))
        if (record === undefined) return
        decoded++
        assert.equal(typeof messageToText(record), 'string')
        for (const answer of record.answer) assert.ok(checkData(answer.type, answer.data))
      }),
      { numRuns: 10_000, seed: 4 },
    )
    assert.ok(decoded > 1000, `${decoded} decoded`)
  })
})

/** Words of valid texts in any order, to any type. */
const words = [...new Set(vectors('valid').flatMap(({ text }) => text.split(' ')))]

it('any text is read as valid data that its own text gives back, or refused at a token', () => {
  let readable = 0
  fc.assert(
    fc.property(
      fc.constantFrom(...describedTypes()),
      fc.array(fc.oneof(fc.constantFrom(...words), fc.nat(300).map(String)), { maxLength: 9 }),
      (type, texts) => {
        const read = readText(type, texts.join(' '))
        if ('error' in read) {
          assert.ok(read.token >= 0 && read.error !== '')
          return
        }
        readable++
        assert.ok(checkData(type, read.data), texts.join(' '))
        assert.deepEqual(readText(type, dataToText(type, read.data)), read)
      },
    ),
    { numRuns: 20_000, seed: 5 },
  )
  assert.ok(readable > 500, `${readable} readable`)
})
