import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runProbe } from '#probe/run-probe.ts'
import type { TlsSpec } from '#probe/spec.ts'
import { certificate, trustOurAuthority } from '#test/certificates.ts'
import { RawServer } from '#test/raw-server.ts'
import { AMPLE_MS, BRIEF_MS, targetOf, USER_AGENT } from './targets.ts'

trustOurAuthority()

const HOST = 'www.probe.test'

async function probe(port: number, changes: Partial<TlsSpec> = {}, timeoutMs = AMPLE_MS) {
  const spec: TlsSpec = { type: 'tls', port, host: HOST, verify: true, ...changes }
  const { kind, reason, detail } = await runProbe(targetOf(spec, '127.0.0.1', { timeoutMs }), USER_AGENT)
  return { said: `${kind} ${reason}`, detail }
}

describe('the tls probe', () => {
  it('passes with a good certificate for the name, and says what was agreed on', async () => {
    const tls = { ...certificate('good'), ALPNProtocols: ['imap', 'h2'] }
    await using server = await RawServer.start(socket => void socket.resume(), { tls })
    assert.deepEqual(await probe(server.port), { said: 'pass ok', detail: 'TLSv1.3' })
    assert.deepEqual(await probe(server.port, { alpn: ['h2', 'imap'] }), {
      said: 'pass ok',
      detail: 'TLSv1.3, imap',
    })
    assert.equal((await probe(server.port, { certificateDays: { fail: 100_000 } })).said, 'fail certificate')
  })

  it('fails where none of the protocols is taken', async () => {
    await using server = await RawServer.start(socket => void socket.resume(), { tls: certificate('good') })
    assert.deepEqual(await probe(server.port, { alpn: ['dot', 'h3'] }), {
      said: 'fail alpn',
      detail: 'the server takes none of dot, h3',
    })
  })

  for (const name of ['expired', 'wrong-name', 'self-signed'] as const) {
    it(`fails with a certificate that is ${name}, unless it is not to be verified`, async () => {
      await using server = await RawServer.start(socket => void socket.resume(), { tls: certificate(name) })
      assert.equal((await probe(server.port)).said, 'fail certificate')
      assert.equal((await probe(server.port, { verify: false })).said, 'pass ok')
    })
  }

  it('fails with what does not speak TLS, hangs up, or keeps silent', async () => {
    await using garbage = await RawServer.start(socket => void socket.end('220 mail.test ESMTP\r\n'))
    assert.match((await probe(garbage.port)).said, /^fail /)
    await using rude = await RawServer.start(socket => void socket.destroy())
    assert.match((await probe(rude.port)).said, /^fail /)
    await using silent = await RawServer.start(socket => void socket.resume())
    const { said, detail } = await probe(silent.port, {}, BRIEF_MS)
    assert.equal(said, 'fail timeout')
    assert.match(detail, /end of the TLS handshake/)
  })
})
