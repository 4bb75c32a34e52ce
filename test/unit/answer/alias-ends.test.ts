/** What stands at the end of a chain of aliases, as NSD and Knot answer it too. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Arrival } from '#answer/arrival.ts'
import { createBoard } from '#answer/board.ts'
import { compileTable } from '#answer/compile.ts'
import { newCounters, Transport } from '#answer/counters.ts'
import { PLAIN_POLICY } from '#answer/policy.ts'
import { Responder } from '#answer/respond.ts'
import { decodeMessage, encodeQuery, type Message, type MessageRecord } from '#wire/message.ts'
import { name, nameToText } from '#wire/name.ts'
import { dataToText } from '#wire/record-data.ts'
import { typeFromText, typeToText } from '#wire/types.ts'
import { readMasterFile } from '#zone/master-file.ts'

const PARENT = `$TTL 60
@        SOA ns1 hostmaster 1 2 3 4 5
@        NS  ns1
ns1      A   192.0.2.53
www      A   192.0.2.1
alias    CNAME www
self     CNAME self
one      CNAME two
two      CNAME one
*.round  CNAME y.round
signed   NS  ns.signed
signed   DS  1 13 250 0102
unsigned NS  ns.unsigned
here     NS  ns.here
here     DS  2 13 250 0304
to-signed   CNAME signed
to-unsigned CNAME unsigned
to-below    CNAME www.signed
to-here     CNAME here
`
const CHILD = '$TTL 60\n@ SOA ns hostmaster 1 2 3 4 5\n@ NS ns\nns A 192.0.2.54\n'

function responder(): Responder {
  const zones = Object.entries({ 'p.test.': PARENT, 'here.p.test.': CHILD }).map(([origin, text]) => {
    const { zone, complaints } = readMasterFile(Buffer.from(text), { file: origin, origin: name(origin) })
    assert.ok(zone !== undefined, JSON.stringify(complaints))
    return { zone, managed: [] }
  })
  const made = new Responder(newCounters())
  made.use({
    table: compileTable(zones, [], { seed: 1, minimal: true }),
    board: createBoard([]),
    policy: PLAIN_POLICY,
  })
  return made
}

function ask(text: string): Message {
  const [owner = '', type = ''] = text.split(' ')
  const query = encodeQuery({ id: 1, name: name(`${owner}.p.test.`), type: typeFromText(type) ?? 0 })
  const bytes = new Uint8Array(1500)
  bytes.set(query)
  const message = decodeMessage(
    bytes.slice(0, responder().respond(bytes, 0, query.length, new Arrival(Transport.udp))),
  )
  assert.ok(message !== undefined)
  return message
}

function lines(records: readonly MessageRecord[]): string[] {
  return records.map(({ owner, type, data }) => {
    return `${nameToText(owner).replace(/\.?p\.test\.$/, '')} ${typeToText(type)} ${dataToText(type, data)}`
  })
}

describe('an alias', () => {
  it('is all that ANY gets: it is not followed', () => {
    assert.deepEqual(lines(ask('alias ANY').answer), ['alias CNAME www.p.test.'])
  })

  it('in a loop is given once', () => {
    assert.deepEqual(lines(ask('self A').answer), ['self CNAME self.p.test.'])
    assert.deepEqual(lines(ask('two A').answer), ['two CNAME one.p.test.', 'one CNAME two.p.test.'])
    assert.deepEqual(lines(ask('y.round A').answer), ['y.round CNAME y.round.p.test.'])
  })

  it('of a cut gets DS from the side above it', () => {
    assert.deepEqual(lines(ask('to-signed DS').answer), [
      'to-signed CNAME signed.p.test.',
      'signed DS 1 13 250 0102',
    ])
    assert.deepEqual(lines(ask('to-here DS').answer), ['to-here CNAME here.p.test.', 'here DS 2 13 250 0304'])
    const { answer, authority, authoritative } = ask('to-unsigned DS')
    assert.deepEqual(lines(answer), ['to-unsigned CNAME unsigned.p.test.'])
    assert.deepEqual(
      authority.map(({ owner, type }) => [nameToText(owner), typeToText(type)]),
      [['p.test.', 'SOA']],
    )
    assert.equal(authoritative, true)
  })

  it('of what is below a cut gets the referral, for DS too', () => {
    for (const type of ['A', 'DS']) {
      const { answer, authority } = ask(`to-below ${type}`)
      assert.deepEqual(lines(answer), ['to-below CNAME www.signed.p.test.'])
      assert.deepEqual(lines(authority), ['signed NS ns.signed.p.test.'])
    }
  })
})
