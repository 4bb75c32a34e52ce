/** An HTTP listener with bounds on everything a client can spend. */
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
} from 'fastify'
import type { z } from 'zod'
import { formatSocketAddr, parseAddress, type SocketAddr } from '#base/address.ts'
import type { Log as AnyLog } from '#base/log.ts'
import type { AdminTls } from '#config/configuration.ts'
import { type FieldError, Problem, refuseConnection, sendProblem } from './problem.ts'

/** Where to tell of faults of our own, and of wrong tokens; pino fits. */
export type Log = Pick<AnyLog, 'warn' | 'error'>

const MAX_CONNECTIONS = 256
/** Longer than a name of 255 octets with every one escaped. */
const MAX_PARAMETER_LENGTH = 4096

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}

const HTTP = {
  maxHeaderSize: 16_384,
  headersTimeout: 5000,
  requireHostHeader: false,
  connectionsCheckingInterval: 1000,
} as const

/** A listener without routes, by HTTPS where there is a certificate. Requests are checked by the zod schemas of their routes. */
export function createListener(log: Log, tls?: AdminTls): FastifyInstance {
  const common = {
    logger: false,
    bodyLimit: 65_536,
    requestTimeout: 10_000,
    keepAliveTimeout: 5000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) =>
      void sendProblem(reply, problemOf(error)),
  } as const
  const app =
    tls === undefined
      ? fastify({ ...common, http: HTTP })
      : (fastify({
          ...common,
          https: { ...HTTP, ...contextOf(tls), handshakeTimeout: 5000 },
        }) as unknown as FastifyInstance)
  app.server.maxConnections = MAX_CONNECTIONS
  app.setValidatorCompiler(
    ({ schema, httpPart }) =>
      data =>
        validate(schema as z.ZodType, data, httpPart ?? 'body'),
  )
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(SECURITY_HEADERS)
  })
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, new Problem(404, `nothing here answers ${request.method} ${pathOf(request.url)}`)),
  )
  app.setErrorHandler((error: FastifyError | Problem, request, reply) => {
    const problem = problemOf(error)
    if (problem.status === 500) log.error({ err: error }, `${request.method} ${pathOf(request.url)} failed`)
    return sendProblem(reply, problem)
  })
  return app
}

/** What Node makes a context of. */
export function contextOf({ certificate, key }: AdminTls) {
  return { cert: certificate, key, minVersion: 'TLSv1.2' } as const
}

/** Binds the listener and returns the address with the port it got. Throws, saying which listener it was. */
export async function listen(app: FastifyInstance, what: string, wanted: SocketAddr): Promise<SocketAddr> {
  try {
    await app.listen({
      host: wanted.address.text,
      port: wanted.port,
      ipv6Only: wanted.address.family === 'ipv6',
    })
  } catch (error) {
    throw new Error(
      `${what} ${formatSocketAddr(wanted)}: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  const bound = app.server.address()
  if (bound === null || typeof bound === 'string') return wanted
  return { address: parseAddress(bound.address) ?? wanted.address, port: bound.port }
}

function validate(schema: z.ZodType, data: unknown, part: string): { value: unknown } | { error: Problem } {
  const { data: value, error } = schema.safeParse(data)
  if (error === undefined) return { value }
  const errors = error.issues.flatMap(issue => fieldErrors(issue, part))
  const detail = errors.map(({ field, detail }) => `${field}: ${detail}`).join('; ')
  return { error: new Problem(400, detail, errors) }
}

function fieldErrors(issue: z.core.$ZodIssue, part: string): FieldError[] {
  const fieldOf = (...path: PropertyKey[]): string =>
    [part === 'querystring' ? 'query' : part, ...path].join('.')
  if (issue.code !== 'unrecognized_keys') return [{ field: fieldOf(...issue.path), detail: issue.message }]
  return issue.keys.map(key => ({ field: fieldOf(...issue.path, key), detail: 'there is no such field' }))
}

/** Faults of our own are not told in detail: they stand in the log. */
function problemOf(error: Error & { readonly statusCode?: number; readonly code?: string }): Problem {
  if (error instanceof Problem) return error
  const { statusCode = 500, code = '', message } = error
  if (statusCode >= 500) return new Problem(500, 'an internal error; the log says more')
  // Fastify's codes for what is wrong with a body as such.
  const errors = code.startsWith('FST_ERR_CTP_') ? [{ field: 'body', detail: message }] : []
  return new Problem(statusCode, message, errors)
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url
}
