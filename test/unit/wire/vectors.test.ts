/** The forms of every type: from RFC examples where there are such, the wire form confirmed by BIND where it knows the type and the form. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CODECS } from '#wire/field-codecs.ts'
import { checkData, dataToText } from '#wire/record-data.ts'
import { fieldsOf } from '#wire/record-fields.ts'
import { typeFromText, typeToText } from '#wire/types.ts'
import { readText, vectors } from './vectors.ts'

/** What the server answers with in full. */
const TYPES =
  `A AAAA AFSDB APL CAA CDNSKEY CDS CERT CNAME CSYNC DHCID DNAME DNSKEY DS EUI48 EUI64 HINFO HIP HTTPS IPSECKEY KX
  L32 L64 LOC LP MX NAPTR NID NS NSEC NSEC3 NSEC3PARAM OPENPGPKEY PTR RP RRSIG SMIMEA SOA SPF SRV SSHFP SVCB TLSA TXT URI
  ZONEMD`.split(/\s+/)

const VALID = vectors('valid')
const INVALID_TEXT = vectors('invalid-text')
const INVALID_DATA = vectors('invalid-data')

/** The field at which the data is seen to be wrong; `end` if something is left over. */
function faultOf(type: number, data: Uint8Array): string {
  let at = 0
  for (const { name, kind } of fieldsOf(type) ?? []) {
    const length = CODECS[kind].measure(data, at)
    if (length === -1) return name
    at += length
  }
  return at === data.length ? 'none' : 'end'
}

describe('the vectors', () => {
  it('hold valid and invalid forms of every type', () => {
    for (const list of [VALID, INVALID_TEXT, INVALID_DATA]) {
      const types = new Set(list.map(({ type }) => typeToText(type)))
      assert.deepEqual(
        TYPES.filter(type => !types.has(type)),
        [],
      )
    }
  })
})

describe('a valid text', () => {
  for (const { line, type, text, rest } of VALID) {
    it(line.slice(0, 100), () => {
      const [hex = '', canonical = text] = rest
      const read = readText(type, text)
      assert.ok('data' in read, 'error' in read ? read.error : '')
      assert.equal(Buffer.from(read.data).toString('hex'), hex)
      assert.ok(checkData(type, read.data))
      assert.equal(dataToText(type, read.data), canonical)
      assert.deepEqual(readText(type, canonical), read)
      assert.deepEqual(readText(type, `\\# ${hex.length / 2} ${hex}`), read, 'in the generic form')
    })
  }
})

describe('an invalid text', () => {
  for (const { line, type, text, rest } of INVALID_TEXT) {
    it(line.slice(0, 100), () => {
      const [, token, error] = /^(\d+) (.*)$/.exec(rest[0] ?? '') ?? []
      assert.deepEqual(readText(type, text), { error, token: Number(token) })
    })
  }
})

describe('invalid data', () => {
  for (const { line, type, text, rest } of INVALID_DATA) {
    it(line.slice(0, 100), () => {
      const data = Buffer.from(text, 'hex')
      assert.equal(checkData(type, data), false)
      assert.equal(faultOf(type, data), rest[0]?.split(':')[0])
      assert.match(dataToText(type, data), /^\\# \d+/)
      assert.ok('error' in readText(type, `\\# ${data.length} ${text}`), 'nor in the generic form')
    })
  }
})

it('a type is known by any letter case of its name, and by its number', () => {
  for (const type of TYPES) {
    const number = typeFromText(type.toLowerCase())
    assert.ok(number !== undefined, type)
    assert.equal(typeToText(number), type)
    assert.equal(typeFromText(`type${number}`), number)
  }
})
