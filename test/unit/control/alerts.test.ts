/** What judging announces, who is told of it by the desk, and what it ends when it looks anew. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Announcement, eventsOf } from '#alert/announcement.ts'
import { AlertDesk } from '#control/alert-desk.ts'
import { Drills } from '#control/drills.ts'
import { ReceivingServer } from '#test/receiving-server.ts'
import { receiver } from '../alert/events.ts'
import { World } from './world.ts'
import { BACKUP, PRIMARY, WEB, zones } from './zones.ts'

const REFERENCE = '203.0.113.53'

/** What was announced since the last look, in few words. */
function announced(world: World): string[] {
  return world.announced.splice(0).map(said)
}

function said(announcement: Announcement): string {
  switch (announcement.kind) {
    case 'selection': {
      const { pool, from, to, why, servesFirst } = announcement
      return `${pool}: ${from} -> ${to} (${why})${servesFirst ? ' first' : ''}`
    }
    case 'flapping':
      return `${announcement.endpoint} flaps: ${announcement.why}, until ${announcement.heldUntil}`
    case 'certificate':
      return `${announcement.endpoint} ${announcement.expires ? 'expires' : 'is good'}: ${announcement.detail}`
    case 'drill':
      return `drill of ${announcement.pool}: ${announcement.verdict} (${announcement.detail})`
    case 'cut-off':
      return `cut off: ${announcement.why !== undefined}`
    default:
      return announcement.kind
  }
}

async function begin(shape = {}, settings = ''): Promise<World> {
  const world = await World.begin(zones(shape), settings)
  for (const address of [PRIMARY, BACKUP]) world.outcomes(address, 'pass', 'pass')
  world.announced.length = 0
  return world
}

function down(world: World, address: string): void {
  world.outcomes(address, 'fail', 'fail', 'fail')
}

describe('judging announces', () => {
  it('failover, all being down, recovery and failback, with the evidence', async () => {
    await using world = await begin()
    down(world, PRIMARY)
    down(world, BACKUP)
    world.outcomes(BACKUP, 'pass', 'pass')
    world.outcomes(PRIMARY, 'pass', 'pass')
    const selections = world.announced.filter(({ kind }) => kind === 'selection').map(said)
    assert.deepEqual(selections, [
      'www: primary -> backup (primary is down: no answer in 4s)',
      'www: backup -> all-down: primary (every endpoint is down; when-all-down: primary)',
      'www: all-down: primary -> backup (usable again)',
      'www: backup -> primary (up again and preferred to backup) first',
    ])
  })

  it('an endpoint that flaps, each time that it goes past the limit', async () => {
    await using world = await begin({
      checks: { web: WEB.replace(' }', ', flap: { limit: 2, half-life: 100s } }') },
    })
    for (let i = 0; i < 2; i++) {
      down(world, PRIMARY)
      world.outcomes(PRIMARY, 'pass', 'pass')
    }
    const flaps = announced(world).filter(line => line.includes('flaps'))
    assert.equal(flaps.length, 2)
    assert.match(flaps[0] ?? '', /^primary flaps: up -> down: 3 fails: no answer in 4s, until 2026-01-01T00:/)
    assert.match(flaps[1] ?? '', /^primary flaps: down -> up: 2 passes in a row, until 2026-01-01T00:/)
  })

  it('a certificate that is about to expire, once, and its successor', async () => {
    await using world = await begin()
    const [target] = world.judging.targets.filter(({ address }) => address === PRIMARY)
    assert.ok(target !== undefined)
    const take = (kind: 'pass' | 'fail', reason: string): void =>
      world.judging.take({
        key: target.key,
        outcome: { kind, reason, detail: reason, latencyMs: 1 },
        startedMs: world.clock.monotonicMs(),
        endedWallMs: world.clock.wallMs(),
      })
    take('pass', 'ok')
    take('pass', 'certificate-expires')
    take('pass', 'certificate-expires')
    take('pass', 'ok')
    assert.deepEqual(announced(world), ['primary expires: certificate-expires', 'primary is good: ok'])
  })

  it('that this node is cut off, and is not any more', async () => {
    await using world = await begin({}, `references: [tcp://${REFERENCE}:53]\n`)
    for (const kind of ['fail', 'fail', 'pass'] as const) {
      await world.clock.advance(1000)
      world.outcome(REFERENCE, kind)
    }
    assert.deepEqual(announced(world), ['cut off: true', 'cut off: false'])
  })
})

describe('a drill', () => {
  const request = { forMs: 60_000, reason: 'monthly', author: 'alice' }

  function drillsOf(world: World): Drills {
    const { clock, judging, book, store } = world
    return new Drills({
      clock,
      judging,
      book,
      store,
      pool: target => world.operations.findPool(target),
      watchers: () => [],
      onEnd: (transition, drill) => judging.recorder.drill(transition, drill),
    })
  }

  async function probed(world: World, times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      await world.clock.advance(1000)
      for (const address of [PRIMARY, BACKUP]) world.outcome(address, 'pass')
    }
  }

  it('that has failed is told', async () => {
    await using world = await begin()
    const drills = drillsOf(world)
    drills.start('a.test/www', request, [])
    await world.clock.advance(60_000)
    drills.start('a.test/www', request, [])
    await probed(world, 3)
    down(world, BACKUP)
    const told = announced(world).filter(line => line.startsWith('drill'))
    assert.deepEqual(told, [
      'drill of www: nothing was switched; promised are 23 s (primary taken as failed by alice (monthly))',
      'drill of www: nothing else is up any more (primary taken as failed by alice (monthly))',
    ])
  })

  it('that has kept what is promised, or was stopped, is not; its failover is an operator’s', async () => {
    await using world = await begin()
    const drills = drillsOf(world)
    drills.start('a.test/www', request, [])
    await probed(world, 61)
    assert.deepEqual(
      world.announced
        .flatMap(one => eventsOf(one, { node: 'ns1', wallMs: 0, newId: () => '' }))
        .map(({ kind, severity }) => `${kind} ${severity}`),
      ['failover info', 'failback info'],
    )
    drills.stop(drills.start('a.test/www', request, []).id, 'bob')
    assert.ok(!announced(world).some(line => line.startsWith('drill')))
  })
})

describe('the desk', { timeout: 30_000 }, () => {
  it('ends what is not so any more when it looks anew', async () => {
    await using world = await begin({
      pools: { www: { primary: [PRIMARY], backup: [BACKUP] }, api: { a: [PRIMARY], b: [BACKUP] } },
    })
    await using server = await ReceivingServer.start()
    const nothing = (): void => undefined
    const log = { info: nothing, warn: nothing, error: nothing }
    const { store, clock, judging } = world
    const desk = new AlertDesk({ clock, random: () => 0, log, store })
    desk.adopt({ node: 'ns1', alerts: [receiver({ url: server.url })] })
    down(world, PRIMARY)
    for (const announcement of world.announced.splice(0)) desk.announce(announcement)
    desk.announce({ kind: 'cut-off', why: 'no reference is reached' })
    desk.settle(judging)
    const told = async (count: number): Promise<string[]> => {
      await clock.advance(0)
      await server.requests(count)
      return server.told.slice(0, count).toSorted()
    }
    assert.deepEqual(await told(4), ['cut-off ', 'cut-off-over ', 'failover api', 'failover www'])
    // One of the pools is gone, and the answer of the other has come back while nobody was told.
    await world.reload(zones())
    world.outcomes(PRIMARY, 'pass', 'pass')
    desk.settle(judging)
    assert.deepEqual(
      (await told(6)).filter(line => line.startsWith('failback')),
      ['failback api', 'failback www'],
    )
    desk.stop()
  })

  it('shows what was told to whom, and tests a receiver', async () => {
    await using world = await begin()
    await using server = await ReceivingServer.start()
    const nothing = (): void => undefined
    const { store, clock } = world
    const desk = new AlertDesk({
      clock,
      random: () => 0,
      log: { info: nothing, warn: nothing, error: nothing },
      store,
    })
    desk.adopt({ node: 'ns1', alerts: [receiver({ url: server.url, minSeverity: 'critical' })] })
    desk.announce({ kind: 'cut-off', why: 'no reference is reached' })
    desk.announce({ kind: 'restart', what: 'prober', why: 'it died' })
    const { receivers, alerts } = desk.view(10)
    assert.deepEqual(receivers, [
      {
        name: 'hook',
        type: 'webhook',
        waiting: 1,
        counts: { sent: 0, failed: 0, refused: 0, cancelled: 0, lost: 0 },
      },
    ])
    assert.deepEqual(
      alerts.map(({ kind, at, deliveries }) => [kind, at, deliveries]),
      [
        ['restart', '2026-01-01T00:00:00.000Z', []],
        ['cut-off', '2026-01-01T00:00:00.000Z', [{ receiver: 'hook', state: 'waiting', attempts: 0 }]],
      ],
    )
    assert.deepEqual(await desk.test('hook', 'alice'), {
      receiver: 'hook',
      accepted: true,
      detail: 'status 202',
    })
    assert.deepEqual(
      JSON.parse(server.received[0]?.body ?? '').detail,
      'asked for by alice; nothing is wrong',
    )
    await assert.rejects(desk.test('hok', 'alice'), /no receiver is called hok; there are: hook/)
    desk.stop()
  })
})
