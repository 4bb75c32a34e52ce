/** Mail for people: a line to see in a list, and below it what is known. */
import { type AlertEvent, poolOf } from './event.ts'
import { cut, timeText } from './json-post.ts'
import type { Mail, Message } from './message.ts'
import type { MailReceiver } from './receiver.ts'

/** Characters. */
const MAX_SUBJECT = 200
const MAX_DETAIL = 10_000

/** Mails of one thing are a thread: its end and reminders refer to its beginning. */
export function smtpMail({ route }: MailReceiver, message: Message): Mail {
  const { event, opening, isReminder, wallMs } = message
  const domain = route.from.slice(route.from.lastIndexOf('@') + 1)
  const idOf = ({ id }: AlertEvent, more = ''): string => `<${id}${more}@${domain}>`
  return {
    kind: 'mail',
    route,
    fromName: `Understudy ${event.node}`,
    subject: cut(oneLine(`${markOf(event)}${isReminder ? ' (still)' : ''} ${event.summary}`), MAX_SUBJECT),
    text: textOf(message),
    // A mailbox may drop a second mail with the same one.
    messageId: isReminder ? idOf(event, `.${wallMs}`) : idOf(event),
    references: opening !== undefined ? [idOf(opening)] : isReminder ? [idOf(event)] : [],
    wallMs,
  }
}

function markOf({ resolves, severity }: AlertEvent): string {
  return resolves === undefined ? `[${severity}]` : '[over]'
}

function textOf({ event, isReminder, lost }: Message): string {
  const { summary, detail, kind, severity, endpoint, family, atMs, node, id } = event
  const pool = poolOf(event)
  const facts = [
    ['kind', `${kind}, ${severity}`],
    ['pool', pool],
    ['endpoint', endpoint ?? ''],
    ['family', family ?? ''],
    ['when', timeText(atMs)],
    ['node', node],
    ['id', id],
  ].flatMap(([name = '', value = '']) => (value === '' ? [] : [`${`${name}:`.padEnd(10)}${oneLine(value)}`]))
  const notes = [
    ...(isReminder ? ['You were told of this before, and it still lasts.'] : []),
    ...(lost > 0 ? [`${lost} earlier alerts were lost: too many waited.`] : []),
  ]
  const blocks = [oneLine(summary), cut(plain(detail), MAX_DETAIL), notes.join('\n'), facts.join('\n')]
  return `${blocks.filter(block => block !== '').join('\n\n')}\n`
}

/** What comes from outside makes no second header, and no line that runs backwards. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ').trim()
}

function plain(text: string): string {
  return text.split('\n').map(oneLine).join('\n')
}
