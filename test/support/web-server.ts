/** A small web server as the endpoint of a health check, whose behaviour can be changed while it runs. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What it does with a request. `hang` never answers, `close` resets the connection. */
export type Behaviour = { readonly status: number; readonly body?: string } | 'hang' | 'close'

export class WebServer implements AsyncDisposable {
  readonly address: string
  behaviour: Behaviour = { status: 200 }
  /** Requests that have been made so far. */
  requests = 0
  #port = 0
  #http: Server | undefined

  private constructor(address: string) {
    this.address = address
  }

  /** Without a port it takes a free one. */
  static async start(address: string, port = 0): Promise<WebServer> {
    const server = new WebServer(address)
    server.#port = port
    await server.start()
    return server
  }

  get port(): number {
    return this.#port
  }

  /** Listens again where it did before. */
  async start(): Promise<void> {
    const http = createServer((request, response) => this.#answer(request, response))
    http.listen(this.#port, this.address)
    await once(http, 'listening')
    this.#port = (http.address() as AddressInfo).port
    this.#http = http
  }

  /** Closes all connections and listens no more. */
  async stop(): Promise<void> {
    const http = this.#http
    if (http === undefined) return
    this.#http = undefined
    const closed = once(http, 'close')
    http.close()
    http.closeAllConnections()
    await closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.requests++
    if (this.behaviour === 'hang') return
    if (this.behaviour === 'close') {
      request.socket.resetAndDestroy()
      return
    }
    response.writeHead(this.behaviour.status)
    response.end(this.behaviour.body ?? 'ok\n')
  }
}
