/** An incoming webhook of Slack. */
import type { AlertEvent } from './event.ts'
import { cut, jsonPost, timeText } from './json-post.ts'
import type { Message, Post } from './message.ts'
import type { HttpReceiver } from './receiver.ts'

/** What Slack takes in a text of a section. */
const MAX_SECTION = 3000

export function slackPost({ url }: HttpReceiver, message: Message): Post {
  const { event, isReminder } = message
  const text = cut(`${markOf(event)} ${isReminder ? '(still) ' : ''}${escaped(event.summary)}`, MAX_SECTION)
  const detail = event.detail === '' ? [] : [section(cut(escaped(event.detail), MAX_SECTION))]
  return jsonPost(url, { text, blocks: [section(`*${text}*`), ...detail, context(message)] })
}

function markOf({ resolves, severity }: AlertEvent): string {
  if (resolves !== undefined) return ':white_check_mark:'
  return { info: ':information_source:', warning: ':warning:', critical: ':rotating_light:' }[severity]
}

function section(text: string) {
  return { type: 'section', text: { type: 'mrkdwn', text } }
}

function context({ event, lost }: Message) {
  const parts = [
    `${event.kind}, ${event.severity}`,
    `node ${escaped(event.node)}`,
    timeText(event.atMs),
    ...(lost > 0 ? [`${lost} earlier alerts were lost: too many waited`] : []),
  ]
  return { type: 'context', elements: [{ type: 'mrkdwn', text: parts.join(' · ') }] }
}

/** These three Slack takes for the start of links and mentions. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
