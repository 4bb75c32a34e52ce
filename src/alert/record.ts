/** An event and what has become of it at each receiver: what is kept, stored and shown. */
import { z } from 'zod'
import { ANSWER_KINDS } from '#steering/pool.ts'
import { ALERT_KINDS, type AlertEvent, SEVERITIES } from './event.ts'

export const DELIVERY_STATES = ['waiting', 'sent', 'cancelled', 'lost', 'refused'] as const

/** Times are wall time, milliseconds since 1970. */
export interface Delivery {
  /**
   * `sent` is acknowledged; `cancelled` was over before anybody was told, or its receiver is gone; `lost` had to make room for newer ones; `refused` was
   * taken by the receiver for a message that it will never accept.
   */
  readonly state: (typeof DELIVERY_STATES)[number]
  /** Since it waits. */
  readonly attempts: number
  /** What came of the last attempt, in words. */
  readonly detail?: string
  /** When it was last acknowledged. */
  readonly sentMs?: number
  /** What lasts is over, or was told anew by a later event. */
  readonly closed?: boolean
}

export interface AlertRecord {
  /** Ever larger, across restarts too. */
  readonly seq: number
  readonly event: AlertEvent
  /** By the name of the receiver. */
  readonly deliveries: Readonly<Record<string, Delivery>>
}

/** What keeps records across restarts; nothing here waits for a disk. */
export interface Outbox {
  /** In order. Anything, where another version has written it. */
  readonly restored: readonly unknown[]
  /** In place of what was saved under the number before. */
  save(seq: number, record: AlertRecord): void
  remove(seq: number): void
}

const event: z.ZodType<AlertEvent> = z.object({
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
  atMs: z.number(),
  node: z.string(),
})

const delivery: z.ZodType<Delivery> = z.object({
  state: z.enum(DELIVERY_STATES),
  attempts: z.int().min(0),
  detail: z.string().exactOptional(),
  sentMs: z.number().exactOptional(),
  closed: z.boolean().exactOptional(),
})

const record: z.ZodType<AlertRecord> = z.object({
  seq: z.int(),
  event,
  deliveries: z.record(z.string(), delivery),
})

/** The record that was stored; undefined if it is none that this version understands. */
export function readRecord(stored: unknown): AlertRecord | undefined {
  return record.safeParse(stored).data
}
