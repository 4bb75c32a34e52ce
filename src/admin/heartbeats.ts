/** Where endpoints report in, each with its token (RFC 6750). */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Heartbeats } from '#control/heartbeats.ts'
import { Problem, sendProblem } from './problem.ts'

/** What the server does with reports. */
export type HeartbeatReports = Pick<Heartbeats, 'accepts' | 'report'>

const MAX_BODY_BYTES = 4096
const MAX_DETAIL = 200

const reportBody = z.strictObject({
  status: z.enum(['pass', 'fail']).default('pass'),
  detail: z.string().max(MAX_DETAIL).default(''),
})

/** The same whatever is wrong, so that nobody finds out which endpoints there are. */
const UNAUTHORIZED = new Problem(401, 'there is no such endpoint that reports in, or this is not its token')

interface Reporting {
  /** `zone/pool/endpoint`. */
  Params: { '*': string }
  Body: z.infer<typeof reportBody>
}

export function addHeartbeats(app: FastifyInstance, heartbeats: HeartbeatReports): void {
  app.register(async scope => {
    // A body is JSON whatever its type says: what somebody tells of a fail must not be passed over for a missing header.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) =>
      parse(String(body), done),
    )
    scope.post<Reporting>(
      '/api/v1/heartbeats/*',
      {
        bodyLimit: MAX_BODY_BYTES,
        config: {
          access: 'open',
          documented: {
            summary: 'An endpoint reports in, with its own token; without a body it passes',
            answer: 'none',
          },
        },
        schema: { body: z.preprocess(body => body ?? {}, reportBody) },
        async onRequest(request, reply) {
          const token = tokenOf(request)
          if (heartbeats.accepts(request.params['*'], token)) return undefined
          return sendProblem(reply.header('www-authenticate', 'Bearer realm="understudy"'), UNAUTHORIZED)
        },
      },
      async ({ params, body }, reply) => {
        heartbeats.report(params['*'], body)
        return reply.code(204).send()
      },
    )
  })
}

/** Empty, which is no endpoint's, where there is none. */
function tokenOf({ headers }: FastifyRequest<Reporting>): string {
  return /^Bearer +([^ ]+) *$/i.exec(headers.authorization ?? '')?.[1] ?? ''
}

function parse(body: string, done: (error: Error | null, parsed?: unknown) => void): void {
  if (body.trim() === '') {
    done(null, {})
    return
  }
  try {
    done(null, JSON.parse(body))
  } catch {
    done(new Problem(400, 'the body is not JSON; it may be left out'))
  }
}
