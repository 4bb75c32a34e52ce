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

export class GrpcHealthServer implements AsyncDisposable {
  readonly #server: Server
  readonly port: number
  /** The message of each request so far. */
  readonly requests: string[]

  private constructor(server: Server, port: number, requests: string[]) {
    this.#server = server
    this.port = port
    this.requests = requests
  }

  /** @param answer undefined for a server without a health service */
  static async start(
    answer: HealthAnswer | undefined,
    { address = '127.0.0.1', tls }: { address?: string; tls?: Certificate } = {},
  ): Promise<GrpcHealthServer> {
    const server = new Server()
    const requests: string[] = []
    if (answer !== undefined) {
      server.addService(SERVICE, {
        check: (call: { request: Buffer }, done: (error: object | null, bytes?: Uint8Array) => void) => {
          requests.push(call.request.toString('latin1'))
          if (answer instanceof Uint8Array) done(null, answer)
          else if (answer !== 'hang') done(answer)
        },
      })
    }
    const credentials =
      tls === undefined
        ? ServerCredentials.createInsecure()
        : ServerCredentials.createSsl(null, [
            { cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) },
          ])
    const host = address.includes(':') ? `[${address}]` : address
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    server.bindAsync(`${host}:0`, credentials, (error, port) =>
      error === null ? resolve(port) : reject(error),
    )
    return new GrpcHealthServer(server, await promise, requests)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown()
  }
}
