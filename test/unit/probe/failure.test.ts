import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { failureOf, unreachable } from '#probe/failure.ts'
import { fail } from '#probe/finding.ts'

const HERE = { address: '127.0.0.1' }

function errorOf(code: string, message = 'what the system says'): Error {
  return Object.assign(new Error(message), { code })
}

async function judged(error: unknown): Promise<string> {
  const { kind, reason } = await failureOf(error, HERE)
  return `${kind} ${reason}`
}

describe('an error means', () => {
  const cases: Readonly<Record<string, string>> = {
    EMFILE: 'inconclusive no-descriptors',
    ENFILE: 'inconclusive no-descriptors',
    ENOBUFS: 'inconclusive no-memory',
    ENOMEM: 'inconclusive no-memory',
    EADDRNOTAVAIL: 'inconclusive no-source',
    EADDRINUSE: 'inconclusive no-source',
    EACCES: 'inconclusive not-permitted',
    EPERM: 'inconclusive not-permitted',
    EAFNOSUPPORT: 'inconclusive no-route',
    ECONNREFUSED: 'fail refused',
    ECONNRESET: 'fail reset',
    EPIPE: 'fail reset',
    ETIMEDOUT: 'fail timeout',
    EPROTO: 'fail tls',
    ERR_SSL_WRONG_VERSION_NUMBER: 'fail tls',
    CERT_HAS_EXPIRED: 'fail certificate',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'fail certificate',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'fail certificate',
    ERR_TLS_CERT_ALTNAME_INVALID: 'fail certificate',
    HPE_INVALID_CONSTANT: 'fail protocol',
    UND_ERR_HEADERS_OVERFLOW: 'fail protocol',
    SOMETHING_ELSE: 'fail error',
  }
  for (const [code, meaning] of Object.entries(cases)) {
    it(`${code}: ${meaning}`, async () => assert.equal(await judged(errorOf(code)), meaning))
  }

  it('something of the endpoint if a route exists', async () => {
    // This host always has a route to itself, so the word is a far router's.
    assert.equal(await judged(errorOf('EHOSTUNREACH')), 'fail unreachable')
    assert.equal(await judged(errorOf('ENETUNREACH')), 'fail unreachable')
  })

  it('nothing of the endpoint if there is no route', () => {
    assert.equal(unreachable('ENETUNREACH', false).kind, 'inconclusive')
    assert.equal(unreachable('EHOSTUNREACH', true).kind, 'fail')
  })

  it('no route, from a source address that this host does not have', async () => {
    const found = await failureOf(errorOf('ENETUNREACH'), { ...HERE, sourceAddress: '192.0.2.77' })
    assert.equal(`${found.kind} ${found.reason}`, 'inconclusive no-route')
  })
})

describe('a detail', () => {
  it('is one line of visible characters', () => {
    const { detail } = fail('certificate', 'names:\n\x1b[31mevil\u202e\u2028\x00 ü')
    assert.equal(detail, 'names:\\u{a}\\u{1b}[31mevil\\u{202e}\\u{2028}\\u{0} ü')
  })

  it('has at most 200 characters', () => {
    assert.equal(fail('x', 'y'.repeat(200)).detail.length, 200)
    const { detail } = fail('x', 'y'.repeat(198) + '😀'.repeat(10))
    assert.ok(detail.length <= 200)
    assert.ok(detail.isWellFormed())
  })
})
