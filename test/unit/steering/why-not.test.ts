import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { groupsOf } from '#steering/candidates.ts'
import { NO_OVERRIDES, type PoolOverrides } from '#steering/override.ts'
import type { Pool } from '#steering/pool.ts'
import { selectPool } from '#steering/select.ts'
import type { Selection } from '#steering/selection.ts'
import type { AddressStanding } from '#steering/standing.ts'
import { type WhyNot, whyNot, whyNotToText } from '#steering/why-not.ts'
import { address, NO_POOLS, poolOf, type Sign } from './pools.ts'

const [A, B, C] = ['192.0.2.1', '192.0.2.2', '192.0.2.3'] as const
const THREE = poolOf({ a: [A], b: [B], c: [C] })
const NOW_MS = 100_000

interface Given {
  readonly signs?: Readonly<Record<string, Sign>>
  /** What is served in IPv4; what would be selected now where nothing is said. */
  readonly served?: string
  readonly overrides?: PoolOverrides
}

/** By endpoint; all have been up since 60 s. */
function reasons(
  pool: Pool,
  { signs = {}, served, overrides = NO_OVERRIDES }: Given = {},
): Record<string, string> {
  const standingOf = ({ text }: { text: string }): AddressStanding => {
    const standing = signs[text] ?? 'up'
    return {
      standing,
      upSinceMs: NOW_MS - 60_000,
      ...(standing === 'held' ? { heldUntilMs: NOW_MS + 5000 } : {}),
    }
  }
  const look = { standingOf, standingsOf: NO_POOLS, overrides }
  const before: Selection | undefined =
    served === undefined
      ? undefined
      : { mode: 'serving', endpoints: [served], addresses: [address(B)], reason: { kind: 'initial' } }
  const selection =
    before ?? selectPool(pool, { ...look, nowMs: NOW_MS }, {}).selections.ipv4 ?? assert.fail()
  const candidatesIn = (one: Pool) =>
    groupsOf(one, look).find(({ kinds }) => kinds.includes('ipv4'))?.candidates ?? []
  const context = {
    kind: 'ipv4' as const,
    candidates: candidatesIn(pool),
    apart: candidatesIn({ ...pool, families: 'apart' }),
    selection,
    pin: overrides.pin,
    nowMs: NOW_MS,
  }
  return Object.fromEntries(
    pool.endpoints.map(({ name }) => [name, whyNot(pool, name, context)?.kind ?? 'served']),
  )
}

describe('failover', () => {
  it('those behind stand by, those that are not good say what they are', () => {
    assert.deepEqual(reasons(THREE), { a: 'served', b: 'standby', c: 'standby' })
    assert.deepEqual(reasons(THREE, { signs: { [A]: 'down', [C]: 'held' } }), {
      a: 'down',
      b: 'served',
      c: 'held',
    })
    assert.deepEqual(reasons(THREE, { served: 'b', signs: { [A]: 'unknown' } }), {
      a: 'unknown',
      b: 'served',
      c: 'standby',
    })
  })

  it('one that is preferred waits as failback says', () => {
    const waits = (failback: Pool['failback']) => reasons({ ...THREE, failback }, { served: 'b' })['a']
    assert.equal(waits({ kind: 'manual' }), 'failback-manual')
    assert.equal(waits({ kind: 'after', afterMs: 90_000 }), 'failback-after')
    assert.equal(waits({ kind: 'auto' }), 'not-needed')
  })

  it('operators outrank all', () => {
    const effects = { a: 'drained', b: 'forced-down' } as const
    const overrides = (pin?: string): PoolOverrides => ({
      pin,
      effectOn: endpoint => effects[endpoint as keyof typeof effects] ?? 'none',
    })
    assert.deepEqual(reasons(THREE, { overrides: overrides() }), {
      a: 'drained',
      b: 'forced-down',
      c: 'served',
    })
    assert.deepEqual(reasons(THREE, { overrides: overrides('b') }), { a: 'pinned', b: 'served', c: 'pinned' })
  })

  it('families bound together, and an endpoint of the other family', () => {
    const both = poolOf({ a: [A, '2001:db8::1'], b: [B, '2001:db8::2'], c: ['2001:db8::3'] })
    const signs = { '2001:db8::1': 'down' } as const
    assert.deepEqual(reasons({ ...both, families: 'together' }, { signs }), {
      a: 'other-family',
      b: 'served',
      c: 'no-address',
    })
  })
})

describe('weighted', () => {
  const pool: Pool = {
    ...THREE,
    policy: 'weighted',
    endpoints: THREE.endpoints.map(one => (one.name === 'c' ? { ...one, weight: 0 } : one)),
  }

  it('the last resort, those held while others are up, and too few', () => {
    assert.deepEqual(reasons(pool, { signs: { [B]: 'held' } }), { a: 'served', b: 'held', c: 'last-resort' })
    const few = { ...pool, minHealthy: 2, whenAllDown: { kind: 'nodata' } as const }
    assert.deepEqual(reasons(few, { signs: { [B]: 'down' } }), { a: 'too-few', b: 'down', c: 'too-few' })
  })
})

it('says it in words', () => {
  const texts: Record<string, WhyNot> = {
    'stands by: primary comes first and can be served': { kind: 'standby', to: 'primary' },
    'up and preferred to backup, but failback is manual: understudy failback returns to it': {
      kind: 'failback-manual',
      from: 'backup',
    },
    'up and preferred, but failback waits until it has been up for 5m: 2m10s to go': {
      kind: 'failback-after',
      afterMs: 300_000,
      leftMs: 129_500,
    },
    'passes its probes, but is held for another 5s: it flaps, or has only just come back': {
      kind: 'held',
      untilMs: NOW_MS + 5000,
    },
    'could be served, but fewer than min-healthy (2) can': { kind: 'too-few', needed: 2 },
  }
  for (const [text, why] of Object.entries(texts)) assert.equal(whyNotToText(why, NOW_MS), text)
})
