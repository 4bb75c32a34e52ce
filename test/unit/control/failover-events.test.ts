/** A failover is counted when the answer leaves the first endpoint of the pool, a failback when it comes back to it, and nothing else is. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Outcome } from '#health/outcome.ts'
import { WORLDS, World } from './world.ts'
import { BACKUP, PRIMARY, TWO, zones } from './zones.ts'

const SPARE = '192.0.2.3'
const SIX = { primary: '2001:db8::1', backup: '2001:db8::2' } as const
const DOWN = ['fail', 'fail', 'fail'] as const
const UP = ['pass', 'pass'] as const

/** The failovers and failbacks that these outcomes make, one after the other. */
function counted(world: World, address: string, kinds: readonly Outcome['kind'][]): string[] {
  world.events.length = 0
  world.outcomes(address, ...kinds)
  return world.events.filter(event => /^fail(over|back) /.test(event))
}

describe('failovers and failbacks', WORLDS, () => {
  it('are those of the first endpoint, not those among the backups', async () => {
    await using world = await World.begin(zones({ pools: { www: { ...TWO, spare: [SPARE] } } }))
    for (const address of [PRIMARY, BACKUP, SPARE]) world.outcomes(address, ...UP)
    assert.deepEqual(counted(world, PRIMARY, DOWN), ['failover a.test/www ipv4'])
    assert.deepEqual(counted(world, BACKUP, DOWN), [])
    assert.equal(world.selected('a.test/www'), 'serving: spare')
    assert.deepEqual(counted(world, BACKUP, UP), [])
    assert.equal(world.selected('a.test/www'), 'serving: backup')
    assert.deepEqual(counted(world, PRIMARY, UP), ['failback a.test/www ipv4'])
  })

  it('go by what is answered while all are down', async () => {
    await using world = await World.begin(zones())
    for (const address of [PRIMARY, BACKUP]) world.outcomes(address, ...UP)
    world.outcomes(BACKUP, ...DOWN)
    assert.deepEqual(counted(world, PRIMARY, DOWN), [])
    assert.deepEqual(counted(world, BACKUP, UP), ['failover a.test/www ipv4'])
    assert.deepEqual(counted(world, BACKUP, DOWN), ['failback a.test/www ipv4'])
    assert.deepEqual(counted(world, PRIMARY, UP), [])
  })

  it('are counted in each family, and also where a family has nothing left', async () => {
    const pools = { www: { primary: [PRIMARY, SIX.primary], backup: [SIX.backup] } }
    await using world = await World.begin(zones({ pools }))
    for (const address of [PRIMARY, SIX.primary, SIX.backup]) world.outcomes(address, ...UP)
    assert.deepEqual(counted(world, SIX.primary, DOWN), ['failover a.test/www ipv6'])
    assert.deepEqual(counted(world, PRIMARY, DOWN), ['failover a.test/www ipv4'])
    assert.equal(world.selected('a.test/www', 'ipv4'), 'none: ')
    assert.deepEqual(counted(world, PRIMARY, UP), ['failback a.test/www ipv4'])
    assert.deepEqual(counted(world, SIX.primary, UP), ['failback a.test/www ipv6'])
  })

  it('are none where the first selection is made', async () => {
    await using world = await World.begin(zones())
    assert.deepEqual(
      world.events.filter(event => event.startsWith('fail')),
      [],
    )
  })
})
