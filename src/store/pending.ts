/** What waits to be sent to the store's thread. Bounded, so that a disk that refuses for days costs no memory. */
import type { Batch } from './messages.ts'
import type { AlertRow, HostnameRow, SelectionRow, TransitionRow, VerdictRow } from './rows.ts'

/** Only the latest verdict of a target, the latest selection of a pool and family, and the latest addresses of a hostname are kept, the latest of an alert, and the newest transitions. */
export class Pending {
  readonly #transitionLimit: number
  #verdicts = new Map<string, VerdictRow>()
  #selections = new Map<string, SelectionRow>()
  #hostnames = new Map<string, HostnameRow>()
  /** Bounded by whoever saves them: those that are gone are removed. */
  #alerts = new Map<number, AlertRow>()
  #transitions: TransitionRow[] = []
  #dropped = 0

  constructor(transitionLimit = 10_000) {
    this.#transitionLimit = transitionLimit
  }

  get size(): number {
    const { size } = this.#alerts
    return (
      size + this.#verdicts.size + this.#selections.size + this.#hostnames.size + this.#transitions.length
    )
  }

  /** Transitions given up because too many waited. */
  get dropped(): number {
    return this.#dropped
  }

  verdict(row: VerdictRow): void {
    this.#verdicts.set(row.key, row)
  }

  selection(row: SelectionRow): void {
    this.#selections.set(`${row.family} ${row.pool} ${row.zone}`, row)
  }

  hostname(row: HostnameRow): void {
    this.#hostnames.set(row.hostname, row)
  }

  alert(row: AlertRow): void {
    this.#alerts.set(row.seq, row)
  }

  transition(row: TransitionRow): void {
    this.#transitions.push(row)
    if (this.#transitions.length <= this.#transitionLimit) return
    this.#transitions.shift()
    this.#dropped++
  }

  /** Everything that waits; afterwards nothing does. */
  take(): Batch {
    const batch = {
      verdicts: [...this.#verdicts.values()],
      selections: [...this.#selections.values()],
      hostnames: [...this.#hostnames.values()],
      alerts: [...this.#alerts.values()],
      transitions: this.#transitions,
    }
    this.#verdicts = new Map()
    this.#selections = new Map()
    this.#hostnames = new Map()
    this.#alerts = new Map()
    this.#transitions = []
    return batch
  }

  /** Puts back what was taken, in the order in which it was, before what has come since. */
  putBack(batches: readonly Batch[]): void {
    for (const batch of [...batches, this.take()]) {
      for (const row of batch.verdicts) this.verdict(row)
      for (const row of batch.selections) this.selection(row)
      for (const row of batch.hostnames) this.hostname(row)
      for (const row of batch.alerts) this.alert(row)
      for (const row of batch.transitions) this.transition(row)
    }
  }
}
