/** How receivers of alerts are written: of each type with its own keys, so that editors offer no others. */
import { z } from 'zod'
import { SEVERITIES } from '#alert/event.ts'
import { RECEIVER_TYPES, type ReceiverType } from '#alert/receiver.ts'
import { formatDuration } from '#base/duration.ts'
import { secretOnly, textOrSecret } from './header-values.ts'
import { MAIL_SHAPE } from './mail-route.ts'
import { timeOfDay, timeZone } from './maintenance.ts'
import type { Shape } from './section.ts'
import { choice, duration, NAME_FORM, oneOrList, problemOfName, refine, text } from './values.ts'
import { type Json, objectOf, said, section, writtenAs } from './written.ts'

export const MAX_RECEIVERS = 16
const MAX_POOL_NAME = 320
const MINUTE_MS = 60_000
const WEEK_MS = 7 * 86_400_000

/** After how long what lasts is told again, unless said. */
export const REPEAT_MS: Readonly<Record<ReceiverType, number>> = {
  webhook: 240 * MINUTE_MS,
  slack: 240 * MINUTE_MS,
  pagerduty: 240 * MINUTE_MS,
  // It forgets what it is not told again.
  alertmanager: MINUTE_MS,
  smtp: 240 * MINUTE_MS,
}
export const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue'

const receiverName = writtenAs(
  refine(text(63), name => {
    const problem = problemOfName(name)
    return problem === undefined ? { value: name } : { problem }
  }),
  NAME_FORM,
)
const repeat = duration(MINUTE_MS, WEEK_MS)
const REPEAT_WORDS =
  'What lasts is told again after so long; the same is not told again before. From 1m to 7d.'
const TYPE_WORDS = 'Who is told.'
const URL_WORDS = 'Where it is posted: a text, or where it stands if it is a secret.'

/** `quiet:` of a receiver. */
export const QUIET_SHAPE = {
  from: said(timeOfDay, 'When the hours begin: a local time such as "22:00".', { isNeeded: true }),
  to: said(timeOfDay, 'When they end: a local time such as "07:00".', { isNeeded: true }),
  'time-zone': said(timeZone, 'Of the times, such as Europe/Berlin.', { default: 'UTC' }),
  except: said(choice(['warning', 'critical']), 'What is told all the same: this, and what is worse.', {
    default: 'critical',
  }),
} as const

/** One of `alerts:`, of whatever type. */
export const RECEIVER_SHAPE = {
  name: said(receiverName, 'Stands in metrics, the API and "understudy alert test".', { isNeeded: true }),
  type: said(choice(RECEIVER_TYPES), TYPE_WORDS, { isNeeded: true }),
  url: said(textOrSecret, URL_WORDS, { isNeeded: true }),
  secret: said(
    secretOnly,
    'With what messages are signed (X-Understudy-Signature), or rather where it stands.',
  ),
  'routing-key': said(secretOnly, 'Where the routing key stands (Events API v2).', { isNeeded: true }),
  ...MAIL_SHAPE,
  'min-severity': said(choice(SEVERITIES), 'What is told: this, and what is worse.', { default: 'info' }),
  quiet: said(
    section(QUIET_SHAPE),
    'Hours in which only the worst is told, together with what waits of the same pool.',
  ),
  pools: said(
    oneOrList(text(MAX_POOL_NAME)),
    'Only what happens to these is told: ZONE/POOL or POOL, one or a list; all, and what is of no pool, unless said.',
  ),
  repeat: said(repeat, REPEAT_WORDS),
} as const

const { url, secret, 'routing-key': routingKey } = RECEIVER_SHAPE
/** What only this type has, or has in its own way. */
const OF_TYPE: Readonly<Record<ReceiverType, Shape>> = {
  webhook: { url, secret },
  slack: { url: said(textOrSecret, `Of an incoming webhook. ${URL_WORDS}`, { isNeeded: true }) },
  pagerduty: { url: said(textOrSecret, URL_WORDS, { default: PAGERDUTY_URL }), 'routing-key': routingKey },
  alertmanager: {
    url: said(textOrSecret, 'Its base, such as http://127.0.0.1:9093.', { isNeeded: true }),
  },
  smtp: MAIL_SHAPE,
}

/** `alerts:`, read by `readAlerts`. */
export const receiverList = writtenAs(z.unknown(), () => ({
  type: ['array', 'null'],
  items: { anyOf: RECEIVER_TYPES.map(formOfType) },
  maxItems: MAX_RECEIVERS,
}))

function formOfType(type: ReceiverType): Json {
  const { name, 'min-severity': minSeverity, quiet, pools } = RECEIVER_SHAPE
  const form = objectOf({
    name,
    type: said(choice([type]), TYPE_WORDS, { isNeeded: true }),
    ...OF_TYPE[type],
    'min-severity': minSeverity,
    // It mutes by its own time intervals.
    ...(type !== 'alertmanager' && { quiet }),
    pools,
    repeat: said(repeat, REPEAT_WORDS, { default: formatDuration(REPEAT_MS[type]) }),
  })
  const together = { dependencies: { user: ['password'], password: ['user'] } }
  return { ...form, ...(type === 'smtp' && together), title: type }
}
