/** Tells all receivers what has happened: each has a queue of its own, and all of them one ledger. */

import { Courier, type CourierCounts, type CourierOptions } from './courier.ts'
import type { AlertEvent } from './event.ts'
import { isOpen, Ledger } from './ledger.ts'
import type { Delivered } from './message.ts'
import type { Receiver } from './receiver.ts'
import type { AlertRecord, Outbox } from './record.ts'

export type AlerterOptions = Omit<CourierOptions, 'ledger'> & { readonly outbox: Outbox }

export interface ReceiverState {
  readonly receiver: Receiver
  readonly counts: CourierCounts
  readonly waiting: number
  /** Why it takes nothing now, or not for all recipients, in words. */
  readonly fault: string | undefined
}

export class Alerter {
  readonly #options: CourierOptions
  readonly #ledger: Ledger
  readonly #couriers = new Map<string, Courier>()
  #cancelTrim: (() => void) | undefined

  /** Goes on with what the outbox has, once the receivers are known. */
  constructor({ outbox, ...options }: AlerterOptions) {
    this.#ledger = new Ledger(outbox)
    this.#options = { ...options, ledger: this.#ledger }
  }

  get receivers(): readonly ReceiverState[] {
    return Array.from(this.#couriers.values(), ({ queue, counts, fault }) => ({
      receiver: queue.receiver,
      counts,
      waiting: queue.waiting,
      fault,
    }))
  }

  /** The newest first. */
  recent(limit: number): readonly AlertRecord[] {
    return limit === 0 ? [] : [...this.#ledger.records].slice(-limit).reverse()
  }

  /** What lasts at any receiver, each once. */
  get lasting(): readonly AlertEvent[] {
    return [...this.#ledger.records]
      .filter(record => Object.values(record.deliveries).some(delivery => isOpen(record, delivery)))
      .map(({ event }) => event)
  }

  /** These are told from now on. What waits for one of the same name goes to the new one. */
  adopt(receivers: readonly Receiver[]): void {
    this.#forget(new Set(receivers.map(({ name }) => name)))
    for (const receiver of receivers) {
      const known = this.#couriers.get(receiver.name)
      if (known === undefined) this.#couriers.set(receiver.name, new Courier(receiver, this.#options))
      else known.adopt(receiver)
    }
  }

  take(event: AlertEvent): void {
    const wallMs = this.#options.clock.wallMs()
    const seq = this.#ledger.nextSeq(wallMs)
    const takers = [...this.#couriers.values()].filter(({ queue }) => queue.accepts(seq, event, wallMs))
    // What nobody was told of needs no end.
    if (takers.length === 0 && event.resolves !== undefined) return
    this.#ledger.add(
      seq,
      event,
      takers.map(({ queue }) => queue.receiver.name),
    )
    for (const courier of takers) {
      courier.queue.bound()
      courier.wake()
    }
    this.#trimSoon()
  }

  /** Tries it once with one receiver; undefined where none is called so. */
  test(receiver: string, event: AlertEvent): Promise<Delivered> | undefined {
    return this.#couriers.get(receiver)?.test(event)
  }

  /** After a disk has lost what it had. */
  saveAgain(): void {
    this.#ledger.saveAgain()
  }

  /** What waits, waits for the next start. */
  stop(): void {
    this.#cancelTrim?.()
    for (const courier of this.#couriers.values()) courier.close()
  }

  /** Those that are gone have nothing to wait for, also those of an earlier run. */
  #forget(kept: ReadonlySet<string>): void {
    for (const [name, courier] of this.#couriers) {
      if (kept.has(name)) continue
      courier.close()
      courier.queue.cancelAll()
      this.#couriers.delete(name)
    }
    for (const record of [...this.#ledger.records]) {
      for (const [name, delivery] of Object.entries(record.deliveries)) {
        if (kept.has(name)) continue
        const change = delivery.state === 'waiting' ? ({ state: 'cancelled' } as const) : {}
        if (delivery.state === 'waiting' || isOpen(record, delivery))
          this.#ledger.mark(record.seq, name, { ...change, closed: true })
      }
    }
  }

  /** Together for all that comes at once. */
  #trimSoon(): void {
    const { clock } = this.#options
    this.#cancelTrim ??= clock.at(clock.monotonicMs(), () => {
      this.#cancelTrim = undefined
      this.#ledger.trim()
    })
  }
}
