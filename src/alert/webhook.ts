/** Plain JSON, as docs/alerts.md describes it. */
import { createHmac } from 'node:crypto'
import { jsonPost, timeText } from './json-post.ts'
import type { Message, Post } from './message.ts'
import type { HttpReceiver } from './receiver.ts'

/** With a secret, `X-Understudy-Signature: sha256=` and the HMAC-SHA256 of the body in hex (RFC 2104). */
export function webhookPost({ url, secret }: HttpReceiver, message: Message): Post {
  return jsonPost(url, documentOf(message), (body): Readonly<Record<string, string>> => {
    if (secret === undefined) return {}
    return { 'x-understudy-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` }
  })
}

function documentOf({ event, isReminder, lost }: Message) {
  const { atMs, lasts, resolves, ...rest } = event
  return {
    version: 1,
    state: resolves !== undefined ? 'resolved' : lasts ? 'firing' : 'notice',
    ...rest,
    ...(resolves !== undefined && { resolves }),
    at: timeText(atMs),
    reminder: isReminder,
    lost,
  }
}
