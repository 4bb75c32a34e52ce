/** Messages as each type of receiver wants them. Pure. */
import { alertmanagerPost } from './alertmanager.ts'
import type { Message, Post } from './message.ts'
import { pagerDutyPost } from './pagerduty.ts'
import type { Receiver, ReceiverType } from './receiver.ts'
import { slackPost } from './slack.ts'
import { webhookPost } from './webhook.ts'

const RENDERERS: Readonly<Record<ReceiverType, (receiver: Receiver, message: Message) => Post>> = {
  webhook: webhookPost,
  slack: slackPost,
  pagerduty: pagerDutyPost,
  alertmanager: alertmanagerPost,
}

export function render(receiver: Receiver, message: Message): Post {
  return RENDERERS[receiver.type](receiver, message)
}
