/** The health check `tls`. */
import { z } from 'zod'
import { certificateDaysOf } from './certificate-days.ts'
import { checkKind } from './check-kind.ts'
import { clientCertificateOf } from './client-certificate.ts'
import { host, nested, oneOrList, text } from './values.ts'

/** A protocol's name has one byte of length (RFC 7301 section 3.1). */
const MAX_ALPN_BYTES = 255

const TLS_SHAPE = {
  host,
  verify: z.boolean(),
  alpn: oneOrList(text(MAX_ALPN_BYTES)),
  'certificate-days': nested,
  'client-certificate': nested,
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
