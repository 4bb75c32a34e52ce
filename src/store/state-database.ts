/** The database as the store's thread uses it: opened when needed, replaced when damaged, opened anew after every fault. */
import type { Database } from 'better-sqlite3'
import type { Batch, FromWorker } from './messages.ts'
import type { OverrideRow } from './override-rows.ts'
import { type HistoryLimits, type RunPage, type RunQuery, readRuns } from './probe-history.ts'
import type { AuditQuery, Restored, StoredAudit, StoredTransition, TransitionQuery } from './records.ts'
import { isDamage, openForWriting, readCopy, setAside } from './state-file.ts'
import {
  batchWriter,
  dropOverrides,
  prune,
  readAudits,
  readRestored,
  readTransitions,
  saveOverride,
} from './statements.ts'

interface Opened {
  readonly database: Database
  readonly write: (batches: readonly Batch[]) => number
}

const NOTHING: Restored = { verdicts: [], selections: [], overrides: [], hostnames: [], alerts: [] }

export class StateDatabase {
  readonly #path: string
  readonly #history: HistoryLimits
  readonly #report: (message: FromWorker) => void
  #opened: Opened | undefined

  constructor(path: string, history: HistoryLimits, report: (message: FromWorker) => void) {
    this.#path = path
    this.#history = history
    this.#report = report
  }

  /** What is stored; from a copy where the database cannot be written, which is returned as the `fault`. Never throws. */
  restore(): { restored: Restored; fault?: unknown } {
    try {
      return { restored: this.#restored(this.#use(({ database }) => readRestored(database))) }
    } catch (fault) {
      return { restored: this.#restoredFromCopy(), fault }
    }
  }

  /** Commits the batches in one transaction. Throws. */
  write(batches: readonly Batch[]): void {
    const refused = this.#use(({ write }) => write(batches))
    this.#lost(refused, 'not written: the database refuses what they hold')
  }

  /** On disk, and those with the ids are not, when this returns. Throws. */
  saveOverride(row: OverrideRow, replaced: readonly string[]): void {
    this.#use(({ database }) => saveOverride(database, row, replaced))
  }

  /** Gone from the disk when this returns. Throws. */
  dropOverrides(ids: readonly string[]): void {
    this.#use(({ database }) => dropOverrides(database, ids))
  }

  /** The newest first. Throws. */
  transitions(query: TransitionQuery): readonly StoredTransition[] {
    const { records, skipped } = this.#use(({ database }) => readTransitions(database, query))
    this.#lost(skipped, 'in the history skipped: they cannot be understood')
    return records
  }

  /** The newest first. Throws. */
  audit(query: AuditQuery): readonly StoredAudit[] {
    const { records, skipped } = this.#use(({ database }) => readAudits(database, query))
    this.#lost(skipped, 'in the audit skipped: they cannot be understood')
    return records
  }

  /** One page of what probes have seen. Throws. */
  probeRuns(query: RunQuery): RunPage {
    const page = this.#use(({ database }) => readRuns(database, query))
    this.#lost(page.skipped, 'in the history of probes skipped: they cannot be understood')
    return page
  }

  /** Removes the verdicts of checks that are gone. Throws. */
  prune(): void {
    this.#use(({ database }) => prune(database, Date.now()))
  }

  close(): void {
    this.#opened?.database.close()
    this.#opened = undefined
  }

  #use<T>(work: (opened: Opened) => T): T {
    try {
      return work(this.#open())
    } catch (error) {
      this.close()
      if (!isDamage(error)) throw error
      this.#replace(error)
      return work(this.#open())
    }
  }

  #open(): Opened {
    if (this.#opened !== undefined) return this.#opened
    const database = openForWriting(this.#path)
    try {
      this.#opened = { database, write: batchWriter(database, this.#history) }
      return this.#opened
    } catch (error) {
      database.close()
      throw error
    }
  }

  #replace(error: unknown): void {
    const aside = setAside(this.#path, Date.now())
    const message = `${this.#path} is damaged (${textOf(error)}): set aside as ${aside}, a new one is begun`
    this.#report({ kind: 'notice', message, count: 1 })
    this.#report({ kind: 'save-again' })
  }

  #restoredFromCopy(): Restored {
    try {
      return this.#restored(readCopy(this.#path, readRestored))
    } catch {
      return NOTHING
    }
  }

  #restored({ restored, skipped }: { restored: Restored; skipped: number }): Restored {
    this.#lost(skipped, 'skipped at start: they cannot be understood')
    return restored
  }

  #lost(count: number, what: string): void {
    if (count > 0) this.#report({ kind: 'notice', message: `${this.#path}: ${count} rows ${what}`, count })
  }
}

/** One line that says what went wrong, with the code where there is one. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = (error as { code?: unknown }).code
  return typeof code !== 'string' || error.message.includes(code)
    ? error.message
    : `${error.message} (${code})`
}
