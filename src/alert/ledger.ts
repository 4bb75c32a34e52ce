/** The events of late and what has become of them, in order: in memory, and with the outbox as far as a disk goes along. */
import type { AlertEvent } from './event.ts'
import { type AlertRecord, type Delivery, type Outbox, readRecord } from './record.ts'

/** So many are kept for people to look at. */
const KEPT = 2000
/** Those that wait or last are kept beyond that, up to here. */
const KEPT_AT_MOST = 20_000

export class Ledger {
  readonly #outbox: Outbox
  readonly #records = new Map<number, AlertRecord>()
  #lastSeq = 0

  constructor(outbox: Outbox) {
    this.#outbox = outbox
    for (const stored of outbox.restored) {
      const record = readRecord(stored)
      if (record === undefined) continue
      this.#records.set(record.seq, record)
      this.#lastSeq = Math.max(this.#lastSeq, record.seq)
    }
  }

  /** The oldest first. */
  get records(): IterableIterator<AlertRecord> {
    return this.#records.values()
  }

  get(seq: number): AlertRecord | undefined {
    return this.#records.get(seq)
  }

  /** The number that the next event gets: larger than those on a disk that could not be read, as long as the wall clock is not set back. */
  nextSeq(wallMs: number): number {
    this.#lastSeq = Math.max(this.#lastSeq + 1, Math.floor(wallMs) * 1000)
    return this.#lastSeq
  }

  add(seq: number, event: AlertEvent, receivers: readonly string[]): void {
    const waiting: Delivery = { state: 'waiting', attempts: 0 }
    const deliveries = Object.fromEntries(receivers.map(name => [name, waiting]))
    this.#save({ seq, event, deliveries })
  }

  /** Changes what has become of it at that receiver. */
  mark(seq: number, receiver: string, change: Partial<Delivery>): void {
    const record = this.#records.get(seq)
    const before = record?.deliveries[receiver]
    if (record === undefined || before === undefined) return
    const deliveries = { ...record.deliveries, [receiver]: { ...before, ...change } }
    this.#save({ ...record, deliveries })
  }

  /** The event that this one ends. */
  openingOf({ seq, event }: AlertRecord): AlertEvent | undefined {
    if (event.resolves === undefined) return undefined
    let opening: AlertEvent | undefined
    for (const { seq: other, event: earlier } of this.#records.values())
      if (other < seq && earlier.key === event.resolves) opening = earlier
    return opening
  }

  saveAgain(): void {
    for (const record of this.#records.values()) this.#outbox.save(record.seq, record)
  }

  /** Lets go of the oldest of which nothing is left to be done; of any, where there are far too many. */
  trim(): void {
    for (const record of this.#records.values()) {
      if (this.#records.size <= KEPT) return
      if (this.#records.size > KEPT_AT_MOST || isSettled(record)) {
        this.#records.delete(record.seq)
        this.#outbox.remove(record.seq)
      }
    }
  }

  #save(record: AlertRecord): void {
    this.#records.set(record.seq, record)
    this.#outbox.save(record.seq, record)
  }
}

/** Whether it lasts at the receiver, or is about to. */
export function isOpen({ event }: AlertRecord, { state, closed }: Delivery): boolean {
  return event.lasts && closed !== true && (state === 'waiting' || state === 'sent')
}

function isSettled(record: AlertRecord): boolean {
  return Object.values(record.deliveries).every(
    delivery => delivery.state !== 'waiting' && !isOpen(record, delivery),
  )
}
