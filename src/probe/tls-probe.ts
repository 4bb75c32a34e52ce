/** The `tls` health check: the endpoint ends the handshake with a good certificate for the name, and speaks the protocol. */
import { isIP } from 'node:net'
import { checkServerIdentity, connect } from 'node:tls'
import { judgeCertificate, withCertificate } from './certificate.ts'
import { Deadline } from './deadline.ts'
import { failureOf } from './failure.ts'
import { type Finding, fail, pass } from './finding.ts'
import type { TlsSpec } from './spec.ts'
import { tlsContext } from './tls-context.ts'

/** Never throws; ends with the time-out at the latest. */
export async function probeTls(spec: TlsSpec, address: string, timeoutMs: number): Promise<Finding> {
  const { host, port, sourceAddress, verify, alpn, certificateDays = {} } = spec
  using deadline = new Deadline(timeoutMs)
  const localAddress = sourceAddress === undefined ? {} : { localAddress: sourceAddress }
  const socket = connect({
    host: address,
    port,
    ...localAddress,
    secureContext: tlsContext(),
    // RFC 6066 section 3: no addresses in the server name.
    servername: isIP(host) === 0 ? host : '',
    rejectUnauthorized: verify,
    checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate),
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
  })
  const seen = await new Promise<Finding | Error>(resolve => {
    socket.once('connect', () => {
      deadline.awaited = 'end of the TLS handshake'
    })
    socket.once('secureConnect', () => {
      const chosen = socket.alpnProtocol
      if (alpn !== undefined && !alpn.includes(String(chosen)))
        return resolve(fail('alpn', `the server takes none of ${alpn.join(', ')}`))
      const protocol = `${socket.getProtocol()}${typeof chosen === 'string' ? `, ${chosen}` : ''}`
      resolve(withCertificate(pass(protocol), judgeCertificate(socket, certificateDays, Date.now())))
    })
    socket.on('error', resolve)
    socket.once('close', () => resolve(fail('closed', 'connection closed in the TLS handshake')))
    deadline.onExpired(() => resolve(deadline.finding))
  })
  socket.destroy()
  return seen instanceof Error ? failureOf(seen, { address, sourceAddress }) : seen
}
