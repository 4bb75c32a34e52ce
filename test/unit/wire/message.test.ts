import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Packet } from 'dns2'
import fc from 'fast-check'
import { decodeMessage, encodeQuery } from '#wire/message.ts'
import { messageToText } from '#wire/message-text.ts'
import { name } from '#wire/name.ts'
import { dataToText } from '#wire/record-data.ts'
import { RrClass, RrType } from '#wire/types.ts'

const QUERY = encodeQuery({ id: 0x1234, name: name('Www.test.'), type: RrType.A, recursionDesired: true })
/** An answer with a compressed CNAME, an SRV that was compressed against the rules, and OPT. */
const RESPONSE = Buffer.from(
  `1234 8583 0001 0002 0000 0001
   03777777 0474657374 00 0001 0001
   c00c 0005 0001 0000003c 0004 0161 c010
   c00c 0021 0001 0000003c 0008 0001 0002 01bb c010
   00 0029 04d0 01 00 8000 0006 000a 0002 abcd`.replace(/\s/g, ''),
  'hex',
)

test('a query of ours, decoded by dns2', () => {
  const packet = Packet.parse(Buffer.from(QUERY))
  assert.equal(packet.header.id, 0x1234)
  assert.equal(packet.header.rd, 1)
  assert.deepEqual({ ...packet.questions[0] }, { name: 'Www.test', type: RrType.A, class: RrClass.IN })
})

test('a query of ours with EDNS, decoded by dns2', () => {
  const edns = { udpSize: 1232, dnssecOk: true, options: [{ code: 10, data: Uint8Array.of(1, 2) }] }
  const packet = Packet.parse(Buffer.from(encodeQuery({ id: 1, name: name('a.'), type: RrType.MX, edns })))
  assert.equal(packet.additionals.length, 1)
  assert.equal(packet.additionals[0]?.type, RrType.OPT)
  assert.equal(packet.additionals[0]?.class, 1232)
})

test('what is encoded is decoded', () => {
  const options = [
    { code: 10, data: Uint8Array.of(1, 2, 3) },
    { code: 3, data: Uint8Array.of() },
  ]
  const edns = { udpSize: 4096, dnssecOk: true, version: 1, options }
  const message = decodeMessage(
    encodeQuery({ id: 7, name: name('a\\.b.'), type: 65280, class: RrClass.CH, edns }),
  )
  assert.deepEqual(message?.questions, [{ name: name('a\\.b.'), type: 65280, class: RrClass.CH }])
  assert.deepEqual(message?.edns, edns)
  assert.equal(message?.recursionDesired, false)
  assert.equal(decodeMessage(QUERY)?.recursionDesired, true)
  assert.equal(decodeMessage(QUERY)?.edns, undefined)
})

test('a response: flags, extended rcode, names uncompressed', () => {
  const message = decodeMessage(RESPONSE)
  assert.ok(message !== undefined)
  assert.equal(message.rcode, 16 + 3)
  assert.deepEqual(
    [message.isResponse, message.authoritative, message.truncated, message.recursionAvailable],
    [true, true, false, true],
  )
  assert.deepEqual(
    message.answer.map(({ type, data }) => dataToText(type, data)),
    ['a.test.', '1 2 443 test.'],
  )
  assert.deepEqual(message.additional, [])
  assert.equal(message.edns?.udpSize, 1232)
})

test('as text', () => {
  const message = decodeMessage(RESPONSE)
  assert.ok(message !== undefined)
  const text = messageToText({ ...message, rcode: 0 }).replace(/ +/g, ' ')
  assert.deepEqual(text.split('\n'), [
    ';; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 4660',
    ';; flags: qr aa rd ra; ANSWER: 2, AUTHORITY: 0, ADDITIONAL: 0',
    ';; EDNS: version: 0, flags: do; udp: 1232',
    '; OPTION 10: abcd',
    ';; QUESTION SECTION:',
    ';www.test. IN A',
    ';; ANSWER SECTION:',
    'www.test. 60 IN CNAME a.test.',
    'www.test. 60 IN SRV 1 2 443 test.',
  ])
})

test('no message: every cut, and something behind the end', () => {
  for (const whole of [QUERY, RESPONSE]) {
    for (let length = 0; length < whole.length; length++) {
      assert.equal(decodeMessage(whole.subarray(0, length)), undefined, `cut at ${length}`)
    }
    assert.equal(decodeMessage(Uint8Array.from([...whole, 0])), undefined)
  }
})

/** A response with one record, its owner and data given in hex. */
function withRecord(owner: string, type: string, data: string): Uint8Array {
  const length = (data.length / 2).toString(16).padStart(4, '0')
  return Buffer.from(`000180000000000100000000${owner}${type}000100000000${length}${data}`, 'hex')
}

test('pointers lead backwards only', () => {
  assert.ok(decodeMessage(withRecord('00', '0001', 'c0000201')))
  assert.equal(decodeMessage(withRecord('c00c', '0001', 'c0000201')), undefined, 'to itself')
  assert.equal(decodeMessage(withRecord('0161c00c', '0001', 'c0000201')), undefined, 'to the start of itself')
  assert.equal(decodeMessage(withRecord('c010', '0001', 'c0000201')), undefined, 'forwards')
  assert.equal(decodeMessage(withRecord('4000', '0001', 'c0000201')), undefined, 'no label type')
})

test('names that should not be compressed are uncompressed, with what lies around them; those of newer types too', () => {
  const naptr = decodeMessage(withRecord('016100', '0023', '000100020161016200c00c'))
  assert.deepEqual(
    naptr?.answer.map(({ data }) => dataToText(RrType.NAPTR, data)),
    ['1 2 "a" "b" "" a.'],
  )
  const https = decodeMessage(withRecord('016100', '0041', '0001c00c00030002ffff'))
  assert.deepEqual(
    https?.answer.map(({ data }) => dataToText(RrType.HTTPS, data)),
    ['1 a. port=65535'],
  )
  assert.equal(decodeMessage(withRecord('016100', '0041', '0001c00c0003000201')), undefined)
})

test('data that does not fill its length, or is not of its type', () => {
  assert.ok(decodeMessage(withRecord('00', '0002', '016100')))
  assert.equal(decodeMessage(withRecord('00', '0002', '01610000')), undefined)
  assert.equal(decodeMessage(withRecord('00', '0002', '0161')), undefined)
  assert.equal(decodeMessage(withRecord('00', '0001', 'c00002')), undefined)
  assert.equal(decodeMessage(withRecord('00', '000f', '00')), undefined)
  assert.ok(decodeMessage(withRecord('00', 'ff00', '')))
})

test('one OPT record, in the additional section, of the root, with whole options', () => {
  const opt = '00002904d0000000000000'
  const message = (counts: string, records: string): unknown =>
    decodeMessage(Buffer.from(`00010000 0000 ${counts} ${records}`.replaceAll(' ', ''), 'hex'))
  assert.ok(message('0000 0000 0001', opt))
  assert.equal(message('0000 0000 0002', opt + opt), undefined)
  assert.equal(message('0001 0000 0000', opt), undefined)
  assert.equal(message('0000 0000 0001', '0161002904d0000000000000'), undefined)
  assert.equal(message('0000 0000 0001', '00002904d0000000000003000a00'), undefined)
  assert.equal(message('0000 0000 0001', '00002904d0000000000005000a000201'), undefined)
})

test('any bytes are decoded or refused, never thrown at', () => {
  const damaged = fc
    .array(fc.tuple(fc.nat(RESPONSE.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
    .map(changes => {
      const bytes = Uint8Array.from(RESPONSE)
      for (const [at, value] of changes) bytes[at] = value
      return bytes
    })
  let decoded = 0
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 80 })), bytes => {
      const message = decodeMessage(bytes)
      if (message === undefined) return
      decoded++
      assert.equal(typeof messageToText(message), 'string')
    }),
    { numRuns: 20_000, seed: 2 },
  )
  assert.ok(decoded > 100, `${decoded} decoded`)
})
