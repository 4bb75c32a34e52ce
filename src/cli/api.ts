/** Asks a running server through its admin listener. */
import { request } from 'undici'

const TIMEOUT_MS = 10_000

/** The JSON document at the path. Throws, with words for a person, if there is none. */
export async function getJson(server: string, path: string): Promise<unknown> {
  const token = process.env['UNDERSTUDY_TOKEN']
  const headers = {
    accept: 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  try {
    const url = new URL(path, server)
    const options = {
      headers,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }
    const { statusCode, body } = await request(url, options)
    const document: unknown = await body.json()
    if (statusCode === 200) return document
    throw new Error(`status ${statusCode}: ${JSON.stringify(document)}`)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`cannot ask the server at ${server}: ${why}; is it running, and is --server right?`)
  }
}
