/** How long the certificate that an endpoint presents is still good for. */
import type { TLSSocket } from 'node:tls'
import { type Finding, fail } from './finding.ts'
import type { CertificateDays } from './spec.ts'

const DAY_MS = 86_400_000

/** A finding for a certificate that has too few days left, `pass` where that is only to be told; undefined where nothing is wrong. */
export function judgeCertificate(
  socket: TLSSocket,
  { warn, fail: least }: CertificateDays,
  nowMs: number,
): Finding | undefined {
  const until = Date.parse(socket.getPeerCertificate().valid_to)
  if (Number.isNaN(until)) return undefined
  const days = Math.floor((until - nowMs) / DAY_MS)
  const date = new Date(until).toISOString().slice(0, 10)
  const said = `the certificate is good for ${days} more days, until ${date}`
  if (least !== undefined && days < least) return fail('certificate', `${said}; wanted are ${least}`)
  return warn !== undefined && days < warn
    ? { kind: 'pass', reason: 'certificate-expires', detail: said }
    : undefined
}

/** What was found, with what is to be said of the certificate. */
export function withCertificate(finding: Finding, certificate: Finding | undefined): Finding {
  if (certificate === undefined || finding.kind !== 'pass') return finding
  if (certificate.kind === 'fail') return certificate
  return { ...certificate, detail: `${finding.detail}; ${certificate.detail}` }
}
