/** Who has changed what is kept, the newest first and not for ever. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { auditRow } from '#store/audit-rows.ts'
import { migrate } from '#store/migrations.ts'
import { DEFAULT_HISTORY } from '#store/probe-history.ts'
import type { StoredAudit } from '#store/records.ts'
import { batchWriter } from '#store/statements.ts'
import { opened, temporaryFolder } from './helpers.ts'

const ENTRY: StoredAudit = {
  atMs: 1000,
  action: 'override',
  target: 'www/primary',
  actor: 'alice',
  client: '192.0.2.1',
  claim: 'root',
  reason: "new disks'; DROP TABLE audit; --",
  result: 'done',
  detail: 'drain a.test/www/primary',
}

describe('the audit', () => {
  it('is there after a restart, the newest first', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'state.db')
    const { claim: _, ...unclaimed } = ENTRY
    const second = { ...unclaimed, atMs: 2000, action: 'reload', result: 'refused' } as const
    {
      await using state = await opened(path)
      state.store.addAudit(ENTRY)
      state.store.addAudit(second)
      assert.deepEqual(await state.store.audit({ limit: 10 }), [second, ENTRY])
    }
    await using state = await opened(path)
    assert.deepEqual(await state.store.audit({ limit: 1 }), [second])
    assert.deepEqual(await state.store.audit({ sinceMs: 2000, limit: 10 }), [second])
    assert.deepEqual(await state.store.audit({ sinceMs: 2001, limit: 10 }), [])
  })

  it('is bounded: the newest 10,000 are kept', () => {
    const database = new Database(':memory:')
    migrate(database)
    const write = batchWriter(database, DEFAULT_HISTORY)
    const none = { verdicts: [], selections: [], hostnames: [], transitions: [], alerts: [], runs: [] }
    const audit = Array.from({ length: 10_005 }, (_, atMs) => auditRow({ ...ENTRY, atMs }))
    assert.equal(write([{ ...none, audit }]), 0)
    const found = database.prepare('SELECT count(*) AS kept, min(at_ms) AS oldest FROM audit').get()
    assert.deepEqual(found, { kept: 10_000, oldest: 5 })
  })

  it('skips what it cannot understand', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'state.db')
    await using state = await opened(path)
    state.store.addAudit(ENTRY)
    await state.store.flush()
    const database = new Database(path)
    database.prepare("UPDATE audit SET action = 'else'").run()
    database.close()
    assert.deepEqual(await state.store.audit({ limit: 10 }), [])
    assert.match(state.told.join(), /1 rows in the audit skipped/)
  })
})
