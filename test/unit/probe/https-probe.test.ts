import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { runProbe } from '#probe/run-probe.ts'
import type { HttpSpec } from '#probe/spec.ts'
import { authority, type Certificate, certificate, trustOurAuthority } from '#test/certificates.ts'
import { HttpsServer } from '#test/https-server.ts'
import { RawServer } from '#test/raw-server.ts'
import { AMPLE_MS, httpSpec, targetOf, USER_AGENT } from './targets.ts'

trustOurAuthority()

/** The probe's word on a server with this certificate, and the name that was asked for. */
async function probe(tls: Certificate, changes: Partial<HttpSpec> = {}, address = '127.0.0.1') {
  let serverName: string | false | null | undefined
  const onConnection = (socket: unknown): void => {
    const tlsSocket = socket as TLSSocket & { readonly servername?: string | false }
    serverName = tlsSocket.servername
    tlsSocket.once('data', () => tlsSocket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
  }
  await using server = await RawServer.start(onConnection, { address, tls })
  const target = targetOf(httpSpec(server.port, { type: 'https', ...changes }), address, {
    timeoutMs: AMPLE_MS,
  })
  const { kind, reason, detail } = await runProbe(target, USER_AGENT)
  return { said: `${kind} ${reason}`, detail, serverName }
}

describe('the https probe', () => {
  it('passes with a valid certificate for the name, which it asks for', async () => {
    const { said, serverName } = await probe(certificate('good'), { body: 'ok' })
    assert.deepEqual([said, serverName], ['pass ok', 'www.probe.test'])
  })

  it('passes over IPv6', async () => {
    assert.equal((await probe(certificate('good'), {}, '::1')).said, 'pass ok')
  })

  it('asks for no name where the host is an address, which must be in the certificate', async () => {
    const { said, serverName } = await probe(certificate('good'), { host: '127.0.0.1' })
    assert.deepEqual([said, serverName], ['pass ok', false])
    assert.equal((await probe(certificate('good'), { host: '192.0.2.1' })).said, 'fail certificate')
  })

  for (const name of ['expired', 'wrong-name', 'self-signed'] as const) {
    it(`fails with a certificate that is ${name}`, async () => {
      const { said, detail } = await probe(certificate(name))
      assert.equal(said, 'fail certificate')
      assert.notEqual(detail, '')
    })

    it(`passes with a certificate that is ${name} where it is not to be verified`, async () => {
      assert.equal((await probe(certificate(name), { verify: false })).said, 'pass ok')
    })
  }

  it('tells of a certificate with few days left, and fails with fewer', async () => {
    const warned = await probe(certificate('good'), { certificateDays: { warn: 100_000 } })
    assert.equal(warned.said, 'pass certificate-expires')
    assert.match(
      warned.detail,
      /^status 200; the certificate is good for \d+ more days, until \d{4}-\d\d-\d\d$/,
    )
    const failed = await probe(certificate('good'), { certificateDays: { warn: 200_000, fail: 100_000 } })
    assert.equal(failed.said, 'fail certificate')
    assert.match(failed.detail, /; wanted are 100000$/)
    const fine = await probe(certificate('good'), { certificateDays: { warn: 2, fail: 1 } })
    assert.equal(fine.said, 'pass ok')
  })

  it('shows its own certificate where the check has one', async () => {
    const options = { requestCert: true, ca: authority(), rejectUnauthorized: true }
    await using server = await HttpsServer.start('127.0.0.1', () => 200, options)
    const { cert, key } = certificate('good')
    const clientCertificate = { cert: { file: '/cert.pem' }, key: { file: '/key.pem' } }
    const secrets = { 'file /cert.pem': cert, 'file /key.pem': key }
    const bare = targetOf(httpSpec(server.port, { type: 'https' }))
    const shown = targetOf(httpSpec(server.port, { type: 'https', clientCertificate }))
    const stranger = certificate('self-signed')
    const foreign = { 'file /cert.pem': stranger.cert, 'file /key.pem': stranger.key }
    assert.equal((await runProbe({ ...shown, secrets }, USER_AGENT)).kind, 'pass')
    for (const target of [bare, { ...shown, secrets: foreign }]) {
      const { kind, reason } = await runProbe(target, USER_AGENT)
      assert.match(`${kind} ${reason}`, /^fail (tls|closed|reset)$/)
    }
  })

  it('asks again for the whole handshake each time', async () => {
    let resumed = 0
    const onConnection = (socket: unknown): void => {
      const tlsSocket = socket as TLSSocket
      if (tlsSocket.isSessionReused()) resumed++
      tlsSocket.once('data', () => tlsSocket.end('HTTP/1.1 200 OK\r\n\r\n'))
    }
    await using server = await RawServer.start(onConnection, { tls: certificate('good') })
    const target = targetOf(httpSpec(server.port, { type: 'https' }), '127.0.0.1', { timeoutMs: AMPLE_MS })
    for (let i = 0; i < 3; i++) assert.equal((await runProbe(target, USER_AGENT)).kind, 'pass')
    assert.deepEqual([server.connections, resumed], [3, 0])
  })
})
