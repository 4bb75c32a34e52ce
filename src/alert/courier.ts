/** Tells one receiver, one event after the other, and tries again for as long as it does not take them. It delays nobody else. */
import type { Clock } from '#base/clock.ts'
import type { Log } from '#base/log.ts'
import type { Random } from '#base/random.ts'
import type { AlertEvent } from './event.ts'
import type { Ledger } from './ledger.ts'
import type { Delivered, NotTaken, Parcel } from './message.ts'
import { ReceiverQueue } from './queue.ts'
import type { Receiver } from './receiver.ts'
import type { AlertRecord } from './record.ts'
import { render } from './render.ts'

const DEADLINE_MS = 10_000
/** A mail takes several turns, and servers may make strangers wait. */
const MAIL_DEADLINE_MS = 30_000
const FIRST_RETRY_MS = 1000
const LONGEST_RETRY_MS = 300_000
/** The wall clock may be set meanwhile. */
const LONGEST_LOOK_MS = 600_000
/** More than that no receiver may ask for. */
const LONGEST_RETRY_AFTER_MS = 900_000

export interface CourierOptions {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly ledger: Ledger
  /** Sends; never rejects. */
  deliver(parcel: Parcel, signal: AbortSignal): Promise<Delivered>
}

export interface CourierCounts {
  readonly sent: number
  /** Attempts that came to nothing. */
  readonly failed: number
  readonly refused: number
  readonly cancelled: number
  readonly lost: number
}

export class Courier {
  readonly queue: ReceiverQueue
  readonly #options: CourierOptions
  #counts = { sent: 0, failed: 0, refused: 0 }
  /** Of those that were lost, how many it has been told of. */
  #lostTold = 0
  #failures = 0
  /** Monotonic. */
  #retryMs = Number.NEGATIVE_INFINITY
  #fault: string | undefined
  #abort: AbortController | undefined
  #cancelTimer: () => void = () => undefined
  #closed = false

  constructor(receiver: Receiver, options: CourierOptions) {
    this.#options = options
    this.queue = new ReceiverQueue(receiver, options.ledger)
    this.wake()
  }

  get counts(): CourierCounts {
    return { ...this.#counts, ...this.queue.counts }
  }

  /** Why it takes nothing now, or not for all recipients, in words. */
  get fault(): string | undefined {
    return this.#fault
  }

  /** Looks soon what there is to do. */
  wake(): void {
    this.#lookAt(this.#options.clock.monotonicMs())
  }

  /** Tries again at once, with other settings. */
  adopt(receiver: Receiver): void {
    this.queue.receiver = receiver
    this.#retryMs = Number.NEGATIVE_INFINITY
    this.#failures = 0
    this.wake()
  }

  /** One attempt, past queue, filter and quiet hours. */
  test(event: AlertEvent): Promise<Delivered> {
    const { clock } = this.#options
    const message = { event, opening: undefined, isReminder: false, lost: 0, wallMs: clock.wallMs() }
    return this.#attempt(render(this.queue.receiver, message), new AbortController())
  }

  /** Nothing is sent any more; an attempt under way is broken off, and counts for nothing. */
  close(): void {
    this.#closed = true
    this.#cancelTimer()
    this.#abort?.abort()
  }

  #lookAt(monotonicMs: number): void {
    this.#cancelTimer()
    this.#cancelTimer = this.#options.clock.at(monotonicMs, () => this.#look())
  }

  #look(): void {
    if (this.#closed || this.#abort !== undefined) return
    const { clock } = this.#options
    const [nowMs, wallMs] = [clock.monotonicMs(), clock.wallMs()]
    if (nowMs < this.#retryMs) {
      this.#lookAt(this.#retryMs)
      return
    }
    this.queue.remind(wallMs)
    const next = this.queue.next(wallMs)
    if ('record' in next) void this.#send(next.record, wallMs)
    else if (next.lookMs !== Number.POSITIVE_INFINITY)
      this.#lookAt(nowMs + Math.min(LONGEST_LOOK_MS, Math.max(1, next.lookMs - wallMs)))
  }

  async #send(record: AlertRecord, wallMs: number): Promise<void> {
    const { ledger, clock } = this.#options
    const { receiver, counts } = this.queue
    const { seq, event } = record
    const isReminder = record.deliveries[receiver.name]?.sentMs !== undefined
    const lost = counts.lost - this.#lostTold
    const lostBefore = counts.lost
    const parcel = render(receiver, { event, opening: ledger.openingOf(record), isReminder, lost, wallMs })
    this.#abort = new AbortController()
    this.queue.begin(seq)
    const delivered = await this.#attempt(parcel, this.#abort)
    this.#abort = undefined
    if (this.#closed) return
    if (delivered.kind === 'accepted') {
      this.#lostTold = lostBefore
      this.#succeeded(delivered.but)
      this.queue.sent(seq, delivered.detail, clock.wallMs())
    } else this.#failed(seq, delivered)
    this.#look()
  }

  async #attempt(parcel: Parcel, abort: AbortController): Promise<Delivered> {
    const { clock, deliver } = this.#options
    const deadlineMs = parcel.kind === 'mail' ? MAIL_DEADLINE_MS : DEADLINE_MS
    const late: Delivered = { kind: 'failed', detail: `no answer within ${deadlineMs / 1000}s` }
    const { promise: tooLate, resolve } = Promise.withResolvers<Delivered>()
    const cancel = clock.at(clock.monotonicMs() + deadlineMs, () => {
      resolve(late)
      abort.abort()
    })
    try {
      return await Promise.race([tooLate, deliver(parcel, abort.signal)])
    } finally {
      cancel()
    }
  }

  /** @param but what is wrong all the same */
  #succeeded(but: string | undefined): void {
    this.#counts.sent++
    this.#failures = 0
    this.#retryMs = Number.NEGATIVE_INFINITY
    const { log } = this.#options
    const { name } = this.queue.receiver
    if (but !== undefined && but !== this.#fault)
      log.warn({ receiver: name }, `alerts: ${name} takes them, but: ${but}`)
    else if (but === undefined && this.#fault !== undefined) log.info({}, `alerts: ${name} takes them again`)
    this.#fault = but
  }

  #failed(seq: number, delivered: NotTaken): void {
    const { clock, random, log } = this.#options
    const { name } = this.queue.receiver
    const { detail } = delivered
    this.queue.failed(seq, delivered)
    if (delivered.kind === 'refused') {
      this.#counts.refused++
      log.error({ receiver: name }, `alerts: ${name} refuses an alert for good: ${detail}`)
      return
    }
    this.#counts.failed++
    const backoffMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.#failures, 20))
    this.#failures++
    const askedMs = Math.min(LONGEST_RETRY_AFTER_MS, delivered.retryAfterMs ?? 0)
    this.#retryMs = clock.monotonicMs() + Math.max(askedMs, backoffMs * (0.5 + random() / 2))
    if (this.#fault !== detail)
      log.warn({ receiver: name, waiting: this.queue.waiting }, `alerts: ${name}: ${detail}; tried again`)
    this.#fault = detail
  }
}
