/** The header of queries that are not as they should be, and that of their responses (RFC 1035 §4.1.1, RFC 4035 §3.1.6, RFC 9619). */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encodeRaw, question, type RawMessage } from '#test/raw-message.ts'
import { name } from '#wire/name.ts'
import { Opcode, RrType } from '#wire/types.ts'
import { HEAD, Lab } from './lab.ts'

const lab = new Lab({ 'p.test.': `${HEAD}www A 192.0.2.1\n` })
const WWW = question(name('www.p.test.'), RrType.A)
const ALL_FLAGS = 0x07f0
const ALL_BUT_RD_AND_QR = 0x06f0

/** The flags word, and the counts of the sections; undefined for silence. */
function headerOf(message: RawMessage) {
  const response = lab.send(encodeRaw(message))
  if (response === undefined) return undefined
  const view = new DataView(response.buffer, response.byteOffset)
  return [2, 4, 6, 8, 10].map(at => view.getUint16(at).toString(16))
}

describe('the header', () => {
  it('of a response has RD as it was sent, and nothing else of the query', () => {
    const questions = [WWW]
    assert.deepEqual(headerOf({ questions, flags: ALL_FLAGS }), ['8500', '1', '1', '0', '0'])
    assert.deepEqual(headerOf({ questions, flags: ALL_BUT_RD_AND_QR }), ['8400', '1', '1', '0', '0'])
    assert.deepEqual(headerOf({ questions, flags: 0x000f }), ['8400', '1', '1', '0', '0'])
  })

  it('of a response gets none', () => {
    for (const opcode of [Opcode.QUERY, Opcode.NOTIFY, 15])
      assert.equal(headerOf({ questions: [WWW], opcode, flags: 0x8000 }), undefined)
  })
})

describe('another opcode', () => {
  for (const opcode of [1, 2, 3, 4, 5, 6, 7, 15]) {
    const rcode4 = (0x8000 | (opcode << 11) | 4).toString(16)

    it(`${opcode} is not implemented; a question that can be read comes back`, () => {
      assert.deepEqual(headerOf({ opcode, questions: [WWW] }), [rcode4, '1', '0', '0', '0'])
    })

    it(`${opcode} may have any form`, () => {
      assert.deepEqual(headerOf({ opcode }), [rcode4, '0', '0', '0', '0'])
      assert.deepEqual(headerOf({ opcode, behind: new Uint8Array(20) }), [rcode4, '0', '0', '0', '0'])
      assert.deepEqual(headerOf({ opcode, questions: [WWW, WWW] }), [rcode4, '0', '0', '0', '0'])
      assert.deepEqual(headerOf({ opcode, counts: [9, 9, 9, 9] }), [rcode4, '0', '0', '0', '0'])
      const behind = Uint8Array.of(3, 119)
      assert.deepEqual(headerOf({ opcode, counts: [1, 0, 0, 0], behind }), [rcode4, '0', '0', '0', '0'])
    })
  }
})

describe('the number of questions', () => {
  const FORMERR = ['8001', '0', '0', '0', '0']

  it('is one, or it is a format error', () => {
    assert.deepEqual(headerOf({}), FORMERR)
    assert.deepEqual(headerOf({ questions: [WWW, WWW] }), FORMERR)
    assert.deepEqual(headerOf({ questions: [WWW], counts: [2, 0, 0, 0] }), FORMERR)
    assert.deepEqual(headerOf({ questions: [WWW], counts: [0xffff, 0xffff, 0xffff, 0xffff] }), FORMERR)
  })
})
