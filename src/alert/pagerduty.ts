/** PagerDuty's Events API v2. */
import { createHash } from 'node:crypto'
import { type AlertEvent, poolOf } from './event.ts'
import { cut, jsonPost, timeText } from './json-post.ts'
import type { Message, Post } from './message.ts'
import type { HttpReceiver } from './receiver.ts'

const MAX_SUMMARY = 1024
const MAX_KEY = 255

/** The secret is the routing key. */
export function pagerDutyPost({ url, secret = '' }: HttpReceiver, { event, lost }: Message): Post {
  const key = { routing_key: secret, dedup_key: dedupKey(event) }
  if (event.resolves !== undefined) return jsonPost(url, { ...key, event_action: 'resolve' })
  return jsonPost(url, {
    ...key,
    event_action: 'trigger',
    client: 'Understudy',
    payload: {
      summary: cut(event.summary, MAX_SUMMARY),
      source: event.node,
      severity: event.severity,
      timestamp: timeText(event.atMs),
      component: poolOf(event) || event.node,
      class: event.kind,
      custom_details: detailsOf(event, lost),
    },
  })
}

function detailsOf({ id, zone, pool, family, endpoint, detail }: AlertEvent, lost: number) {
  return { id, zone, pool, family, endpoint, detail, ...(lost > 0 && { lost }) }
}

/** What each node sees is an incident of its own. */
function dedupKey({ node, key, resolves = key }: AlertEvent): string {
  const whole = `understudy ${node} ${resolves}`
  if (whole.length <= MAX_KEY) return whole
  return `understudy ${createHash('sha256').update(whole).digest('hex')}`
}
