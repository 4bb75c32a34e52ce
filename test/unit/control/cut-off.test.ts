/** References: what is not reached when nothing is reached says nothing of endpoints. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Outcome } from '#health/outcome.ts'
import { address } from '../steering/pools.ts'
import { WORLDS, World } from './world.ts'
import { BACKUP, PRIMARY, WEB, zones } from './zones.ts'

const REFERENCE = '203.0.113.53'
const SETTINGS = `references: [tcp://${REFERENCE}:53]\n`

async function begin(settings = SETTINGS): Promise<World> {
  const world = await World.begin(zones(), settings)
  world.judging.setPaces()
  for (const address of [PRIMARY, BACKUP, REFERENCE]) world.outcomes(address, 'pass', 'pass')
  world.paces.length = 0
  return world
}

/** A second between the outcomes. */
async function fail(world: World, address: string, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    await world.clock.advance(1000)
    world.outcome(address, 'fail')
  }
}

describe('while no reference is reached', WORLDS, () => {
  it('no endpoint goes down, and what was seen then does not count later', async () => {
    await using world = await begin()
    await fail(world, PRIMARY, 2)
    world.outcome(REFERENCE, 'fail')
    await fail(world, PRIMARY, 1)
    assert.deepEqual(world.addresses('www.a.test A'), [PRIMARY])
    assert.match(world.judging.cutOff ?? '', /tcp:\/\/203\.0\.113\.53:53 .*cut off/)
    await world.clock.advance(1000)
    world.outcome(REFERENCE, 'pass')
    assert.equal(world.judging.cutOff, undefined)
    await fail(world, PRIMARY, 2)
    world.outcome(REFERENCE, 'pass')
    assert.deepEqual(world.addresses('www.a.test A'), [PRIMARY])
    await fail(world, PRIMARY, 1)
    assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
  })

  it('while-cut-off: servfail sends resolvers to the other node, and the answer after it is the one before', async () => {
    await using world = await begin(`${SETTINGS}while-cut-off: servfail\n`)
    await world.clock.advance(1000)
    world.outcome(REFERENCE, 'fail')
    assert.equal(world.ask('www.a.test A').rcode, 'SERVFAIL')
    await fail(world, PRIMARY, 2)
    world.outcome(REFERENCE, 'fail')
    await fail(world, PRIMARY, 1)
    await world.clock.advance(1000)
    world.outcome(REFERENCE, 'pass')
    assert.deepEqual(world.ask('www.a.test A'), { rcode: 'NOERROR', addresses: [PRIMARY], ttl: 30 })
  })
})

describe('an inverted check', WORLDS, () => {
  const inverted = zones({ checks: { web: WEB.replace('http,', 'http, inverted: true,') } })

  it('is not passed while no reference is reached', async () => {
    await using world = await World.begin(inverted, SETTINGS)
    for (const address of [PRIMARY, BACKUP]) world.outcomes(address, 'fail', 'fail', 'fail')
    assert.equal(world.pool('a.test/www').states[0]?.verdict, 'down', 'what was reached needs no reference')
    const verdictAfter = async (...kinds: readonly Outcome['kind'][]): Promise<string | undefined> => {
      for (const kind of kinds) {
        await world.clock.advance(1000)
        world.outcome(PRIMARY, kind)
      }
      return world.pool('a.test/www').states[0]?.verdict
    }
    assert.equal(await verdictAfter('pass', 'pass'), 'down', 'it waits for the reference')
    world.outcome(REFERENCE, 'fail')
    assert.equal(await verdictAfter('pass'), 'down')
    await world.clock.advance(1000)
    world.outcome(REFERENCE, 'pass')
    assert.equal(await verdictAfter('pass'), 'down', 'those of before do not count')
    world.outcome(REFERENCE, 'pass')
    assert.equal(await verdictAfter('pass'), 'up')
  })
})

describe('the fail that decides', WORLDS, () => {
  it('waits for a reference, and is believed as soon as one has passed', async () => {
    await using world = await begin()
    await fail(world, PRIMARY, 4)
    assert.deepEqual(world.addresses('www.a.test A'), [PRIMARY])
    world.outcome(REFERENCE, 'pass')
    await fail(world, PRIMARY, 1)
    assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
  })

  it('is believed for one family by the references of that family', async () => {
    await using world = await World.begin(
      zones({ pools: { www: { a: ['2001:db8::1'], b: ['2001:db8::2'] } } }),
      SETTINGS,
    )
    world.outcomes('2001:db8::1', 'pass')
    await fail(world, '2001:db8::1', 3)
    assert.deepEqual(world.addresses('www.a.test AAAA'), ['2001:db8::2'])
  })
})

it('references are probed as fast as what they are to confirm', async () => {
  await using world = await begin()
  await fail(world, PRIMARY, 1)
  assert.deepEqual(world.paces, [`fast ${PRIMARY}`, `fast ${REFERENCE}`])
  await fail(world, BACKUP, 1)
  world.outcomes(PRIMARY, 'pass', 'pass')
  assert.deepEqual(world.paces.slice(2), [`fast ${BACKUP}`, `normal ${PRIMARY}`])
  world.outcomes(BACKUP, 'pass', 'pass')
  assert.deepEqual(world.paces.slice(4), [`normal ${BACKUP}`, `normal ${REFERENCE}`])
})

it('references go on as fast where hostnames have other addresses meanwhile, for as long as anything is undecided', async () => {
  const hostname = 'one.example.net'
  const text = zones()['a.test.yaml']?.replace(`address: ["${BACKUP}"]`, `hostname: ${hostname}`)
  await using world = await World.begin({ 'a.test.yaml': text ?? '' }, SETTINGS)
  const resolve = async (text: string): Promise<void> => {
    world.resolved.set(`${hostname} ipv4`, { kind: 'found', addresses: [address(text)], ttlSeconds: 60 })
    await world.clock.advance(60_000)
    world.paces.length = 0
    world.judging.setPaces()
  }
  await resolve(BACKUP)
  for (const address of [PRIMARY, BACKUP, REFERENCE]) world.outcomes(address, 'pass', 'pass')
  await fail(world, PRIMARY, 1)
  await resolve('192.0.2.3')
  assert.deepEqual(world.paces, [
    `normal ${REFERENCE}`,
    `fast ${PRIMARY}`,
    `fast ${REFERENCE}`,
    'fast 192.0.2.3',
  ])
  world.outcomes(PRIMARY, 'pass', 'pass')
  await resolve('192.0.2.4')
  world.outcomes('192.0.2.4', 'pass')
  assert.deepEqual(world.paces.slice(-2), ['normal 192.0.2.4', `normal ${REFERENCE}`])
})
