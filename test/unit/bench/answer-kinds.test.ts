import assert from 'node:assert/strict'
import { test } from 'node:test'
import { name } from '#wire/name.ts'
import { RrType } from '#wire/types.ts'
import { shapeOf } from '../../../bench/answer-kinds.ts'

const record = (type: number) => ({ owner: name('a.'), type, class: 1, ttl: 0, data: new Uint8Array() })
const MESSAGE = {
  id: 0,
  opcode: 0,
  rcode: 0,
  isResponse: true,
  authoritative: false,
  truncated: false,
  recursionDesired: false,
  recursionAvailable: false,
  authenticData: false,
  checkingDisabled: false,
  questions: [],
  answer: [],
  authority: [],
  additional: [],
  edns: undefined,
}

test('a shape is what tells a referral, an answer and a truncated message apart', () => {
  const referral = { ...MESSAGE, authority: [record(RrType.NS)], additional: [record(RrType.A)] }
  assert.equal(shapeOf(referral), '- / NS / A')
  assert.equal(shapeOf({ ...MESSAGE, authoritative: true, answer: [record(RrType.A)] }), 'aa A / - / -')
  assert.equal(shapeOf({ ...MESSAGE, authoritative: true, truncated: true }), 'aa tc - / - / -')
})
