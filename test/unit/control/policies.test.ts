/** Policies from the configuration to what is answered, with outcomes and time in between. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { WORLDS, World } from './world.ts'

const HEAD = `zone: a.test
nameservers: { ns1: 192.0.2.53 }
checks:
  web: { type: tcp, port: 80, interval: 10s, timeout: 2s, fast-interval: 1s, rise: 2, fall: 3 }
`
const [A, B, C] = ['192.0.2.1', '192.0.2.2', '192.0.2.3'] as const
const ENDPOINTS = `endpoints: [{ name: a, address: ${A} }, { name: b, address: ${B} }, { name: c, address: ${C} }]`

const OVERRIDE = {
  ...{ kind: 'drain', target: 'www/a', forMs: 60_000, reason: '' },
  ...{ author: 'alice', volatile: false, force: false },
} as const

function begin(pool: string, names = 'www: { pool: www }'): Promise<World> {
  const text = `${HEAD}pools:\n  www: { check: web, ${pool} }\nnames:\n  ${names}\n`
  return World.begin({ 'a.test.yaml': text })
}

/** Every answer that so many queries get, sorted. */
function answers(world: World, question = 'www.a.test A', times = 200): string[] {
  const found = new Set(Array.from({ length: times }, () => world.addresses(question).join(' ')))
  return [...found].sort()
}

describe('weighted', WORLDS, () => {
  const POOL = `policy: weighted, endpoints: [{ name: a, address: ${A}, weight: 3 }, { name: b, address: ${B} }, { name: c, address: ${C}, weight: 0 }]`

  it('answers each query with one of those that are up, and the last resort when none is', async () => {
    await using world = await begin(POOL)
    assert.deepEqual(answers(world), [A, B])
    world.outcomes(A, 'pass', 'fail', 'fail', 'fail')
    assert.deepEqual(answers(world), [B])
    world.outcomes(C, 'pass')
    world.outcomes(B, 'fail', 'fail', 'fail')
    assert.deepEqual(answers(world), [C])
    world.outcomes(A, 'pass', 'pass')
    assert.deepEqual(answers(world), [A])
  })

  it('with answers: 2 gives two of them', async () => {
    await using world = await begin(`${POOL.replace('weight: 0', 'weight: 1')}, answers: 2`)
    assert.equal(answers(world).length, 6)
  })

  it('goes on after a restart with the same members', async () => {
    await using before = await begin(POOL)
    before.outcomes(A, 'pass')
    before.outcomes(B, 'fail', 'fail', 'fail')
    await using world = await before.restart(1000)
    assert.deepEqual(answers(world), [A])
  })
})

describe('all', WORLDS, () => {
  it('answers those that are up, by turns, as many as max-answers', async () => {
    await using world = await begin(`policy: all, max-answers: 2, ${ENDPOINTS}`)
    assert.deepEqual(answers(world), [`${A} ${B}`, `${B} ${C}`, `${C} ${A}`])
    world.outcomes(B, 'fail', 'fail', 'fail')
    assert.deepEqual(answers(world), [`${A} ${C}`, `${C} ${A}`])
  })
})

describe('the reason of members', WORLDS, () => {
  const said = (world: World): string[] =>
    world.lines.filter(line => line.startsWith('a.test/www A:')).map(line => line.replace(/^.*? \(|\)$/g, ''))

  it('has what the last probe of an endpoint saw that is left since it is down', async () => {
    await using world = await begin(`policy: all, ${ENDPOINTS}`)
    world.outcomes(B, 'fail', 'fail', 'fail')
    world.outcomes(B, 'pass', 'pass')
    assert.deepEqual(said(world).slice(1), ['without b (b: no answer in 4s)', 'b usable again'])
    await world.operations.override({ ...OVERRIDE, kind: 'drain', target: 'www/c' })
    assert.equal(said(world).at(-1), 'without c')
  })

  it('has it of three endpoints at most, and says of how many more it has not', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const endpoints = names.map((name, index) => `{ name: ${name}, address: 192.0.2.${index + 1} }`)
    await using world = await begin(`policy: all, endpoints: [${endpoints.join(', ')}]`)
    for (const [index, name] of names.slice(0, 5).entries()) {
      await world.operations.override({ ...OVERRIDE, kind: 'force-up', target: `www/${name}` })
      world.outcomes(`192.0.2.${index + 1}`, 'fail', 'fail', 'fail')
    }
    await world.clock.advance(OVERRIDE.forMs)
    assert.equal(
      said(world).at(-1),
      'without a, b, c, d, e (a: no answer in 4s; b: no answer in 4s; c: no answer in 4s; and 2 more)',
    )
  })
})

describe('failback', WORLDS, () => {
  const failedOver = async (failback: string): Promise<World> => {
    const world = await begin(`failback: ${failback}, ${ENDPOINTS}`)
    world.outcomes(B, 'pass')
    world.outcomes(A, 'fail', 'fail', 'fail')
    assert.deepEqual(world.addresses('www.a.test A'), [B])
    world.outcomes(A, 'pass', 'pass')
    return world
  }

  it('manual stays', async () => {
    await using world = await failedOver('manual')
    await world.clock.advance(3_600_000)
    assert.deepEqual(world.addresses('www.a.test A'), [B])
  })

  it('after so long comes by itself, without any outcome', async () => {
    await using world = await failedOver('{ after: 5m }')
    await world.clock.advance(299_999)
    assert.deepEqual(world.addresses('www.a.test A'), [B])
    await world.clock.advance(1)
    assert.deepEqual(world.addresses('www.a.test A'), [A])
    assert.match(world.lines.at(-1) ?? '', /b -> a \(up again and preferred to b\)/)
  })

  it('begins anew where the endpoint has been down in between', async () => {
    await using world = await failedOver('{ after: 5m }')
    await world.clock.advance(200_000)
    world.outcomes(A, 'fail', 'fail', 'fail', 'pass', 'pass')
    await world.clock.advance(200_000)
    assert.deepEqual(world.addresses('www.a.test A'), [B])
    await world.clock.advance(100_000)
    assert.deepEqual(world.addresses('www.a.test A'), [A])
  })

  it('counts the time before a restart', async () => {
    await using before = await failedOver('{ after: 50s }')
    await before.clock.advance(20_000)
    before.outcomes(A, 'pass')
    before.outcomes(B, 'pass')
    await using world = await before.restart(10_000)
    assert.deepEqual(world.addresses('www.a.test A'), [B])
    await world.clock.advance(20_000)
    assert.deepEqual(world.addresses('www.a.test A'), [A])
  })
})

describe('when-all-down', WORLDS, () => {
  for (const [rule, expected] of [
    ['primary', [A]],
    ['last', [B]],
    ['all', [`${A} ${B} ${C}`]],
    [
      '{ addresses: [203.0.113.9, 203.0.113.10, 203.0.113.11, 203.0.113.12] }',
      ['203.0.113.9 203.0.113.10 203.0.113.11 203.0.113.12'],
    ],
    ['nodata', ['']],
    ['servfail', ['']],
  ] as const) {
    it(rule, async () => {
      await using world = await begin(`when-all-down: ${rule}, ${ENDPOINTS}`)
      world.outcomes(B, 'pass')
      for (const address of [A, C, B]) world.outcomes(address, 'fail', 'fail', 'fail')
      assert.deepEqual(answers(world), expected)
      assert.equal(world.ask('www.a.test A').rcode, rule === 'servfail' ? 'SERVFAIL' : 'NOERROR')
    })
  }
})

it('managed names at the apex and of a wildcard', async () => {
  await using world = await begin(
    `policy: weighted, ${ENDPOINTS}`,
    '"@": { pool: www }\n  "*.w": { pool: www }\n  x.w: { all: [192.0.2.7, 192.0.2.8] }',
  )
  assert.deepEqual(answers(world, 'a.test A'), [A, B, C])
  assert.equal(world.ask('a.test SOA').rcode, 'NOERROR')
  assert.deepEqual(answers(world, 'any.w.a.test A'), [A, B, C])
  assert.deepEqual(answers(world, 'x.w.a.test A'), ['192.0.2.7 192.0.2.8', '192.0.2.8 192.0.2.7'])
})
