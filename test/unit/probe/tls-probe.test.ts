import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { describe, it } from 'node:test'
import type { TlsOptions } from 'node:tls'
import { runProbe } from '#probe/run-probe.ts'
import type { Secrets, TlsSpec } from '#probe/spec.ts'
import { authority, certificate, trustOurAuthority } from '#test/certificates.ts'
import { RawServer } from '#test/raw-server.ts'
import { AMPLE_MS, BRIEF_MS, targetOf, USER_AGENT } from './targets.ts'

trustOurAuthority()

const HOST = 'www.probe.test'

async function probe(
  port: number,
  changes: Partial<TlsSpec> = {},
  timeoutMs = AMPLE_MS,
  secrets: Secrets = {},
) {
  const spec: TlsSpec = { type: 'tls', port, host: HOST, verify: true, ...changes }
  const target = { ...targetOf(spec, '127.0.0.1', { timeoutMs }), secrets }
  const { kind, reason, detail } = await runProbe(target, USER_AGENT)
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

describe('the tls probe with a client certificate', () => {
  const DEMANDING = {
    ...certificate('good'),
    requestCert: true,
    rejectUnauthorized: true,
    ca: authority(),
  } satisfies TlsOptions

  /** Shows that certificate to what listens there. */
  async function show(name: 'good' | 'self-signed', port: number, timeoutMs = AMPLE_MS) {
    const { cert, key } = certificate(name)
    const clientCertificate = { cert: { file: '/cert.pem' }, key: { file: '/key.pem' } }
    const secrets = { 'file /cert.pem': cert, 'file /key.pem': key }
    return await probe(port, { clientCertificate }, timeoutMs, secrets)
  }

  /** To a server with these options, which says nothing of itself. */
  async function shown(name: 'good' | 'self-signed', tls: TlsOptions) {
    await using server = await RawServer.start(socket => void socket.resume(), { tls })
    return await show(name, server.port)
  }

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`passes where the server takes it, by ${version}`, async () => {
      const tls = { ...DEMANDING, maxVersion: version }
      assert.deepEqual(await shown('good', tls), { said: 'pass ok', detail: version })
      const open = { ...certificate('good'), maxVersion: version }
      assert.deepEqual(await shown('good', open), { said: 'pass ok', detail: version })
    })

    it(`fails where the server does not take it, by ${version}`, async () => {
      const tls = { ...DEMANDING, maxVersion: version }
      assert.match((await shown('self-signed', tls)).said, /^fail (tls|closed|reset)$/)
    })
  }

  it('fails without one that is demanded, where that is told within the handshake', async () => {
    const tls = { ...DEMANDING, maxVersion: 'TLSv1.2' } as const
    await using server = await RawServer.start(socket => void socket.resume(), { tls })
    assert.match((await probe(server.port)).said, /^fail (tls|reset)$/)
  })

  it('takes the silence of a server without tickets for consent, when its time is over', async () => {
    await using server = await RawServer.start(socket => void socket.resume(), { tls: DEMANDING })
    await using silenced = await RawServer.start(socket => passOnHandshake(socket, server.port))
    assert.equal((await show('good', silenced.port, BRIEF_MS)).said, 'pass ok')
  })
})

/** Between a client and the server on that port: what the server says after the client has ended the handshake is lost. */
function passOnHandshake(client: Socket, port: number): void {
  const server = connect(port, '127.0.0.1')
  let [hasAnswered, isOver] = [false, false]
  client.on('data', bytes => {
    isOver ||= hasAnswered
    server.write(bytes)
  })
  server.on('data', bytes => {
    hasAnswered = true
    if (!isOver) client.write(bytes)
  })
  client.on('close', () => server.destroy())
  server.on('error', () => client.destroy())
}
