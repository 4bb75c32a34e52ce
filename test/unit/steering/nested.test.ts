/** Pools as endpoints of others. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { composeAnswers } from '#steering/compose.ts'
import { NO_OVERRIDES, type PoolOverrides } from '#steering/override.ts'
import type { Pool } from '#steering/pool.ts'
import { type Decision, type Selections, selectPool } from '#steering/select.ts'
import type { Answer } from '#steering/selection.ts'
import type { AddressStanding } from '#steering/standing.ts'
import { address, NO_POOLS, poolOf, type Sign } from './pools.ts'

const SIGNS = { U: 'up', D: 'down', '?': 'unknown', H: 'held' } as const satisfies Record<string, Sign>

const EU = poolOf({ eu1: ['192.0.2.1'], eu2: ['192.0.2.2'] })
const US = poolOf({ us1: ['192.0.2.3'], us2: ['192.0.2.4'] })

/** A pool of two pools. */
function above(changes: Partial<Pool> = {}): Pool {
  const endpoint = (name: string, weight = 1) => ({ name, addresses: [], weight, pool: name })
  return { ...poolOf({}), endpoints: [endpoint('eu'), endpoint('us')], kinds: ['ipv4'], ...changes }
}

/** By the verdicts of eu1, eu2, us1 and us2. */
function nested(signs: string, pools: Readonly<Record<string, Pool>> = { eu: EU, us: US }) {
  const standingOf = ({ text }: { readonly text: string }): AddressStanding => ({
    standing: SIGNS[signs[Number(text.split('.')[3]) - 1] as keyof typeof SIGNS],
    upSinceMs: Number(text.split('.')[3]) * 100,
  })
  return (name: string): Decision => {
    const look = { standingOf, standingsOf: NO_POOLS, overrides: NO_OVERRIDES, nowMs: 1000 }
    return selectPool(pools[name] ?? EU, look, {})
  }
}

function select(
  signs: string,
  {
    pool = above(),
    current = {},
    overrides = NO_OVERRIDES,
    pools,
  }: { pool?: Pool; current?: Selections; overrides?: PoolOverrides; pools?: Record<string, Pool> } = {},
): Decision {
  const decide = nested(signs, pools)
  const look = { standingOf: () => assert.fail(), standingsOf: (name: string) => decide(name).standings }
  return selectPool(pool, { ...look, overrides, nowMs: 1000 }, current)
}

function texts({ addresses }: Answer): string {
  return addresses.map(({ text }) => text.replace('192.0.2.', '.')).join(' ')
}

describe('failover of two pools: eu of eu1 and eu2, us of us1 and us2; U up, D down, ? unknown, H held', () => {
  //            verdicts | endpoint | answered
  const table: readonly (readonly [string, string, string])[] = [
    ['UUUU', 'eu', '.1'],
    ['DUUU', 'eu', '.2'],
    ['DDUU', 'us', '.3'],
    ['DDDU', 'us', '.4'],
    // A pool stands as the best of what it serves.
    ['??UU', 'eu', '.1'],
    ['HHUU', 'us', '.3'],
    ['HUUU', 'eu', '.2'],
    ['HHHH', 'eu', '.1'],
    ['HHDD', 'eu', '.1'],
    // All down: the first pool, with what it answers itself then.
    ['DDDD', 'eu', '.1'],
  ]
  for (const [verdicts, endpoint, answered] of table) {
    it(`${verdicts} | ${endpoint} | ${answered}`, () => {
      const { ipv4 } = select(verdicts).selections
      assert.deepEqual(ipv4?.endpoints, [endpoint])
      assert.equal(texts(ipv4), answered)
      assert.equal(ipv4.mode, verdicts === 'DDDD' ? 'all-down' : 'serving')
    })
  }

  it('is left only when the whole of it is down, and says so', () => {
    const first = select('UUUU').selections
    const within = select('DUUU', { current: first }).selections.ipv4
    assert.deepEqual([within?.endpoints, within?.reason.kind], [['eu'], 'addresses'])
    const left = select('DDUU', { current: first }).selections.ipv4
    assert.deepEqual(left?.reason, { kind: 'failover', from: 'eu', cause: 'down' })
  })

  it('drained, forced and pinned like any other endpoint', () => {
    const effects = (effect: 'drained' | 'forced-up', pin?: string): PoolOverrides => ({
      pin,
      effectOn: name => (name === 'eu' && pin === undefined ? effect : 'none'),
    })
    assert.deepEqual(select('UUUU', { overrides: effects('drained') }).selections.ipv4?.endpoints, ['us'])
    assert.deepEqual(select('DDUU', { overrides: effects('forced-up') }).selections.ipv4?.endpoints, ['eu'])
    assert.deepEqual(select('UUUU', { overrides: effects('drained', 'us') }).selections.ipv4?.endpoints, [
      'us',
    ])
  })

  it('a family that no pool has is none of its own', () => {
    const pool = above({ kinds: ['ipv4', 'ipv6'] })
    assert.equal(select('UUUU', { pool }).selections.ipv6?.mode, 'none')
  })

  it('a pool that answers SERVFAIL when all of it is down: so does the one above', () => {
    const failing: Pool = { ...EU, whenAllDown: { kind: 'servfail' } }
    const { ipv4 } = select('DDDD', { pools: { eu: failing, us: US } }).selections
    assert.equal(ipv4?.mode, 'servfail')
    const other = select('DDUU', { pools: { eu: failing, us: US } }).selections.ipv4
    assert.deepEqual([other?.mode, other?.endpoints], ['serving', ['us']])
  })
})

describe('how a pool stands', () => {
  const standing = (signs: string, pool: Pool) => nested(signs, { eu: pool })('eu').standings.ipv4

  it('has been up as long as any of its endpoints, whichever it served', () => {
    assert.equal(standing('UU', EU)?.upSinceMs, 100)
    assert.equal(standing('DU', EU)?.upSinceMs, 200)
  })

  it('with min-healthy as long as that many', () => {
    const pool: Pool = { ...EU, policy: 'all', minHealthy: 2 }
    assert.equal(standing('UU', pool)?.upSinceMs, 200)
    assert.equal(standing('DU', pool)?.standing, 'down')
  })

  it('pinned stands as the endpoint that it is pinned to', () => {
    const standingOf = (): AddressStanding => ({ standing: 'down', upSinceMs: 0 })
    const overrides: PoolOverrides = { pin: 'eu2', effectOn: () => 'none' }
    const { standings } = selectPool(EU, { standingOf, standingsOf: NO_POOLS, overrides, nowMs: 0 }, {})
    assert.equal(standings.ipv4?.standing, 'down')
  })
})

describe('one answer of several pools', () => {
  const part = (weight: number, ...records: readonly number[]) => ({
    weight,
    answer: { addresses: records.map(last => address(`192.0.2.${last}`)) },
  })
  const weighed = (weight: number, weights: readonly number[], ...records: readonly number[]) => {
    const groups = weights.map(one => ({ records: records.length / weights.length, weight: one }))
    const { answer } = part(weight, ...records)
    return { weight, answer: { ...answer, pick: { kind: 'weighted', answers: 1, groups } as const } }
  }
  const rules = (policy: Pool['policy'], answers = 1) => ({ policy, answers, maxAnswers: undefined })
  const weightsOf = ({ pick }: Answer): number[] =>
    pick?.kind === 'weighted' ? pick.groups.map(({ weight }) => weight) : []

  it('failover: that of the only one, with what queries pick from it', () => {
    const inner = weighed(7, [1, 2], 1, 2)
    assert.deepEqual(composeAnswers(rules('failover'), [inner]), inner.answer)
  })

  it('all: none twice, beginning anywhere', () => {
    const answer = composeAnswers(rules('all'), [part(1, 1, 2), part(1, 2, 3)])
    assert.equal(texts(answer), '.1 .2 .3')
    assert.deepEqual(answer.pick, { kind: 'rotate', answers: 3 })
  })

  it('weighted: the chance of each is that of its pool times that within it', () => {
    // A third and two thirds of a half; a quarter of which each of the other; the rest.
    const answer = composeAnswers(rules('weighted'), [
      weighed(2, [1, 2], 1, 2),
      weighed(1, [1, 1], 3, 4),
      part(1, 5),
    ])
    assert.deepEqual(weightsOf(answer), [4, 8, 3, 3, 6])
    assert.equal(texts(answer), '.1 .2 .3 .4 .5')
  })

  it('weighted: proportions that no whole numbers below the limit meet come as near as can be', () => {
    const primes = [65_519, 65_521, 65_497, 65_479]
    const parts = primes.map((prime, i) => weighed(1, [1, prime], 2 * i, 2 * i + 1))
    const weights = weightsOf(composeAnswers(rules('weighted'), parts))
    const total = weights.reduce((sum, one) => sum + one, 0)
    assert.ok(total <= 2 ** 31 && weights.every(one => Number.isInteger(one) && one >= 1))
    for (const [i, prime] of primes.entries())
      assert.ok(Math.abs((weights[2 * i] ?? 0) / total - 1 / (4 * (1 + prime))) < 1e-9)
  })

  it('weighted with several answers: no address twice, whatever is picked', () => {
    const answer = composeAnswers(rules('weighted', 2), [part(1, 1), part(2, 1, 2), part(3, 3)])
    assert.equal(texts(answer), '.1 .2 .3')
    assert.deepEqual(answer.pick?.kind === 'weighted' ? answer.pick.groups : [], [
      { records: 1, weight: 1 },
      { records: 1, weight: 2 },
      { records: 1, weight: 3 },
    ])
  })
})
