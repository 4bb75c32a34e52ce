/** Who is told of what control announces: the alerter with the store under it, and what it looks like from outside. */
import { randomUUID } from 'node:crypto'
import { Alerter } from '#alert/alerter.ts'
import { type Announcement, endOf, eventsOf, type Teller } from '#alert/announcement.ts'
import { deliver } from '#alert/deliver.ts'
import type { AlertRecord } from '#alert/record.ts'
import type { Clock } from '#base/clock.ts'
import { formatComplaint } from '#base/complaint.ts'
import type { Log } from '#base/log.ts'
import type { Random } from '#base/random.ts'
import type { ServerSettings } from '#config/configuration.ts'
import type { Store } from '#store/store.ts'
import { isStill, type NowStanding } from './alert-standing.ts'
import { Refusal } from './refusals.ts'
import type { Reloaded } from './reloader.ts'
import type { AlertsView, AlertView, TestedView } from './view.ts'

const TOLD_ERRORS = 3

export interface AlertDeskOptions {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly store: Pick<Store, 'restored' | 'saveAlert' | 'fault'>
}

export class AlertDesk {
  readonly #clock: Clock
  readonly #store: AlertDeskOptions['store']
  readonly #alerter: Alerter
  #node = ''

  constructor({ clock, random, log, store }: AlertDeskOptions) {
    this.#clock = clock
    this.#store = store
    this.#alerter = new Alerter({
      clock,
      random,
      log,
      deliver,
      outbox: {
        restored: store.restored.alerts,
        save: (seq, record) => store.saveAlert(seq, record),
        remove: seq => store.saveAlert(seq, undefined),
      },
    })
  }

  /** These receivers are told from now on. */
  adopt({ node, alerts }: Pick<ServerSettings, 'node' | 'alerts'>): void {
    this.#node = node
    this.#alerter.adopt(alerts)
    const { fault } = this.#store
    if (fault !== undefined) this.announce({ kind: 'store', fault })
  }

  announce(announcement: Announcement): void {
    for (const event of eventsOf(announcement, this.#teller)) this.#alerter.take(event)
  }

  /** Of complaints the first errors are told. Files that say again what is in force end a failure too. */
  reloaded(ended: Pick<Reloaded, 'done' | 'unchanged' | 'complaints'> | { readonly error: unknown }): void {
    if ('error' in ended) {
      this.announce({ kind: 'reload', failed: true, detail: String(ended.error) })
      return
    }
    const { done, unchanged = false, complaints } = ended
    const errors = complaints.filter(({ severity }) => severity === 'error').slice(0, TOLD_ERRORS)
    const detail = errors.map(({ excerpt: _, ...complaint }) => formatComplaint(complaint)).join('\n')
    this.announce({ kind: 'reload', failed: !done && !unchanged, detail })
  }

  /** Ends what lasts at a receiver although it is not so any more: nobody may have been here when it was over. */
  settle({ pools, cutOff }: Omit<NowStanding, 'storeFault'>): void {
    const storeFault = this.#store.fault
    const lasts = isStill({ pools, cutOff, storeFault })
    for (const event of this.#alerter.lasting)
      if (!lasts(event)) this.#alerter.take(endOf(event, this.#teller))
  }

  /** What is known of alerts, the newest first. */
  view(limit: number): AlertsView {
    const receivers = this.#alerter.receivers.map(({ receiver, counts, waiting, fault }) => ({
      name: receiver.name,
      type: receiver.type,
      waiting,
      ...(fault !== undefined && { fault }),
      counts,
    }))
    return { receivers, alerts: this.#alerter.recent(limit).map(alertView) }
  }

  /** Sends one alert to that receiver now, past its filters. Rejects with a `Refusal` where there is none of that name. */
  async test(receiver: string, author: string): Promise<TestedView> {
    const { node, wallMs, newId } = this.#teller
    const tested = this.#alerter.test(receiver, {
      id: newId(),
      kind: 'test',
      severity: 'info',
      key: 'test',
      lasts: false,
      summary: `a test of the alerts of ${node}`,
      detail: `asked for by ${author}; nothing is wrong`,
      atMs: wallMs,
      node,
    })
    if (tested === undefined) throw new Refusal('not-found', this.#noReceiver(receiver))
    const { kind, detail } = await tested
    return { receiver, accepted: kind === 'accepted', detail }
  }

  saveAgain(): void {
    this.#alerter.saveAgain()
  }

  stop(): void {
    this.#alerter.stop()
  }

  get #teller(): Teller {
    return { node: this.#node, wallMs: this.#clock.wallMs(), newId: randomUUID }
  }

  #noReceiver(name: string): string {
    const names = this.#alerter.receivers.map(({ receiver }) => receiver.name)
    const known =
      names.length === 0 ? 'alerts: of the configuration has none' : `there are: ${names.join(', ')}`
    return `no receiver is called ${name}; ${known}`
  }
}

function alertView({ event, deliveries }: AlertRecord): AlertView {
  const { atMs, ...rest } = event
  return {
    ...rest,
    at: new Date(atMs).toISOString(),
    deliveries: Object.entries(deliveries).map(([receiver, { state, attempts, detail, sentMs }]) => ({
      receiver,
      state,
      attempts,
      ...(detail !== undefined && { detail }),
      ...(sentMs !== undefined && { sentAt: new Date(sentMs).toISOString() }),
    })),
  }
}
