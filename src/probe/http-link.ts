/** A client of undici with the one connection that it may open, for one request after the other. */
import { isIPv6 } from 'node:net'
import { Client, type Dispatcher } from 'undici'
import type { Deadline } from './deadline.ts'
import type { Finding } from './finding.ts'
import { HttpConnection, type HttpEndpoint } from './http-connection.ts'
import type { Secrets } from './spec.ts'

const MAX_HEADER_BYTES = 32_768

/**
 * A connection is used for so long at most: a certificate that runs out meanwhile, or a server that accepts no connections any more, would
 * not be noticed.
 */
const MAX_AGE_MS = 600_000

/** Longer than the above. Where the server says less, it is its word that counts. */
const NEVER_MS = 2 * MAX_AGE_MS

export class HttpLink {
  readonly #connection: HttpConnection
  readonly #client: Client
  readonly #openedMs = performance.now()
  /** What it was opened with. */
  readonly secrets: Secrets
  /** Whether a response has not come to its end yet. */
  isBusy = false

  constructor(endpoint: HttpEndpoint, deadline: Deadline) {
    const { spec, address, secrets } = endpoint
    this.secrets = secrets
    this.#connection = new HttpConnection(endpoint, deadline)
    this.#client = new Client(`${spec.type}://${isIPv6(address) ? `[${address}]` : address}:${spec.port}`, {
      connect: this.#connection.connector,
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: NEVER_MS,
      keepAliveMaxTimeout: NEVER_MS,
    })
  }

  /** What is to be said of the endpoint's certificate; undefined where nothing is. */
  get certificate(): Finding | undefined {
    return this.#connection.certificate
  }

  get isOpen(): boolean {
    return this.#connection.isOpen
  }

  /** Whether another request can be sent over it. */
  get isFree(): boolean {
    return !this.isBusy && this.isOpen && performance.now() - this.#openedMs < MAX_AGE_MS
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.isBusy = true
    this.#client.dispatch(options, handler)
  }

  destroy(): void {
    void this.#client.destroy()
    this.#connection.destroy()
  }
}
