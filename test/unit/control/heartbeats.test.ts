/** Endpoints that report in: by the clock, from the report to the answer. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { poolView } from '#control/pool-view.ts'
import type { AddressView, CheckView } from '#control/view.ts'
import { STATE, WORLDS, World } from './world.ts'

const [A, B] = ['192.0.2.1', '192.0.2.2'] as const
const TOKEN = 'correct-horse-battery-staple'
const OTHER = 'another-horse-another-staple'
const REFERENCE = '203.0.113.53'
const PRIMARY = 'a.test/www/a'

/** Reports every 30 s, and at most 15 s late. */
const BEAT = '{ type: heartbeat, interval: 30s, grace: 15s, token: { file: ../beat.token } }'

interface Shape {
  readonly beat?: string
  readonly checks?: string
  readonly check?: string
  /** What the endpoint `a` says beside its name and address. */
  readonly more?: string
  readonly address?: string
}

function zones({ beat = BEAT, checks = '', check = 'beat', more = '', address = A }: Shape = {}) {
  const text = `zone: a.test
nameservers: { ns1: 192.0.2.53 }
checks:
  beat: ${beat}
${checks}pools:
  www: { check: ${check}, endpoints: [{ name: a, address: ${address}${more} }, { name: b, address: ${B} }] }
names:
  www: { pool: www, ttl: 60s, ttl-min: 5s }
`
  return { '../beat.token': `${TOKEN}\n`, '../other.token': OTHER, 'a.test.yaml': text }
}

/** Both have reported just now. */
async function begin(shape: Shape = {}, settings = ''): Promise<World> {
  const world = await World.begin(zones(shape), settings)
  world.judging.setPaces()
  for (const endpoint of ['a', 'b']) world.heartbeats.report(`a.test/www/${endpoint}`, { status: 'pass' })
  world.lines.length = 0
  return world
}

/** The endpoint b goes on reporting, every 10 s. */
async function passTime(world: World, seconds: number): Promise<void> {
  for (let left = seconds; left > 0; left -= 10) {
    await world.clock.advance(Math.min(10, left) * 1000)
    world.heartbeats.report('a.test/www/b', { status: 'pass' })
  }
}

function answered(world: World): string {
  return world.addresses('www.a.test A').join(' ')
}

function ttl(world: World): number | undefined {
  return world.ask('www.a.test A').ttl
}

function viewOf(world: World, address: string): AddressView {
  const pool = poolView(world.pool('a.test/www'), world.clock.monotonicMs(), world.clock.wallMs(), world.book)
  return (
    pool.endpoints.flatMap(({ addresses }) => addresses).find(one => one.address === address) ?? assert.fail()
  )
}

function lastOf(world: World, address: string): string {
  const { kind, reason, detail } = viewOf(world, address).lastOutcome ?? assert.fail()
  return `${kind} ${reason}: ${detail}`
}

describe('an endpoint that reports in', WORLDS, () => {
  it('is up with its first report, and down when one is missing beyond the grace', async () => {
    await using world = await World.begin(zones())
    assert.equal(viewOf(world, A).verdict, 'unknown')
    for (const endpoint of ['a', 'b']) world.heartbeats.report(`a.test/www/${endpoint}`, { status: 'pass' })
    assert.equal(viewOf(world, A).verdict, 'up')
    assert.deepEqual(world.lines.splice(0), [
      'a.test/www A: nothing -> a (first selection: what is not down)',
      `a.test/www/a ${A}: unknown -> up (reported)`,
      `a.test/www/b ${B}: unknown -> up (reported)`,
    ])
    await passTime(world, 44)
    await world.clock.advance(999)
    assert.equal(answered(world), A)
    await world.clock.advance(1)
    assert.equal(answered(world), B)
    assert.deepEqual(world.lines.splice(0), [
      `a.test/www/a ${A}: up -> down (1 fails: no report for 45s)`,
      'a.test/www A: a -> b (a is down: no report for 45s)',
    ])
    world.heartbeats.report(PRIMARY, { status: 'pass' })
    assert.equal(answered(world), A)
    assert.match(world.lines[0] ?? '', /down -> up \(1 passes in a row\)/)
  })

  it('stays up as long as it reports, and each report is counted', async () => {
    await using world = await begin()
    for (let i = 0; i < 20; i++) {
      await passTime(world, 44)
      world.heartbeats.report(PRIMARY, { status: 'pass' })
    }
    assert.equal(answered(world), A)
    assert.deepEqual(world.lines, [])
    const probes = world.events.filter(event => event.startsWith('probe'))
    assert.equal(new Set(probes).size, 1)
    assert.equal(probes[0], 'probe a.test beat heartbeat pass')
    assert.equal(probes.length, 2 + 20 + 20 * 5)
  })

  it('is missed again and again while it is silent', async () => {
    await using world = await begin()
    await passTime(world, 180)
    assert.equal(lastOf(world, A), 'fail missing: no report for 3m')
    assert.equal(world.events.filter(event => event === 'probe a.test beat heartbeat fail').length, 4)
    assert.equal(answered(world), B)
  })

  it('may say by itself that it fails, and why: on one line', async () => {
    await using world = await begin()
    world.heartbeats.report(PRIMARY, { status: 'fail', detail: `disk\nfull\u202e${'!'.repeat(300)}` })
    assert.equal(answered(world), B)
    const { detail } = viewOf(world, A).lastOutcome ?? assert.fail()
    assert.match(detail, /^reported a fail: disk\\u\{a\}full\\u\{202e\}!+…$/)
    assert.equal(detail.length, 200)
    world.heartbeats.report(PRIMARY, { status: 'pass', detail: 'load 0.3' })
    assert.equal(lastOf(world, A), 'pass ok: reported: load 0.3')
    assert.equal(answered(world), A)
  })

  it('reports for all of its addresses, and for no other endpoint', async () => {
    await using world = await begin({ address: `[${A}, 192.0.2.11, "2001:db8::1"]` })
    await world.clock.advance(44_000)
    world.heartbeats.report(PRIMARY, { status: 'pass' })
    await world.clock.advance(2000)
    for (const address of [A, '192.0.2.11', '2001:db8::1']) assert.equal(viewOf(world, address).verdict, 'up')
    assert.equal(viewOf(world, B).verdict, 'down')
  })

  it('is not probed', async () => {
    await using world = await begin()
    assert.deepEqual([world.judging.targets, world.paces], [[], []])
  })

  it('counts by fall and rise where they are said', async () => {
    await using world = await begin({ beat: BEAT.replace('interval', 'fall: 2, rise: 2, interval') })
    world.heartbeats.report('a.test/www/a', { status: 'pass' })
    await passTime(world, 89)
    assert.equal(answered(world), A)
    await passTime(world, 1)
    assert.equal(answered(world), B)
    world.heartbeats.report(PRIMARY, { status: 'pass' })
    assert.equal(answered(world), B)
    world.heartbeats.report(PRIMARY, { status: 'pass' })
    assert.equal(answered(world), A)
  })
})

describe('the TTL', WORLDS, () => {
  it('is full until a report is overdue, and then the time until it is missing', async () => {
    await using world = await begin()
    await passTime(world, 29)
    assert.equal(ttl(world), 60)
    await passTime(world, 1)
    assert.equal(ttl(world), 15)
    await passTime(world, 6)
    assert.equal(ttl(world), 9)
    await passTime(world, 8)
    assert.equal(ttl(world), 5)
    world.heartbeats.report(PRIMARY, { status: 'pass' })
    assert.equal(ttl(world), 60)
  })

  it('is as long as the fails that are still wanted', async () => {
    const beat = '{ type: heartbeat, interval: 20s, grace: 5s, fall: 2, token: { file: ../beat.token } }'
    await using world = await begin({ beat })
    await passTime(world, 20)
    assert.equal(ttl(world), 30)
    await passTime(world, 5)
    assert.equal(ttl(world), 25)
    await passTime(world, 20)
    assert.equal(ttl(world), 5)
    assert.equal(answered(world), A)
    await passTime(world, 5)
    assert.equal(answered(world), B)
  })
})

describe('when this server stood still', WORLDS, () => {
  it('for long, a report that has not come is inconclusive, and is waited for anew', async () => {
    await using world = await begin()
    await passTime(world, 20)
    world.clock.stall(40_000)
    await world.clock.advance(0)
    assert.equal(
      lastOf(world, A),
      'inconclusive stalled: no report for 1m; this server was held up for 30000 ms',
    )
    await passTime(world, 44)
    assert.deepEqual([answered(world), ttl(world)], [A, 5])
    await passTime(world, 1)
    assert.equal(answered(world), B)
    assert.equal(lastOf(world, A), 'fail missing: no report for 1m45s')
  })

  it('for a moment, what has come meanwhile is read first', async () => {
    await using world = await begin()
    await passTime(world, 43)
    world.clock.stall(2050)
    // The timer runs before the socket is read.
    await world.clock.advance(0)
    assert.equal(answered(world), A)
    world.heartbeats.report(PRIMARY, { status: 'pass' })
    await world.clock.advance(1000)
    assert.equal(answered(world), A)
    await passTime(world, 42)
    world.clock.stall(2050)
    await world.clock.advance(0)
    assert.equal(answered(world), A)
    await world.clock.advance(100)
    assert.equal(answered(world), B)
  })
})

describe('a start', WORLDS, () => {
  it('waits for interval and grace, and what was up stays up meanwhile', async () => {
    await using before = await begin()
    await using world = await before.restart(40_000)
    assert.equal(viewOf(world, A).verdict, 'up')
    await passTime(world, 44)
    assert.equal(answered(world), A)
    assert.equal(viewOf(world, A).verdict, 'up')
    await passTime(world, 1)
    assert.equal(answered(world), B)
    await using again = await world.restart(1000)
    assert.equal(viewOf(again, A).verdict, 'down')
    assert.equal(answered(again), B)
  })

  it('with nothing known decides when the first report is missing', async () => {
    await using world = await World.begin(zones())
    await passTime(world, 44)
    assert.equal(answered(world), A)
    await passTime(world, 1)
    assert.equal(answered(world), B)
  })
})

describe('a reload', WORLDS, () => {
  it('goes on waiting for what is the same, and takes a changed token', async () => {
    await using world = await begin()
    await passTime(world, 40)
    await world.reload({ ...zones(), '../beat.token': OTHER })
    assert.deepEqual(
      [world.heartbeats.accepts(PRIMARY, TOKEN), world.heartbeats.accepts(PRIMARY, OTHER)],
      [false, true],
    )
    assert.equal(ttl(world), 5)
    assert.equal(world.clock.pending, 2)
    await passTime(world, 5)
    assert.equal(answered(world), B)
    world.heartbeats.stop()
    world.heartbeats.report(PRIMARY, { status: 'pass' })
    assert.equal(world.clock.pending, 0)
  })

  it('keeps verdicts when the token stands elsewhere', async () => {
    await using world = await begin()
    await world.reload(zones({ more: ', token: { file: ../other.token }' }))
    assert.equal(viewOf(world, A).verdict, 'up')
  })

  it('begins a whole wait for what has changed, and forgets what is gone', async () => {
    await using world = await begin()
    await passTime(world, 40)
    await world.reload(zones({ beat: BEAT.replace('30s', '40s') }))
    await passTime(world, 54)
    assert.equal(answered(world), A)
    await world.reload(zones({ checks: '  web: { type: tcp, port: 80 }\n', check: 'web' }))
    assert.equal(world.clock.pending, 0)
    world.events.length = 0
    await world.clock.advance(1_000_000)
    assert.deepEqual(world.events, [])
    assert.equal(world.heartbeats.accepts(PRIMARY, TOKEN), false)
    world.heartbeats.report(PRIMARY, { status: 'pass' })
    assert.deepEqual(world.events, [])
  })
})

describe('the token', WORLDS, () => {
  it('is that of the endpoint, else that of the check', async () => {
    await using world = await begin({ more: ', token: { file: ../other.token }' })
    const accepted = (endpoint: string): boolean[] =>
      [TOKEN, OTHER, '', `${TOKEN} `].map(token => world.heartbeats.accepts(endpoint, token))
    assert.deepEqual(accepted(PRIMARY), [false, true, false, false])
    assert.deepEqual(accepted('a.test/www/b'), [true, false, false, false])
    assert.deepEqual(accepted('A.Test./www/b'), [true, false, false, false])
    for (const none of ['a.test/www/B', 'a.test/www', 'www/b', '', '/', 'a.test/www/b/'])
      assert.deepEqual(accepted(none), [false, false, false, false], none)
  })

  it('is nowhere in what is stored, told or shown', async () => {
    await using world = await begin({ more: ', token: { file: ../other.token }' })
    await passTime(world, 50)
    const view = poolView(world.pool('a.test/www'), 0, 0, world.book)
    const transitions = await world.store.transitions({ limit: 100 })
    assert.ok(transitions.length > 3)
    const told = JSON.stringify([view, world.lines, world.events, transitions])
    const folder = join(world.folder.path, dirname(STATE))
    const stored = readdirSync(folder).map(file => readFileSync(join(folder, file), 'latin1'))
    assert.ok(stored.join('').includes('no report for 45s'), 'the state has not been found')
    for (const token of [TOKEN, OTHER]) assert.ok(!`${told}${stored.join('')}`.includes(token))
  })
})

describe('a check made of a heartbeat and others', WORLDS, () => {
  const WEB = '  web: { type: tcp, port: 80, interval: 10s, timeout: 2s, fall: 2, rise: 1 }\n'
  const both = (type: string): Shape => ({
    checks: `${WEB}  both: { type: ${type}, checks: [web, beat] }\n`,
    check: 'both',
  })

  it('all: is down without a report', async () => {
    await using world = await begin(both('all'))
    world.outcome(A, 'pass')
    world.outcome(B, 'pass')
    await passTime(world, 30)
    assert.equal(ttl(world), 15)
    await passTime(world, 15)
    assert.equal(answered(world), B)
    assert.ok(
      world.lines.some(line => line.includes('1 of 2 parts are up, needed 2: 1 fails: no report for 45s')),
    )
    assert.deepEqual(
      viewOf(world, A).parts?.map(({ check, type, verdict }) => `${check} ${type} ${verdict}`),
      ['web tcp up', 'beat heartbeat down'],
    )
  })

  it('any: is up without a report', async () => {
    await using world = await begin(both('any'))
    world.outcome(A, 'pass')
    await passTime(world, 60)
    assert.deepEqual([answered(world), ttl(world)], [A, 60])
  })
})

it('inverted, a report is a fail and silence a pass', async () => {
  await using world = await World.begin(zones({ beat: BEAT.replace('interval', 'inverted: true, interval') }))
  world.heartbeats.report(PRIMARY, { status: 'pass' })
  assert.equal(answered(world), B)
  assert.equal(lastOf(world, A), 'fail inverted: inverted: reported')
  await world.clock.advance(45_000)
  assert.deepEqual([answered(world), ttl(world)], [A, 60])
  assert.equal(lastOf(world, A), 'pass ok: inverted: no report for 45s')
  await world.clock.advance(40_000)
  assert.equal(ttl(world), 60)
})

describe('with references', WORLDS, () => {
  const SETTINGS = `references: [tcp://${REFERENCE}:53]\n`

  it('a missing report is believed once a reference has passed since', async () => {
    await using world = await begin({}, SETTINGS)
    world.outcome(REFERENCE, 'pass')
    world.paces.length = 0
    await passTime(world, 45)
    assert.deepEqual([answered(world), ttl(world)], [A, 5])
    assert.deepEqual(world.paces, [`fast ${REFERENCE}`])
    await world.clock.advance(500)
    world.outcome(REFERENCE, 'pass')
    assert.equal(answered(world), A)
    await world.clock.advance(500)
    assert.equal(answered(world), B)
    assert.equal(lastOf(world, A), 'fail missing: no report for 46s')
  })

  it('while this node is cut off none is missing, and after it the wait begins anew', async () => {
    await using world = await begin({}, SETTINGS)
    world.outcome(REFERENCE, 'pass')
    for (let i = 0; i < 30; i++) {
      await world.clock.advance(10_000)
      world.outcome(REFERENCE, 'fail')
    }
    assert.equal(answered(world), A)
    assert.match(lastOf(world, A), /^inconclusive cut-off: no report for .*; this node was cut off$/)
    world.outcome(REFERENCE, 'pass')
    await passTime(world, 44)
    assert.equal(answered(world), A)
    for (let i = 0; i < 60 && answered(world) === A; i++) {
      await passTime(world, 1)
      world.outcome(REFERENCE, 'pass')
    }
    assert.equal(answered(world), B)
  })

  it('this node was cut off until a reference passed, also if none was tried meanwhile', async () => {
    await using world = await begin({}, SETTINGS)
    await world.clock.advance(1000)
    world.outcome(REFERENCE, 'fail')
    await world.clock.advance(79_000)
    world.outcome(REFERENCE, 'pass')
    await world.clock.advance(10_000)
    assert.match(lastOf(world, A), /^inconclusive cut-off: no report for 1m30s/)
    await world.clock.advance(45_000)
    assert.match(lastOf(world, A), /^fail missing/)
  })

  it('a reload does not forget that it was cut off', async () => {
    await using world = await begin({}, SETTINGS)
    await world.clock.advance(10_000)
    world.outcome(REFERENCE, 'fail')
    await world.reload(zones())
    await world.clock.advance(35_000)
    assert.match(lastOf(world, A), /^inconclusive cut-off/)
  })

  it('what was cut off without being noticed before is asked about', async () => {
    await using world = await begin({}, SETTINGS)
    await world.clock.advance(45_000)
    world.outcome(REFERENCE, 'fail')
    await world.clock.advance(1000)
    assert.match(lastOf(world, A), /^inconclusive cut-off/)
    assert.equal(answered(world), A)
  })

  it('what an endpoint says of itself needs no reference', async () => {
    await using world = await begin({}, SETTINGS)
    world.heartbeats.report(PRIMARY, { status: 'fail' })
    assert.equal(answered(world), B)
  })
})

it('the check is shown with its grace', async () => {
  await using world = await begin()
  const { check } = poolView(world.pool('a.test/www'), 0, 0, world.book)
  const expected: CheckView = {
    name: 'beat',
    type: 'heartbeat',
    intervalMs: 30_000,
    graceMs: 15_000,
    rise: 1,
    fall: 1,
  }
  assert.deepEqual(check, expected)
})
