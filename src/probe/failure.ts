/** From the error of a connection to what it says: of the endpoint, or of this host. */
import { errors } from 'undici'
import { type Finding, fail, inconclusive } from './finding.ts'
import { hasRoute } from './route.ts'

/** Faults of this host: they say nothing about the endpoint. */
const LOCAL: Readonly<Record<string, readonly [reason: string, detail: string]>> = {
  EMFILE: ['no-descriptors', 'this process has no file descriptors left'],
  ENFILE: ['no-descriptors', 'this host has no file descriptors left'],
  ENOBUFS: ['no-memory', 'this host has no buffer space left'],
  EAGAIN: ['no-memory', 'this host has no room to send in'],
  ENOMEM: ['no-memory', 'this host has no memory left'],
  EADDRNOTAVAIL: ['no-source', 'this host has no free port or no such source address'],
  EADDRINUSE: ['no-source', 'this host has no free port'],
  EINVAL: ['no-source', 'the source address does not lead to this address'],
  EAFNOSUPPORT: ['no-route', 'this host does not speak this address family'],
  EACCES: ['not-permitted', 'this host does not permit the connection'],
  EPERM: ['not-permitted', 'this host does not permit the connection'],
}

const REMOTE: Readonly<Record<string, readonly [reason: string, detail: string]>> = {
  ECONNREFUSED: ['refused', 'connection refused'],
  ECONNRESET: ['reset', 'connection reset'],
  EPIPE: ['reset', 'connection closed while the request was sent'],
  ECONNABORTED: ['reset', 'connection aborted'],
  ETIMEDOUT: ['timeout', 'the connection timed out'],
  EHOSTDOWN: ['unreachable', 'host is down'],
  UND_ERR_HEADERS_OVERFLOW: ['protocol', 'the headers of the response are too long'],
}

const CERTIFICATE = /CERT|^CRL_|^INVALID_(CA|PURPOSE)$|^HOSTNAME_MISMATCH$|^PATH_LENGTH|^UNABLE_TO_/

export interface Way {
  readonly address: string
  readonly sourceAddress?: string | undefined
}

/**
 * What an error of the connection means. "Unreachable" may be a far router's word about a dead site: it is a fault of this host only if
 * the host has no route at all.
 */
export async function failureOf(error: unknown, { address, sourceAddress }: Way): Promise<Finding> {
  const { code } = coded(error)
  if (code !== 'ENETUNREACH' && code !== 'EHOSTUNREACH') return failureByCode(error)
  return unreachable(code, await hasRoute(address, sourceAddress))
}

/** @param routed whether this host has a route to the address */
export function unreachable(code: 'ENETUNREACH' | 'EHOSTUNREACH', routed: boolean): Finding {
  if (!routed) return inconclusive('no-route', 'this host has no route to the address')
  return fail('unreachable', code === 'ENETUNREACH' ? 'network unreachable' : 'host unreachable')
}

function failureByCode(error: unknown): Finding {
  const { code, message } = coded(error)
  const local = LOCAL[code]
  if (local !== undefined) return inconclusive(...local)
  const remote = REMOTE[code]
  if (remote !== undefined) return fail(...remote)
  if (code === 'UND_ERR_SOCKET' && message === 'other side closed')
    return fail('closed', 'connection closed without a complete response')
  if (error instanceof errors.HTTPParserError || /^(UND_|HPE_)/.test(code))
    return fail('protocol', `not the HTTP that was expected: ${message}`)
  if (/^(ERR_SSL|ERR_OSSL)|^EPROTO$/.test(code)) return fail('tls', `TLS failed: ${tlsReason(message)}`)
  if (CERTIFICATE.test(code)) return fail('certificate', message)
  return fail('error', code === '' ? message : `${code}: ${message}`)
}

/** OpenSSL's messages hold the place in its source: `…:SSL routines:ssl3_read_bytes:wrong version number:../deps/….c:1234:`. */
function tlsReason(message: string): string {
  return message.trim().split(':').at(5) ?? message
}

function coded(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: '', message: String(error) }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return { code, message: error.message }
}
