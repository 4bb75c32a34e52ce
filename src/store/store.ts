/**
 * The state that outlives the process, as control uses it. Nothing here waits for the disk: what is saved goes to a thread that
 * commits at least every 50 ms, also while control is busy or killed; a disk that refuses is told of and tried again.
 *
 *   save… ──> pending (bounded) ──post──> posted ──committed──> forgotten
 *                 ^                          │
 *                 └──── the thread died ─────┘
 */
import type { ProbeRun } from '#health/probe-run.ts'
import type { Override } from '#steering/override.ts'
import { auditRow } from './audit-rows.ts'
import type { Batch } from './messages.ts'
import { overrideRow } from './override-rows.ts'
import { Pending } from './pending.ts'
import { DEFAULT_HISTORY, type HistoryLimits, type RunPage, type RunQuery, runRow } from './probe-history.ts'
import type {
  AuditQuery,
  Restored,
  StoredAudit,
  StoredHostname,
  StoredSelection,
  StoredTransition,
  StoredVerdict,
  TransitionQuery,
} from './records.ts'
import { alertRow, hostnameRow, selectionRow, transitionRow, verdictRow } from './rows.ts'
import { StoreThread, type ThreadEvents } from './thread.ts'

/** So many rows may be with the thread; more wait where they are bounded. */
const POSTED_LIMIT = 10_000
const START_DEADLINE_MS = 5000
const ANSWER_DEADLINE_MS = 10_000
/** Within the second in which the server stops. */
const CLOSE_DEADLINE_MS = 700

export interface StoreOptions {
  /** The database's file; made with its folder where missing. */
  readonly path: string
  /** How much is kept of what probes see; `DEFAULT_HISTORY` where nothing is said. */
  readonly history?: HistoryLimits
  /** Told of everything that goes wrong, in one line. While a fault lasts nothing is stored; one that does not is over already. */
  onFault(message: string, lasts: boolean): void
  /** A lasting fault is over: what is saved reaches the disk again. */
  onRecovered(): void
  /**
   * Asks for all verdicts and selections in use to be saved again: once a day, so that they are not taken for those of checks that
   * are gone (verdicts not saved for 30 days are removed), and after a damaged database was replaced.
   */
  onSaveAgain?(): void
}

export interface Store {
  readonly restored: Restored
  saveVerdict(verdict: StoredVerdict): void
  saveSelection(selection: StoredSelection): void
  saveHostname(hostname: StoredHostname): void
  /** In place of what was saved under the number before; undefined removes it. At most 30,000 are given back at the next start, the newest. */
  saveAlert(seq: number, record: unknown): void
  /** The newest 100,000 are kept. */
  addTransition(transition: StoredTransition): void
  /** The newest 10,000 are kept. */
  addAudit(audit: StoredAudit): void
  /** What probes of a target saw, in the place of what was saved of it with the same first time. */
  saveRun(key: string, run: ProbeRun): void
  /** One page of what probes saw, what was saved before the call included unless the disk is slow. Rejects if the store cannot be read. */
  probeRuns(query: RunQuery): Promise<RunPage>
  /**
   * Resolves once it is on disk and those with the ids are not; rejects, with words for a person, if the disk refuses, or does not answer: then nobody
   * knows what it will do.
   */
  saveOverride(override: Override, replaced?: readonly string[]): Promise<void>
  /** Resolves once they are gone from the disk; rejects if it refuses. */
  dropOverrides(ids: readonly string[]): Promise<void>
  /** The newest first, what was added before the call included unless the disk is slow. Rejects if the store cannot be read. */
  transitions(query: TransitionQuery): Promise<readonly StoredTransition[]>
  /** As `transitions`, of the audit. */
  audit(query: AuditQuery): Promise<readonly StoredAudit[]>
  /** Everything that went wrong since the start: failed writes, skipped rows, lost transitions. */
  readonly errors: number
  /** Why nothing can be written now. */
  readonly fault: string | undefined
  /** Resolves once everything saved before the call is on disk; rejects if the disk refuses. */
  flush(): Promise<void>
  /** Writes what can be written within a second. Never rejects. */
  close(): Promise<void>
}

/**
 * Opens the store, whatever state the database is in: a damaged one is set aside as `.corrupt-TIME` and a new one begun;
 * one that cannot be written is read as far as may be, and tried again for as long as the store is open.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const store = new ThreadedStore(options)
  await store.started
  return store
}

interface Posted {
  readonly number: number
  readonly rows: number
  readonly batch: Batch
}

class ThreadedStore implements Store {
  readonly started: Promise<void>
  restored: Restored = { verdicts: [], selections: [], overrides: [], hostnames: [], alerts: [] }
  readonly #options: StoreOptions
  readonly #history: HistoryLimits
  readonly #thread: StoreThread
  readonly #pending = new Pending()
  #posted: Posted[] = []
  #postedRows = 0
  #nextNumber = 1
  #begun = false
  #postSoon = false
  #faults = 0
  #fault: string | undefined

  constructor(options: StoreOptions) {
    this.#options = options
    const { promise, resolve } = Promise.withResolvers<void>()
    this.started = promise
    const begin = (): void => {
      this.#begun = true
      clearTimeout(deadline)
      resolve()
    }
    const deadline = setTimeout(() => {
      this.#enterFault(`${options.path}: the disk has not answered for ${START_DEADLINE_MS} ms`)
      begin()
    }, START_DEADLINE_MS)
    this.#history = options.history ?? DEFAULT_HISTORY
    this.#thread = new StoreThread(options.path, this.#history, this.#events(begin))
  }

  get errors(): number {
    return this.#faults + this.#pending.dropped + this.#pending.droppedRuns
  }

  get fault(): string | undefined {
    const { dropped, droppedRuns } = this.#pending
    if (this.#fault === undefined) return undefined
    const lost = [
      ...(dropped === 0 ? [] : [`${dropped} rows of the history`]),
      ...(droppedRuns === 0 ? [] : [`${droppedRuns} runs of probes`]),
    ]
    return lost.length === 0 ? this.#fault : `${this.#fault}; ${lost.join(' and ')} lost since the start`
  }

  saveVerdict(verdict: StoredVerdict): void {
    this.#pending.verdict(verdictRow(verdict))
    this.#schedule()
  }

  saveSelection(selection: StoredSelection): void {
    this.#pending.selection(selectionRow(selection))
    this.#schedule()
  }

  saveHostname(hostname: StoredHostname): void {
    this.#pending.hostname(hostnameRow(hostname))
    this.#schedule()
  }

  saveAlert(seq: number, record: unknown): void {
    this.#pending.alert(alertRow(seq, record))
    this.#schedule()
  }

  addTransition(transition: StoredTransition): void {
    this.#pending.transition(transitionRow(transition))
    this.#schedule()
  }

  addAudit(audit: StoredAudit): void {
    this.#pending.audit(auditRow(audit))
    this.#schedule()
  }

  saveRun(key: string, run: ProbeRun): void {
    if (this.#history.days === 0) return
    this.#pending.run(runRow(key, run))
    this.#schedule()
  }

  async probeRuns(query: RunQuery): Promise<RunPage> {
    this.#postSome()
    const { runs } = await this.#thread.ask({ kind: 'probe-runs', query }, ANSWER_DEADLINE_MS)
    return runs ?? { runs: [], skipped: 0 }
  }

  async transitions(query: TransitionQuery): Promise<readonly StoredTransition[]> {
    this.#postSome()
    const { transitions = [] } = await this.#thread.ask({ kind: 'transitions', query }, ANSWER_DEADLINE_MS)
    return transitions
  }

  async audit(query: AuditQuery): Promise<readonly StoredAudit[]> {
    this.#postSome()
    const { audit = [] } = await this.#thread.ask({ kind: 'audit', query }, ANSWER_DEADLINE_MS)
    return audit
  }

  async saveOverride(override: Override, replaced: readonly string[] = []): Promise<void> {
    const row = overrideRow(override)
    await this.#thread.ask({ kind: 'save-override', row, replaced }, ANSWER_DEADLINE_MS)
  }

  async dropOverrides(ids: readonly string[]): Promise<void> {
    await this.#thread.ask({ kind: 'drop-overrides', ids }, ANSWER_DEADLINE_MS)
  }

  async flush(): Promise<void> {
    this.#postAll()
    await this.#thread.ask({ kind: 'flush' }, ANSWER_DEADLINE_MS)
  }

  async close(): Promise<void> {
    this.#postAll()
    try {
      await this.#thread.ask({ kind: 'close' }, CLOSE_DEADLINE_MS)
      await this.#thread.end(true)
    } catch (error) {
      this.#notice(`not everything is on disk: ${error instanceof Error ? error.message : String(error)}`, 1)
      await this.#thread.end(false)
    }
  }

  #events(begin: () => void): ThreadEvents {
    return {
      message: message => {
        switch (message.kind) {
          case 'started':
            this.#threadStarted(message.restored, message.fault)
            begin()
            break
          case 'committed':
            this.#committed(message.number)
            break
          case 'notice':
            this.#notice(message.message, message.count)
            break
          case 'fault':
            this.#enterFault(message.message)
            break
          case 'recovered':
            this.#recover()
            break
          case 'save-again':
            this.#options.onSaveAgain?.()
            break
          default:
            message satisfies never
        }
      },
      died: why => {
        this.#enterFault(why)
        this.#takeBack()
        begin()
      },
      restarted: () => this.#postAll(),
    }
  }

  /** What is restored too late, or by a second thread, is older than what control has decided since. */
  #threadStarted(restored: Restored, fault: string | undefined): void {
    if (!this.#begun) this.restored = restored
    if (fault === undefined) this.#recover()
    else this.#enterFault(fault)
  }

  /** At the end of this turn, so that what is saved together travels together. */
  #schedule(): void {
    if (this.#postSoon) return
    this.#postSoon = true
    queueMicrotask(() => {
      this.#postSoon = false
      this.#postSome()
    })
  }

  /** Unless so much is with the thread already that a disk must be slow, or refuse. */
  #postSome(): void {
    if (this.#postedRows < POSTED_LIMIT) this.#postAll()
  }

  #postAll(): void {
    const rows = this.#pending.size
    if (rows === 0 || !this.#thread.running) return
    const posted = { number: this.#nextNumber++, rows, batch: this.#pending.take() }
    this.#thread.post({ kind: 'batch', number: posted.number, batch: posted.batch })
    this.#posted.push(posted)
    this.#postedRows += rows
  }

  #committed(number: number): void {
    while (this.#posted[0] !== undefined && this.#posted[0].number <= number) {
      this.#postedRows -= this.#posted.shift()?.rows ?? 0
    }
    this.#postAll()
  }

  /** A batch that was committed but not acknowledged is written twice: better than not at all. */
  #takeBack(): void {
    this.#pending.putBack(this.#posted.map(({ batch }) => batch))
    this.#posted = []
    this.#postedRows = 0
  }

  #notice(message: string, count: number): void {
    this.#faults += count
    this.#options.onFault(message, false)
  }

  #enterFault(message: string): void {
    this.#faults++
    if (message === this.#fault) return
    this.#fault = message
    this.#options.onFault(message, true)
  }

  #recover(): void {
    if (this.#fault === undefined) return
    this.#fault = undefined
    this.#options.onRecovered()
  }
}
