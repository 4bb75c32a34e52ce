/** Messages as each type of receiver wants them. Pure. */
import { alertmanagerPost } from './alertmanager.ts'
import type { Mail, Message, Parcel, Post } from './message.ts'
import { pagerDutyPost } from './pagerduty.ts'
import type { HttpReceiver, MailReceiver, Receiver } from './receiver.ts'
import { slackPost } from './slack.ts'
import { smtpMail } from './smtp.ts'
import { webhookPost } from './webhook.ts'

type PostMaker = (receiver: HttpReceiver, message: Message) => Post

const POSTS: Readonly<Record<HttpReceiver['type'], PostMaker>> = {
  webhook: webhookPost,
  slack: slackPost,
  pagerduty: pagerDutyPost,
  alertmanager: alertmanagerPost,
}

export function render(receiver: HttpReceiver, message: Message): Post
export function render(receiver: MailReceiver, message: Message): Mail
export function render(receiver: Receiver, message: Message): Parcel
export function render(receiver: Receiver, message: Message): Parcel {
  return receiver.type === 'smtp' ? smtpMail(receiver, message) : POSTS[receiver.type](receiver, message)
}
