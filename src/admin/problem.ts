/** Everything that goes wrong is told as a problem document (RFC 9457). */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply } from 'fastify'

const PROBLEM_TYPE = 'application/problem+json'

/** What is wrong with one field of a request. */
export interface FieldError {
  /** Where it stands, as in `query.limit`. */
  readonly field: string
  readonly detail: string
}

/** Thrown by a handler to answer with that status. */
export class Problem extends Error {
  readonly status: number
  readonly errors: readonly FieldError[]
  /** What the document says beside (RFC 9457 §3.2). */
  readonly more: Readonly<Record<string, unknown>>

  constructor(
    status: number,
    detail: string,
    errors: readonly FieldError[] = [],
    more: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail)
    this.status = status
    this.errors = errors
    this.more = more
  }
}

/** Answers with the problem as a document. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problem.status)
    .type(PROBLEM_TYPE)
    .send(Buffer.from(problemDocument(problem)))
}

function problemDocument({ status, message, errors, more }: Problem): string {
  const fields = errors.length === 0 ? {} : { errors }
  return JSON.stringify({ title: STATUS_CODES[status], status, detail: message, ...fields, ...more })
}

const CLIENT_ERRORS: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: new Problem(431, 'the header is too large'),
  ERR_HTTP_REQUEST_TIMEOUT: new Problem(408, 'the request did not arrive in time'),
}

/** Answers what is not HTTP, or comes too slowly, and hangs up. */
export function refuseConnection(error: { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const problem = CLIENT_ERRORS[error.code ?? ''] ?? new Problem(400, 'this is not an HTTP request')
  const body = problemDocument(problem)
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
