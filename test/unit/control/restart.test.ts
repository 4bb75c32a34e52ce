/** What a restart takes up from the disk, and what it does not. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import type { Health } from '#health/verdict.ts'
import { STATE, WORLDS, World } from './world.ts'
import { BACKUP, PRIMARY, WEB, zones } from './zones.ts'

/** Ten intervals. */
const LONG_MS = 100_000

const SOMETHING = {
  atMs: 1,
  kind: 'selection',
  zone: 'a.test',
  pool: 'www',
  family: 'ipv4',
  from: '',
  to: '',
  why: '',
  reason: null,
} as const

function health(world: World, address: string): Health {
  const pool = world.pool('a.test/www')
  const found = pool.pool.endpoints.flatMap(({ addresses }) => addresses).find(({ text }) => text === address)
  const state = found === undefined ? undefined : pool.stateOf(found)?.targets[0]
  assert.ok(state !== undefined)
  return state.health
}

async function failedOver(): Promise<World> {
  const world = await World.begin(zones())
  world.outcomes(PRIMARY, 'pass', 'pass', 'fail', 'fail', 'fail')
  world.outcomes(BACKUP, 'pass', 'pass')
  return world
}

describe('a wall clock that is set', WORLDS, () => {
  /** The primary is up again and held back for another five minutes, and then somebody sets the clock. */
  async function held(backMs: number): Promise<World> {
    const world = await World.begin(zones({ checks: { web: WEB.replace(' }', ', dwell: 10m }') } }))
    world.outcomes(PRIMARY, 'pass', 'pass', 'fail', 'fail', 'fail', 'pass', 'pass')
    world.outcomes(BACKUP, 'pass', 'pass')
    await world.clock.advance(300_000)
    world.clock.setWallBack(backMs)
    probed(world)
    return world
  }

  function probed(world: World): void {
    for (const address of [PRIMARY, BACKUP]) world.outcome(address, 'pass')
  }

  for (const [what, backMs] of [
    ['back', 3_600_000],
    ['forward', -3_600_000],
  ] as const) {
    it(`${what} and then a restart: a hold ends when it was to end`, async () => {
      await using before = await held(backMs)
      await using world = await before.restart(0)
      assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
      await world.clock.advance(299_000)
      assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
      await world.clock.advance(2000)
      assert.deepEqual(world.addresses('www.a.test A'), [PRIMARY])
    })

    it(`${what}, the end of the hold, and then a restart: it does not begin again`, async () => {
      await using before = await held(backMs)
      await before.clock.advance(301_000)
      probed(before)
      assert.deepEqual(before.addresses('www.a.test A'), [PRIMARY])
      await using world = await before.restart(0)
      assert.deepEqual(world.addresses('www.a.test A'), [PRIMARY])
    })
  }
})

describe('a restart', WORLDS, () => {
  it('goes on where the last run ended: verdicts with counters, selections with their time', async () => {
    await using before = await failedOver()
    before.outcome(PRIMARY, 'pass')
    const sinceMs = before.pool('a.test/www').sinceMs('ipv4')
    await using world = await before.restart(20_000)
    assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
    assert.equal(world.pool('a.test/www').sinceMs('ipv4'), sinceMs)
    assert.deepEqual([world.lines, world.events], [[], []])
    assert.deepEqual(health(world, PRIMARY), { verdict: 'down', passes: 1, fails: 0 })
    world.outcome(PRIMARY, 'pass')
    assert.deepEqual(world.addresses('www.a.test A'), [PRIMARY])
  })

  it('after a long absence answers as before, with nothing known of anybody', async () => {
    await using before = await failedOver()
    await using world = await before.restart(LONG_MS + 1)
    assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
    assert.deepEqual([world.lines, world.events], [[], []])
    for (const address of [PRIMARY, BACKUP]) assert.equal(health(world, address).verdict, 'unknown')
    world.outcomes(PRIMARY, 'fail')
    assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
    world.outcome(PRIMARY, 'pass')
    assert.deepEqual(world.addresses('www.a.test A'), [PRIMARY])
  })

  it('knows what is probed rarely for as long as it is rarely probed', async () => {
    const rarely = { web: WEB.replace(' }', ', down-interval: 10m }') }
    const text = zones({ checks: rarely })['a.test.yaml']?.replace(
      '    check: web\n',
      '    check: web\n    when-all-down: servfail\n',
    )
    await using before = await World.begin({ 'a.test.yaml': text ?? '' })
    for (const address of [PRIMARY, BACKUP]) before.outcomes(address, 'fail', 'fail', 'fail')
    await before.clock.advance(590_000)
    await using world = await before.restart(1000)
    assert.equal(health(world, PRIMARY).verdict, 'down')
    world.outcome(PRIMARY, 'fail')
    assert.equal(world.ask('www.a.test A').rcode, 'SERVFAIL')
    world.outcome(PRIMARY, 'pass')
    assert.equal(world.ask('www.a.test A').rcode, 'SERVFAIL', 'one pass is not enough for rise: 2')
    await using later = await world.restart(6_000_001)
    assert.equal(health(later, BACKUP).verdict, 'unknown')
  })

  it('while all were down still answers the primary with the least TTL, also after a long absence', async () => {
    await using before = await World.begin(zones())
    for (const address of [PRIMARY, BACKUP]) before.outcomes(address, 'fail', 'fail', 'fail')
    await using world = await before.restart(LONG_MS + 1)
    assert.deepEqual(world.ask('www.a.test A'), { rcode: 'NOERROR', addresses: [PRIMARY], ttl: 5 })
    assert.equal(world.selected('a.test/www'), 'all-down: primary')
  })

  it('while all were down still answers the addresses that are given for that, after a long absence', async () => {
    const text = zones()['a.test.yaml']?.replace(
      '    check: web\n',
      '    check: web\n    when-all-down: { addresses: [192.0.2.99] }\n',
    )
    await using before = await World.begin({ 'a.test.yaml': text ?? '' })
    for (const address of [PRIMARY, BACKUP]) before.outcomes(address, 'fail', 'fail', 'fail')
    await using world = await before.restart(LONG_MS + 1)
    assert.deepEqual(world.addresses('www.a.test A'), ['192.0.2.99'])
    assert.equal(health(world, PRIMARY).verdict, 'unknown')
  })

  it('in the middle of a decision answers the least TTL, since the answer could change at once', async () => {
    const checks = { web: WEB.replace('fast-interval: 1s', 'fast-interval: 9s') }
    await using before = await World.begin(zones({ checks }))
    before.outcomes(PRIMARY, 'pass', 'pass', 'fail', 'fail')
    assert.equal(before.ask('www.a.test A').ttl, 9)
    await using world = await before.restart(30_000)
    assert.deepEqual(health(world, PRIMARY), { verdict: 'up', passes: 0, fails: 2 })
    assert.equal(world.ask('www.a.test A').ttl, 5)
    world.outcome(PRIMARY, 'fail')
    assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
  })

  it('with another check keeps the answer', async () => {
    await using before = await failedOver()
    await using world = await before.restart(
      1000,
      zones({ checks: { web: WEB.replace('port: 80', 'port: 81') } }),
    )
    assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
    assert.equal(health(world, BACKUP).verdict, 'unknown')
  })

  it('takes up a verdict from times that the clock has not reached for as old as it is far away', async () => {
    await using before = await failedOver()
    before.clock.setWallBack(LONG_MS * 10)
    await using world = await before.restart(1000)
    assert.equal(health(world, BACKUP).verdict, 'unknown')
    assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
  })
})

describe('a verdict that stays as it is', WORLDS, () => {
  /** When the verdict on the backup, as it is on disk, was reached: seconds of the virtual clock's day. */
  async function storedAt(world: World): Promise<readonly number[]> {
    await using next = await world.restart(0)
    return next.store.restored.verdicts
      .filter(({ past }) => past === undefined)
      .map(({ atMs }) => (atMs / 1000) % 86_400)
      .sort((a, b) => a - b)
  }

  it('is stored from time to time, so that a restart knows how long the server was away', async () => {
    await using world = await World.begin(zones({ pools: { www: { primary: [PRIMARY] } } }))
    world.outcomes(PRIMARY, 'pass', 'pass')
    for (let probe = 1; probe <= 5; probe++) {
      await world.clock.advance(10_000)
      world.outcome(PRIMARY, 'pass')
    }
    assert.deepEqual(await storedAt(world), [30])
  })

  it('is stored when the wall clock was set back', async () => {
    await using world = await World.begin(zones({ pools: { www: { primary: [PRIMARY] } } }))
    await world.clock.advance(4_000_000)
    world.outcomes(PRIMARY, 'pass', 'pass')
    world.clock.setWallBack(3_600_000)
    await world.clock.advance(10_000)
    world.outcome(PRIMARY, 'pass')
    assert.deepEqual(await storedAt(world), [410])
  })
})

describe('a state that is lost while the server runs', WORLDS, () => {
  it('is written again from what is in use', async () => {
    await using before = await failedOver()
    before.outcome(BACKUP, 'inconclusive')
    await before.store.flush()
    const path = join(before.folder.path, STATE)
    damage(path)
    before.store.addTransition(SOMETHING)
    await before.store.flush()
    assert.equal(before.store.fault, undefined)
    assert.equal(before.store.errors, 1)
    await using world = await before.restart(1000)
    assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
    assert.deepEqual([world.lines, world.events], [[], []])
    assert.deepEqual(health(world, PRIMARY), { verdict: 'down', passes: 0, fails: 0 })
    assert.deepEqual(health(world, BACKUP), { verdict: 'up', passes: 2, fails: 0 })
  })

  it('has nothing of what was never decided', async () => {
    await using before = await World.begin(zones())
    before.judging.saveAgain()
    await using world = await before.restart(0)
    assert.deepEqual(world.store.restored.verdicts, [])
    assert.equal(world.store.restored.selections.length, 1)
  })
})

/** Makes the database one that the store cannot use. */
function damage(path: string): void {
  const database = new Database(path)
  database.exec('DROP TABLE transitions; CREATE TABLE transitions (id INTEGER)')
  database.close()
}

it('what was forgotten of one endpoint, since the wall clock was set back, changes no answer', async () => {
  const rule = '    when-all-down: servfail\n'
  const text = zones()['a.test.yaml']?.replace('    check: web\n', `    check: web\n${rule}`) ?? ''
  await using before = await World.begin({ 'a.test.yaml': text })
  for (const address of [PRIMARY, BACKUP]) before.outcomes(address, 'fail', 'fail', 'fail')
  assert.equal(before.ask('www.a.test A').rcode, 'SERVFAIL')
  before.clock.setWallBack(86_400_000)
  before.outcomes(BACKUP, 'pass', 'fail')
  await using world = await before.restart(1000)
  assert.equal(world.ask('www.a.test A').rcode, 'SERVFAIL')
  world.outcome(PRIMARY, 'pass')
  assert.deepEqual(world.addresses('www.a.test A'), [PRIMARY])
})

it('but what is known to be down is left, also where something was forgotten of another', async () => {
  await using before = await World.begin(zones())
  before.outcomes(BACKUP, 'pass')
  before.outcomes(PRIMARY, 'fail', 'fail', 'fail')
  const kind = 'force-up'
  const request = { kind, target: 'www/primary', forMs: 60_000, reason: '', author: '', force: true } as const
  await before.operations.override({ ...request, volatile: true })
  assert.deepEqual(before.addresses('www.a.test A'), [PRIMARY])
  before.clock.setWallBack(86_400_000)
  before.outcomes(PRIMARY, 'pass', 'fail')
  await using world = await before.restart(1000)
  assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
})
