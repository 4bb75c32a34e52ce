/** Asks a running server through its admin listener. */
import { request } from 'undici'

const TIMEOUT_MS = 15_000

/** A server, and what it is shown. */
export interface Remote {
  readonly url: string
  readonly token?: string
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  /** The longest that it may take. */
  readonly timeoutMs?: number
}

/** What a server says in place of an answer (RFC 9457). */
export class ApiProblem extends Error {
  /** The document. */
  readonly document: unknown

  constructor(message: string, document: unknown) {
    super(message)
    this.document = document
  }
}

/** The JSON document at the path. Throws, with words for a person, if there is none. */
export function getJson(remote: Remote, path: string, timeoutMs = TIMEOUT_MS): Promise<unknown> {
  return ask(remote, { method: 'GET', path, timeoutMs })
}

/** The JSON document with which the server answers. Throws, with words for a person, where it refuses or cannot be asked. */
export async function ask(remote: Remote, asked: ApiRequest): Promise<unknown> {
  const { status, document } = await exchange(remote, asked).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(
      `cannot ask the server at ${remote.url}: ${why}; is it running, and is --server right (http or https)?`,
    )
  })
  if (status === 200) return document
  throw new ApiProblem(wordsFor(status, document, remote), document)
}

function wordsFor(status: number, document: unknown, { token }: Remote): string {
  const { detail } = (document ?? {}) as { readonly detail?: unknown }
  const said = typeof detail === 'string' ? detail : `status ${status}: ${JSON.stringify(document)}`
  if (status === 403) return `not allowed: ${said}`
  if (status !== 401) return said
  return token === undefined
    ? `${said}: put one that "understudy token NAME --role ROLE" has made into UNDERSTUDY_TOKEN or --token-file`
    : `not let in: ${said}`
}

async function exchange({ url, token }: Remote, { method, path, body, timeoutMs = TIMEOUT_MS }: ApiRequest) {
  const response = await request(new URL(path, url), {
    method,
    headers: {
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    signal: AbortSignal.timeout(timeoutMs),
  })
  return { status: response.statusCode, document: await response.body.json() }
}
