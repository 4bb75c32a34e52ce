/** The connection of an HTTP probe: to the endpoint's own address, whatever the name it asks for. */
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { checkServerIdentity, connect as connectTls, createSecureContext, type SecureContext } from 'node:tls'
import { type buildConnector, errors } from 'undici'
import { judgeCertificate } from './certificate.ts'
import type { Deadline } from './deadline.ts'
import type { Finding } from './finding.ts'
import type { HttpSpec } from './spec.ts'

/** One for all probes: making it takes the time of a whole probe. */
let trust: SecureContext | undefined

/** Opens one connection and no second: a probe that must connect again has failed. */
export class HttpConnection {
  readonly #spec: HttpSpec
  readonly #address: string
  readonly #deadline: Deadline
  #socket: Socket | undefined
  /** What is to be said of the certificate; undefined where nothing is. */
  certificate: Finding | undefined

  constructor(spec: HttpSpec, address: string, deadline: Deadline) {
    this.#spec = spec
    this.#address = address
    this.#deadline = deadline
  }

  readonly connector: buildConnector.connector = (_options, done) => {
    if (this.#socket !== undefined) {
      done(new errors.SocketError('other side closed'), null)
      return
    }
    this.#deadline.awaited = 'connection'
    const socket = this.#spec.type === 'https' ? this.#tls() : this.#tcp()
    this.#socket = socket
    socket.setNoDelay(true)
    const failed = (error: Error): void => done(error, null)
    socket.once('error', failed)
    // Destroyed from outside there is an end and no error; nothing else may be thrown later.
    socket.on('error', () => undefined)
    socket.once(this.#spec.type === 'https' ? 'secureConnect' : 'connect', () => {
      socket.off('error', failed)
      this.#deadline.awaited = 'response'
      done(null, socket)
    })
  }

  destroy(): void {
    this.#socket?.destroy()
  }

  get #target() {
    const { port, sourceAddress } = this.#spec
    const localAddress = sourceAddress === undefined ? {} : { localAddress: sourceAddress }
    return { host: this.#address, port, ...localAddress }
  }

  #tcp(): Socket {
    return connectTcp(this.#target)
  }

  #tls(): Socket {
    const { host, verify } = this.#spec
    trust ??= createSecureContext()
    const socket = connectTls({
      ...this.#target,
      secureContext: trust,
      // RFC 6066 section 3: no addresses in the server name.
      servername: isIP(host) === 0 ? host : '',
      rejectUnauthorized: verify,
      checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate),
      ALPNProtocols: ['http/1.1'],
    })
    socket.once('connect', () => {
      this.#deadline.awaited = 'end of the TLS handshake'
    })
    const { certificateDays } = this.#spec
    if (certificateDays !== undefined)
      socket.once('secureConnect', () => {
        this.certificate = judgeCertificate(socket, certificateDays, Date.now())
      })
    return socket
  }
}
