/** The admin listener by HTTPS, over real sockets and with real certificates. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:https'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { connect as connectTls, type PeerCertificate } from 'node:tls'
import type { AccessSettings } from '#admin/access.ts'
import { authority, certificate } from '#test/certificates.ts'
import { OPEN_ACCESS, type Started, started, world } from './helpers.ts'

const NAME = 'www.probe.test'

function withCertificate(name: Parameters<typeof certificate>[0]): AccessSettings {
  const { cert, key } = certificate(name)
  return { ...OPEN_ACCESS, adminNames: [NAME], adminTls: { certificate: cert, key } }
}

/** Status and body of a request that demands a valid certificate for the name. */
async function get(
  it: Started,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { port } = it.admin.bound
  const options = { host: '127.0.0.1', port, path, servername: NAME, ca: authority(), agent: false }
  const sent = request({ ...options, headers: { host: NAME, ...headers } })
  sent.end()
  const [response] = await once(sent, 'response')
  return `${response.statusCode} ${await text(response)}`
}

async function shown(it: Started): Promise<PeerCertificate> {
  const socket = connectTls({ port: it.admin.bound.port, host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const peer = socket.getPeerCertificate()
  socket.destroy()
  return peer
}

describe('admin listener with TLS', () => {
  it('answers by HTTPS, pages of its own origin too, and no plain HTTP', async () => {
    await using it = await started(world(), undefined, undefined, () => withCertificate('good'))
    assert.equal(await get(it, '/livez'), '200 ok\n')
    assert.equal(await get(it, '/livez', { origin: `https://${NAME}` }), '200 ok\n')
    assert.match(await get(it, '/livez', { origin: `http://${NAME}` }), /^403 /)
    assert.match(await get(it, '/livez', { host: 'evil.example' }), /^421 /)
    const socket = connect(it.admin.bound.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(socket, 'close')
    assert.equal(await get(it, '/livez'), '200 ok\n')
  })

  it('shows another certificate once it has been reloaded, and keeps the old one where there is none', async () => {
    let settings = withCertificate('good')
    await using it = await started(world(), undefined, undefined, () => settings)
    const before = await shown(it)
    settings = withCertificate('self-signed')
    assert.equal((await shown(it)).fingerprint256, before.fingerprint256)
    it.admin.renew()
    const after = await shown(it)
    assert.notEqual(after.fingerprint256, before.fingerprint256)
    settings = OPEN_ACCESS
    it.admin.renew()
    assert.equal((await shown(it)).fingerprint256, after.fingerprint256)
  })

  it('takes nothing older than TLS 1.2', async () => {
    await using it = await started(world(), undefined, undefined, () => withCertificate('good'))
    const { port } = it.admin.bound
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'ALL:@SECLEVEL=0',
    })
    const [error] = await once(socket, 'error')
    assert.match(String(error), /protocol version|unsupported protocol|ECONNRESET/i)
  })
})
