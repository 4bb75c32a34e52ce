/** Pools as endpoints of others, from outcomes to answers. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { poolView } from '#control/pool-view.ts'
import { WORLDS, World } from './world.ts'

const zone = (top: string, names = 'www: { pool: top }', more = ''): Record<string, string> => ({
  'a.test.yaml': `zone: a.test
nameservers: { ns1: 192.0.2.53 }
checks:
  web: { type: tcp, port: 80, interval: 10s, timeout: 2s, fast-interval: 1s, rise: 2, fall: 3 }
pools:
  top: { ${top} }
  eu: { check: web, endpoints: [{ name: a, address: [192.0.2.1, "2001:db8::1"] }, { name: b, address: 192.0.2.2 }] }
  us: { check: web, policy: weighted, min-healthy: 2, endpoints: [{ name: a, address: 192.0.2.3, weight: 3 }, { name: b, address: 192.0.2.4 }] }
${more}names: { ${names} }
`,
})
const FAILOVER = 'endpoints: [{ name: europe, pool: eu }, { name: america, pool: us }]'
const ALL = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'] as const
const [EU1, EU2, US1, US2] = ALL

/** All are up. */
async function begin(top = FAILOVER, names?: string, more?: string): Promise<World> {
  const world = await World.begin(zone(top, names, more))
  for (const one of [...ALL, '2001:db8::1']) world.outcomes(one, 'pass')
  return world
}

function fail(world: World, ...addresses: readonly string[]): void {
  for (const one of addresses) world.outcomes(one, 'fail', 'fail', 'fail')
}

function answers(world: World, question = 'www.a.test A'): string {
  const found = new Set(Array.from({ length: 100 }, () => world.addresses(question).join(' ')))
  return [...found].sort().join(' | ')
}

describe('failover of a failover pool and a weighted one', WORLDS, () => {
  it('goes through all of the first before the second, and back at once', async () => {
    await using world = await begin()
    assert.equal(answers(world), EU1)
    fail(world, EU1)
    assert.equal(answers(world), EU2)
    fail(world, EU2)
    assert.equal(answers(world), `${US1} | ${US2}`)
    assert.equal(world.selected('a.test/top'), 'serving: america')
    world.outcomes(EU2, 'pass', 'pass')
    assert.equal(answers(world), EU2)
  })

  it('a pool with too few healthy ones is down', async () => {
    await using world = await begin()
    fail(world, EU1, EU2, US1, '2001:db8::1')
    // What eu answers when all of it is down.
    assert.equal(world.selected('a.test/top'), 'all-down: europe')
    assert.equal(answers(world), EU1)
  })

  it('says why, with the pool that was left', async () => {
    await using world = await begin()
    fail(world, EU1, EU2)
    assert.deepEqual(
      world.lines.filter(line => line.startsWith('a.test/top A:')),
      [
        'a.test/top A: nothing -> europe (first selection: what is not down)',
        'a.test/top A: europe -> europe (other addresses or weights are in force now)',
        'a.test/top A: europe -> america (europe is down: no endpoint is usable in this address family)',
      ],
    )
    assert.ok(world.events.includes('failover a.test/top ipv4'))
  })

  it('bears the TTL of what is in service below', async () => {
    await using world = await begin()
    assert.equal(world.ask('www.a.test A').ttl, 30)
    world.outcomes(EU1, 'fail')
    assert.ok((world.ask('www.a.test A').ttl ?? 30) < 30)
    world.outcomes(EU1, 'pass', 'pass')
    assert.equal(world.ask('www.a.test A').ttl, 30)
  })

  it('each family by itself', async () => {
    await using world = await begin()
    fail(world, '2001:db8::1')
    assert.deepEqual(world.addresses('www.a.test AAAA'), [])
    assert.equal(answers(world), EU1)
  })

  it('failback after unbroken health of any of it', async () => {
    await using world = await begin(`failback: { after: 5m }, ${FAILOVER}`)
    fail(world, EU1, EU2)
    world.outcomes(EU1, 'pass', 'pass')
    await world.clock.advance(200_000)
    // The other takes over within the pool: that has been healthy for no shorter time.
    world.outcomes(EU2, 'pass', 'pass')
    await world.clock.advance(99_000)
    assert.equal(world.selected('a.test/top'), 'serving: america')
    await world.clock.advance(1000)
    assert.equal(world.selected('a.test/top'), 'serving: europe')
  })

  it('is overruled like any other', async () => {
    await using world = await begin()
    // Its address of the other family, the only one, would be the last that is usable.
    fail(world, '2001:db8::1')
    const request = { forMs: 60_000, reason: '', author: 'alice', volatile: false, force: false }
    await world.operations.override({ ...request, kind: 'drain', target: 'top/europe' })
    assert.equal(answers(world), `${US1} | ${US2}`)
    await world.operations.override({ ...request, kind: 'drain', target: 'eu/a' })
    await world.operations.release('top/europe', 'alice')
    assert.equal(answers(world), EU2)
    await assert.rejects(
      world.operations.override({ ...request, kind: 'drain', target: 'eu/b' }),
      /b is the last usable endpoint of a\.test\/eu/,
    )
    await world.clock.advance(61_000)
    assert.equal(answers(world), EU1)
  })

  it('a failback below is one above', async () => {
    await using world = await begin()
    fail(world, EU1)
    const manual =
      zone(FAILOVER)['a.test.yaml']?.replace('eu: { check', 'eu: { failback: manual, check') ?? ''
    await world.reload({ 'a.test.yaml': manual })
    world.outcomes(EU1, 'pass', 'pass')
    assert.equal(answers(world), EU2)
    world.operations.failBack('a.test/eu')
    assert.equal(answers(world), EU1)
  })

  it('goes on after a restart, and after a reload that renames', async () => {
    await using before = await begin()
    fail(before, EU1, EU2)
    await using world = await before.restart(1000)
    assert.equal(world.selected('a.test/top'), 'serving: america')
    assert.equal(answers(world), `${US1} | ${US2}`)
    await world.reload(zone(FAILOVER.replace('america', 'states')))
    assert.equal(world.selected('a.test/top'), 'serving: states')
    assert.equal(answers(world), `${US1} | ${US2}`)
  })

  it('is left at a start where the pool in service has nothing to serve any more, whatever was forgotten of others', async () => {
    const needs = (count: number): string =>
      zone(FAILOVER)['a.test.yaml']?.replace(
        'min-healthy: 2',
        `min-healthy: ${count}, when-all-down: servfail`,
      ) ?? ''
    await using before = await World.begin({ 'a.test.yaml': needs(1) })
    for (const one of ALL) before.outcomes(one, 'pass')
    fail(before, EU1, EU2, US2)
    assert.equal(before.selected('a.test/top'), 'serving: america')
    await before.clock.advance(3_600_000)
    before.outcome(US1, 'pass')
    before.outcome(US2, 'fail')
    await using world = await before.restart(0, { 'a.test.yaml': needs(2) })
    assert.equal(world.selected('a.test/us'), 'servfail: ')
    assert.notEqual(world.selected('a.test/top'), 'serving: america')
  })

  it('shows how each pool stands', async () => {
    await using world = await begin()
    fail(world, EU1, EU2)
    const view = poolView(
      world.pool('a.test/top'),
      world.clock.monotonicMs(),
      world.clock.wallMs(),
      world.book,
    )
    assert.deepEqual(view.endpoints, [
      {
        name: 'europe',
        pool: 'eu',
        standings: [
          { family: 'ipv4', standing: 'down', selected: false },
          { family: 'ipv6', standing: 'up', selected: true },
        ],
        addresses: [],
      },
      {
        name: 'america',
        pool: 'us',
        standings: [{ family: 'ipv4', standing: 'up', selected: true }],
        addresses: [],
      },
    ])
  })
})

describe('weighted of a failover pool and a weighted one', WORLDS, () => {
  it('draws from all of them by the product of the weights', async () => {
    await using world = await begin(
      'policy: weighted, endpoints: [{ name: europe, pool: eu, weight: 2 }, { name: america, pool: us, weight: 1 }]',
    )
    assert.equal(answers(world), `${EU1} | ${US1} | ${US2}`)
    const { pick } = world.pool('a.test/top').selection('ipv4') ?? {}
    assert.deepEqual(pick?.kind === 'weighted' && pick.groups.map(({ weight }) => weight), [8, 3, 1])
    fail(world, US2)
    assert.equal(answers(world), EU1)
  })
})

it('three deep, and a pool in two others', async () => {
  await using world = await begin(
    'endpoints: [{ name: near, pool: near }, { name: us, pool: us }]',
    'www: { pool: top }, near: { pool: near }',
    '  near: { endpoints: [{ name: eu, pool: eu }, { name: spare, address: 192.0.2.9 }] }\n',
  )
  fail(world, EU1, EU2)
  assert.equal(answers(world), '192.0.2.9')
  assert.equal(answers(world, 'near.a.test A'), '192.0.2.9')
  world.outcomes(EU1, 'pass', 'pass')
  assert.equal(answers(world), EU1)
  assert.equal(answers(world, 'near.a.test A'), EU1)
})
