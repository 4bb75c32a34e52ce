/** What operators decide, from the request to what is answered. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import type { OverrideRequest } from '#control/operations.ts'
import { allOverrideViews } from '#control/override-view.ts'
import { OverrideBook } from '#control/overrides.ts'
import { poolView } from '#control/pool-view.ts'
import type { OperationResult } from '#control/view.ts'
import type { Override } from '#steering/override.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { STATE, WORLDS, World } from './world.ts'
import { BACKUP, PRIMARY, zones } from './zones.ts'

const REQUEST: OverrideRequest = {
  kind: 'drain',
  target: 'a.test/www/primary',
  forMs: 60_000,
  reason: 'new disks',
  author: 'alice',
  volatile: false,
  force: false,
}

async function begin(pool = ''): Promise<World> {
  const text = zones()['a.test.yaml']?.replace('    check: web\n', `    check: web\n${pool}`) ?? ''
  const world = await World.begin({ 'a.test.yaml': text })
  for (const address of [PRIMARY, BACKUP]) world.outcomes(address, 'pass')
  return world
}

function answered(world: World): string {
  return world.addresses('www.a.test A').join(' ')
}

describe('drain', WORLDS, () => {
  it('is answered at once, shown with both verdicts, and over by itself', async () => {
    await using world = await begin()
    const { done, answers } = await world.operations.override(REQUEST)
    assert.equal(answered(world), BACKUP)
    assert.match(done, /^drain a\.test\/www\/primary until 2026-/)
    assert.deepEqual(answers, [{ family: 'ipv4', selected: 'backup' }])
    assert.match(world.lines.at(-1) ?? '', /primary -> backup \(primary is drained\)/)
    const view = poolView(world.pool('a.test/www'), 0, world.clock.wallMs(), world.book)
    const [primary] = view.endpoints
    assert.deepEqual([primary?.effect, primary?.addresses[0]?.verdict], ['drained', 'up'])
    assert.deepEqual(
      view.overrides.map(({ kind, endpoint, author, reason }) => [kind, endpoint, author, reason]),
      [['drain', 'primary', 'alice', 'new disks']],
    )
    await world.clock.advance(59_999)
    assert.equal(answered(world), BACKUP)
    await world.clock.advance(1)
    assert.equal(answered(world), PRIMARY)
    assert.ok(world.lines.some(line => line.endsWith('primary: drain -> none (expired)')))
  })

  it('is still in force after a restart, until it is over', async () => {
    await using before = await begin()
    await before.operations.override(REQUEST)
    await using world = await before.restart(20_000)
    assert.equal(answered(world), BACKUP)
    await world.clock.advance(40_000)
    assert.equal(answered(world), PRIMARY)
  })

  it('that is volatile is forgotten by a restart', async () => {
    await using before = await begin()
    await before.operations.override({ ...REQUEST, volatile: true })
    assert.equal(answered(before), BACKUP)
    await using world = await before.restart(1000)
    assert.deepEqual(world.book.list, [])
  })

  it('probing goes on beneath it', async () => {
    await using world = await begin()
    await world.operations.override(REQUEST)
    world.outcomes(PRIMARY, 'fail', 'fail', 'fail')
    await world.clock.advance(60_000)
    assert.equal(answered(world), BACKUP)
  })

  it('of the last usable endpoint is refused, unless it is forced', async () => {
    await using world = await begin()
    world.outcomes(BACKUP, 'fail', 'fail', 'fail')
    await assert.rejects(world.operations.override(REQUEST), {
      kind: 'conflict',
      message:
        'primary is the last usable endpoint of a.test/www: all-down: backup would be answered; --force does it all the same',
    })
    assert.equal(answered(world), PRIMARY)
    await world.operations.override({ ...REQUEST, force: true })
    assert.equal(answered(world), BACKUP)
  })

  it('of two at once leaves one: each is decided by what the one before has left', async () => {
    await using world = await begin()
    const [first, second] = await Promise.allSettled(
      ['www/primary', 'www/backup'].map(target => world.operations.override({ ...REQUEST, target })),
    )
    assert.deepEqual([first?.status, second?.status], ['fulfilled', 'rejected'])
    assert.equal(world.selected('a.test/www'), 'serving: backup')
  })

  it('lasts no longer when the wall clock is set back, also over a restart', async () => {
    await using before = await begin()
    await before.operations.override(REQUEST)
    before.clock.setWallBack(3_600_000)
    await before.clock.advance(60_000)
    assert.equal(answered(before), PRIMARY)
    await before.operations.override(REQUEST)
    before.clock.setWallBack(7_200_000)
    await using world = await before.restart(0)
    for (const address of [PRIMARY, BACKUP]) world.outcomes(address, 'pass')
    assert.equal(answered(world), BACKUP)
    await world.clock.advance(60_000)
    assert.equal(answered(world), PRIMARY)
  })

  it('takes the place of the one before, which is not back when it is over', async () => {
    await using before = await begin()
    await before.operations.override({ ...REQUEST, forMs: 600_000 })
    await before.operations.override(REQUEST)
    await using world = await before.restart(30_000)
    assert.equal(answered(world), BACKUP)
    await world.clock.advance(30_000)
    assert.equal(answered(world), PRIMARY)
  })

  it('of what there is not names what there is', async () => {
    await using world = await begin()
    for (const [target, message] of [
      [
        'www/primry',
        /^nothing is called www\/primry; there are: a\.test\/www\/primary, a\.test\/www\/backup$/,
      ],
      ['a.test/www', /is a pool; say which endpoint: primary, backup$/],
      ['primary', /^nothing is called primary/],
    ] as const)
      await assert.rejects(world.operations.override({ ...REQUEST, target }), { kind: 'not-found', message })
  })
})

describe('force and pin', WORLDS, () => {
  it('force up outranks the verdict, and a drain', async () => {
    await using world = await begin()
    world.outcomes(PRIMARY, 'fail', 'fail', 'fail')
    assert.equal(answered(world), BACKUP)
    await world.operations.override({ ...REQUEST, kind: 'force-up' })
    assert.equal(answered(world), PRIMARY)
    await world.operations.override({ ...REQUEST, kind: 'drain' })
    assert.equal(answered(world), PRIMARY)
  })

  it('force down leaves a healthy endpoint', async () => {
    await using world = await begin()
    await world.operations.override({ ...REQUEST, kind: 'force-down', target: 'www/primary' })
    assert.equal(answered(world), BACKUP)
    assert.match(world.lines.at(-1) ?? '', /primary is forced down/)
  })

  it('a pin outranks all, and is refused for what is down', async () => {
    await using world = await begin()
    await world.operations.override({ ...REQUEST, kind: 'pin', target: 'www/backup' })
    assert.equal(answered(world), BACKUP)
    world.outcomes(BACKUP, 'fail', 'fail', 'fail')
    assert.equal(answered(world), BACKUP)
    await world.operations.release('a.test/www', 'bob')
    assert.equal(answered(world), PRIMARY)
    await assert.rejects(world.operations.override({ ...REQUEST, kind: 'pin', target: 'www/backup' }), {
      kind: 'conflict',
      message:
        /^backup: 192\.0\.2\.2 down since \S+Z, fail 0 s ago: no answer in 4s .*--force pins a\.test\/www to it/,
    })
  })
})

describe('release', WORLDS, () => {
  it('takes back what is on an endpoint, for good', async () => {
    await using before = await begin()
    await before.operations.override(REQUEST)
    await before.operations.override({ ...REQUEST, kind: 'force-down' })
    const { done } = await before.operations.release('www/primary', 'bob')
    assert.match(done, /^released (force-down|drain) a\.test\/www\/primary, /)
    assert.equal(answered(before), PRIMARY)
    await using world = await before.restart(1000)
    assert.deepEqual(world.book.list, [])
  })

  it('of nothing is said', async () => {
    await using world = await begin()
    await assert.rejects(world.operations.release('www/primary', 'bob'), {
      kind: 'conflict',
      message: /^nothing to release/,
    })
  })
})

describe('an override on what the configuration has no more', WORLDS, () => {
  const WITHOUT_PRIMARY = zones({ pools: { www: { backup: [BACKUP] } } })
  const WITHOUT_POOL = zones({ pools: { api: { backup: [BACKUP] } } })

  const shown = (world: World): string[] =>
    allOverrideViews(world.judging.pools, world.book).map(
      ({ kind, zone, pool, endpoint, noEffect = 'in force' }) =>
        `${kind} ${zone}/${pool}/${endpoint}: ${noEffect}`,
    )

  it('is shown as of no effect, and in force again with what it is on', async () => {
    await using world = await begin()
    await world.operations.override(REQUEST)
    const seen: string[] = []
    for (const files of [WITHOUT_PRIMARY, WITHOUT_POOL, zones()]) {
      await world.reload(files)
      seen.push(...shown(world))
    }
    assert.deepEqual(seen, [
      'drain a.test/www/primary: there is no such endpoint',
      'drain a.test/www/primary: there is no such pool',
      'drain a.test/www/primary: in force',
    ])
    assert.equal(answered(world), BACKUP)
  })

  it('is released by its full name, for good', async () => {
    await using before = await begin()
    for (const files of [WITHOUT_PRIMARY, WITHOUT_POOL]) {
      await before.reload(zones())
      await before.operations.override(REQUEST)
      await before.reload(files)
      await assert.rejects(before.operations.release('www/primary', 'bob'), { kind: 'not-found' })
      const { done, answers } = await before.operations.release('a.test/www/primary', 'bob')
      assert.equal(done, 'released drain a.test/www/primary')
      assert.equal(answers.length, files === WITHOUT_POOL ? 0 : 1)
      assert.match(before.lines.at(-1) ?? '', /primary: drain -> none \(released by bob/)
    }
    await before.reload(zones())
    await before.operations.override({ ...REQUEST, kind: 'pin' })
    await before.reload(WITHOUT_POOL)
    await before.operations.release('a.test/www', 'bob')
    await using world = await before.restart(1000)
    assert.deepEqual(world.book.list, [])
  })
})

describe('a reload while an override waits for the disk', WORLDS, () => {
  /** Goes over to other files after the request was made, and before the disk can have answered. */
  async function meanwhile(world: World, files: Record<string, string>): Promise<OperationResult> {
    const goOver = await world.read(files)
    const result = world.operations.override(REQUEST)
    await Promise.resolve()
    goOver()
    assert.deepEqual(world.book.list, [])
    return result
  }

  it('leaves the reply with the answer of the new pool, and the history complete', async () => {
    await using world = await begin()
    const { answers } = await meanwhile(
      world,
      zones({ pools: { www: { primary: [PRIMARY], other: ['192.0.2.3'] } } }),
    )
    assert.deepEqual(answers, [{ family: 'ipv4', selected: 'other' }])
    assert.equal(world.selected('a.test/www'), 'serving: other')
    assert.ok(world.lines.some(line => line.includes('primary: none -> drain (set by alice')))
  })

  it('that takes the pool away leaves no answer to tell', async () => {
    await using world = await begin()
    const { done, answers } = await meanwhile(world, zones({ pools: { api: { backup: [BACKUP] } } }))
    assert.match(done, /^drain a\.test\/www\/primary until /)
    assert.deepEqual(answers, [])
    assert.ok(world.lines.some(line => line.includes('primary: none -> drain (set by alice')))
  })
})

it('names are taken with and without the final dot of the zone', async () => {
  await using world = await begin('    failback: manual\n')
  for (const target of ['a.test./www/primary', 'A.test./WWW/primary', 'a.test/www/primary']) {
    await world.operations.override({ ...REQUEST, target })
    await world.operations.release(target, 'bob')
    assert.match(world.operations.failBack('a.test./www').done, /^failed back a\.test\/www$/)
  }
  await assert.rejects(world.operations.override({ ...REQUEST, target: 'a.test../www/primary' }), {
    kind: 'not-found',
  })
})

describe('failback', WORLDS, () => {
  it('goes back under failback: manual', async () => {
    await using world = await begin('    failback: manual\n')
    world.outcomes(PRIMARY, 'fail', 'fail', 'fail', 'pass', 'pass')
    assert.equal(answered(world), BACKUP)
    const { answers, evidence } = world.operations.failBack('a.test/www')
    assert.deepEqual(evidence, [
      'primary: 192.0.2.1 up since 2026-01-01T00:00:00.000Z, pass 0 s ago: status 200 (passes 2, fails 0)',
    ])
    assert.deepEqual(answers, [{ family: 'ipv4', selected: 'primary' }])
    assert.equal(answered(world), PRIMARY)
    assert.throws(() => world.operations.failBack('a.test/www'), {
      kind: 'conflict',
      message: 'a.test/www answers with primary already',
    })
  })

  it('is refused with the evidence where the primary is not up', async () => {
    await using world = await begin('    failback: manual\n')
    world.outcomes(PRIMARY, 'fail', 'fail', 'fail', 'pass')
    assert.throws(() => world.operations.failBack('a.test/www'), {
      kind: 'conflict',
      message:
        'no endpoint of higher preference is up:\nprimary: 192.0.2.1 down since 2026-01-01T00:00:00.000Z, pass 0 s ago: status 200 (passes 1, fails 0)',
    })
  })
})

describe('a forced failback', WORLDS, () => {
  const { kind: _, target: __, force: ___, ...decision } = REQUEST

  it('serves the primary that is not up, for so long', async () => {
    await using world = await begin('    failback: manual\n')
    world.outcomes(PRIMARY, 'fail', 'fail', 'fail')
    const { done, answers, evidence } = await world.operations.forceBack('a.test/www', decision)
    assert.match(done, /^force-up a\.test\/www\/primary until /)
    assert.deepEqual(answers, [{ family: 'ipv4', selected: 'primary' }])
    assert.match(evidence?.[0] ?? '', /^primary: 192\.0\.2\.1 down since \S+Z, fail 0 s ago/)
    assert.equal(answered(world), PRIMARY)
    await world.clock.advance(60_000)
    assert.equal(answered(world), BACKUP)
  })

  it('forces nothing where the primary is up, or served, or cannot be served', async () => {
    await using world = await begin('    failback: manual\n')
    world.outcomes(PRIMARY, 'fail', 'fail', 'fail', 'pass', 'pass')
    await world.operations.forceBack('a.test/www', decision)
    assert.equal(answered(world), PRIMARY)
    await assert.rejects(world.operations.forceBack('a.test/www', decision), { message: /primary already$/ })
    await world.operations.override({ ...REQUEST, kind: 'pin', target: 'www/backup' })
    await assert.rejects(world.operations.forceBack('a.test/www', decision), { kind: 'conflict' })
    assert.deepEqual(
      world.book.list.map(({ kind }) => kind),
      ['pin'],
    )
  })
})

it('a maintenance window of the configuration drains while it is open', async () => {
  const window = `maintenance:
  - { pool: www, endpoint: primary, every: [thu], from: "00:10", for: 5m, reason: weekly patches }
`
  await using world = await World.begin({ 'a.test.yaml': `${zones()['a.test.yaml']}${window}` })
  for (const address of [PRIMARY, BACKUP]) world.outcomes(address, 'pass')
  const seen = new Set<string>()
  for (let minute = 0; minute < 20; minute++) {
    seen.add(`${minute < 10 || minute >= 15 ? 'closed' : 'open'} ${answered(world)}`)
    await world.clock.advance(60_000)
  }
  assert.deepEqual([...seen].sort(), [`closed ${PRIMARY}`, `open ${BACKUP}`])
})

describe('the history of maintenance windows', () => {
  const window = (from: string, more = ''): string =>
    `  - { pool: www, endpoint: [primary], every: [thu], from: "${from}", for: 5m, reason: at ${from}${more} }\n`
  const zonesWith = (...windows: readonly string[]): Record<string, string> => ({
    'a.test.yaml': `${zones()['a.test.yaml']}maintenance:${windows.length === 0 ? ' []' : `\n${windows.join('')}`}`,
  })
  const told = (world: World): string[] => world.lines.filter(line => line.includes('maintenance'))

  it('tells of each opening and closing, to the log, the store and the events', async () => {
    await using world = await World.begin(zonesWith(window('00:10')))
    await world.clock.advance(20 * 60_000)
    assert.deepEqual(told(world), [
      'a.test/www/primary: none -> maintenance (opened by the configuration, until 2026-01-01T00:15:00.000Z: at 00:10)',
      'a.test/www/primary: maintenance -> none (closed by the configuration: at 00:10)',
    ])
    assert.deepEqual(
      world.events.filter(line => line.includes('maintenance')),
      [
        'override a.test/www/primary undefined none > maintenance',
        'override a.test/www/primary undefined maintenance > none',
      ],
    )
    const [closing, opening] = (await world.store.transitions({ limit: 100 })).filter(
      ({ kind }) => kind === 'override',
    )
    assert.deepEqual([opening?.to, closing?.from], ['maintenance', 'maintenance'])
    assert.deepEqual(opening?.reason, { author: 'configuration', reason: 'at 00:10' })
  })

  it('has windows that overlap as one', async () => {
    await using world = await World.begin(zonesWith(window('00:10'), window('00:12'), window('00:17')))
    await world.clock.advance(30 * 60_000)
    assert.deepEqual(
      told(world).map(line => line.replace(/^.*\(|\)$/g, '')),
      [
        'opened by the configuration, until 2026-01-01T00:15:00.000Z: at 00:10',
        'closed by the configuration: at 00:17',
      ],
    )
  })

  it('invents nothing at a start, or for the time that the server was away', async () => {
    await using first = await World.begin(zonesWith(window('00:00'), window('00:10')))
    assert.deepEqual(told(first), [])
    await using second = await first.restart(12 * 60_000)
    assert.deepEqual(told(second), [])
    await second.clock.advance(10 * 60_000)
    assert.equal(told(second).length, 1)
  })

  it('tells of a reload only where it changes what is drained', async () => {
    await using world = await World.begin(zonesWith(window('00:00'), window('02:00')))
    await world.reload(zonesWith(window('00:00', ' and so on'), window('03:00')))
    assert.deepEqual(told(world), [])
    await world.reload(zonesWith())
    await world.reload(zonesWith(window('00:00')))
    assert.deepEqual(
      told(world).map(line => line.replace(/ \(.*/, '')),
      ['a.test/www/primary: maintenance -> none', 'a.test/www/primary: none -> maintenance'],
    )
  })

  it('loses nothing that happens at the very moment of a reload', async () => {
    await using world = await World.begin(zonesWith(window('00:10')))
    world.clock.stall(10 * 60_000)
    await world.reload(zonesWith(window('00:10')))
    await world.clock.advance(0)
    assert.equal(told(world).length, 1)
  })
})

it('a disk that refuses refuses the override, unless it is volatile', async () => {
  await using world = await begin()
  await world.store.close()
  await assert.rejects(world.operations.override(REQUEST), {
    kind: 'store',
    message: /^not stored, and so not done: .*--volatile does it without the disk/,
  })
  assert.equal(answered(world), PRIMARY)
  await world.operations.override({ ...REQUEST, volatile: true })
  assert.equal(answered(world), BACKUP)
})

it('a disk that refuses refuses the release, unless it is volatile', async () => {
  await using world = await begin()
  await world.operations.override(REQUEST)
  await world.store.close()
  await assert.rejects(world.operations.release('www/primary', 'bob'), { kind: 'store' })
  assert.equal(answered(world), BACKUP)
  await world.operations.release('www/primary', 'bob', true)
  assert.equal(answered(world), PRIMARY)
})

it('what a disk has refused without an answer is taken off it, and what it replaced is put back', async () => {
  const clock = new VirtualClock()
  const asked: string[] = []
  let refuses = false
  const store = {
    async saveOverride({ id }: Override, replaced: readonly string[] = []) {
      asked.push(`save ${id}${replaced.map(one => ` for ${one}`).join('')}`)
      if (refuses) throw new Error('the store has not answered for 10000 ms')
    },
    async dropOverrides(ids: readonly string[]) {
      asked.push(`drop ${ids.join(' ')}`)
    },
  }
  const book = new OverrideBook({ clock, store, onFault: () => undefined }, [])
  const { forMs, force: _, target: __, ...said } = REQUEST
  const wanted = {
    ...said,
    zone: 'a.test',
    pool: 'www',
    endpoint: 'primary',
    expiresMs: clock.wallMs() + forMs,
  }
  const { id } = await book.set(wanted)
  refuses = true
  await assert.rejects(book.set(wanted), /has not answered/)
  const second = /^save (\S+) for/.exec(asked[1] ?? '')?.[1] ?? ''
  assert.deepEqual(asked, [`save ${id}`, `save ${second} for ${id}`, `save ${id}`, `drop ${second}`])
  assert.deepEqual(
    book.list.map(one => one.id),
    [id],
  )
})

it('what is released while a damaged database is replaced is not stored anew', async () => {
  await using before = await begin()
  await before.operations.override({ ...REQUEST, forMs: 3_600_000 })
  {
    const other = new Database(join(before.folder.path, STATE))
    other.exec('DROP TABLE overrides')
    other.close()
  }
  await before.operations.release('www/primary', 'bob')
  assert.equal(answered(before), PRIMARY)
  await using world = await before.restart(1000)
  assert.deepEqual(world.book.list, [])
  assert.equal(answered(world), PRIMARY)
})

it('what could not be released is stored for as long as it is in force', async () => {
  const clock = new VirtualClock()
  const asked: string[] = []
  const store = {
    async saveOverride({ id }: Override) {
      asked.push(`save ${id}`)
    },
    async dropOverrides(ids: readonly string[]) {
      asked.push(`drop ${ids.join(' ')}`)
      throw new Error('the store has not answered for 10000 ms')
    },
  }
  const book = new OverrideBook({ clock, store, onFault: () => undefined }, [])
  const { forMs, force: _, target: __, ...said } = REQUEST
  const key = { zone: 'a.test', pool: 'www' }
  const { id } = await book.set({ ...said, ...key, endpoint: 'primary', expiresMs: clock.wallMs() + forMs })
  await assert.rejects(book.release(key, 'primary', false), /has not answered/)
  assert.deepEqual(asked, [`save ${id}`, `drop ${id}`, `save ${id}`])
  book.saveAgain()
  assert.equal(asked.at(-1), `save ${id}`)
})
