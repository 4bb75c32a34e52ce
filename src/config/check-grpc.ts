/** The health check `grpc`. */
import { z } from 'zod'
import { checkKind } from './check-kind.ts'
import { host, text } from './values.ts'
import { said } from './written.ts'

/** The longest that a protobuf field of one length byte holds. */
const MAX_SERVICE_BYTES = 127

const GRPC_SHAPE = {
  service: said(text(MAX_SERVICE_BYTES), 'Whose health is asked for; of the server as a whole unless said.'),
  host: said(host, 'The authority that is asked for; the first managed name of the pool unless said.'),
  tls: said(z.boolean(), 'TLS, with host for SNI and certificate.', { default: false }),
  verify: said(z.boolean(), 'With tls: the certificate must be valid, which it must unless said.'),
} as const

export const GRPC_KIND = checkKind(GRPC_SHAPE, ({ source, path, section: { values, bad }, port }) => {
  if (port === undefined && !bad.has('port')) source.complain([...path, 'port'], 'is missing', 'key')
  const tls = values.tls ?? false
  if (!tls && !bad.has('tls') && source.keys(path).includes('verify'))
    source.complain([...path, 'verify'], 'goes with tls: true', 'key')
  return {
    type: 'grpc',
    port: port ?? 1,
    host: values.host,
    service: values.service ?? '',
    tls,
    verify: values.verify ?? tls,
  }
})
