/** A gRPC server by @grpc/grpc-js with a health service that answers as a test says. */
import { Server, ServerCredentials, type ServiceDefinition, type status } from '@grpc/grpc-js'
import type { Certificate } from './certificates.ts'

/** A message of the health service, or an error of gRPC. */
export type HealthAnswer = Uint8Array | { readonly code: status; readonly details: string } | 'hang'

/** HealthCheckResponse with this status. */
export function health(status: number): Uint8Array {
  return Uint8Array.of(0x08, status)
}

const METHOD = {
  path: '/grpc.health.v1.Health/Check',
  requestStream: false,
  responseStream: false,
  requestSerialize: (bytes: Buffer) => bytes,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseSerialize: (bytes: Uint8Array) => Buffer.from(bytes),
  responseDeserialize: (bytes: Buffer) => bytes,
} as const
const SERVICE = { check: METHOD } as ServiceDefinition

type Done = (error: object | null, bytes?: Uint8Array) => void

export class GrpcHealthServer implements AsyncDisposable {
  readonly #server = new Server()
  #port = 0
  /** Of the next requests; undefined at the start for a server without a health service. */
  answer: HealthAnswer | undefined
  /** The message of each request so far. */
  readonly requests: string[] = []

  private constructor(answer: HealthAnswer | undefined) {
    this.answer = answer
    if (answer === undefined) return
    this.#server.addService(SERVICE, {
      check: ({ request }: { request: Buffer }, done: Done) => this.#check(request, done),
    })
  }

  static async start(
    answer: HealthAnswer | undefined,
    { address = '127.0.0.1', tls }: { address?: string; tls?: Certificate } = {},
  ): Promise<GrpcHealthServer> {
    const server = new GrpcHealthServer(answer)
    const host = address.includes(':') ? `[${address}]` : address
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    server.#server.bindAsync(`${host}:0`, credentialsOf(tls), (error, port) =>
      error === null ? resolve(port) : reject(error),
    )
    server.#port = await promise
    return server
  }

  get port(): number {
    return this.#port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown()
  }

  #check(request: Buffer, done: Done): void {
    this.requests.push(request.toString('latin1'))
    const { answer } = this
    if (answer instanceof Uint8Array) done(null, answer)
    else if (answer !== undefined && answer !== 'hang') done(answer)
  }
}

function credentialsOf(tls: Certificate | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure()
  const pair = { cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }
  return ServerCredentials.createSsl(null, [pair])
}
