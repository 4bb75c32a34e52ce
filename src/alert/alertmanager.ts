/** Alertmanager's API v2: `POST /api/v2/alerts`. */
import type { AlertEvent } from './event.ts'
import { jsonPost, timeText } from './json-post.ts'
import type { Message, Post } from './message.ts'
import type { HttpReceiver } from './receiver.ts'

const PATH = '/api/v2/alerts'
/** Alerts that are not sent again end by themselves after so many repetitions: one may be lost, and one be late. */
const REPEATS = 4
/** What does not last is shown for so long. */
const NOTICE_MS = 300_000

/** An alert is what its labels say: those of an end are those of its beginning. */
export function alertmanagerPost({ url, repeatMs }: HttpReceiver, message: Message): Post {
  const { event, opening = event, wallMs } = message
  const isEnd = event.resolves !== undefined
  const untilMs = event.lasts ? wallMs + REPEATS * repeatMs : event.atMs + NOTICE_MS
  const alert = {
    labels: labelsOf(opening),
    annotations: { summary: event.summary, description: event.detail },
    startsAt: timeText(opening.atMs),
    endsAt: timeText(isEnd ? event.atMs : untilMs),
  }
  return jsonPost(urlOf(url), [alert])
}

function urlOf(url: string): string {
  const parsed = new URL(url)
  if (!parsed.pathname.endsWith(PATH)) parsed.pathname = parsed.pathname.replace(/\/*$/, PATH)
  return parsed.href
}

function labelsOf({ kind, severity, node, zone, pool, family, endpoint }: AlertEvent) {
  const name = kind.replace(/(^|-)([a-z])/g, (_, _dash, letter: string) => letter.toUpperCase())
  return { alertname: `Understudy${name}`, severity, node, zone, pool, family, endpoint }
}
