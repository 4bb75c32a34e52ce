/** Checks made of others, aimed elsewhere, and damped: from the configuration to what is answered. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { WORLDS, World } from './world.ts'

const [A, B] = ['192.0.2.1', '192.0.2.2'] as const

function begin(checks: readonly string[], check: string, pool = ''): Promise<World> {
  const text = `zone: a.test
nameservers: { ns1: 192.0.2.53 }
checks:
${checks.map(line => `  ${line}\n`).join('')}pools:
  www: { check: ${check}, endpoints: [{ name: a, address: ${A} }, { name: b, address: ${B} }]${pool} }
names:
  www: { pool: www }
`
  return World.begin({ 'a.test.yaml': text })
}

const WEB = 'web: { type: tcp, port: 80, interval: 10s, timeout: 2s, fall: 2, rise: 1 }'
const MAIL = 'mail: { type: tcp, port: 25, interval: 10s, timeout: 2s, fall: 2, rise: 1 }'
const DNS = 'dns: { type: tcp, port: 53, interval: 10s, timeout: 2s, fall: 2, rise: 1 }'

function answered(world: World): string {
  return world.addresses('www.a.test A').join(' ')
}

describe('a check made of others', WORLDS, () => {
  it('all: down with the first that is', async () => {
    await using world = await begin([WEB, MAIL, 'both: { type: all, checks: [web, mail] }'], 'both')
    for (const port of [80, 25]) world.outcome(A, 'pass', port)
    world.outcome(A, 'fail', 25)
    assert.equal(answered(world), A)
    assert.ok((world.ask('www.a.test A').ttl ?? 99) < 30, 'the TTL is short while a part is undecided')
    world.outcome(A, 'fail', 25)
    assert.equal(answered(world), B)
    assert.match(
      world.lines.find(line => line.includes('up -> down')) ?? '',
      /1 of 2 parts are up, needed 2: 2 fails: no answer/,
    )
  })

  it('any: down with the last', async () => {
    await using world = await begin([WEB, MAIL, 'one: { type: any, checks: [web, mail] }'], 'one')
    for (const port of [80, 25]) world.outcome(A, 'pass', port)
    for (let i = 0; i < 2; i++) world.outcome(A, 'fail', 25)
    assert.equal(world.ask('www.a.test A').ttl, 30)
    assert.equal(answered(world), A)
    for (let i = 0; i < 2; i++) world.outcome(A, 'fail', 80)
    assert.equal(answered(world), B)
  })

  it('at-least, of which one is a composite itself, and inverted', async () => {
    await using world = await begin(
      [
        WEB,
        MAIL,
        DNS,
        'closed: { type: any, checks: [dns], inverted: true }',
        'two: { type: at-least, count: 2, checks: [web, mail, closed] }',
      ],
      'two',
    )
    for (const port of [80, 53]) world.outcome(A, 'pass', port)
    for (let i = 0; i < 2; i++) world.outcome(A, 'fail', 25)
    assert.equal(answered(world), B)
    for (let i = 0; i < 2; i++) world.outcome(A, 'fail', 53)
    assert.equal(answered(world), A)
  })
})

describe('what is probed', WORLDS, () => {
  it('is probe-address and port of the endpoint, where it has them', async () => {
    const text = `zone: a.test
nameservers: { ns1: 192.0.2.53 }
checks:
  ${WEB}
  far: { type: tcp, port: 80, probe-address: 203.0.113.9 }
pools:
  www:
    check: web
    endpoints: [{ name: a, address: ${A}, probe-address: 127.0.0.1, port: 8001 }, { name: b, address: ${B}, port: 8002 }]
  far: { check: far, endpoints: [{ name: a, address: ${A} }, { name: b, address: ${B}, probe-address: 203.0.113.8 }] }
names:
  www: { pool: www }
  far: { pool: far }
`
    await using world = await World.begin({ 'a.test.yaml': text })
    const aims = world.judging.targets.map(
      ({ address, spec }) => `${address}:${'port' in spec ? spec.port : ''}`,
    )
    assert.deepEqual(aims, ['127.0.0.1:8001', `${B}:8002`, '203.0.113.9:80', '203.0.113.8:80'])
    world.outcomes('127.0.0.1', 'fail', 'fail')
    assert.equal(answered(world), B)
  })
})

describe('damping', WORLDS, () => {
  it('dwell: an endpoint that went down is not served again before so long', async () => {
    await using world = await begin([WEB.replace(' }', ', dwell: 60s }')], 'web')
    world.outcomes(B, 'pass')
    world.outcomes(A, 'pass', 'fail', 'fail', 'pass')
    assert.equal(answered(world), B)
    await world.clock.advance(59_999)
    assert.equal(answered(world), B)
    await world.clock.advance(1)
    assert.equal(answered(world), A)
  })

  it('dwell: but at once where nothing else is up', async () => {
    await using world = await begin([WEB.replace(' }', ', dwell: 60s }')], 'web')
    world.outcomes(B, 'fail', 'fail')
    world.outcomes(A, 'pass', 'fail', 'fail', 'pass')
    assert.equal(answered(world), A)
  })

  it('flap: past the limit it is held, also over a restart, until it has been quiet', async () => {
    const flap = WEB.replace(' }', ', flap: { limit: 3, half-life: 100s } }')
    await using before = await begin([flap], 'web')
    before.outcomes(B, 'pass')
    before.outcomes(A, 'pass')
    for (let i = 0; i < 2; i++) {
      before.outcomes(A, 'fail', 'fail', 'pass')
      assert.equal(answered(before), i === 0 ? A : B)
    }
    await using world = await before.restart(5000)
    assert.equal(answered(world), B)
    // 4 flips, of which half of the limit is left after 100 s × log2(4 / 1.5).
    await world.clock.advance(136_000)
    assert.equal(answered(world), B)
    await world.clock.advance(2000)
    assert.equal(answered(world), A)
  })

  it('flap: also over an absence after which its verdict says nothing any more', async () => {
    const flap = WEB.replace(' }', ', flap: { limit: 3, half-life: 1h } }')
    await using before = await begin([flap], 'web')
    before.outcomes(B, 'pass')
    before.outcomes(A, 'pass')
    for (let i = 0; i < 2; i++) before.outcomes(A, 'fail', 'fail', 'pass')
    assert.equal(answered(before), B)
    await using world = await before.restart(600_000)
    assert.equal(world.pool('a.test/www').states[0]?.verdict, 'unknown')
    // Nothing of it is lost where nothing is seen meanwhile.
    await world.reload({})
    for (const address of [A, B]) world.outcomes(address, 'pass', 'pass')
    assert.equal(answered(world), B)
    // As if nothing had been between: 1 h × log2(4 / 1.5).
    await world.clock.advance(5_094_000 - 600_000 - 10_000)
    assert.equal(answered(world), B)
    await world.clock.advance(20_000)
    assert.equal(answered(world), A)
  })
})
