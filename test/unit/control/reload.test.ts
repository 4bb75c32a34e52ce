/** From one configuration to the next: what is the same goes on, what is new begins, and nobody is answered wrong in between. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { WORLDS, World } from './world.ts'
import { BACKUP, PRIMARY, TWO, WEB, zones } from './zones.ts'

const SPARE = '192.0.2.3'
const SIX = '2001:db8::1'

/** A world in which the primary is down and the backup in service. */
async function failedOver(): Promise<World> {
  const world = await World.begin(zones())
  world.outcomes(PRIMARY, 'pass', 'pass', 'fail', 'fail', 'fail')
  world.outcomes(BACKUP, 'pass', 'pass')
  assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
  world.lines.length = 0
  world.events.length = 0
  return world
}

describe('after a reload', WORLDS, () => {
  it('the same check and address keep their verdict, and the pool its selection and its time', async () => {
    await using world = await failedOver()
    const sinceMs = world.pool('a.test/www').sinceMs('ipv4')
    await world.clock.advance(5000)
    await world.reload(zones({ pools: { www: { ...TWO, spare: [SPARE] } } }))
    assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
    assert.equal(world.pool('a.test/www').sinceMs('ipv4'), sinceMs)
    assert.deepEqual([world.lines, world.events], [[], []])
    world.outcomes(PRIMARY, 'pass', 'pass')
    assert.deepEqual(world.addresses('www.a.test A'), [PRIMARY])
  })

  it('with another check nothing is known, and what was answered stays until something is', async () => {
    await using world = await failedOver()
    await world.reload(zones({ checks: { web: WEB.replace('port: 80', 'port: 81') } }))
    assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
    world.outcome(BACKUP, 'pass')
    world.outcomes(PRIMARY, 'fail')
    assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
    world.outcome(PRIMARY, 'pass')
    assert.deepEqual(world.addresses('www.a.test A'), [PRIMARY])
  })

  it('a renamed endpoint keeps its verdict and stays in service, whatever else is new', async () => {
    for (const checks of [{ web: WEB }, { web: WEB.replace('port: 80', 'port: 81') }]) {
      await using world = await failedOver()
      await world.reload(zones({ checks, pools: { www: { primary: [PRIMARY], second: [BACKUP] } } }))
      assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
      assert.equal(world.selected('a.test/www'), 'serving: second')
      assert.deepEqual([world.lines, world.events], [[], []])
    }
  })

  it('the endpoint in service is gone: the next one is answered', async () => {
    await using world = await failedOver()
    await world.reload(zones({ pools: { www: { primary: [PRIMARY], spare: [SPARE] } } }))
    assert.deepEqual(world.addresses('www.a.test A'), [SPARE])
  })

  it('the endpoint in service has other addresses: those are answered', async () => {
    await using world = await failedOver()
    await world.reload(zones({ pools: { www: { primary: [PRIMARY], backup: [SPARE] } } }))
    assert.deepEqual(world.addresses('www.a.test A'), [SPARE])
    assert.equal(world.selected('a.test/www'), 'serving: backup')
  })

  it('two endpoints have changed their addresses: the address in service stays so, under its new name', async () => {
    await using world = await failedOver()
    const checks = { web: WEB.replace('port: 80', 'port: 81') }
    await world.reload(zones({ checks, pools: { www: { primary: [BACKUP], backup: [PRIMARY] } } }))
    assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
    assert.equal(world.selected('a.test/www'), 'serving: primary')
  })

  it('an endpoint whose two addresses have gone to two endpoints is answered with what is left of it', async () => {
    const checks = { web: WEB.replace('port: 80', 'port: 81') }
    await using world = await World.begin(zones({ pools: { www: { primary: [PRIMARY, SPARE] } } }))
    await world.reload(zones({ checks, pools: { www: { primary: [PRIMARY], backup: [SPARE] } } }))
    assert.deepEqual(world.addresses('www.a.test A'), [PRIMARY])
  })

  it('a family appears', async () => {
    await using world = await failedOver()
    await world.reload(zones({ pools: { www: { primary: [PRIMARY, SIX], backup: [BACKUP] } } }))
    assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
    assert.deepEqual(world.addresses('www.a.test AAAA'), [SIX])
  })

  it('a family disappears', async () => {
    await using world = await failedOver()
    await world.reload(zones({ pools: { www: { primary: [SIX] } } }))
    assert.deepEqual(world.ask('www.a.test A'), { rcode: 'NOERROR', addresses: [], ttl: 5 })
    assert.deepEqual(world.addresses('www.a.test AAAA'), [SIX])
  })

  it('the endpoint in service has no address of the family any more: it is not said to be down', async () => {
    await using world = await failedOver()
    await world.reload(zones({ pools: { www: { primary: [PRIMARY], backup: [SIX], spare: [SPARE] } } }))
    assert.deepEqual(world.addresses('www.a.test A'), [SPARE])
    assert.deepEqual(world.lines, [
      'a.test/www A: nothing -> spare (first selection: what is not down)',
      'a.test/www AAAA: nothing -> backup (first selection: what is not down)',
    ])
  })

  it('a name answers for the pool to which it was moved', async () => {
    const pools = { www: TWO, other: { primary: ['192.0.2.9'] } }
    const names = { www: '{ pool: www }', api: '{ pool: other }' }
    await using world = await World.begin(zones({ pools, names }))
    assert.deepEqual(world.addresses('api.a.test A'), ['192.0.2.9'])
    await world.reload(zones({ pools, names: { www: '{ pool: other }', api: '{ pool: www }' } }))
    assert.deepEqual(world.addresses('www.a.test A'), ['192.0.2.9'])
    assert.deepEqual(world.addresses('api.a.test A'), [PRIMARY])
    world.outcomes(PRIMARY, 'fail', 'fail', 'fail')
    assert.deepEqual(world.addresses('api.a.test A'), [BACKUP])
    assert.deepEqual(world.addresses('www.a.test A'), ['192.0.2.9'])
  })

  it('a pool that was taken away and comes back begins anew, whatever was stored long ago', async () => {
    await using before = await failedOver()
    await using world = await before.restart(1000)
    assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
    world.outcomes(PRIMARY, 'pass', 'pass')
    world.outcomes(BACKUP, 'fail', 'fail', 'fail')
    await world.reload(zones({ pools: { other: { only: ['192.0.2.9'] } } }))
    await world.reload(zones())
    assert.deepEqual(world.addresses('www.a.test A'), [PRIMARY])
    const pool = world.pool('a.test/www')
    const verdicts = pool.pool.endpoints.map(({ addresses: [address] }) =>
      address === undefined ? undefined : pool.stateOf(address)?.verdict,
    )
    assert.deepEqual(verdicts, ['unknown', 'unknown'])
  })
})

describe('while nobody answers from the new board yet', WORLDS, () => {
  it('both are written: what is decided now is answered from either', async () => {
    await using world = await World.begin(zones())
    const next = await world.adopt(zones({ pools: { www: { ...TWO, spare: [SPARE] } } }))
    assert.deepEqual(world.ask('www.a.test A', next).addresses, [PRIMARY])
    world.outcomes(PRIMARY, 'fail', 'fail', 'fail')
    assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
    assert.deepEqual(world.ask('www.a.test A', next).addresses, [BACKUP])
  })

  it('an old slot that is too small keeps its answer, and the new one has the larger', async () => {
    const checks = { web: WEB.replace('{ ', '{ host: a.test, ') }
    const both = [PRIMARY, SPARE]
    await using world = await World.begin(
      zones({ checks, pools: { www: { primary: [PRIMARY] }, other: { only: [SPARE] } } }),
    )
    for (const address of both) world.outcome(address, 'pass')
    const next = await world.adopt(zones({ checks, pools: { www: { primary: both } } }))
    assert.deepEqual(world.addresses('www.a.test A'), [PRIMARY])
    assert.deepEqual(world.ask('www.a.test A', next).addresses, both)
    world.answerFrom(next)
    world.generations.keepOnly(next)
    assert.deepEqual(world.addresses('www.a.test A'), both)
  })

  it('a name that the old board has not is left out there, one that the new has not keeps its answer', async () => {
    await using world = await World.begin(zones({ names: { www: '{ pool: www }', old: '{ pool: www }' } }))
    const next = await world.adopt(zones({ names: { www: '{ pool: www }', new: '{ pool: www }' } }))
    world.outcomes(PRIMARY, 'fail', 'fail', 'fail')
    assert.equal(world.ask('new.a.test A').rcode, 'NXDOMAIN')
    assert.deepEqual(world.addresses('old.a.test A'), [PRIMARY])
    assert.deepEqual(world.ask('new.a.test A', next).addresses, [BACKUP])
    assert.equal(world.ask('old.a.test A', next).rcode, 'NXDOMAIN')
  })

  it('afterwards the old one is let go: nothing is written to it any more', async () => {
    await using world = await World.begin(zones())
    const old = await world.adopt(zones())
    await world.reload(zones())
    world.outcomes(PRIMARY, 'fail', 'fail', 'fail')
    assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
    assert.deepEqual(world.ask('www.a.test A', old).addresses, [PRIMARY])
  })
})
