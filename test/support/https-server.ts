/** A web server with a certificate for www.probe.test, which answers each request with the status that a test says. */
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer, type Server, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { certificate } from './certificates.ts'

export class HttpsServer implements AsyncDisposable {
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(
    address: string,
    statusOf: (request: IncomingMessage) => number,
    options: ServerOptions = {},
  ): Promise<HttpsServer> {
    const server = createServer({ ...certificate('good'), ...options }, (request, response) => {
      request.resume()
      response.writeHead(statusOf(request)).end()
    })
    server.listen(0, address)
    await once(server, 'listening')
    return new HttpsServer(server)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }
}
