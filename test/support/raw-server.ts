/** A TCP server that does to each connection whatever a test says, with or without TLS. */
import { once } from 'node:events'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'

export interface RawServerOptions {
  readonly address?: string
  readonly tls?: TlsOptions
}

export class RawServer implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Connections so far. */
  connections = 0

  private constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket: Socket) => {
      this.connections++
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  static async start(
    onConnection: (socket: Socket) => void,
    { address = '127.0.0.1', tls }: RawServerOptions = {},
  ): Promise<RawServer> {
    const calm = (socket: Socket): void => {
      socket.on('error', () => undefined)
      onConnection(socket)
    }
    const server = tls === undefined ? createTcpServer(calm) : createTlsServer(tls, calm)
    const raw = new RawServer(server)
    server.listen(0, address)
    await once(server, 'listening')
    return raw
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}
