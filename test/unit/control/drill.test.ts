/** Drills: what a pool serves is taken as failed by its own probes, and it is measured what becomes of that. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Watcher } from '#control/drill.ts'
import { Drills } from '#control/drills.ts'
import type { DrillView } from '#control/view.ts'
import { World } from './world.ts'
import { BACKUP, PRIMARY, WEB, zones } from './zones.ts'

const REQUEST = { forMs: 120_000, reason: 'every month', author: 'alice' }

/** Both are up, and are probed every second as long as a drill waits for that; `fall: 3`. */
async function begin(pool = '', watchers: (world: World) => readonly Watcher[] = own) {
  const text = zones()['a.test.yaml']?.replace('    check: web\n', `    check: web\n${pool}`) ?? ''
  const world = await World.begin({ 'a.test.yaml': text })
  for (const address of [PRIMARY, BACKUP]) world.outcomes(address, 'pass', 'pass')
  const drills = new Drills({
    clock: world.clock,
    judging: world.judging,
    book: world.book,
    store: world.store,
    pool: target => world.operations.findPool(target),
    watchers: () => watchers(world),
    onEnd: transition => world.judging.recorder.announce(transition),
  })
  return { world, drills, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() }
}

function own(world: World): Watcher[] {
  return [{ by: 'this server', ask: async () => world.addresses('www.a.test A'), ttlMs: 0 }]
}

/** A second passes, and one probe of each passes. */
async function probed(world: World, times = 1): Promise<void> {
  for (let i = 0; i < times; i++) {
    await world.clock.advance(1000)
    for (const address of [PRIMARY, BACKUP]) world.outcome(address, 'pass')
  }
}

function answered(world: World): string {
  return world.addresses('www.a.test A').join(' ')
}

function linesOf({ timeline }: DrillView): string[] {
  return timeline.map(({ seconds, what }) => `${seconds}: ${what}`)
}

describe('a drill', () => {
  it('switches as if every probe failed, measures it, and goes back; the verdicts stay the real ones', async () => {
    await using here = await begin()
    const { world, drills } = here
    const begun = drills.start('a.test/www', REQUEST, [])
    assert.equal(begun.state, 'running')
    await probed(world, 2)
    assert.equal(answered(world), PRIMARY)
    assert.equal(world.paces.at(-1), `fast ${PRIMARY}`)
    await probed(world)
    assert.equal(answered(world), BACKUP)
    assert.equal(world.pool('a.test/www').selection('ipv4')?.reason.kind, 'failover')
    assert.ok(world.lines.includes('a.test/www A: primary -> backup (primary is taken as failed by a drill)'))
    assert.equal(world.paces.at(-1), `normal ${PRIMARY}`)
    await world.clock.advance(100)
    await probed(world, 115)
    assert.equal(answered(world), BACKUP)
    await world.clock.advance(2000)
    assert.equal(answered(world), PRIMARY)
    const [ended] = drills.list
    assert.equal(ended?.state, 'kept')
    assert.equal(ended.switchedSeconds, 3)
    assert.match(ended.verdict, /^switched and seen after 3\.0\d+ s; promised are 23 s$/)
    assert.deepEqual(
      linesOf(ended).map(line => line.replace(/^3\.0\d+/, '3.0')),
      [
        '0: primary of a.test/www taken as failed from the next probe on',
        '1: a probe of 192.0.2.1 (pass) counts as a fail',
        '2: a probe of 192.0.2.1 (pass) counts as a fail',
        '3: a probe of 192.0.2.1 (pass) counts as a fail: down',
        '3: primary down: the answer is A backup',
        '3.0: this server answers 192.0.2.2',
        '120: over: kept, switched and seen after 3.05 s; promised are 23 s; the answer is A primary',
      ],
    )
    assert.ok(!world.lines.some(line => line.includes('up -> down')))
  })

  it('is refused where nothing else is up, where one is running, and where it would be too short', async () => {
    await using here = await begin()
    const { world, drills } = here
    assert.throws(() => drills.start('a.test/www', { ...REQUEST, forMs: 22_000 }, []), /may take 23 s/)
    assert.throws(() => drills.start('nothing', REQUEST, []), /nothing is called nothing/)
    world.outcomes(BACKUP, 'fail', 'fail', 'fail')
    assert.throws(() => drills.start('a.test/www', REQUEST, []), /no other endpoint of a\.test\/www is up/)
    world.outcomes(BACKUP, 'pass', 'pass')
    drills.start('a.test/www', REQUEST, [])
    assert.throws(() => drills.start('a.test/www', REQUEST, []), /is running already/)
  })

  it('ends at once when what has taken over fails', async () => {
    await using here = await begin()
    const { world, drills } = here
    drills.start('a.test/www', REQUEST, [])
    await probed(world, 3)
    assert.equal(answered(world), BACKUP)
    world.outcomes(BACKUP, 'fail', 'fail', 'fail')
    assert.equal(answered(world), PRIMARY)
    assert.deepEqual(
      drills.list.map(({ state, verdict }) => [state, verdict]),
      [['aborted', 'nothing else is up any more']],
    )
  })

  it('ends at once when what has taken over fails, also where nothing is answered then', async () => {
    for (const rule of ['nodata', 'servfail', 'all']) {
      await using here = await begin(`    when-all-down: ${rule}\n`)
      const { world, drills } = here
      drills.start('a.test/www', REQUEST, [])
      await probed(world, 3)
      assert.equal(answered(world), BACKUP)
      world.outcomes(BACKUP, 'fail', 'fail', 'fail')
      assert.equal(answered(world), PRIMARY, rule)
      assert.equal(drills.list[0]?.verdict, 'nothing else is up any more')
    }
  })

  it('ends before the switch when nothing is left that could take over', async () => {
    await using here = await begin()
    const { world, drills } = here
    drills.start('a.test/www', REQUEST, [])
    await probed(world, 1)
    world.outcomes(BACKUP, 'fail', 'fail', 'fail')
    assert.equal(drills.list[0]?.verdict, 'nothing else is up any more')
    world.outcomes(BACKUP, 'pass', 'pass')
    drills.start('a.test/www', REQUEST, [])
    await probed(world, 2)
    const drain = { kind: 'drain', target: 'a.test/www/backup', forMs: 60_000, reason: '' } as const
    await world.operations.override({ ...drain, author: 'bob', volatile: false, force: true })
    world.outcome(PRIMARY, 'pass')
    assert.equal(drills.list[0]?.verdict, 'nothing else is up any more')
    assert.equal(answered(world), PRIMARY)
    assert.deepEqual(
      world.lines.filter(line => line.includes('all-down')),
      [],
    )
  })

  it('ends at once when an operator takes away what has taken over, or a maintenance window does', async () => {
    await using here = await begin()
    const { world, drills } = here
    drills.start('a.test/www', REQUEST, [])
    await probed(world, 3)
    assert.equal(answered(world), BACKUP)
    const drain = { kind: 'drain', target: 'a.test/www/backup', forMs: 60_000, reason: '' } as const
    await world.operations.override({ ...drain, author: 'bob', volatile: false, force: true })
    assert.equal(answered(world), PRIMARY)
    assert.equal(drills.list[0]?.verdict, 'nothing else is up any more')
    await using other = await begin()
    const at = new Date(other.world.clock.wallMs() + 60_000).toISOString().slice(0, 16).replace('T', ' ')
    const window = `maintenance:\n  - { pool: www, endpoint: backup, at: "${at}", for: 1h }\n`
    await other.world.reload({ 'a.test.yaml': `${zones()['a.test.yaml']}${window}` })
    other.drills.start('a.test/www', REQUEST, [])
    await probed(other.world, 3)
    assert.equal(answered(other.world), BACKUP)
    await other.world.clock.advance(60_000)
    assert.equal(answered(other.world), PRIMARY)
    assert.equal(other.drills.list[0]?.verdict, 'nothing else is up any more')
  })

  it('ends when what is drilled comes up in a family that has nothing else', async () => {
    await using here = await begin()
    const { world, drills } = here
    const SIX = '2001:db8::1'
    await world.reload(zones({ pools: { www: { primary: [PRIMARY, SIX], backup: [BACKUP] } } }))
    world.outcomes(SIX, 'fail', 'fail', 'fail')
    drills.start('a.test/www', REQUEST, [])
    await probed(world, 3)
    assert.equal(answered(world), BACKUP)
    world.outcomes(SIX, 'pass', 'pass')
    assert.deepEqual(world.addresses('www.a.test AAAA'), [SIX])
    assert.equal(drills.list[0]?.verdict, 'nothing else is up any more')
  })

  it('leaves nothing behind where a reload takes the pool away, and another brings it back', async () => {
    await using here = await begin()
    const { world, drills } = here
    const both = { www: { primary: [PRIMARY], backup: [BACKUP] }, other: { a: [PRIMARY] } }
    // Both are judged by the same probes.
    const checks = { web: WEB.replace('http,', 'http, host: x.test,') }
    const [withIt, without] = [
      zones({ checks, pools: both }),
      zones({ checks, pools: { other: both.other } }),
    ]
    await world.reload(withIt)
    for (const address of [PRIMARY, BACKUP]) world.outcomes(address, 'pass', 'pass')
    drills.start('a.test/www', REQUEST, [])
    await probed(world, 2)
    assert.equal(world.paces.at(-1), `fast ${PRIMARY}`)
    await world.reload(without)
    drills.look()
    assert.equal(world.paces.at(-1), `normal ${PRIMARY}`)
    await world.reload(withIt)
    world.outcomes(BACKUP, 'pass', 'pass')
    drills.start('a.test/www', REQUEST, [])
    await probed(world, 3)
    assert.equal(answered(world), BACKUP)
    await world.reload(without)
    drills.look()
    await world.reload(withIt)
    for (const address of [PRIMARY, BACKUP]) world.outcomes(address, 'pass', 'pass')
    assert.equal(answered(world), PRIMARY)
  })

  it('is late where a watcher never sees it, and where nothing is switched', async () => {
    const deaf = [{ by: '192.0.2.53:53', ask: async () => undefined, ttlMs: 0 }]
    await using here = await begin('', () => deaf)
    here.drills.start('a.test/www', REQUEST, [])
    await probed(here.world, 121)
    assert.match(here.drills.list[0]?.verdict ?? '', /^never seen in the answers of 192\.0\.2\.53:53/)
    await using other = await begin()
    other.drills.start('a.test/www', REQUEST, [])
    await other.world.clock.advance(120_000)
    assert.deepEqual(
      [other.drills.list[0]?.state, other.drills.list[0]?.verdict],
      ['late', 'nothing was switched; promised are 23 s'],
    )
  })

  it('allows those who may have kept an answer the TTL', async () => {
    for (const [switchesAtMs, state, verdict] of [
      [
        50_000,
        'kept',
        /^switched and seen after 5[01][\d.]* s; promised are 23 s, and 53 s where the TTL counts$/,
      ],
      [60_000, 'late', /^switched and seen after 6[01][\d.]* s; /],
    ] as const) {
      await using here = await begin('', world => [
        ...own(world),
        {
          by: '192.0.2.53:53',
          ask: async () => [world.clock.monotonicMs() >= switchesAtMs ? BACKUP : PRIMARY],
          ttlMs: 30_000,
        },
      ])
      const { world, drills } = here
      assert.throws(() => drills.start('a.test/www', { ...REQUEST, forMs: 52_000 }, []), /53 s/)
      const startMs = world.clock.monotonicMs()
      assert.ok(startMs < 5000)
      drills.start('a.test/www', REQUEST, [])
      await probed(world, 121)
      const [ended] = drills.list
      assert.equal(ended?.state, state)
      assert.match(ended.verdict, verdict)
    }
  })

  it('is stopped by whoever says so, and by a reload without the pool', async () => {
    await using here = await begin()
    const { world, drills } = here
    const { id } = drills.start('a.test/www', REQUEST, [])
    await probed(world, 3)
    assert.equal(drills.stop(id, 'bob').verdict, 'stopped by bob')
    assert.equal(answered(world), PRIMARY)
    assert.throws(() => drills.stop(id, 'bob'), /no drill .* is running/)
    drills.start('a.test/www', REQUEST, [])
    await world.reload(zones({ pools: { other: { a: [PRIMARY] } } }))
    drills.look()
    assert.equal(drills.list[0]?.verdict, 'the pool is no longer configured')
  })

  it('with manual failback leaves the answer where it is', async () => {
    await using here = await begin('    failback: manual\n')
    const { world, drills } = here
    drills.start('a.test/www', REQUEST, [])
    await probed(world, 121)
    assert.equal(answered(world), BACKUP)
    assert.equal(drills.list[0]?.state, 'kept')
  })

  it('does not count probes that began before it', async () => {
    await using here = await begin()
    const { world, drills } = here
    const target = world.judging.targets.find(({ address }) => address === PRIMARY) ?? assert.fail()
    const startedMs = world.clock.monotonicMs() - 1
    drills.start('a.test/www', REQUEST, [])
    const outcome = { kind: 'pass', reason: 'ok', detail: '', latencyMs: 1 } as const
    for (let i = 0; i < 5; i++)
      world.judging.take({ key: target.key, outcome, startedMs, endedWallMs: world.clock.wallMs() })
    assert.equal(answered(world), PRIMARY)
  })

  it('is remembered across restarts', async () => {
    await using here = await begin()
    const { world, drills } = here
    drills.start('a.test/www', REQUEST, [])
    await probed(world, 121)
    const [ended] = drills.list
    await using next = await world.restart(1000)
    const again = new Drills({
      clock: next.clock,
      judging: next.judging,
      book: next.book,
      store: next.store,
      pool: target => next.operations.findPool(target),
      watchers: () => [],
      onEnd: () => undefined,
    })
    await again.restore()
    assert.deepEqual(again.list, [ended])
  })
})
