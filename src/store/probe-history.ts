/** What probes saw, as rows of the database: bounded by age and number, pruned in small steps as it grows. */
import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { type ProbeRun, SEEN, type Seen } from '#health/probe-run.ts'

/** How much is kept. */
export interface HistoryLimits {
  /** 0 for nothing. */
  readonly days: number
  /** Rows; one is some 70 bytes on disk. */
  readonly rows: number
}

export const DEFAULT_HISTORY: HistoryLimits = { days: 7, rows: 2_000_000 }

/** A row; times in whole milliseconds, latencies in microseconds. `key` is that of the target. */
export interface RunRow {
  readonly key: string
  readonly first_ms: number
  readonly span_ms: number
  readonly count: number
  readonly seen: number
  readonly fresh: number
  readonly reason: string
  readonly min_us: number
  readonly mean_us: number
  readonly max_us: number
}

/** The runs of these targets, in the order of `keys`, and of each in the order in which they were seen. */
export interface RunQuery {
  readonly keys: readonly string[]
  /** Wall time, milliseconds since 1970; runs that have ended before are left out. */
  readonly sinceMs: number
  /** Go on behind that run of the first key. */
  readonly afterId?: number
  readonly limit: number
}

export interface RunPage {
  readonly runs: readonly { readonly key: string; readonly run: ProbeRun }[]
  /** Where to go on; absent at the end. `afterId` is absent where that key has not been begun. */
  readonly next?: { readonly key: string; readonly afterId?: number }
  /** Rows that held no run. */
  readonly skipped: number
}

/** So many targets are looked at for one page: an answer must not keep what waits to be written. */
const KEYS_A_PAGE = 500
/** A run that is stored again is among so many latest ones of its target. */
const LATEST = 16
/** As rows come, so many more of the oldest go than have come. */
const PRUNED_MORE = 50
const DAY_MS = 86_400_000

export function runRow(key: string, run: ProbeRun): RunRow {
  const { firstMs, lastMs, count, seen, reason, fresh, latency } = run
  const first_ms = Math.round(firstMs)
  const micros = (ms: number): number => Math.max(0, Math.round(ms * 1000))
  return {
    key,
    first_ms,
    span_ms: Math.round(lastMs) - first_ms,
    count,
    seen: SEEN.indexOf(seen),
    fresh: fresh ? 1 : 0,
    reason: seen === 'pass' ? '' : reason,
    min_us: micros(latency.minMs),
    mean_us: micros(latency.meanMs),
    max_us: micros(latency.maxMs),
  }
}

const runRecord = z
  .object({
    first_ms: z.number(),
    span_ms: z.number().min(0),
    count: z.int().min(1),
    seen: z
      .int()
      .min(0)
      .max(SEEN.length - 1),
    fresh: z.int(),
    reason: z.string(),
    min_us: z.number(),
    mean_us: z.number(),
    max_us: z.number(),
  })
  .transform(
    (row): ProbeRun => ({
      firstMs: row.first_ms,
      lastMs: row.first_ms + row.span_ms,
      count: row.count,
      seen: SEEN[row.seen] as Seen,
      reason: row.reason === '' ? 'ok' : row.reason,
      latency: { minMs: row.min_us / 1000, meanMs: row.mean_us / 1000, maxMs: row.max_us / 1000 },
      fresh: row.fresh === 1,
    }),
  )

/** A function that writes a row, in the place of what was stored of the same run. */
export function runWriter(database: Database): (row: RunRow) => void {
  const addTarget = database.prepare('INSERT OR IGNORE INTO probe_targets (key) VALUES (?)')
  const findTarget = database.prepare('SELECT id FROM probe_targets WHERE key = ?').pluck()
  const find = database
    .prepare(
      `SELECT id FROM (SELECT id, first_ms FROM probe_runs WHERE target = ? ORDER BY id DESC LIMIT ${LATEST})
       WHERE first_ms = ?`,
    )
    .pluck()
  const insert = database.prepare(
    `INSERT INTO probe_runs (target, first_ms, span_ms, count, seen, fresh, reason, min_us, mean_us, max_us)
     VALUES (@target, @first_ms, @span_ms, @count, @seen, @fresh, @reason, @min_us, @mean_us, @max_us)`,
  )
  const update = database.prepare(
    `UPDATE probe_runs SET span_ms = @span_ms, count = @count, min_us = @min_us, mean_us = @mean_us, max_us = @max_us
     WHERE id = @id`,
  )
  const targetOf = (key: string): unknown => {
    const known = findTarget.get(key)
    if (known !== undefined) return known
    addTarget.run(key)
    return findTarget.get(key)
  }
  return ({ key, ...row }) => {
    const target = targetOf(key)
    const id = find.get(target, row.first_ms)
    if (id === undefined) insert.run({ ...row, target })
    else {
      const { span_ms, count, min_us, mean_us, max_us } = row
      update.run({ id, span_ms, count, min_us, mean_us, max_us })
    }
  }
}

/** A function that removes what is too old or too much, a few rows more than `added` at most, the oldest first. */
export function runPruner(
  database: Database,
  { days, rows }: HistoryLimits,
): (added: number, nowMs: number) => void {
  const prune = database.prepare(
    `DELETE FROM probe_runs WHERE id IN (SELECT id FROM probe_runs ORDER BY id LIMIT @most)
       AND (first_ms + span_ms < @oldMs OR id <= (SELECT max(id) FROM probe_runs) - @rows)`,
  )
  return (added, nowMs) => {
    prune.run({ most: added + PRUNED_MORE, oldMs: nowMs - days * DAY_MS, rows })
  }
}

/** Removes targets of which no run is kept. */
export function pruneTargets(database: Database): void {
  database.exec(
    'DELETE FROM probe_targets WHERE NOT EXISTS (SELECT 1 FROM probe_runs WHERE target = probe_targets.id)',
  )
}

/** One page of them. Throws. */
export function readRuns(database: Database, { keys, sinceMs, afterId = 0, limit }: RunQuery): RunPage {
  const rowsOf = database.prepare(
    `SELECT probe_runs.* FROM probe_targets JOIN probe_runs ON target = probe_targets.id
     WHERE key = @key AND probe_runs.id > @afterId AND first_ms + span_ms >= @sinceMs ORDER BY probe_runs.id LIMIT @limit`,
  )
  const runs: { key: string; run: ProbeRun }[] = []
  let skipped = 0
  for (const [index, key] of keys.entries()) {
    if (index >= KEYS_A_PAGE) return { runs, skipped, next: { key } }
    let lastId = index === 0 ? afterId : 0
    const left = limit - runs.length - skipped
    const rows = rowsOf.all({ key, afterId: lastId, sinceMs, limit: left }) as { readonly id: number }[]
    for (const row of rows) {
      const run = runRecord.safeParse(row).data
      if (run === undefined) skipped++
      else runs.push({ key, run })
      lastId = row.id
    }
    if (rows.length === left) return { runs, skipped, next: { key, afterId: lastId } }
  }
  return { runs, skipped }
}
