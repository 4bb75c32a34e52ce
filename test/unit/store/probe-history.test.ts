/** What probes saw, on disk: stored again in its place, read page by page, bounded. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import type { ProbeRun } from '#health/probe-run.ts'
import { migrate } from '#store/migrations.ts'
import { Pending } from '#store/pending.ts'
import { pruneTargets, readRuns, runPruner, runRow, runWriter } from '#store/probe-history.ts'
import { openStore } from '#store/store.ts'
import { opened, temporaryFolder } from './helpers.ts'

const DAY_MS = 86_400_000
/** Not so old that it is pruned. */
const BASE_MS = Date.now()

function run(firstMs: number, count = 1): ProbeRun {
  return {
    firstMs,
    lastMs: firstMs + (count - 1) * 10,
    count,
    seen: 'fail',
    reason: 'refused',
    latency: { minMs: 0.5, meanMs: 1.25, maxMs: 3 },
    fresh: count === 1,
  }
}

function database(): Database.Database {
  const empty = new Database(':memory:')
  migrate(empty)
  return empty
}

describe('runs of probes', () => {
  it('come back as they were saved, the latest of each', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'understudy.db')
    const grown = { ...run(BASE_MS, 5), fresh: true }
    {
      await using state = await opened(path)
      state.store.saveRun('a', run(BASE_MS))
      await state.store.flush()
      state.store.saveRun('a', grown)
      state.store.saveRun('a', run(BASE_MS + 1000))
      state.store.saveRun('b', run(BASE_MS))
    }
    await using state = await opened(path)
    const all = await state.store.probeRuns({ keys: ['a', 'b', 'c'], sinceMs: 0, limit: 10 })
    assert.deepEqual(all.runs, [
      { key: 'a', run: grown },
      { key: 'a', run: run(BASE_MS + 1000) },
      { key: 'b', run: run(BASE_MS) },
    ])
    assert.equal(all.next, undefined)
    const first = await state.store.probeRuns({ keys: ['a', 'b'], sinceMs: 0, limit: 1 })
    assert.deepEqual([first.runs.length, first.next], [1, { key: 'a', afterId: 1 }])
    const late = await state.store.probeRuns({ keys: ['a', 'b'], sinceMs: BASE_MS + 500, limit: 10 })
    assert.deepEqual(late.runs, [{ key: 'a', run: run(BASE_MS + 1000) }])
  })

  it('are not kept where none are to be', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'understudy.db')
    const ignored = (): void => undefined
    const store = await openStore({
      path,
      history: { days: 0, rows: 1 },
      onFault: ignored,
      onRecovered: ignored,
    })
    store.saveRun('a', run(1))
    assert.deepEqual((await store.probeRuns({ keys: ['a'], sinceMs: 0, limit: 1 })).runs, [])
    await store.close()
  })

  it('are looked for among 500 targets a page', () => {
    const keys = Array.from({ length: 501 }, (_, index) => `k${index}`)
    assert.deepEqual(readRuns(database(), { keys, sinceMs: 0, limit: 10 }).next, { key: 'k500' })
  })

  it('go when they are too old or too many, in small steps', () => {
    const state = database()
    const write = runWriter(state)
    for (let day = 0; day < 400; day++) write(runRow('a', run(day * DAY_MS)))
    const count = (): unknown => state.prepare('SELECT count(*) FROM probe_runs').pluck().get()
    const prune = runPruner(state, { days: 100, rows: 50 })
    prune(10, 399 * DAY_MS)
    assert.equal(count(), 340)
    for (let i = 0; i < 10; i++) prune(10, 399 * DAY_MS)
    assert.equal(count(), 50)
    prune(10, 10_000 * DAY_MS)
    assert.equal(count(), 0)
    pruneTargets(state)
    assert.equal(state.prepare('SELECT count(*) FROM probe_targets').pluck().get(), 0)
  })

  it('wait for a disk that refuses, as many as there is room for', () => {
    const pending = new Pending(1, 3)
    for (let i = 1; i <= 5; i++) pending.run(runRow('a', run(i)))
    pending.run(runRow('a', run(5, 2)))
    assert.deepEqual([pending.size, pending.droppedRuns], [3, 2])
    const taken = pending.take()
    pending.run(runRow('a', run(5, 3)))
    pending.putBack([taken])
    assert.deepEqual(
      pending.take().runs.map(row => [row.first_ms, row.count]),
      [
        [3, 1],
        [4, 1],
        [5, 3],
      ],
    )
  })
})
