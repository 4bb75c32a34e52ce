/** Databases of every earlier version come to this one's shape. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { migrate } from '#store/migrations.ts'

describe('migrations', () => {
  it('lead from an empty database to tables for all records, once', () => {
    const database = new Database(':memory:')
    const tables = database
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .pluck()
    const version = (): unknown => database.pragma('user_version', { simple: true })
    assert.equal(version(), 0)
    migrate(database)
    const after = version()
    assert.deepEqual(tables.all(), [
      'alerts',
      'audit',
      'hostnames',
      'overrides',
      'probe_runs',
      'probe_targets',
      'selections',
      'transitions',
      'verdicts',
    ])
    database.exec("INSERT INTO verdicts VALUES ('key', '{}', NULL, 1, 1)")
    migrate(database)
    assert.equal(version(), after)
    assert.equal(database.prepare('SELECT count(*) FROM verdicts').pluck().get(), 1)
  })

  it('change nothing where a step fails', () => {
    const database = new Database(':memory:')
    database.exec('CREATE TABLE transitions (id INTEGER)')
    assert.throws(() => migrate(database), /already exists/)
    assert.equal(database.pragma('user_version', { simple: true }), 0)
    assert.deepEqual(database.prepare('SELECT name FROM sqlite_schema').pluck().all(), ['transitions'])
  })
})
