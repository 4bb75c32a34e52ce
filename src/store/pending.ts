/** What waits to be sent to the store's thread. Bounded, so that a disk that refuses for days costs no memory. */
import type { AuditRow } from './audit-rows.ts'
import type { Batch } from './messages.ts'
import type { RunRow } from './probe-history.ts'
import type { AlertRow, HostnameRow, SelectionRow, TransitionRow, VerdictRow } from './rows.ts'

/** Rows; each is one request of an operator. */
const AUDIT_LIMIT = 1000
/** Of alerts that are gone. One whose removal was given up is read back, and removed, at a later start. */
const REMOVAL_LIMIT = 10_000

/** Only the latest verdict of a target, the latest selection of a pool and family, the latest addresses of a hostname and the latest of an alert are kept, the newest transitions, and the newest runs of probes. */
export class Pending {
  readonly #transitionLimit: number
  readonly #runLimit: number
  #verdicts = new Map<string, VerdictRow>()
  #selections = new Map<string, SelectionRow>()
  #hostnames = new Map<string, HostnameRow>()
  /** Bounded by whoever saves them: those that are gone are removed. */
  #alerts = new Map<number, AlertRow>()
  #removals = new Map<number, AlertRow>()
  #transitions: TransitionRow[] = []
  #audit: AuditRow[] = []
  /** By target and first time. */
  #runs = new Map<string, RunRow>()
  #dropped = 0
  #droppedRuns = 0

  constructor(transitionLimit = 10_000, runLimit = 20_000) {
    this.#transitionLimit = transitionLimit
    this.#runLimit = runLimit
  }

  get size(): number {
    const latest = this.#verdicts.size + this.#selections.size + this.#hostnames.size + this.#alerts.size
    return latest + this.#removals.size + this.#transitions.length + this.#audit.length + this.#runs.size
  }

  /** Transitions and rows of the audit given up because too many waited. */
  get dropped(): number {
    return this.#dropped
  }

  /** The same of runs of probes. */
  get droppedRuns(): number {
    return this.#droppedRuns
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
    this.#alerts.delete(row.seq)
    this.#removals.delete(row.seq)
    const rows = row.record === null ? this.#removals : this.#alerts
    rows.set(row.seq, row)
    const [oldest = 0] = this.#removals.keys()
    if (this.#removals.size > REMOVAL_LIMIT) this.#removals.delete(oldest)
  }

  transition(row: TransitionRow): void {
    this.#transitions.push(row)
    if (this.#transitions.length <= this.#transitionLimit) return
    this.#transitions.shift()
    this.#dropped++
  }

  audit(row: AuditRow): void {
    this.#audit.push(row)
    if (this.#audit.length <= AUDIT_LIMIT) return
    this.#audit.shift()
    this.#dropped++
  }

  run(row: RunRow): void {
    this.#runs.set(`${row.first_ms} ${row.key}`, row)
    if (this.#runs.size <= this.#runLimit) return
    const [oldest = ''] = this.#runs.keys()
    this.#runs.delete(oldest)
    this.#droppedRuns++
  }

  /** Everything that waits; afterwards nothing does. */
  take(): Batch {
    const batch = {
      verdicts: [...this.#verdicts.values()],
      selections: [...this.#selections.values()],
      hostnames: [...this.#hostnames.values()],
      alerts: [...this.#alerts.values(), ...this.#removals.values()],
      transitions: this.#transitions,
      audit: this.#audit,
      runs: [...this.#runs.values()],
    }
    this.#verdicts = new Map()
    this.#selections = new Map()
    this.#hostnames = new Map()
    this.#alerts = new Map()
    this.#removals = new Map()
    this.#transitions = []
    this.#audit = []
    this.#runs = new Map()
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
      for (const row of batch.audit) this.audit(row)
      for (const row of batch.runs) this.run(row)
    }
  }
}
