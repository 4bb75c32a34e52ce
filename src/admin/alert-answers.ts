/** What is answered of alerts, as schemas. */
import { z } from 'zod'
import { ALERT_KINDS, SEVERITIES } from '#alert/event.ts'
import { RECEIVER_TYPES } from '#alert/receiver.ts'
import { DELIVERY_STATES } from '#alert/record.ts'
import type { AlertReceiverView, AlertsView, AlertView, TestedView } from '#control/view.ts'
import { ANSWER_KINDS } from '#steering/pool.ts'
import { named } from './answers.ts'

const count = z.int().min(0)

const alert: z.ZodType<AlertView> = z.object({
  id: z.string(),
  kind: z.enum(ALERT_KINDS),
  severity: z.enum(SEVERITIES),
  key: z.string(),
  resolves: z.string().exactOptional(),
  lasts: z.boolean(),
  zone: z.string().exactOptional(),
  pool: z.string().exactOptional(),
  family: z.enum(ANSWER_KINDS).exactOptional(),
  endpoint: z.string().exactOptional(),
  summary: z.string(),
  detail: z.string(),
  at: z.iso.datetime(),
  node: z.string(),
  deliveries: z
    .array(
      z.object({
        receiver: z.string(),
        state: z.enum(DELIVERY_STATES),
        attempts: count,
        detail: z.string().exactOptional(),
        sentAt: z.iso.datetime().exactOptional(),
      }),
    )
    .readonly(),
})

const alertReceiver: z.ZodType<AlertReceiverView> = z.object({
  name: z.string(),
  type: z.enum(RECEIVER_TYPES),
  waiting: count,
  fault: z.string().exactOptional(),
  counts: z.object({ sent: count, failed: count, refused: count, cancelled: count, lost: count }),
})

export const alertsAnswer: z.ZodType<AlertsView> = named(
  'Alerts',
  z.object({ receivers: z.array(alertReceiver).readonly(), alerts: z.array(alert).readonly() }),
)

export const testedAnswer: z.ZodType<TestedView> = named(
  'Tested',
  z.object({ receiver: z.string(), accepted: z.boolean(), detail: z.string() }),
)
