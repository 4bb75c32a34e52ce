/** Kills, damage and disks that refuse: the store says so, goes on, and loses nothing that it had taken to disk. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import type { Worker } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { Pending } from '#store/pending.ts'
import { alertRow, transitionRow, verdictRow } from '#store/rows.ts'
import { opened, selection, temporaryFolder, transition, verdict } from './helpers.ts'

const CHILD = new URL('./child.ts', import.meta.url).pathname

describe('store in trouble', () => {
  it('has on disk what was saved before a kill -9, although control had no moment since', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'understudy.db')
    const child = spawn(process.execPath, [CHILD, 'save-and-die', path], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL'])
    await using state = await opened(path)
    assert.deepEqual(state.store.restored.verdicts, [verdict('one', 1)])
    assert.deepEqual(state.store.restored.selections, [selection('a.example', 'backup', '192.0.2.2')])
    assert.deepEqual(await state.store.transitions({ limit: 9 }), [transition('a.example', 'www', 1)])
  })

  it('sets a file aside that is no database', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'understudy.db')
    const garbage = 'this is no database. '.repeat(500)
    writeFileSync(path, garbage)
    {
      await using state = await opened(path)
      assert.deepEqual(state.store.restored, {
        verdicts: [],
        selections: [],
        overrides: [],
        hostnames: [],
        alerts: [],
      })
      assert.match(state.told[0] ?? '', /is damaged .*set aside as .*\.corrupt-\d{8}T\d{9}Z/)
      assert.deepEqual(state.lasting, [false])
      assert.equal(state.store.fault, undefined)
      assert.equal(state.store.errors, 1)
      state.store.saveVerdict(verdict('one'))
    }
    const aside = readdirSync(folder.path).find(name => /^understudy\.db\.corrupt-\d{8}T\d{9}Z$/.test(name))
    assert.equal(readFileSync(join(folder.path, aside ?? ''), 'utf8'), garbage)
    await using again = await opened(path)
    assert.equal(again.store.restored.verdicts.length, 1)
  })

  it('sets a database aside that is found damaged later, and asks for everything to be saved again', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'understudy.db')
    await using state = await opened(path)
    state.store.saveVerdict(verdict('one'))
    await state.store.flush()
    {
      using other = disposable(new Database(path))
      other.exec('DROP TABLE transitions; CREATE TABLE transitions (id INTEGER)')
    }
    state.store.addTransition(transition('a.example', 'www', 1))
    assert.deepEqual(await state.store.transitions({ limit: 9 }), [transition('a.example', 'www', 1)])
    assert.match(state.told[0] ?? '', /is damaged/)
    assert.equal(state.told[1], 'save again')
    assert.equal(state.store.fault, undefined)
  })

  it('keeps no more than five files that were set aside', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'understudy.db')
    for (let i = 0; i < 7; i++) writeFileSync(`${path}.corrupt-2026010${i}T000000000Z`, '')
    writeFileSync(path, 'this is no database. '.repeat(500))
    await using _state = await opened(path)
    const aside = readdirSync(folder.path).filter(name => name.includes('.corrupt-'))
    assert.equal(aside.length, 5)
    assert.ok(aside.includes('understudy.db.corrupt-20260106T000000000Z'))
  })

  it('keeps what it cannot write until it can', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'understudy.db')
    mkdirSync(path)
    await using state = await opened(path)
    assert.match(state.store.fault ?? '', /understudy\.db: EISDIR/)
    state.store.saveVerdict(verdict('one', 1))
    state.store.saveVerdict(verdict('one', 2))
    state.store.addTransition(transition('a.example', 'www', 1))
    await assert.rejects(state.store.flush(), /EISDIR/)
    await assert.rejects(state.store.transitions({ limit: 9 }), /EISDIR/)
    assert.equal(state.told.length, 1)
    assert.deepEqual(state.lasting, [true])
    rmdirSync(path)
    await state.store.flush()
    assert.equal(state.store.fault, undefined)
    assert.equal(state.told[1], 'recovered')
    assert.ok(state.store.errors >= 2)
    assert.equal((await state.store.transitions({ limit: 9 })).length, 1)
    await state.store.close()
    await using again = await opened(path)
    assert.deepEqual(again.store.restored.verdicts, [verdict('one', 2)])
  })

  it('keeps no more of it for being asked what it holds, again and again', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'understudy.db')
    mkdirSync(path)
    await using state = await opened(path)
    for (let round = 0; round < 6; round++) {
      for (let i = 0; i < 10_000; i++) state.store.addTransition(transition('a.example', 'www', i))
      await assert.rejects(state.store.transitions({ limit: 9 }), /EISDIR/)
      await assert.rejects(state.store.audit({ limit: 9 }), /EISDIR/)
      await assert.rejects(state.store.probeRuns({ keys: [], sinceMs: 0, limit: 9 }), /EISDIR/)
    }
    // With the thread, and waiting for it.
    const [, lost = '0'] = /(\d+) rows of the history lost/.exec(state.store.fault ?? '') ?? []
    assert.ok(Number(lost) >= 30_000, `${lost} of 60000 given up`)
  })

  it('restores from a database that it cannot write, with what a killed process left in its log', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'understudy.db')
    {
      await using state = await opened(join(folder.path, 'other.db'))
      state.store.saveSelection(selection('a.example', 'backup', '192.0.2.2'))
      await state.store.flush()
      for (const suffix of ['', '-wal']) copyFileSync(join(folder.path, `other.db${suffix}`), path + suffix)
    }
    mkdirSync(`${path}-shm`)
    await using state = await opened(path)
    assert.match(state.store.fault ?? '', /readonly database|unable to open/)
    assert.deepEqual(state.store.restored.selections, [selection('a.example', 'backup', '192.0.2.2')])
    rmSync(`${path}-shm`, { recursive: true })
    await state.store.flush()
    assert.equal(state.store.fault, undefined)
  })

  it('goes on with a full disk: what was written before stays readable', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'understudy.db')
    const limited = `ulimit -f 400; exec "$0" "$@"`
    const { stdout } = await promisify(execFile)('sh', ['-c', limited, process.execPath, CHILD, 'fill', path])
    const { fault, history } = JSON.parse(stdout) as { fault: string; history: number }
    assert.match(fault, /disk|full/i)
    assert.equal(history, 0)
    await using state = await opened(path)
    assert.deepEqual(state.store.restored.selections, [selection('a.example', 'backup', '192.0.2.2')])
  })

  it('is started again when its thread dies, with what was not on disk yet', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'understudy.db')
    const created = once(process, 'worker') as Promise<[Worker]>
    await using state = await opened(path)
    const [thread] = await created
    state.store.saveVerdict(verdict('one', 1))
    await Promise.resolve()
    const exited = once(thread, 'exit')
    const replaced = once(process, 'worker')
    await thread.terminate()
    await exited
    assert.match(state.store.fault ?? '', /thread of the store has ended/)
    await assert.rejects(state.store.transitions({ limit: 1 }), /started again/)
    state.store.saveVerdict(verdict('two'))
    await replaced
    await state.store.flush()
    assert.equal(state.store.fault, undefined)
    assert.equal(state.told.at(-1), 'recovered')
    await state.store.close()
    await using again = await opened(path)
    assert.deepEqual(again.store.restored.verdicts, [verdict('one', 1), verdict('two')])
  })

  it('skips rows that it cannot understand, and counts them', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'understudy.db')
    {
      await using state = await opened(path)
      for (const key of ['a', 'b', 'c', 'd', 'good']) state.store.saveVerdict(verdict(key))
      state.store.saveSelection(selection('a.example', 'backup', '192.0.2.2'))
      state.store.saveSelection(selection('b.example', 'backup', '192.0.2.2'))
      state.store.saveSelection(selection('c.example', 'backup', '192.0.2.2'))
      for (const pool of ['bad', 'www']) state.store.addTransition(transition('a.example', pool, 1))
    }
    {
      using database = disposable(new Database(path))
      const set = database.prepare('UPDATE verdicts SET health = ? WHERE key = ?')
      for (const [key, bad] of [
        ['a', '{'],
        ['b', '{"verdict":"fine","passes":0,"fails":0}'],
        ['c', 'null'],
      ])
        set.run(bad, key)
      database.exec(`UPDATE verdicts SET outcome = '[]' WHERE key = 'd'`)
      database.exec(
        `UPDATE selections SET selection = replace(selection, '192.0.2.2', '192.0.2.256') WHERE zone = 'a.example'`,
      )
      database.exec(`UPDATE selections SET family = 'ipv6' WHERE zone = 'b.example'`)
      database.exec(`UPDATE transitions SET reason = '{' WHERE pool = 'bad'`)
    }
    await using state = await opened(path)
    assert.deepEqual(state.store.restored.verdicts, [verdict('good')])
    assert.deepEqual(state.store.restored.selections, [selection('c.example', 'backup', '192.0.2.2')])
    assert.equal(state.store.errors, 6)
    assert.match(state.told[0] ?? '', /6 rows skipped at start/)
    assert.deepEqual(await state.store.transitions({ limit: 9 }), [transition('a.example', 'www', 1)])
    assert.equal(state.store.errors, 7)
    assert.equal(state.store.fault, undefined)
  })

  it('leaves a database alone that a newer version has written', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'understudy.db')
    {
      using database = disposable(new Database(path))
      database.pragma('user_version = 99')
    }
    await using state = await opened(path)
    assert.match(state.store.fault ?? '', /written by a newer Understudy \(version 99, this one knows \d+\)/)
    await state.store.close()
    using database = disposable(new Database(path))
    assert.equal(database.pragma('user_version', { simple: true }), 99)
  })

  it('closes although the disk refuses', async () => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, 'understudy.db'))
    const state = await opened(join(folder.path, 'understudy.db'))
    state.store.saveVerdict(verdict('one'))
    await state.store.close()
    assert.match(state.told.at(-1) ?? '', /not everything is on disk/)
  })
})

describe('pending', () => {
  it('keeps the latest of each verdict and the newest transitions, and counts the rest', () => {
    const pending = new Pending(3)
    for (let i = 1; i <= 5; i++) pending.transition(transitionRow(transition('a.example', 'www', i)))
    for (const fails of [1, 2]) pending.verdict(verdictRow(verdict('one', fails)))
    assert.equal(pending.size, 4)
    assert.equal(pending.dropped, 2)
    const batch = pending.take()
    assert.deepEqual(batch.verdicts, [verdictRow(verdict('one', 2))])
    assert.deepEqual(
      batch.transitions.map(row => row.at_ms),
      [3, 4, 5],
    )
    assert.equal(pending.size, 0)
  })

  it('keeps every alert that there is, and of those that are gone the newest', () => {
    const pending = new Pending()
    for (let seq = 1; seq <= 20_000; seq++) pending.alert(alertRow(seq, { seq }))
    for (let seq = 1; seq <= 15_000; seq++) pending.alert(alertRow(seq, undefined))
    assert.equal(pending.size, 15_000)
    pending.putBack([pending.take()])
    const { alerts } = pending.take()
    const [gone, kept] = [
      alerts.filter(row => row.record === null),
      alerts.filter(row => row.record !== null),
    ]
    assert.deepEqual([gone.length, gone[0]?.seq], [10_000, 5001])
    assert.deepEqual([kept.length, kept[0]?.seq], [5000, 15_001])
  })

  it('puts back what was taken before what has come since', () => {
    const pending = new Pending(3)
    pending.verdict(verdictRow(verdict('one', 1)))
    for (const at of [1, 2]) pending.transition(transitionRow(transition('a.example', 'www', at)))
    const taken = pending.take()
    pending.verdict(verdictRow(verdict('one', 2)))
    for (const at of [3, 4]) pending.transition(transitionRow(transition('a.example', 'www', at)))
    pending.putBack([taken])
    const batch = pending.take()
    assert.deepEqual(batch.verdicts, [verdictRow(verdict('one', 2))])
    assert.deepEqual(
      batch.transitions.map(row => row.at_ms),
      [2, 3, 4],
    )
    assert.equal(pending.dropped, 1)
  })
})

function disposable(database: Database.Database): Database.Database & Disposable {
  return Object.assign(database, { [Symbol.dispose]: () => void database.close() })
}
