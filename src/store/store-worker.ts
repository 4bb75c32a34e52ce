/** The store's thread: commits what control sends, in batches, and tries again for as long as the disk refuses. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Found, FromWorker, Request, ToWorker } from './messages.ts'
import type { HistoryLimits } from './probe-history.ts'
import { StateDatabase, textOf } from './state-database.ts'

/** From one commit to the next: what is saved is on disk after this and the time of a commit. */
const COMMIT_INTERVAL_MS = 50
const RETRY_MS = 1000
/** Late enough for control to have loaded its configuration, so that it can save what is in use. */
const FIRST_PRUNE_MS = 600_000
const PRUNE_INTERVAL_MS = 86_400_000
/** They add nothing. */
const READS: ReadonlySet<Request['kind']> = new Set(['transitions', 'audit', 'probe-runs'])

type NumberedBatch = Extract<ToWorker, { kind: 'batch' }>

if (parentPort === null) throw new Error('store-worker.ts runs as a worker thread')
const port = parentPort
const { path, history } = workerData as { path: string; history: HistoryLimits }
const database = new StateDatabase(path, history, report)
let pending: NumberedBatch[] = []
let timer: NodeJS.Timeout | undefined
let lastCommitMs = Number.NEGATIVE_INFINITY
let faulty = false

start()
setTimeout(prune, FIRST_PRUNE_MS).unref()
port.on('message', (message: ToWorker) => {
  if (message.kind === 'batch') enqueue(message)
  else answer(message.id, message.want)
})

function report(message: FromWorker): void {
  port.postMessage(message)
}

function start(): void {
  const { restored, fault } = database.restore()
  if (fault === undefined) {
    report({ kind: 'started', restored })
  } else {
    report({ kind: 'started', restored, fault: describe(fault) })
    retryLater()
  }
}

function enqueue(batch: NumberedBatch): void {
  pending.push(batch)
  timer ??= setTimeout(tryCommit, Math.max(0, lastCommitMs + COMMIT_INTERVAL_MS - performance.now()))
}

function tryCommit(): void {
  try {
    commit()
  } catch (error) {
    enterFault(error)
  }
}

/** Throws if the disk refuses; what is pending stays so. */
function commit(): void {
  clearTimeout(timer)
  timer = undefined
  if (pending.length === 0 && !faulty) return
  database.write(pending.map(({ batch }) => batch))
  lastCommitMs = performance.now()
  const number = pending.at(-1)?.number
  pending = []
  if (number !== undefined) report({ kind: 'committed', number })
  if (faulty) report({ kind: 'recovered' })
  faulty = false
}

function enterFault(error: unknown): void {
  report({ kind: 'fault', message: describe(error) })
  retryLater()
}

function retryLater(): void {
  faulty = true
  clearTimeout(timer)
  timer = setTimeout(tryCommit, RETRY_MS)
}

function describe(error: unknown): string {
  return `${path}: ${textOf(error)}`
}

function answer(id: number, want: Request): void {
  const reply = replyTo(id, want)
  if (want.kind === 'close') {
    clearTimeout(timer)
    database.close()
  }
  report(reply)
  if (want.kind === 'close') port.close()
}

function replyTo(id: number, want: Request): FromWorker {
  try {
    return { kind: 'done', id, found: serve(want) }
  } catch (error) {
    return { kind: 'refused', id, message: describe(error) }
  }
}

function serve(want: Request): Found {
  try {
    commit()
  } catch (error) {
    enterFault(error)
    // What is on disk may be readable although nothing can be added to it.
    if (!READS.has(want.kind)) throw error
  }
  if (want.kind === 'save-override') database.saveOverride(want.row, want.replaced)
  if (want.kind === 'drop-overrides') database.dropOverrides(want.ids)
  if (want.kind === 'transitions') return { transitions: database.transitions(want.query) }
  if (want.kind === 'audit') return { audit: database.audit(want.query) }
  return want.kind === 'probe-runs' ? { runs: database.probeRuns(want.query) } : {}
}

function prune(): void {
  try {
    database.prune()
  } catch (error) {
    enterFault(error)
  }
  report({ kind: 'save-again' })
  setTimeout(prune, PRUNE_INTERVAL_MS).unref()
}
