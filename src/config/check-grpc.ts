/** The health check `grpc`. */
import { z } from 'zod'
import { checkKind } from './check-kind.ts'
import { host, text } from './values.ts'

/** The longest that a protobuf field of one length byte holds. */
const MAX_SERVICE_BYTES = 127

const GRPC_SHAPE = { service: text(MAX_SERVICE_BYTES), host, tls: z.boolean(), verify: z.boolean() } as const

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
