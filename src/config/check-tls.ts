/** The health check `tls`. */
import { z } from 'zod'
import { CERTIFICATE_DAYS, certificateDaysOf } from './certificate-days.ts'
import { checkKind } from './check-kind.ts'
import { CLIENT_CERTIFICATE, clientCertificateOf } from './client-certificate.ts'
import { host, oneOrList, text } from './values.ts'
import { said } from './written.ts'

/** A protocol's name has one byte of length (RFC 7301 section 3.1). */
const MAX_ALPN_BYTES = 255

const TLS_SHAPE = {
  host: said(host, 'SNI, and the name in the certificate; the first managed name of the pool unless said.'),
  verify: said(z.boolean(), 'Whether the certificate must be valid.', { default: true }),
  alpn: said(oneOrList(text(MAX_ALPN_BYTES)), 'Protocols, one of which the server must take.'),
  'certificate-days': CERTIFICATE_DAYS,
  'client-certificate': CLIENT_CERTIFICATE,
} as const

export const TLS_KIND = checkKind(TLS_SHAPE, ({ source, path, section: { values }, port }) => ({
  type: 'tls',
  port: port ?? 443,
  host: values.host,
  verify: values.verify ?? true,
  ...(values.alpn === undefined ? {} : { alpn: values.alpn }),
  ...certificateDaysOf(source, path, values['certificate-days']),
  ...clientCertificateOf(source, path, values['client-certificate']),
}))
