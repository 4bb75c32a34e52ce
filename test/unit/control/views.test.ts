/** What the server shows of its pools and of itself. */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { poolView } from '#control/pool-view.ts'
import { serverView } from '#control/server-view.ts'
import type { PoolView, ServerView } from '#control/view.ts'
import { STATE, WORLDS, World } from './world.ts'
import { BACKUP, PRIMARY, WEB, zones } from './zones.ts'

function poolOf(world: World): PoolView {
  return poolView(world.pool('a.test/www'), world.clock.monotonicMs(), world.clock.wallMs(), world.book)
}

function serverOf(world: World): ServerView {
  return serverView({
    configuration: world.configuration,
    version: '0.0.0',
    listeners: undefined,
    prober: undefined,
    store: world.store,
    pools: world.judging.pools,
    hostnames: world.hostnames,
    lastReloadMs: undefined,
    reloadFault: undefined,
    cutOff: undefined,
    wallMs: world.clock.wallMs(),
  })
}

function why(world: World): string | undefined {
  return poolOf(world).selections[0]?.why
}

describe('the view of a pool', WORLDS, () => {
  it('is complete and plain', async () => {
    await using world = await World.begin(
      zones({ names: { www: '{ pool: www }', '@': '{ pool: www, ttl: 60s, ttl-min: 1s }' } }),
    )
    world.outcomes(BACKUP, 'pass')
    await world.clock.advance(2500)
    world.outcomes(PRIMARY, 'fail', 'fail', 'inconclusive')
    assert.deepEqual(poolOf(world), {
      zone: 'a.test',
      pool: 'www',
      policy: 'failover',
      check: {
        name: 'web',
        type: 'http',
        intervalMs: 10_000,
        fastIntervalMs: 1000,
        timeoutMs: 4000,
        rise: 2,
        fall: 3,
      },
      names: [
        { name: 'www.a.test', ttl: 30, ttlMin: 5, ttlNow: { ipv4: 5 } },
        { name: 'a.test', ttl: 60, ttlMin: 1, ttlNow: { ipv4: 1 } },
      ],
      overrides: [],
      selections: [
        {
          family: 'ipv4',
          mode: 'serving',
          endpoints: ['primary'],
          addresses: [PRIMARY],
          reason: { kind: 'initial' },
          why: 'first selection: what is not down',
          since: '2026-01-01T00:00:00.000Z',
        },
      ],
      endpoints: [
        {
          name: 'primary',
          addresses: [
            {
              address: PRIMARY,
              family: 'ipv4',
              verdict: 'unknown',
              passes: 0,
              fails: 2,
              selected: true,
              verdictAgeSeconds: 0,
              lastOutcome: {
                kind: 'inconclusive',
                reason: 'timeout',
                detail: 'no descriptors left',
                latencyMs: 1,
                at: '2026-01-01T00:00:02.500Z',
              },
            },
          ],
        },
        {
          name: 'backup',
          addresses: [
            {
              address: BACKUP,
              family: 'ipv4',
              verdict: 'up',
              passes: 1,
              fails: 0,
              selected: false,
              verdictAgeSeconds: 2.5,
              lastOutcome: {
                kind: 'pass',
                reason: 'ok',
                detail: 'status 200',
                latencyMs: 1,
                at: '2026-01-01T00:00:00.000Z',
              },
            },
          ],
        },
      ],
    })
  })

  it('without a health check has endpoints that are up, and no times', async () => {
    await using world = await World.begin({
      'a.test.yaml': `zone: a.test\nnameservers: { ns1: 192.0.2.53 }\nnames: { www: { failover: [${PRIMARY}] } }\n`,
    })
    const { check, endpoints, selections } = poolOf(world)
    assert.equal(check, undefined)
    assert.deepEqual(endpoints, [
      {
        name: 'primary',
        addresses: [{ address: PRIMARY, family: 'ipv4', verdict: 'up', passes: 0, fails: 0, selected: true }],
      },
    ])
    assert.equal(selections[0]?.mode, 'serving')
    assert.deepEqual(world.judging.targets, [])
  })

  it('gives as evidence for a failover what failed, never a probe that passed', async () => {
    await using world = await World.begin(zones())
    world.outcomes(PRIMARY, 'fail', 'fail', 'fail')
    assert.equal(why(world), 'primary is down: no answer in 4s')
    world.outcome(PRIMARY, 'inconclusive')
    assert.equal(why(world), 'primary is down')
    world.outcome(PRIMARY, 'pass')
    assert.equal(why(world), 'primary is down')
    world.outcome(PRIMARY, 'fail')
    assert.equal(why(world), 'primary is down: no answer in 4s')
  })
})

describe('the words of a verdict', WORLDS, () => {
  it('say how it came about', async () => {
    await using world = await World.begin(zones())
    world.lines.length = 0
    world.outcomes(PRIMARY, 'pass')
    world.outcomes(BACKUP, 'fail', 'pass', 'fail', 'fail', 'pass', 'fail', 'pass', 'pass')
    assert.deepEqual(world.lines, [
      `a.test/www/primary ${PRIMARY}: unknown -> up (the first probe passed)`,
      `a.test/www/backup ${BACKUP}: unknown -> up (a probe passed)`,
      `a.test/www/backup ${BACKUP}: up -> down (3 fails: no answer in 4s)`,
      `a.test/www/backup ${BACKUP}: down -> up (2 passes in a row)`,
    ])
  })
})

describe('the alarms', WORLDS, () => {
  it('are none while all is well', async () => {
    await using world = await World.begin(zones())
    world.outcomes(PRIMARY, 'pass')
    world.outcomes(BACKUP, 'fail', 'fail', 'fail')
    await world.clock.advance(33_999)
    assert.deepEqual(serverOf(world).alarms, [])
  })

  it('are none of an address that is down and probed rarely', async () => {
    const checks = { web: WEB.replace(' }', ', down-interval: 10m }') }
    await using world = await World.begin(zones({ checks, pools: { www: { primary: [PRIMARY] } } }))
    world.outcomes(PRIMARY, 'fail', 'fail', 'fail')
    await world.clock.advance(1_803_999)
    assert.deepEqual(serverOf(world).alarms, [])
    await world.clock.advance(1)
    assert.deepEqual(serverOf(world).alarms, [`a.test/www ${PRIMARY}: no probe has decided for 30m4s`])
  })

  it('tell of an address of which no probe has decided for long, and why', async () => {
    await using world = await World.begin(zones())
    world.outcomes(PRIMARY, 'pass')
    await world.clock.advance(20_000)
    world.outcomes(BACKUP, 'pass')
    await world.clock.advance(14_000)
    assert.deepEqual(serverOf(world).alarms, [`a.test/www ${PRIMARY}: no probe has decided for 34s`])
    world.outcome(PRIMARY, 'inconclusive')
    assert.deepEqual(serverOf(world).alarms, [
      `a.test/www ${PRIMARY}: no probe has decided for 34s: no descriptors left`,
    ])
    world.outcome(PRIMARY, 'fail')
    assert.deepEqual(serverOf(world).alarms, [])
  })

  it('tell of an address of which no probe has ever decided', async () => {
    await using world = await World.begin(zones({ pools: { www: { primary: [PRIMARY] } } }))
    for (let second = 0; second < 34; second++) {
      assert.deepEqual(serverOf(world).alarms, [])
      world.outcome(PRIMARY, 'inconclusive')
      await world.clock.advance(1000)
    }
    assert.deepEqual(serverOf(world).alarms, [
      `a.test/www ${PRIMARY}: no probe has decided for 34s: no descriptors left`,
    ])
  })

  it('tell of a zone that could not be read', async () => {
    await using world = await World.begin({ ...zones(), 'b.test.zone': '@ SOA nonsense\n' })
    const [alarm, ...more] = serverOf(world).alarms
    assert.match(
      alarm ?? '',
      /^zone b\.test could not be read from \S*zones\/b\.test\.zone: answered SERVFAIL$/,
    )
    assert.deepEqual(more, [])
    assert.deepEqual(
      serverOf(world).zones.map(({ zone, records, broken }) => [zone, records, broken]),
      [
        ['a.test', 3, false],
        ['b.test', 0, true],
      ],
    )
    assert.equal(world.ask('www.b.test A').rcode, 'SERVFAIL')
    assert.deepEqual(world.addresses('www.a.test A'), [PRIMARY])
  })

  it('tell of a state that is not stored', async () => {
    await using before = await World.begin(zones())
    await before.store.close()
    mkdirSync(join(before.folder.path, `${STATE}-shm`))
    await using world = await before.restart(0)
    const [alarm, ...more] = serverOf(world).alarms
    assert.match(alarm ?? '', /^state is not stored: .*understudy\.db: /)
    assert.deepEqual(more, [])
    world.outcomes(PRIMARY, 'fail', 'fail', 'fail')
    assert.deepEqual(world.addresses('www.a.test A'), [BACKUP])
  })
})

describe('the view of the server', WORLDS, () => {
  it('says that it is not ready as long as nobody answers', async () => {
    await using world = await World.begin(zones({ checks: { web: WEB } }))
    const { ready, queries, responses, dropped, lastReloadSuccessSeconds, configDigest } = serverOf(world)
    assert.equal(ready, false)
    assert.deepEqual([queries, responses, dropped], [[], [], []])
    assert.equal(lastReloadSuccessSeconds, undefined)
    assert.match(configDigest, /^[0-9a-f]{64}$/)
  })
})
