/** From an outcome to the answer, with everything that is told and stored on the way. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { WORLDS, World } from './world.ts'
import { BACKUP, PRIMARY, TWO, WEB, zones } from './zones.ts'

const SIX = { primary: '2001:db8::1', backup: '2001:db8::2' } as const

describe('at the first start', WORLDS, () => {
  it('the primary is answered at once, with nothing known of anybody', async () => {
    await using world = await World.begin(zones())
    assert.deepEqual(world.ask('www.a.test A'), { rcode: 'NOERROR', addresses: [PRIMARY], ttl: 30 })
    assert.deepEqual(world.ask('www.a.test AAAA'), { rcode: 'NOERROR', addresses: [], ttl: 5 })
    assert.deepEqual(world.lines, ['a.test/www A: nothing -> primary (first selection: what is not down)'])
    assert.deepEqual(world.events, ['selection a.test/www/ ipv4 nothing > primary'])
    world.judging.setPaces()
    assert.deepEqual(world.paces, [`fast ${PRIMARY}`, `fast ${BACKUP}`])
  })

  it('a fail of the unknown primary is confirmed, and so is its TTL', async () => {
    await using world = await World.begin(zones())
    const answers = ['fail', 'fail', 'fail'] as const
    const seen = answers.map(kind => {
      world.outcome(PRIMARY, kind)
      return world.ask('www.a.test A')
    })
    assert.deepEqual(
      seen.map(({ addresses, ttl }) => [...addresses, ttl]),
      [
        [PRIMARY, 5],
        [PRIMARY, 5],
        [BACKUP, 30],
      ],
    )
  })
})

describe('an outcome', WORLDS, () => {
  it('that decides has changed the answer when it has been taken; all are told, and it is stored', async () => {
    await using world = await World.begin(zones())
    world.outcomes(PRIMARY, 'pass', 'pass')
    world.outcomes(BACKUP, 'pass', 'pass')
    world.outcomes(PRIMARY, 'fail', 'fail')
    assert.deepEqual(world.addresses('www.a.test A'), [PRIMARY])
    for (const told of [world.events, world.lines, world.paces]) told.length = 0
    await world.clock.advance(700)
    world.outcome(PRIMARY, 'fail')
    assert.deepEqual(world.ask('www.a.test A'), { rcode: 'NOERROR', addresses: [BACKUP], ttl: 30 })
    assert.deepEqual(world.events, [
      'switched 0',
      'verdict a.test/www/primary ipv4 up > down',
      'selection a.test/www/ ipv4 primary > backup',
      'failover a.test/www ipv4',
      'probe a.test web http fail',
    ])
    assert.deepEqual(world.lines, [
      `a.test/www/primary ${PRIMARY}: up -> down (3 fails: no answer in 4s)`,
      'a.test/www A: primary -> backup (primary is down: no answer in 4s)',
    ])
    assert.deepEqual(world.paces, [`down ${PRIMARY}`])
    const [selection, verdict] = await world.store.transitions({ limit: 2 })
    const atMs = world.clock.wallMs()
    const common = { atMs, zone: 'a.test', pool: 'www', family: 'ipv4' } as const
    assert.deepEqual(selection, {
      ...common,
      kind: 'selection',
      from: 'primary',
      to: 'backup',
      why: 'primary is down: no answer in 4s',
      reason: { kind: 'failover', from: 'primary', cause: 'down' },
    })
    assert.deepEqual(verdict, {
      ...common,
      kind: 'verdict',
      endpoint: 'primary',
      address: PRIMARY,
      from: 'up',
      to: 'down',
      why: '3 fails: no answer in 4s',
      reason: { outcome: 'fail', reason: 'timeout' },
    })
  })

  it('that is inconclusive moves nothing, whenever it comes', async () => {
    await using world = await World.begin(zones())
    const before = ['pass', 'pass', 'fail', 'fail'] as const
    for (const kind of before) {
      world.outcome(PRIMARY, kind)
      const [answer, { health }] = [world.ask('www.a.test A'), target(world, PRIMARY)]
      for (const told of [world.events, world.lines, world.paces]) told.length = 0
      world.outcomes(PRIMARY, 'inconclusive', 'inconclusive', 'inconclusive', 'inconclusive')
      assert.deepEqual(world.ask('www.a.test A'), answer)
      assert.equal(target(world, PRIMARY).health, health)
      assert.deepEqual(world.events, Array(4).fill('probe a.test web http inconclusive'))
      assert.deepEqual([world.lines, world.paces], [[], []])
    }
    assert.equal(target(world, PRIMARY).lastOutcome?.outcome.kind, 'inconclusive')
  })

  it('of what is no longer probed is passed over', async () => {
    await using world = await World.begin(zones())
    world.events.length = 0
    const outcome = { kind: 'fail', reason: 'refused', detail: 'no answer in 4s', latencyMs: 1 } as const
    world.judging.take({ key: 'gone', outcome, startedMs: 0, endedWallMs: world.clock.wallMs() })
    assert.deepEqual(world.events, [])
  })

  it('sets the pace: fast while a change is being decided, normal once it is', async () => {
    await using world = await World.begin(zones())
    const paces = (...kinds: readonly ('pass' | 'fail')[]): string[] => {
      world.paces.length = 0
      world.outcomes(PRIMARY, ...kinds)
      return world.paces.map(pace => pace.replace(` ${PRIMARY}`, ''))
    }
    assert.deepEqual(paces('pass'), ['normal'])
    assert.deepEqual(paces('pass', 'pass'), [])
    assert.deepEqual(paces('fail'), ['fast'])
    assert.deepEqual(paces('fail', 'pass'), [])
    assert.deepEqual(paces('pass'), ['normal'])
    assert.deepEqual(paces('fail', 'fail', 'fail'), ['fast', 'down'])
    assert.deepEqual(paces('fail'), [])
    assert.deepEqual(paces('pass'), ['fast'])
    assert.deepEqual(paces('fail'), ['down'])
    assert.deepEqual(paces('pass', 'pass'), ['fast', 'normal'])
  })
})

describe('the TTL', WORLDS, () => {
  it('is the time until the answer could change from the first fail on, and full again once that is cleared', async () => {
    const checks = { web: WEB.replace('fast-interval: 1s', 'fast-interval: 8s') }
    await using world = await World.begin(zones({ checks }))
    const ttl = (): number | undefined => world.ask('www.a.test A').ttl
    world.outcomes(PRIMARY, 'pass', 'pass')
    world.outcomes(BACKUP, 'pass', 'pass')
    assert.equal(ttl(), 30)
    world.outcome(PRIMARY, 'fail')
    assert.equal(ttl(), 16)
    await world.clock.advance(7900)
    assert.equal(ttl(), 8)
    await world.clock.advance(100)
    world.outcome(PRIMARY, 'fail')
    assert.equal(ttl(), 8)
    await world.clock.advance(4000)
    assert.equal(ttl(), 5)
    await world.clock.advance(4000)
    // One lucky probe does not clear the fails: from here it takes one more.
    world.outcome(PRIMARY, 'pass')
    assert.equal(ttl(), 8)
    world.outcome(PRIMARY, 'pass')
    assert.equal(ttl(), 30)
  })

  it('is not shortened by a backup that fails, nor by a coming failback', async () => {
    await using world = await World.begin(zones())
    world.outcomes(PRIMARY, 'pass', 'pass')
    world.outcomes(BACKUP, 'pass', 'pass', 'fail')
    assert.equal(world.ask('www.a.test A').ttl, 30)
    world.outcomes(BACKUP, 'pass', 'pass')
    world.outcomes(PRIMARY, 'fail', 'fail', 'fail', 'pass')
    assert.deepEqual(world.ask('www.a.test A'), { rcode: 'NOERROR', addresses: [BACKUP], ttl: 30 })
  })

  it('is that of each name', async () => {
    const names = { www: '{ pool: www, ttl: 60s, ttl-min: 2s }', api: '{ pool: www, ttl: 3s }' }
    await using world = await World.begin(zones({ names }))
    const ttls = (): unknown[] => ['www', 'api'].map(owner => world.ask(`${owner}.a.test A`).ttl)
    assert.deepEqual(ttls(), [60, 3])
    world.outcome(PRIMARY, 'fail')
    assert.deepEqual(ttls(), [2, 3])
    await world.clock.advance(5000)
    assert.deepEqual(ttls(), [2, 3])
  })
})

describe('with every endpoint down', WORLDS, () => {
  it('the primary is answered with the least TTL; the first that is up again takes over', async () => {
    await using world = await World.begin(zones())
    world.outcomes(PRIMARY, 'fail', 'fail', 'fail')
    assert.equal(world.selected('a.test/www'), 'serving: backup')
    world.outcomes(BACKUP, 'fail', 'fail', 'fail')
    assert.equal(world.selected('a.test/www'), 'all-down: primary')
    assert.deepEqual(world.ask('www.a.test A'), { rcode: 'NOERROR', addresses: [PRIMARY], ttl: 5 })
    assert.equal(
      world.lines.at(-1),
      'a.test/www A: backup -> all-down: primary (every endpoint is down; when-all-down: primary)',
    )
    world.outcome(BACKUP, 'pass')
    assert.equal(world.selected('a.test/www'), 'all-down: primary')
    world.outcome(BACKUP, 'pass')
    assert.deepEqual(world.ask('www.a.test A'), { rcode: 'NOERROR', addresses: [BACKUP], ttl: 30 })
    assert.equal(world.lines.at(-1), 'a.test/www A: all-down: primary -> backup (usable again)')
    world.outcomes(PRIMARY, 'pass', 'pass')
    assert.equal(world.lines.at(-1), 'a.test/www A: backup -> primary (up again and preferred to backup)')
  })
})

describe('two families', WORLDS, () => {
  const pools = { www: { primary: [PRIMARY, SIX.primary], backup: [BACKUP, SIX.backup] } }

  it('are answered from different endpoints where their verdicts differ', async () => {
    await using world = await World.begin(zones({ pools }))
    world.outcomes(SIX.primary, 'fail', 'fail', 'fail')
    assert.deepEqual(world.addresses('www.a.test A'), [PRIMARY])
    assert.deepEqual(world.addresses('www.a.test AAAA'), [SIX.backup])
  })

  it('one without any usable endpoint is answered NODATA with the least TTL, while the other has one', async () => {
    await using world = await World.begin(zones({ pools }))
    world.outcomes(SIX.primary, 'fail', 'fail', 'fail')
    world.outcomes(SIX.backup, 'fail', 'fail', 'fail')
    assert.deepEqual(world.ask('www.a.test AAAA'), { rcode: 'NOERROR', addresses: [], ttl: 5 })
    assert.deepEqual(world.ask('www.a.test A'), { rcode: 'NOERROR', addresses: [PRIMARY], ttl: 30 })
    world.outcomes(PRIMARY, 'fail', 'fail', 'fail')
    world.outcomes(BACKUP, 'fail', 'fail', 'fail')
    assert.deepEqual(world.ask('www.a.test AAAA'), { rcode: 'NOERROR', addresses: [SIX.primary], ttl: 5 })
    assert.deepEqual(world.ask('www.a.test A'), { rcode: 'NOERROR', addresses: [PRIMARY], ttl: 5 })
  })

  it('one address of several of an endpoint leaves the answer alone', async () => {
    await using world = await World.begin(
      zones({ pools: { www: { primary: [PRIMARY, '192.0.2.11'], backup: [BACKUP] } } }),
    )
    assert.deepEqual(world.addresses('www.a.test A'), [PRIMARY, '192.0.2.11'])
    world.outcome(PRIMARY, 'pass')
    assert.deepEqual(world.addresses('www.a.test A'), [PRIMARY])
    world.outcome('192.0.2.11', 'pass')
    assert.deepEqual(world.addresses('www.a.test A'), [PRIMARY, '192.0.2.11'])
    world.outcomes('192.0.2.11', 'fail', 'fail', 'fail')
    assert.deepEqual(world.addresses('www.a.test A'), [PRIMARY])
    assert.equal(world.selected('a.test/www'), 'serving: primary')
  })
})

describe('a target in several pools', WORLDS, () => {
  it('is probed once, counted once for each check of each zone, and switches them all', async () => {
    const pools = { www: TWO, api: TWO, mail: TWO }
    const checks = { web: host(WEB), other: host(WEB) }
    await using world = await World.begin({
      ...zones({ pools, checks, checkOf: { mail: 'other' } }),
      ...zones({ zone: 'b.test', checks }),
    })
    assert.equal(world.judging.targets.length, 2)
    world.outcomes(PRIMARY, 'fail', 'fail')
    world.events.length = 0
    world.outcome(PRIMARY, 'fail')
    for (const owner of ['www.a.test', 'api.a.test', 'mail.a.test', 'www.b.test'])
      assert.deepEqual(world.addresses(`${owner} A`), [BACKUP])
    assert.deepEqual(
      world.events.filter(event => event.startsWith('probe')),
      ['probe a.test web http fail', 'probe a.test other http fail', 'probe b.test web http fail'],
    )
    assert.deepEqual(
      world.events.filter(event => event.startsWith('switched')),
      ['switched 0'],
    )
    assert.equal(world.events.filter(event => event.startsWith('failover')).length, 4)
  })
})

/** Without it, a check asks for the first name of each pool: then no two pools share a target. */
function host(check: string): string {
  return check.replace('{ ', '{ host: shared.test, ')
}

function target(world: World, address: string) {
  const pool = world.pool('a.test/www')
  const found = pool.pool.endpoints.flatMap(({ addresses }) => addresses).find(({ text }) => text === address)
  const state = found === undefined ? undefined : pool.stateOf(found)?.targets[0]
  assert.ok(state !== undefined)
  return state
}
