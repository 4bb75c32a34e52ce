/** A real HTTP server that receives alerts, and does with each whatever a test says. */
import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Reaction = (response: ServerResponse) => void

export const accept: Reaction = response => void response.writeHead(202).end('ok')
export const hang: Reaction = () => undefined
export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Reaction =>
  response =>
    void response.writeHead(code, headers).end('no')
export const reset: Reaction = response => void response.socket?.destroy()

export interface Received {
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export class ReceivingServer implements AsyncDisposable {
  reaction: Reaction = accept
  readonly received: Received[] = []
  readonly #server: Server
  readonly #heard = new EventEmitter()

  private constructor() {
    this.#server = createServer((request, response) => {
      response.on('error', () => undefined)
      let body = ''
      request.setEncoding('utf8')
      request.on('data', chunk => {
        body += chunk
      })
      request.on('end', () => {
        this.received.push({ headers: request.headers, body })
        this.reaction(response)
        this.#heard.emit('request')
      })
    })
  }

  static async start(): Promise<ReceivingServer> {
    const receiving = new ReceivingServer()
    receiving.#server.listen(0, '127.0.0.1')
    await once(receiving.#server, 'listening')
    return receiving
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`
  }

  /** `kind pool` of each that was received, in order. */
  get told(): string[] {
    return this.received.map(({ body }) => {
      const { kind, pool = '', reminder } = JSON.parse(body)
      return `${kind} ${pool}${reminder === true ? ' again' : ''}`
    })
  }

  /** Resolves once so many requests have come in all. */
  async requests(count: number): Promise<void> {
    while (this.received.length < count) await once(this.#heard, 'request')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }
}
