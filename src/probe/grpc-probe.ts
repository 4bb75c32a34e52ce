/** The `grpc` health check: the endpoint's grpc.health.v1 service says that it is serving. */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
  type IncomingHttpHeaders,
} from 'node:http2'
import { connect as connectTcp, isIP, isIPv6, type Socket } from 'node:net'
import { checkServerIdentity, connect as connectTls, type TLSSocket } from 'node:tls'
import { Deadline } from './deadline.ts'
import { failureOf } from './failure.ts'
import { type Finding, fail, pass } from './finding.ts'
import { decodeStatus, encodeRequest } from './grpc-health.ts'
import type { GrpcSpec } from './spec.ts'
import { tlsContext } from './tls-context.ts'

const METHOD = '/grpc.health.v1.Health/Check'
/** A response is a few bytes. */
const MAX_RESPONSE_BYTES = 4096
const GRPC_OK = '0'
const GRPC_NOT_FOUND = '5'
const GRPC_UNIMPLEMENTED = '12'

export interface GrpcOptions {
  readonly timeoutMs: number
  readonly userAgent: string
}

/** Calls once, over a connection of its own. Never throws; ends with the time-out at the latest. */
export async function probeGrpc(spec: GrpcSpec, address: string, options: GrpcOptions): Promise<Finding> {
  using deadline = new Deadline(options.timeoutMs)
  const socket = connect(spec, address, deadline)
  let session: ClientHttp2Session | undefined
  try {
    return await new Promise<Finding>((resolve, reject) => {
      deadline.onExpired(() => resolve(deadline.finding))
      socket.on('error', reject)
      socket.once('close', () => resolve(fail('closed', 'connection closed without a complete response')))
      socket.once(spec.tls ? 'secureConnect' : 'connect', () => {
        if (spec.tls && (socket as TLSSocket).alpnProtocol !== 'h2')
          return resolve(fail('protocol', 'the server does not speak HTTP/2 (ALPN)'))
        session = open(spec, address, socket)
        session.on('error', reject)
        deadline.awaited = 'response'
        call(session, spec, options, resolve, reject)
      })
    })
  } catch (error) {
    return isHttp2Error(error)
      ? fail('protocol', `not the gRPC that was expected: ${(error as Error).message}`)
      : failureOf(error, { address, sourceAddress: spec.sourceAddress })
  } finally {
    session?.destroy()
    socket.destroy()
  }
}

function connect(spec: GrpcSpec, address: string, deadline: Deadline): Socket {
  const { host, port, sourceAddress, verify } = spec
  const localAddress = sourceAddress === undefined ? {} : { localAddress: sourceAddress }
  const target = { host: address, port, ...localAddress }
  if (!spec.tls) return connectTcp(target)
  const socket = connectTls({
    ...target,
    secureContext: tlsContext(),
    // RFC 6066 section 3: no addresses in the server name.
    servername: isIP(host) === 0 ? host : '',
    rejectUnauthorized: verify,
    checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate),
    ALPNProtocols: ['h2'],
  })
  socket.once('connect', () => {
    deadline.awaited = 'end of the TLS handshake'
  })
  return socket
}

function open(spec: GrpcSpec, address: string, socket: Socket): ClientHttp2Session {
  const authority = `${spec.tls ? 'https' : 'http'}://${isIPv6(address) ? `[${address}]` : address}:${spec.port}`
  return connectHttp2(authority, { createConnection: () => socket, settings: { enablePush: false } })
}

function call(
  session: ClientHttp2Session,
  { host, port, service, tls }: GrpcSpec,
  { timeoutMs, userAgent }: GrpcOptions,
  resolve: (finding: Finding) => void,
  reject: (error: unknown) => void,
): void {
  const stream = session.request({
    ':method': 'POST',
    ':scheme': tls ? 'https' : 'http',
    ':authority': `${isIPv6(host) ? `[${host}]` : host}:${port}`,
    ':path': METHOD,
    'content-type': 'application/grpc',
    te: 'trailers',
    'grpc-timeout': `${Math.max(1, Math.floor(timeoutMs))}m`,
    'user-agent': userAgent,
  })
  stream.on('error', reject)
  collect(stream, resolve)
  stream.end(encodeRequest(service))
}

/** Hears the response to its end. */
function collect(stream: ClientHttp2Stream, resolve: (finding: Finding) => void): void {
  const pieces: Buffer[] = []
  let bytes = 0
  let headers: IncomingHttpHeaders = {}
  let trailers: IncomingHttpHeaders = {}
  stream.on('response', received => {
    headers = received
    const status = Number(received[':status'])
    if (status !== 200) resolve(fail('status', `HTTP status ${status}, expected 200`))
  })
  stream.on('trailers', received => {
    trailers = received
  })
  stream.on('data', (piece: Buffer) => {
    pieces.push(piece)
    bytes += piece.length
    if (bytes <= MAX_RESPONSE_BYTES) return
    resolve(fail('protocol', `the response is longer than ${MAX_RESPONSE_BYTES} bytes`))
    stream.destroy()
  })
  // With an error there is an end of the stream too, which then says nothing more.
  stream.on('close', () => resolve(fail('closed', 'the call was ended without a response')))
  stream.on('end', () => resolve(judge({ ...headers, ...trailers }, Buffer.concat(pieces))))
}

function judge(headers: IncomingHttpHeaders, body: Buffer): Finding {
  const code = headers['grpc-status']
  if (code === GRPC_NOT_FOUND) return fail('not-serving', 'the server does not know the service')
  if (code === GRPC_UNIMPLEMENTED) return fail('protocol', 'the server has no grpc.health.v1 service')
  if (code === undefined) return fail('protocol', 'a response without grpc-status: this is not gRPC')
  if (code !== GRPC_OK) return fail('grpc-status', `gRPC status ${code}: ${decoded(headers['grpc-message'])}`)
  const status = decodeStatus(body)
  if (status === undefined) return fail('protocol', 'the response is malformed')
  return status === 'SERVING' ? pass(status) : fail('not-serving', status)
}

/** gRPC's messages are percent-encoded. */
function decoded(message: string | string[] | undefined): string {
  const text = [message].flat()[0] ?? ''
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function isHttp2Error(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^ERR_HTTP2_/.test(String(error.code))
}
