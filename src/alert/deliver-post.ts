/** Sends by HTTP, over a connection of its own: no proxy of the environment, no redirect, and no more of the answer than its head. */
import { Client } from 'undici'
import type { Delivered, Post } from './message.ts'
import { NETWORK_WORDS } from './network-words.ts'

const MAX_HEADER_BYTES = 16_384

/** These say that the message is wrong, not that the receiver or its address is. */
const FINAL: readonly number[] = [400, 405, 413, 415, 422]

/** And these that the receiver or its address is, as far as they are not final. */
const OF_RECEIVER: readonly number[] = [401, 403, 404, 407, 408, 429, 502, 503, 504]

/** Ends when the receiver has said what it makes of it, or the signal is given. Never rejects. */
export async function deliverPost({ url, headers, body }: Post, signal: AbortSignal): Promise<Delivered> {
  try {
    const parsed = new URL(url)
    const { origin, pathname, search } = parsed
    // By itself it would keep to time-outs of its own, and to other connections.
    const client = new Client(origin, {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: 0 },
    })
    const abort = (): void => void client.destroy().catch(() => undefined)
    signal.addEventListener('abort', abort)
    try {
      const response = await client.request({
        method: 'POST',
        path: pathname + search,
        headers: { ...headers, ...authorization(parsed), 'user-agent': 'Understudy (alerts)' },
        body,
        signal,
        reset: true,
      })
      response.body.on('error', () => undefined)
      response.body.destroy()
      return judge(response.statusCode, response.headers['retry-after'])
    } finally {
      signal.removeEventListener('abort', abort)
      abort()
    }
  } catch (error) {
    return { kind: 'failed', detail: faultOf(error) }
  }
}

/** What stands before the host (RFC 7617). */
function authorization({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '' && password === '') return {}
  const pair = [username, password].map(decodeURIComponent).join(':')
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

/** What the status says (RFC 9110 section 15). */
function judge(status: number, retryAfter: string | string[] | undefined): Delivered {
  if (status >= 200 && status < 300) return { kind: 'accepted', detail: `status ${status}` }
  if (status >= 300 && status < 400)
    return { kind: 'failed', detail: `status ${status}: redirects are not followed` }
  if (FINAL.includes(status)) return { kind: 'refused', detail: `status ${status}` }
  const ofMessage = !OF_RECEIVER.includes(status)
  const retryAfterMs = /^\d{1,6}$/.test(String(retryAfter)) ? Number(retryAfter) * 1000 : undefined
  return {
    kind: 'failed',
    detail: `status ${status}`,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(ofMessage && { ofMessage }),
  }
}

/** By code: messages may hold what is secret of the address. */
function faultOf(error: unknown): string {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown }
  const said = typeof code === 'string' ? code : String(name)
  return WORDS[said] ?? `cannot be told: ${said}`
}

const WORDS: Readonly<Record<string, string>> = {
  ...NETWORK_WORDS,
  UND_ERR_SOCKET: 'connection closed without an answer',
  UND_ERR_HEADERS_OVERFLOW: 'the head of its answer is too long',
}
