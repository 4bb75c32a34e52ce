/** DNS cookies: the hash, the examples of RFC 9018, and what becomes of cookies over time. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Arrival } from '#answer/arrival.ts'
import { Cookies } from '#answer/cookies.ts'
import { Transport } from '#answer/counters.ts'
import { sipHash24 } from '#answer/siphash.ts'
import { parseAddress } from '#base/address.ts'

const hex = (text: string): Uint8Array => Buffer.from(text, 'hex')

function check(secrets: readonly string[], client: string, option: string, seconds: number) {
  const arrival = new Arrival(Transport.udp)
  const address = parseAddress(client)?.bytes ?? new Uint8Array(0)
  arrival.tick(0, seconds * 1000)
  arrival.from(address, 0, address.length)
  const cookies = new Cookies(secrets.map(hex))
  const bytes = hex(option)
  const good = cookies.check(bytes, bytes.length, arrival)
  return { good, answer: Buffer.from(cookies.answer).toString('hex') }
}

describe('SipHash-2-4', () => {
  it('hashes as its authors print it', () => {
    // Aumasson and Bernstein, appendix A: the key is 00 to 0f, the data 00 to 0e; and the first lines of their vectors.
    const key = new Uint32Array(Uint8Array.from({ length: 16 }, (_, i) => i).buffer)
    const data = Uint8Array.from({ length: 64 }, (_, i) => i)
    const out = new Uint32Array(2)
    for (const [length, expected] of [
      [15, 'a129ca6149be45e5'],
      [0, '726fdb47dd0e0e31'],
      [1, '74f839c593dc67fd'],
      [8, '93f5f5799a932462'],
    ] as const) {
      sipHash24(key, data, length, out)
      const [low = 0, high = 0] = out
      assert.equal(
        ((BigInt(high) << 32n) | BigInt(low)).toString(16).padStart(16, '0'),
        expected,
        `${length} bytes`,
      )
    }
  })
})

describe('the examples of RFC 9018, appendix A', () => {
  const SECRET = 'e5e973e5a6b2a43f48e7dc849e37bfcf'

  it('A.1: a new server cookie', () => {
    const made = check([SECRET], '198.51.100.100', '2464c4abcf10c957', 1559731985)
    assert.deepEqual(made, { good: false, answer: '010000005cf79f111f8130c3eee29480' })
  })

  it('A.2: the same client, after forty minutes', () => {
    const option = '2464c4abcf10c957010000005cf79f111f8130c3eee29480'
    const made = check([SECRET], '198.51.100.100', option, 1559734385)
    assert.deepEqual(made, { good: true, answer: '010000005cf7a871d4a564a1442aca77' })
  })

  it('A.3: reserved bytes are part of what is hashed, and 0 in what is made', () => {
    const option = 'fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5'
    assert.equal(check([SECRET], '203.0.113.203', option, 1559727985).good, true)
    assert.equal(
      check([SECRET], '203.0.113.203', option, 1559734700).answer,
      '010000005cf7a9acf73a7810aca2381e',
    )
  })

  it('A.4: a client over IPv6, whose cookie was made with the secret before', () => {
    const option = '22681ab97d52c298010000005cf7c57926556bd0934c72f8'
    const secrets = ['445536bcd2513298075a5d379663c962', 'dd3bdf9344b678b185a6f5cb60fca715']
    const made = check(secrets, '2001:db8:220:1:59de:d0f4:8769:82b8', option, 1559741961)
    assert.deepEqual(made, { good: true, answer: '010000005cf7c609a6bb79d16625507a' })
  })
})

describe('a server cookie', () => {
  const SECRET = '000102030405060708090a0b0c0d0e0f'
  const CLIENT = '0102030405060708'
  const NOW = 1_700_000_000
  const own = check([SECRET], '192.0.2.1', CLIENT, NOW).answer
  const later = (seconds: number, cookie = own, client = '192.0.2.1') =>
    check([SECRET], client, CLIENT + cookie, NOW + seconds)

  it('is good for an hour, and made anew after half of it', () => {
    assert.deepEqual(later(0), { good: true, answer: own })
    assert.deepEqual(later(1799), { good: true, answer: own })
    assert.equal(later(1800).good, true)
    assert.notEqual(later(1800).answer, own)
    assert.equal(later(3600).good, true)
    assert.equal(later(3601).good, false)
  })

  it('may come from a clock that is five minutes ahead', () => {
    assert.equal(later(-300).good, true)
    assert.equal(later(-301).good, false)
  })

  it('is of no use to another client, with another client cookie, or changed in any bit', () => {
    assert.equal(later(0, own, '192.0.2.2').good, false)
    assert.equal(check([SECRET], '192.0.2.1', `0102030405060709${own}`, NOW).good, false)
    for (let bit = 0; bit < 128; bit++) {
      const changed = Buffer.from(own, 'hex')
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      assert.equal(later(0, changed.toString('hex')).good, false, `bit ${bit}`)
    }
  })

  it('of another length is not ours', () => {
    assert.equal(later(0, own.slice(0, 30)).good, false)
    assert.equal(later(0, `${own}00`).good, false)
  })
})
