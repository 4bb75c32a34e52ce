/** Asks a running server through its admin listener. */
import { request } from 'undici'

const TIMEOUT_MS = 15_000

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly body?: unknown
}

/** The JSON document at the path. Throws, with words for a person, if there is none. */
export function getJson(server: string, path: string): Promise<unknown> {
  return ask(server, { method: 'GET', path })
}

/** The JSON document with which the server answers. Throws, with words for a person, where it refuses or cannot be asked. */
export async function ask(server: string, { method, path, body }: ApiRequest): Promise<unknown> {
  const { status, document } = await exchange(server, { method, path, body }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`cannot ask the server at ${server}: ${why}; is it running, and is --server right?`)
  })
  if (status === 200) return document
  const detail = (document as { readonly detail?: unknown } | null)?.detail
  throw new Error(typeof detail === 'string' ? detail : `status ${status}: ${JSON.stringify(document)}`)
}

async function exchange(server: string, { method, path, body }: ApiRequest) {
  const token = process.env['UNDERSTUDY_TOKEN']
  const response = await request(new URL(path, server), {
    method,
    headers: {
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  return { status: response.statusCode, document: await response.body.json() }
}
