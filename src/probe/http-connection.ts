/** The connection of an HTTP probe: to the endpoint's own address, whatever the name it asks for. */
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { checkServerIdentity, connect as connectTls } from 'node:tls'
import { type buildConnector, errors } from 'undici'
import { judgeCertificate } from './certificate.ts'
import type { Deadline } from './deadline.ts'
import type { Finding } from './finding.ts'
import type { HttpSpec, Secrets } from './spec.ts'
import { tlsContext } from './tls-context.ts'

export interface HttpEndpoint {
  readonly spec: HttpSpec
  readonly address: string
  readonly secrets: Secrets
}

/** Opens one connection and no second: a probe that must connect again has failed. */
export class HttpConnection {
  readonly #endpoint: HttpEndpoint
  readonly #deadline: Deadline
  #socket: Socket | undefined
  /** What is to be said of the certificate; undefined where nothing is. */
  certificate: Finding | undefined

  constructor(endpoint: HttpEndpoint, deadline: Deadline) {
    this.#endpoint = endpoint
    this.#deadline = deadline
  }

  readonly connector: buildConnector.connector = (_options, done) => {
    if (this.#socket !== undefined) {
      done(new errors.SocketError('other side closed'), null)
      return
    }
    this.#deadline.awaited = 'connection'
    const socket = this.#endpoint.spec.type === 'https' ? this.#tls() : this.#tcp()
    this.#socket = socket
    socket.setNoDelay(true)
    const failed = (error: Error): void => done(error, null)
    socket.once('error', failed)
    // Destroyed from outside there is an end and no error; nothing else may be thrown later.
    socket.on('error', () => undefined)
    socket.once(this.#endpoint.spec.type === 'https' ? 'secureConnect' : 'connect', () => {
      socket.off('error', failed)
      this.#deadline.awaited = 'response'
      done(null, socket)
    })
  }

  get isOpen(): boolean {
    return this.#socket?.writable === true && this.#socket.readable
  }

  destroy(): void {
    this.#socket?.destroy()
  }

  get #target() {
    const { address, spec } = this.#endpoint
    const { port, sourceAddress } = spec
    const localAddress = sourceAddress === undefined ? {} : { localAddress: sourceAddress }
    return { host: address, port, ...localAddress }
  }

  #tcp(): Socket {
    return connectTcp(this.#target)
  }

  #tls(): Socket {
    const { spec, secrets } = this.#endpoint
    const { host, verify, clientCertificate } = spec
    const socket = connectTls({
      ...this.#target,
      secureContext: tlsContext(clientCertificate, secrets),
      // RFC 6066 section 3: no addresses in the server name.
      servername: isIP(host) === 0 ? host : '',
      rejectUnauthorized: verify,
      checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate),
      ALPNProtocols: ['http/1.1'],
    })
    socket.once('connect', () => {
      this.#deadline.awaited = 'end of the TLS handshake'
    })
    const { certificateDays } = this.#endpoint.spec
    if (certificateDays !== undefined)
      socket.once('secureConnect', () => {
        this.certificate = judgeCertificate(socket, certificateDays, Date.now())
      })
    return socket
  }
}
