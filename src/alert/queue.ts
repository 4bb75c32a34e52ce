/**
 * What one receiver is still to be told, and in what order. Decides, but sends nothing.
 *
 *   event                            | at this receiver                              | becomes
 *   ---------------------------------+-----------------------------------------------+---------------------------------------------
 *   ends another                     | was not told of that                          | not for it
 *                                    | that waits, never tried, and states are shown | both cancelled
 *                                    | that waits, tried, and states are shown       | that cancelled, this one waits
 *                                    | else                                          | waits; whatever its severity
 *   any other                        | less severe than it wants, or another's pool  | not for it
 *                                    | the same waits, or was told before `repeat`   | not for it
 *                                    | else                                          | waits
 *   lasts, was told `repeat` ago     |                                               | waits again
 *   waits, and newer ones are a 1000 |                                               | lost
 *
 * All of a pool goes out in order; after one that may never be taken the other pools are next. In quiet hours a pool waits, unless something of it is too severe for that: then all of it goes.
 */
import { type AlertEvent, isAtLeast, poolOf, type Severity } from './event.ts'
import { isOpen, type Ledger } from './ledger.ts'
import type { NotTaken } from './message.ts'
import { quietUntilMs } from './quiet-hours.ts'
import { type Receiver, showsStates } from './receiver.ts'
import type { AlertRecord, Delivery } from './record.ts'

const MAX_WAITING = 1000

/** What is to be sent now, or when to look again: wall time, endless for never. */
export type Next = { readonly record: AlertRecord } | { readonly lookMs: number }

export interface QueueCounts {
  cancelled: number
  lost: number
}

export class ReceiverQueue {
  receiver: Receiver
  readonly counts: QueueCounts = { cancelled: 0, lost: 0 }
  readonly #ledger: Ledger
  /** Numbers in the ledger, in order. */
  readonly #waiting = new Set<number>()
  /** What lasts, by key. */
  readonly #open = new Map<string, number>()
  /** When what does not last was told, by what it says. */
  readonly #told = new Map<string, number>()
  /** Is being sent now. */
  #inFlight: number | undefined
  /** Pools with one that may never be taken: they are next once every other one has had its turn. */
  readonly #failedLanes = new Set<string>()

  /** Goes on with what the ledger has. */
  constructor(receiver: Receiver, ledger: Ledger) {
    this.receiver = receiver
    this.#ledger = ledger
    for (const record of ledger.records) this.#restore(record)
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** Whether the event is to be told; if so it is added to the ledger under this number next. */
  accepts(seq: number, event: AlertEvent, wallMs: number): boolean {
    const wanted = event.resolves === undefined ? this.#isNews(event, wallMs) : this.#ends(event.resolves)
    if (!wanted) return false
    if (event.lasts) this.#open.set(event.key, seq)
    this.#waiting.add(seq)
    return true
  }

  /** Makes room for the newest; call it once they are in the ledger. */
  bound(): void {
    for (const seq of this.#waiting) {
      if (this.#waiting.size <= MAX_WAITING) return
      if (seq === this.#inFlight) continue
      this.#giveUp(seq, 'lost', 'too many waited')
    }
  }

  /** What lasts for too long without having been told anew waits again. */
  remind(wallMs: number): void {
    for (const seq of this.#open.values()) {
      if (this.#remindMs(seq) > wallMs) continue
      this.#ledger.mark(seq, this.receiver.name, { state: 'waiting', attempts: 0 })
      this.#waiting.add(seq)
    }
    for (const [said, toldMs] of this.#told)
      if (toldMs + this.receiver.repeatMs <= wallMs) this.#told.delete(said)
  }

  next(wallMs: number): Next {
    const lanes = new Map<string, number>()
    const records = Array.from(this.#waiting, seq => this.#ledger.get(seq)).filter(
      record => record !== undefined,
    )
    const untilMs = this.#quietUntil(wallMs)
    for (const record of records) {
      const lane = poolOf(record.event)
      const lookMs = untilMs(this.#severityOf(record))
      lanes.set(lane, Math.min(lanes.get(lane) ?? Number.POSITIVE_INFINITY, lookMs))
    }
    const ready = records.filter(({ event }) => (lanes.get(poolOf(event)) ?? 0) <= wallMs)
    // What a receiver cannot take for a reason of its own holds up its own pool only.
    const other = ready.find(({ event }) => !this.#failedLanes.has(poolOf(event)))
    if (other === undefined) this.#failedLanes.clear()
    const record = other ?? ready[0]
    if (record !== undefined) return { record }
    const reminders = Array.from(this.#open.values(), seq => this.#remindMs(seq))
    return { lookMs: Math.min(...lanes.values(), ...reminders) }
  }

  begin(seq: number): void {
    this.#inFlight = seq
    const { attempts = 0 } = this.#delivery(seq) ?? {}
    this.#ledger.mark(seq, this.receiver.name, { attempts: attempts + 1 })
  }

  sent(seq: number, detail: string, wallMs: number): void {
    this.#inFlight = undefined
    this.#waiting.delete(seq)
    this.#ledger.mark(seq, this.receiver.name, { state: 'sent', sentMs: wallMs, detail })
    const event = this.#ledger.get(seq)?.event
    if (event !== undefined) this.#failedLanes.delete(poolOf(event))
    if (event?.lasts === false) this.#told.set(saidBy(event), wallMs)
  }

  failed(seq: number, notTaken: NotTaken): void {
    const { kind, detail } = notTaken
    this.#inFlight = undefined
    const event = this.#ledger.get(seq)?.event
    if (event !== undefined && kind === 'failed' && notTaken.ofMessage) this.#failedLanes.add(poolOf(event))
    const isOver = this.#delivery(seq)?.closed === true && showsStates(this.receiver)
    if (kind === 'refused') this.#giveUp(seq, 'refused', detail)
    else if (isOver) this.#giveUp(seq, 'cancelled', detail)
    else this.#ledger.mark(seq, this.receiver.name, { detail })
  }

  /** The receiver is gone. */
  cancelAll(): void {
    for (const seq of this.#open.values()) this.#close(seq)
    for (const seq of this.#waiting) this.#giveUp(seq, 'cancelled', 'there is no such receiver any more')
  }

  #restore(record: AlertRecord): void {
    const { seq, event } = record
    const delivery = record.deliveries[this.receiver.name]
    if (delivery === undefined) return
    if (delivery.state === 'waiting') this.#waiting.add(seq)
    if (isOpen(record, delivery)) this.#open.set(event.key, seq)
    if (!event.lasts && delivery.sentMs !== undefined) this.#told.set(saidBy(event), delivery.sentMs)
  }

  #isNews(event: AlertEvent, wallMs: number): boolean {
    const { minSeverity, pools } = this.receiver
    if (!isAtLeast(event.severity, minSeverity) || !isOfPools(event, pools)) return false
    const same = this.#sameAs(event)
    if (same === undefined) return true
    if (same.state === 'waiting' || wallMs < (same.sentMs ?? 0) + this.receiver.repeatMs) return false
    const before = this.#open.get(event.key)
    if (before !== undefined) this.#close(before)
    return true
  }

  /** What has become of an event that says the same. One of the same key that says another thing makes room. */
  #sameAs(event: AlertEvent): Pick<Delivery, 'state' | 'sentMs'> | undefined {
    if (!event.lasts) {
      for (const seq of this.#waiting) {
        const other = this.#ledger.get(seq)?.event
        if (other !== undefined && saidBy(other) === saidBy(event)) return { state: 'waiting' }
      }
      const sentMs = this.#told.get(saidBy(event))
      return sentMs === undefined ? undefined : { state: 'sent', sentMs }
    }
    const seq = this.#open.get(event.key)
    const record = seq === undefined ? undefined : this.#ledger.get(seq)
    if (seq === undefined || record === undefined) return undefined
    if (saidBy(record.event) === saidBy(event)) return record.deliveries[this.receiver.name]
    this.#close(seq)
    return undefined
  }

  /** Whether the end of what has this key is to be told. */
  #ends(key: string): boolean {
    const seq = this.#open.get(key)
    const delivery = seq === undefined ? undefined : this.#delivery(seq)
    if (seq === undefined || delivery === undefined) return false
    this.#close(seq)
    if (delivery.state !== 'waiting' || seq === this.#inFlight) return true
    if (delivery.sentMs !== undefined) {
      this.#waiting.delete(seq)
      this.#ledger.mark(seq, this.receiver.name, { state: 'sent' })
      return true
    }
    if (!showsStates(this.receiver)) return true
    this.#giveUp(seq, 'cancelled', 'over before it was told')
    return delivery.attempts > 0
  }

  #close(seq: number): void {
    const record = this.#ledger.get(seq)
    if (record !== undefined && this.#open.get(record.event.key) === seq) this.#open.delete(record.event.key)
    this.#ledger.mark(seq, this.receiver.name, { closed: true })
  }

  #giveUp(seq: number, state: 'cancelled' | 'lost' | 'refused', detail: string): void {
    this.#waiting.delete(seq)
    this.#close(seq)
    this.#ledger.mark(seq, this.receiver.name, { state, detail })
    if (state !== 'refused') this.counts[state]++
  }

  #delivery(seq: number): Delivery | undefined {
    return this.#ledger.get(seq)?.deliveries[this.receiver.name]
  }

  /** Endless for what waits, or has never been told. */
  #remindMs(seq: number): number {
    const { state, sentMs } = this.#delivery(seq) ?? {}
    return state === 'sent' && sentMs !== undefined
      ? sentMs + this.receiver.repeatMs
      : Number.POSITIVE_INFINITY
  }

  /** An end is as urgent as what it ends. */
  #severityOf(record: AlertRecord): Severity {
    if (this.receiver.quiet === undefined) return record.event.severity
    return (this.#ledger.openingOf(record) ?? record.event).severity
  }

  #quietUntil(wallMs: number): (severity: Severity) => number {
    const { quiet } = this.receiver
    const known = new Map<Severity, number>()
    return severity => {
      const untilMs =
        known.get(severity) ??
        (quiet === undefined ? wallMs : (quietUntilMs(quiet, severity, wallMs) ?? wallMs))
      known.set(severity, untilMs)
      return untilMs
    }
  }
}

function saidBy({ key, summary }: AlertEvent): string {
  return `${key}\n${summary}`
}

/** Names are those of zone and pool, or of the pool alone. */
function isOfPools(event: AlertEvent, pools: readonly string[] | undefined): boolean {
  if (pools === undefined) return true
  return pools.some(name => name === poolOf(event) || name === event.pool)
}
