import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  addressFromBytes,
  formatSocketAddr,
  isLoopback,
  isWildcard,
  parseAddress,
  parseSocketAddr,
} from '#base/address.ts'

const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 })
/** Mostly zeros, so that all ways to shorten come up. */
const ipv6 = fc
  .array(fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat(0xffff), fc.constant(0xffff)), {
    minLength: 8,
    maxLength: 8,
  })
  .map(groups => Uint8Array.from(groups.flatMap(group => [group >> 8, group & 255])))
const bytes = fc.oneof(ipv4, ipv6)

describe('an address', () => {
  const forms: Readonly<Record<string, string>> = {
    '192.0.2.1': '192.0.2.1',
    '2001:DB8::0001': '2001:db8::1',
    '2001:db8:0:0:0:0:0:1': '2001:db8::1',
    '2001:db8:0:1:1:1:1:1': '2001:db8:0:1:1:1:1:1',
    '2001:0:0:1:0:0:0:1': '2001:0:0:1::1',
    '2001:db8::1:0:0:1': '2001:db8::1:0:0:1',
    '::': '::',
    '::1': '::1',
    '1::': '1::',
    '::ffff:192.0.2.1': '::ffff:192.0.2.1',
    '::FFFF:c000:201': '::ffff:192.0.2.1',
    '64:ff9b::192.0.2.33': '64:ff9b::c000:221',
    'fe80::1:2:3:4': 'fe80::1:2:3:4',
  }
  for (const [text, canonical] of Object.entries(forms)) {
    it(`${text} is ${canonical}`, () => assert.equal(parseAddress(text)?.text, canonical))
  }

  for (const text of [
    '',
    '1.2.3',
    '01.2.3.4',
    '256.1.1.1',
    '1.2.3.4 ',
    '::1%lo',
    '[::1]',
    '1:2:3',
    'localhost',
    '::1::',
  ])
    it(`${JSON.stringify(text)} is none`, () => assert.equal(parseAddress(text), undefined))

  it('is the same after text and bytes', () => {
    fc.assert(
      fc.property(bytes, given => {
        const address = addressFromBytes(given)
        assert.equal(address.family, given.length === 4 ? 'ipv4' : 'ipv6')
        assert.equal(isIP(address.text), given.length === 4 ? 4 : 6)
        const parsed = parseAddress(address.text)
        assert.deepEqual(parsed?.bytes, given)
        assert.equal(parsed?.text, address.text)
      }),
    )
  })
})

describe('a socket address', () => {
  it('is the same after text', () => {
    fc.assert(
      fc.property(bytes, fc.nat(65_535), (given, port) => {
        const addr = { address: addressFromBytes(given), port }
        assert.deepEqual(parseSocketAddr(formatSocketAddr(addr)), addr)
      }),
    )
  })

  it('has brackets around IPv6 and only there, and a port', () => {
    for (const text of [
      '192.0.2.1',
      '[192.0.2.1]:53',
      '::1:53',
      '[::1]',
      '192.0.2.1:65536',
      '192.0.2.1:',
      '[]:53',
      ':53',
    ])
      assert.equal(parseSocketAddr(text), undefined, text)
  })
})

function are(
  property: (address: NonNullable<ReturnType<typeof parseAddress>>) => boolean,
  texts: readonly string[],
) {
  return texts.map(text => property(parseAddress(text)!))
}

it('every address of this host is 0.0.0.0 or ::', () => {
  assert.deepEqual(are(isWildcard, ['0.0.0.0', '::', '0.0.0.1', '::1']), [true, true, false, false])
})

it('loopback is all of 127.0.0.0/8, ::1, and the former within IPv6', () => {
  assert.deepEqual(are(isLoopback, ['127.0.0.1', '127.255.0.9', '::1', '::ffff:127.0.0.2']), [
    true,
    true,
    true,
    true,
  ])
  assert.deepEqual(are(isLoopback, ['128.0.0.1', '::2', '::', '::ffff:128.0.0.1']), [
    false,
    false,
    false,
    false,
  ])
})
