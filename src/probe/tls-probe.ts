/** The `tls` health check: the endpoint ends the handshake with a good certificate for the name, and speaks the protocol. */
import { isIP } from 'node:net'
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls'
import { judgeCertificate, withCertificate } from './certificate.ts'
import { Deadline } from './deadline.ts'
import { failureOf } from './failure.ts'
import { type Finding, fail, pass } from './finding.ts'
import type { ProbeTarget, TlsSpec } from './spec.ts'
import { tlsContext } from './tls-context.ts'

/** Never throws; ends with the time-out at the latest. */
export async function probeTls(
  spec: TlsSpec,
  { address, timing, secrets }: Pick<ProbeTarget, 'address' | 'timing' | 'secrets'>,
): Promise<Finding> {
  const { host, port, sourceAddress, verify, alpn, clientCertificate } = spec
  using deadline = new Deadline(timing.timeoutMs)
  const localAddress = sourceAddress === undefined ? {} : { localAddress: sourceAddress }
  const socket = connect({
    host: address,
    port,
    ...localAddress,
    secureContext: tlsContext(clientCertificate, secrets),
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
      const finding = judge(socket, spec)
      if (finding.kind === 'pass' && clientCertificate !== undefined && socket.getProtocol() === 'TLSv1.3')
        whenTaken(socket, deadline, () => resolve(finding))
      else resolve(finding)
    })
    socket.on('error', resolve)
    socket.once('close', () => resolve(fail('closed', 'connection closed in the TLS handshake')))
    deadline.onExpired(() => resolve(deadline.finding))
  })
  socket.destroy()
  return seen instanceof Error ? failureOf(seen, { address, sourceAddress }) : seen
}

function judge(socket: TLSSocket, { alpn, certificateDays = {} }: TlsSpec): Finding {
  const chosen = socket.alpnProtocol
  if (alpn !== undefined && !alpn.includes(String(chosen)))
    return fail('alpn', `the server takes none of ${alpn.join(', ')}`)
  const protocol = `${socket.getProtocol()}${typeof chosen === 'string' ? `, ${chosen}` : ''}`
  return withCertificate(pass(protocol), judgeCertificate(socket, certificateDays, Date.now()))
}

/**
 * In TLS 1.3 the client has ended its handshake before the server has looked at its certificate (RFC 8446 section 2). One that takes it sends
 * a ticket, as nearly all do, or speaks; one that does not sends an alert or hangs up. Of one that keeps silent nothing is known at the time-out but that it
 * has not refused.
 */
function whenTaken(socket: TLSSocket, deadline: Deadline, taken: () => void): void {
  socket.once('session', taken)
  socket.once('data', taken)
  deadline.onExpired(taken)
}
