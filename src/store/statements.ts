/** The SQL that writes and reads records. */
import type { Database } from 'better-sqlite3'
import Sqlite from 'better-sqlite3'
import { readAudit } from './audit-rows.ts'
import type { Batch } from './messages.ts'
import { type OverrideRow, readOverride } from './override-rows.ts'
import { type HistoryLimits, pruneTargets, runPruner, runWriter } from './probe-history.ts'
import type { AuditQuery, Restored, StoredAudit, StoredTransition, TransitionQuery } from './records.ts'
import { readAlert, readHostname, readSelection, readTransition, readVerdict } from './rows.ts'

/** Verdicts not saved for so long belong to checks that are gone. */
const VERDICT_LIFE_MS = 30 * 86_400_000
const TRANSITIONS_KEPT = 100_000
const AUDIT_KEPT = 10_000

const SAVE_VERDICT = `
  INSERT INTO verdicts (key, health, outcome, at_ms, saved_ms) VALUES (@key, @health, @outcome, @at_ms, @saved_ms)
  ON CONFLICT DO UPDATE SET health = excluded.health, outcome = excluded.outcome, at_ms = excluded.at_ms,
    saved_ms = excluded.saved_ms`

const SAVE_SELECTION = `
  INSERT INTO selections (zone, pool, family, selection, since_ms, hold_until_ms)
  VALUES (@zone, @pool, @family, @selection, @since_ms, @hold_until_ms)
  ON CONFLICT DO UPDATE SET selection = excluded.selection, since_ms = excluded.since_ms,
    hold_until_ms = excluded.hold_until_ms`

const SAVE_HOSTNAME = `
  INSERT OR REPLACE INTO hostnames (hostname, addresses, at_ms) VALUES (@hostname, @addresses, @at_ms)`

const SAVE_ALERT = 'INSERT OR REPLACE INTO alerts (seq, record) VALUES (@seq, @record)'
const REMOVE_ALERT = 'DELETE FROM alerts WHERE seq = ?'

const ADD_TRANSITION = `
  INSERT INTO transitions (at_ms, kind, zone, pool, family, endpoint, address, from_state, to_state, why, reason)
  VALUES (@at_ms, @kind, @zone, @pool, @family, @endpoint, @address, @from_state, @to_state, @why, @reason)`

const ADD_AUDIT = `
  INSERT INTO audit (at_ms, action, target, actor, client, claim, reason, result, detail)
  VALUES (@at_ms, @action, @target, @actor, @client, @claim, @reason, @result, @detail)`

const SAVE_OVERRIDE = `
  INSERT OR REPLACE INTO overrides (id, kind, zone, pool, endpoint, reason, author, created_ms, expires_ms)
  VALUES (@id, @kind, @zone, @pool, @endpoint, @reason, @author, @created_ms, @expires_ms)`

/** More than are ever kept; others were saved by a process that never read them back. */
const NEWEST_ALERTS = 'SELECT seq FROM alerts ORDER BY seq DESC LIMIT 30000'

/** By `id` and not by time: the wall clock may have been set back. */
const TRIM_TRANSITIONS = `DELETE FROM transitions WHERE id <= (SELECT max(id) FROM transitions) - ${TRANSITIONS_KEPT}`

const TRIM_AUDIT = `DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ${AUDIT_KEPT}`

/** Records, and how many rows held none. */
interface Read<T> {
  readonly records: readonly T[]
  readonly skipped: number
}

/** Everything of a start; `skipped` counts the rows that held no record. */
export function readRestored(database: Database): { restored: Restored; skipped: number } {
  const verdicts = readAll(database.prepare('SELECT * FROM verdicts').iterate(), readVerdict)
  const selections = readAll(database.prepare('SELECT * FROM selections').iterate(), readSelection)
  const overrides = readAll(rowsOf(database, 'overrides'), readOverride)
  const hostnames = readAll(rowsOf(database, 'hostnames'), readHostname)
  const alerts = readAll(
    rowsOf(database, 'alerts', `WHERE seq IN (${NEWEST_ALERTS}) ORDER BY seq`),
    readAlert,
  )
  return {
    restored: {
      verdicts: verdicts.records,
      selections: selections.records,
      overrides: overrides.records,
      hostnames: hostnames.records,
      alerts: alerts.records,
    },
    skipped: verdicts.skipped + selections.skipped + overrides.skipped + hostnames.skipped + alerts.skipped,
  }
}

/** A database that cannot be written may still be one of an earlier version. */
function rowsOf(
  database: Database,
  table: 'overrides' | 'hostnames' | 'alerts',
  which = '',
): Iterable<unknown> {
  const found = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(table)
  return found === undefined ? [] : database.prepare(`SELECT * FROM ${table} ${which}`).iterate()
}

/** In place of those with the ids, and of one that is there under its own. */
export function saveOverride(database: Database, row: OverrideRow, replaced: readonly string[]): void {
  database.transaction(() => {
    dropOverrides(database, replaced)
    database.prepare(SAVE_OVERRIDE).run(row)
  })()
}

export function dropOverrides(database: Database, ids: readonly string[]): void {
  const drop = database.prepare('DELETE FROM overrides WHERE id = ?')
  database.transaction(() => {
    for (const id of ids) drop.run(id)
  })()
}

/** The newest first. */
export function readTransitions(
  database: Database,
  { sinceMs, name, kind, limit }: TransitionQuery,
): Read<StoredTransition> {
  const conditions = ['at_ms >= @sinceMs']
  if (name !== undefined) conditions.push('zone = @zone')
  if (name?.pool !== undefined) conditions.push('pool = @pool')
  if (kind !== undefined) conditions.push('kind = @kind')
  const sql = `SELECT * FROM transitions WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT @limit`
  const rows = database
    .prepare(sql)
    .iterate({ sinceMs: sinceMs ?? Number.MIN_SAFE_INTEGER, ...name, kind, limit })
  return readAll(rows, readTransition)
}

/** The newest first. */
export function readAudits(database: Database, { sinceMs, limit }: AuditQuery): Read<StoredAudit> {
  const rows = database.prepare('SELECT * FROM audit WHERE at_ms >= @sinceMs ORDER BY id DESC LIMIT @limit')
  return readAll(rows.iterate({ sinceMs: sinceMs ?? Number.MIN_SAFE_INTEGER, limit }), readAudit)
}

/** Removes the verdicts of checks that are gone, hostnames that have not been resolved for as long, alerts that nobody knows of, and targets without history. */
export function prune(database: Database, nowMs: number): void {
  database.prepare('DELETE FROM hostnames WHERE at_ms < ?').run(nowMs - VERDICT_LIFE_MS)
  database.prepare(`DELETE FROM alerts WHERE seq NOT IN (${NEWEST_ALERTS})`).run()
  database.prepare('DELETE FROM verdicts WHERE saved_ms < ?').run(nowMs - VERDICT_LIFE_MS)
  pruneTargets(database)
}

/** A function that writes batches in one transaction and returns how many rows the database refused for what they hold. */
export function batchWriter(
  database: Database,
  history: HistoryLimits,
): (batches: readonly Batch[]) => number {
  const verdict = database.prepare(SAVE_VERDICT)
  const selection = database.prepare(SAVE_SELECTION)
  const hostname = database.prepare(SAVE_HOSTNAME)
  const alert = database.prepare(SAVE_ALERT)
  const noAlert = database.prepare(REMOVE_ALERT)
  const transition = database.prepare(ADD_TRANSITION)
  const audit = database.prepare(ADD_AUDIT)
  const trims = [TRIM_TRANSITIONS, TRIM_AUDIT].map(sql => database.prepare(sql))
  const saveRun = { run: runWriter(database) }
  const pruneRuns = runPruner(database, history)
  return database.transaction((batches: readonly Batch[]) => {
    const saved_ms = Date.now()
    let refused = 0
    for (const batch of batches) {
      for (const row of batch.verdicts) refused += runOrRefuse(verdict, { ...row, saved_ms })
      for (const row of batch.selections) refused += runOrRefuse(selection, row)
      for (const row of batch.hostnames) refused += runOrRefuse(hostname, row)
      for (const row of batch.alerts)
        refused += row.record === null ? runOrRefuse(noAlert, row.seq) : runOrRefuse(alert, row)
      for (const row of batch.transitions) refused += runOrRefuse(transition, row)
      for (const row of batch.audit) refused += runOrRefuse(audit, row)
      for (const row of batch.runs) refused += runOrRefuse(saveRun, row)
    }
    for (const trim of trims) trim.run()
    const added = batches.reduce((sum, { runs }) => sum + runs.length, 0)
    if (added > 0) pruneRuns(added, saved_ms)
    return refused
  })
}

/** One bad row must not keep the others from the disk for ever. */
function runOrRefuse<T extends object | number>(statement: { run(row: T): unknown }, row: T): 0 | 1 {
  try {
    statement.run(row)
    return 0
  } catch (error) {
    const ofTheRow =
      !(error instanceof Sqlite.SqliteError) || /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)/.test(error.code)
    if (ofTheRow) return 1
    throw error
  }
}

function readAll<T>(rows: Iterable<unknown>, read: (row: unknown) => T | undefined): Read<T> {
  const records: T[] = []
  let skipped = 0
  for (const row of rows) {
    const record = read(row)
    if (record === undefined) skipped++
    else records.push(record)
  }
  return { records, skipped }
}
