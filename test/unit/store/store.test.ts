/** What is saved is there after the next start. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import type { Override } from '#steering/override.ts'
import { DEFAULT_HISTORY } from '#store/probe-history.ts'
import { batchWriter, prune } from '#store/statements.ts'
import { address, opened, selection, temporaryFolder, transition, verdict } from './helpers.ts'

const OVERRIDE: Override = {
  id: 'one',
  kind: 'drain',
  zone: 'a.test',
  pool: 'www',
  endpoint: 'primary',
  reason: 'disks',
  author: 'alice',
  createdMs: 1000,
  expiresMs: 2000,
  volatile: false,
}

const CHILD = new URL('./child.ts', import.meta.url).pathname

describe('an override', { concurrency: 4 }, () => {
  it('is on disk when that is said, replaced under its id, and gone when it was dropped', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'state.db')
    {
      await using state = await opened(path)
      await state.store.saveOverride(OVERRIDE)
      await state.store.saveOverride({ ...OVERRIDE, reason: 'new disks' })
      await state.store.saveOverride({ ...OVERRIDE, id: 'two' })
    }
    {
      await using state = await opened(path)
      const [one, two] = [
        { ...OVERRIDE, reason: 'new disks' },
        { ...OVERRIDE, id: 'two' },
      ]
      assert.deepEqual(state.store.restored.overrides, [one, two])
      await state.store.dropOverrides(['one', 'none'])
    }
    await using state = await opened(path)
    assert.deepEqual(state.store.restored.overrides, [{ ...OVERRIDE, id: 'two' }])
  })

  it('takes the place of others in one step: of both on disk, the longer one would come back', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'state.db')
    const child = spawn(process.execPath, [CHILD, 'replace-and-die', path, JSON.stringify(OVERRIDE)], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL'])
    await using state = await opened(path)
    assert.deepEqual(state.store.restored.overrides, [{ ...OVERRIDE, id: 'two' }])
  })
})

describe('hostnames', { concurrency: 4 }, () => {
  it('are restored with their latest addresses, and a selection of names with them', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'state.db')
    const both = [address('192.0.2.1'), address('2001:db8::1')]
    const named = {
      ...selection('a.test', 'primary', '192.0.2.1'),
      family: 'cname' as const,
      selection: {
        mode: 'serving' as const,
        endpoints: ['primary'],
        addresses: [],
        hostnames: ['a.example.net'],
        reason: { kind: 'unresolved' as const },
      },
    }
    {
      await using state = await opened(path)
      state.store.saveHostname({ hostname: 'a.example.net', addresses: [both[0] ?? assert.fail()], atMs: 1 })
      state.store.saveHostname({ hostname: 'a.example.net', addresses: both, atMs: 2000 })
      state.store.saveSelection(named)
    }
    {
      await using state = await opened(path)
      assert.deepEqual(state.store.restored.hostnames, [
        { hostname: 'a.example.net', addresses: both, atMs: 2000 },
      ])
      assert.deepEqual(state.store.restored.selections, [named])
    }
    const database = new Database(path)
    database.exec("INSERT INTO hostnames VALUES ('bad', '[\"no address\"]', 1), ('none', '[]', 1)")
    database.close()
    await using state = await opened(path)
    assert.equal(state.store.restored.hostnames.length, 1)
    assert.equal(state.store.errors, 2)
  })
})

describe('store', { concurrency: 4 }, () => {
  it('restores nothing from a database that it has just made, in a folder of its own', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'deep', 'state', 'understudy.db')
    await using state = await opened(path)
    assert.deepEqual(state.store.restored, {
      verdicts: [],
      selections: [],
      overrides: [],
      hostnames: [],
      alerts: [],
    })
    assert.equal(state.store.fault, undefined)
    assert.equal(statSync(join(folder.path, 'deep', 'state')).mode & 0o777, 0o700)
    assert.equal(statSync(path).mode & 0o777, 0o600)
  })

  it('restores the latest verdict of each target and the latest selection of each pool and family', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'understudy.db')
    const held = { ...selection('b.example', 'backup', '2001:db8::2'), holdUntilMs: 1_795_000_300_000 }
    const { outcome: _, ...unprobed } = verdict('two')
    {
      await using state = await opened(path)
      state.store.saveVerdict(verdict('one', 1))
      state.store.saveVerdict(unprobed)
      state.store.saveSelection(selection('b.example', 'primary', '192.0.2.1'))
      state.store.saveSelection(held)
      await state.store.flush()
      state.store.saveVerdict(verdict('one', 2))
      state.store.saveSelection(selection('b.example', 'backup', '192.0.2.2'))
    }
    await using state = await opened(path)
    assert.deepEqual(state.store.restored.verdicts, [verdict('one', 2), unprobed])
    assert.deepEqual(state.store.restored.selections, [selection('b.example', 'backup', '192.0.2.2'), held])
    assert.deepEqual(state.store.restored.selections[1]?.selection.addresses, [address('2001:db8::2')])
    assert.deepEqual(state.told, [])
  })

  it('returns transitions with the newest first, by name, by age and by number', async () => {
    using folder = temporaryFolder()
    await using state = await opened(join(folder.path, 'understudy.db'))
    const { store } = state
    const verdictChange = {
      ...transition('a.example', 'www', 300),
      endpoint: 'primary',
      address: '192.0.2.1',
    }
    const all = [transition('a.example', 'www', 100), transition('a.example', 'api', 200), verdictChange]
    for (const one of [...all, transition('b.example', 'www', 400)]) store.addTransition(one)
    const pools = async (query: Parameters<typeof store.transitions>[0]) =>
      (await store.transitions(query)).map(({ zone, pool, atMs }) => `${zone}/${pool} ${atMs}`)

    assert.deepEqual(await store.transitions({ name: { zone: 'a.example' }, limit: 10 }), all.reverse())
    assert.deepEqual(await pools({ limit: 2 }), ['b.example/www 400', 'a.example/www 300'])
    assert.deepEqual(await pools({ sinceMs: 300, name: { zone: 'a.example', pool: 'www' }, limit: 9 }), [
      'a.example/www 300',
    ])
    assert.deepEqual(await pools({ name: { zone: 'c.example' }, limit: 9 }), [])
  })

  it('keeps what it can of values that no database can hold', async () => {
    using folder = temporaryFolder()
    await using state = await opened(join(folder.path, 'understudy.db'))
    const circular: { self?: unknown } = {}
    circular.self = circular
    state.store.addTransition({ ...transition('a.example', 'www', 1), reason: circular })
    state.store.addTransition({ ...transition('a.example', 'www', Number.NaN), reason: 1n })
    state.store.addTransition({ ...transition('a.example', 'www', 2.6), reason: () => 1 })
    const found = await state.store.transitions({ limit: 9 })
    assert.deepEqual(
      found.map(({ atMs, reason }) => [atMs, reason]),
      [
        [3, null],
        [1, null],
      ],
    )
    assert.equal(state.store.errors, 1)
    assert.match(state.told.join(), /1 rows? not written/)
    assert.equal(state.store.fault, undefined)
  })

  it('keeps the newest 100,000 transitions', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'understudy.db')
    await (await opened(path)).store.close()
    using database = opening(path)
    database.exec(`INSERT INTO transitions (id, at_ms, kind, zone, pool, family, from_state, to_state, why, reason)
      VALUES (1, 1, '', '', '', '', '', '', '', ''), (2, 1, '', '', '', '', '', '', '', ''),
             (100001, 1, '', '', '', '', '', '', '', '')`)
    batchWriter(database, DEFAULT_HISTORY)([])
    assert.deepEqual(database.prepare('SELECT id FROM transitions').pluck().all(), [2, 100_001])
  })

  it('forgets verdicts that were not saved for 30 days', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'understudy.db')
    {
      await using state = await opened(path)
      state.store.saveVerdict(verdict('old'))
      state.store.saveVerdict(verdict('new'))
    }
    using database = opening(path)
    const day = 86_400_000
    database
      .prepare("UPDATE verdicts SET saved_ms = CASE key WHEN 'old' THEN ? ELSE ? END")
      .run(9 * day, 11 * day)
    prune(database, 40 * day)
    assert.deepEqual(database.prepare('SELECT key FROM verdicts').pluck().all(), ['new'])
  })
})

function opening(path: string): Database.Database & Disposable {
  const database = new Database(path)
  return Object.assign(database, { [Symbol.dispose]: () => void database.close() })
}

it('a store that is closed tells of no fault, whenever its thread ends', async () => {
  using folder = temporaryFolder()
  for (let i = 0; i < 8; i++) {
    const { store, told } = await opened(join(folder.path, 'state.db'))
    await store.close()
    assert.deepEqual(told, [])
  }
})
