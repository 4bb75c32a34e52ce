/**
 * Who may do what. Without a token configured the listener is for this host, which may do everything. With tokens each path asks for one (RFC 6750),
 * but for those that say so.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isLoopback, parseAddress, type SocketAddr } from '#base/address.ts'
import type { AdminTls } from '#config/configuration.ts'
import type { Role } from '#config/roles.ts'
import { type AdminToken, LOOPBACK_NAME } from '#config/tokens.ts'
import { Attempts } from './attempts.ts'
import { hostProblem, originProblem } from './guard.ts'
import type { Log } from './listener.ts'
import { Problem, sendProblem } from './problem.ts'
import { Verifier } from './verifier.ts'

/** As the configuration in force has it. */
export interface AccessSettings {
  readonly tokens: readonly AdminToken[]
  /** By which the listener may be asked, beside its address. */
  readonly adminNames: readonly string[]
  readonly adminTls: AdminTls | undefined
}

/** Who asks. */
export interface Caller {
  /** The token's name, or `loopback`. */
  readonly name: string
  readonly role: Role
  /** Whether a token says so. */
  readonly isNamed: boolean
  /** The client's address; a proxy's if there is one. */
  readonly address: string
}

/** Why somebody was not let in. */
export type Denial = 'missing' | 'wrong' | 'role' | 'limited' | 'busy'

export interface AccessOptions {
  settings(): AccessSettings
  /** With the port it got. */
  bound(): SocketAddr
  readonly log: Log
  onDenied(why: Denial): void
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the path asks for, if not what its method says; `open` asks for no token of the listener. */
    access?: 'open' | Role
  }
  interface FastifyRequest {
    /** Undefined where the path is open. */
    caller: Caller | undefined
  }
}

class Denied extends Problem {
  readonly why: Denial
  /** What is told in the header that goes with the status. */
  readonly header: readonly [name: string, value: string]

  constructor(status: 401 | 403 | 429, why: Denial, detail: string, header: string) {
    super(status, detail)
    this.why = why
    this.header = status === 429 ? ['retry-after', header] : ['www-authenticate', header]
  }
}

const REALM = 'Bearer realm="understudy"'

/** Asks everybody, before the body is read. */
export function addAccess(app: FastifyInstance, options: AccessOptions): void {
  const access = new Access(options)
  app.decorateRequest('caller', undefined)
  app.addHook('onRequest', async (request, reply) => {
    const problem = await access.admit(request)
    return problem === undefined ? undefined : tell(reply, problem)
  })
}

function tell(reply: FastifyReply, problem: Problem): FastifyReply {
  return sendProblem(problem instanceof Denied ? reply.header(...problem.header) : reply, problem)
}

/** Who changes something. Throws where nobody was asked. */
export function callerOf({ caller }: FastifyRequest): Caller {
  if (caller === undefined) throw new Error('a path that changes something is open')
  return caller
}

class Access {
  readonly #options: AccessOptions
  readonly #verifier = new Verifier()
  readonly #attempts = new Attempts(() => performance.now())

  constructor(options: AccessOptions) {
    this.#options = options
  }

  /** Sets the caller, or says why there is none. */
  async admit(request: FastifyRequest): Promise<Problem | undefined> {
    const { tokens } = this.#options.settings()
    const bound = this.#options.bound()
    const address = request.socket.remoteAddress ?? ''
    if (tokens.length === 0 && isLoopback(bound.address)) {
      request.caller = { name: LOOPBACK_NAME, role: 'operate', isNamed: false, address }
      return this.#pageProblem(request)
    }
    if (accessOf(request) === 'open') return this.#pageProblem(request)
    const problem = await this.#identify(request, tokens, address)
    if (problem instanceof Denied) {
      this.#options.onDenied(problem.why)
      // A page may not even learn that there is something that asks for a token.
      return problem.why === 'missing' ? (this.#pageProblem(request) ?? problem) : problem
    }
    // Whoever has a token is no page under a foreign name: browsers add no token by themselves, and a page whose name was pointed here has none.
    return originProblem(request.headers, ['http', 'https'])
  }

  /** What is wrong with a request that anybody's page might have sent. */
  #pageProblem({ headers, socket }: FastifyRequest): Problem | undefined {
    const { adminNames } = this.#options.settings()
    const bound = this.#options.bound()
    const local = parseAddress((socket.localAddress ?? '').replace(/^::ffff:(?=\d+\.)/, ''))
    const isTls = 'encrypted' in socket
    const problem = hostProblem({ bound, local, names: adminNames, isTls }, headers.host)
    return problem ?? originProblem(headers, [isTls ? 'https' : 'http'])
  }

  async #identify(
    request: FastifyRequest,
    tokens: readonly AdminToken[],
    address: string,
  ): Promise<Denied | undefined> {
    const secret = /^Bearer +([^ ]+) *$/i.exec(request.headers.authorization ?? '')?.[1]
    if (secret === undefined) return new Denied(401, 'missing', 'this asks for a token', REALM)
    const token = this.#verifier.remembered(tokens, secret) ?? (await this.#verify(tokens, secret, address))
    if (token instanceof Denied) return token
    const { name, role } = token
    if (accessOf(request) === 'operate' && role !== 'operate')
      return new Denied(
        403,
        'role',
        `the token ${name} may read, and this asks for the role operate`,
        `${REALM}, error="insufficient_scope"`,
      )
    request.caller = { name, role, isNamed: true, address }
    return undefined
  }

  async #verify(
    tokens: readonly AdminToken[],
    secret: string,
    address: string,
  ): Promise<AdminToken | Denied> {
    const wait = this.#attempts.waitSeconds(address)
    if (wait > 0) return new Denied(429, 'limited', 'too many wrong tokens from this address', String(wait))
    const verified = await this.#verifier.verify(tokens, secret)
    if (verified.kind === 'good') return verified.token
    if (verified.kind === 'busy')
      return new Denied(429, 'busy', 'too many tokens are being looked at; try again', '1')
    this.#attempts.failed(address)
    this.#options.log.warn({ client: address }, `admin: a wrong token from ${address}`)
    return new Denied(
      401,
      'wrong',
      'this token is not known; those that are stand under tokens: of the server',
      `${REALM}, error="invalid_token"`,
    )
  }
}

/** What the path asks for; of one that is not there, what its method would. */
function accessOf({ method, routeOptions }: FastifyRequest): 'open' | Role {
  return routeOptions.config?.access ?? (method === 'GET' || method === 'HEAD' ? 'read' : 'operate')
}
