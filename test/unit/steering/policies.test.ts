/** The rules of each policy as tables, to be read as documentation. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { NO_OVERRIDES, type PoolOverrides } from '#steering/override.ts'
import type { Pool } from '#steering/pool.ts'
import { type Decision, type Selections, selectPool } from '#steering/select.ts'
import type { AddressStanding } from '#steering/standing.ts'
import { address, NO_POOLS, poolOf } from './pools.ts'

/** `x` is drained, `+` and `-` are forced up and down, whatever their probes say. */
const SIGNS = { U: 'up', D: 'down', '?': 'unknown', H: 'held', x: 'up', '+': 'down', '-': 'up' } as const
const EFFECTS = { x: 'drained', '+': 'forced-up', '-': 'forced-down' } as const

const THREE = poolOf({ a: ['192.0.2.1'], b: ['192.0.2.2'], c: ['192.0.2.3'] })

interface Times {
  readonly nowMs?: number
  readonly upSinceMs?: number
  readonly asked?: boolean
}

/** What the pool decides by the signs of its endpoints. */
function decide(pool: Pool, signs: string, current: Selections, times: Times = {}): Decision {
  const { nowMs = 1000, upSinceMs = 0, asked = false } = times
  const signOf = (index: number): keyof typeof SIGNS => signs[index] as keyof typeof SIGNS
  const overrides: PoolOverrides = {
    pin: undefined,
    effectOn: name =>
      EFFECTS[signOf(pool.endpoints.findIndex(one => one.name === name)) as keyof typeof EFFECTS] ?? 'none',
  }
  const standingOf = ({ text }: { readonly text: string }): AddressStanding => {
    const index = pool.endpoints.findIndex(one => one.addresses.some(each => each.text === text))
    return { standing: SIGNS[signOf(index)], upSinceMs }
  }
  return selectPool(pool, { standingOf, standingsOf: NO_POOLS, overrides, nowMs, asked }, current)
}

/** After these signs one after the other, the endpoints that are answered. */
function after(pool: Pool, ...history: readonly string[]): string {
  let current: Selections = {}
  for (const signs of history) current = decide(pool, signs, current).selections
  const { mode = 'nothing', endpoints = [] } = current.ipv4 ?? {}
  return mode === 'serving' ? endpoints.join(' ') : `${mode}: ${endpoints.join(' ')}`.replace(/: $/, '')
}

function table(pool: Pool, rows: readonly (readonly [...history: string[], answered: string])[]): void {
  for (const row of rows) {
    const [answered = '', ...history] = [...row].reverse()
    const signs = history.reverse()
    it(`${signs.join(' then ').padEnd(20)} | ${answered}`, () =>
      assert.equal(after(pool, ...signs), answered))
  }
}

describe('failover, with what operators and damping say', () => {
  table(THREE, [
    // Rank: up, unknown, held, down.
    ['HUU', 'b'],
    ['H?D', 'b'],
    ['HDD', 'a'],
    ['UUU', 'HUU', 'b'],
    ['UUU', 'HDD', 'a'],
    ['UUU', 'H?D', 'a'],
    ['DUU', 'HUU', 'b'],
    ['DUU', 'HDD', 'a'],
    // Drained, forced.
    ['xUU', 'b'],
    ['UUU', 'xUU', 'b'],
    ['UUU', '-UU', 'b'],
    ['DUU', '+UU', 'a'],
    ['UUU', 'xUU', 'UUU', 'a'],
    // Drained ones come last of all.
    ['xDD', 'all-down: b'],
    ['xxD', 'all-down: c'],
    ['xxx', 'all-down: a'],
  ])
})

describe('failback: manual', () => {
  table({ ...THREE, failback: { kind: 'manual' } }, [
    ['UUU', 'DUU', 'UUU', 'b'],
    // The hold is over when the backup cannot go on.
    ['UUU', 'DUU', 'UDU', 'a'],
    ['UUU', 'DUU', 'UxU', 'a'],
    ['UUU', 'DDD', 'DUD', 'UUU', 'b'],
  ])

  it('goes back when asked, to the first that is up', () => {
    const pool: Pool = { ...THREE, failback: { kind: 'manual' } }
    const current = decide(pool, 'DDU', {}).selections
    const { ipv4 } = decide(pool, 'DUU', current, { asked: true }).selections
    assert.deepEqual([ipv4?.endpoints, ipv4?.reason], [['b'], { kind: 'failback', from: 'c', asked: true }])
    assert.deepEqual(decide(pool, '?DU', current, { asked: true }).selections.ipv4?.endpoints, ['c'])
  })
})

describe('failback: after', () => {
  const pool: Pool = { ...THREE, failback: { kind: 'after', afterMs: 500 } }
  const failedOver = decide(pool, 'DUU', {}).selections

  it('waits until the endpoint has been up so long, and tells when that is', () => {
    const early = decide(pool, 'UUU', failedOver, { upSinceMs: 600, nowMs: 1000 })
    assert.deepEqual([early.selections.ipv4?.endpoints, early.wakeMs], [['b'], 1100])
    const due = decide(pool, 'UUU', failedOver, { upSinceMs: 600, nowMs: 1100 })
    assert.deepEqual([due.selections.ipv4?.endpoints, due.wakeMs], [['a'], undefined])
  })

  it('does not wait where the backup cannot go on', () => {
    const { selections } = decide(pool, 'UDU', failedOver, { upSinceMs: 999 })
    assert.deepEqual(selections.ipv4?.endpoints, ['a'])
  })
})

describe('all', () => {
  table({ ...THREE, policy: 'all' }, [
    ['UUU', 'a b c'],
    ['UDU', 'a c'],
    ['U?U', 'a b c'],
    ['???', 'a b c'],
    // One that was no member comes back only when it is up.
    ['UDU', 'U?U', 'a c'],
    ['UDU', 'UUU', 'a b c'],
    ['UUU', 'U?U', 'a b c'],
    ['UUU', 'UDU', 'a c'],
    ['HUU', 'b c'],
    ['HHD', 'a b'],
    ['xUU', 'b c'],
    ['+DD', 'a'],
    ['DDD', 'all-down: a'],
    ['DDD', 'D?D', 'b'],
  ])

  it('rotates over all addresses, or as many as max-answers', () => {
    assert.deepEqual(decide({ ...THREE, policy: 'all' }, 'UUU', {}).selections.ipv4?.pick, {
      kind: 'rotate',
      answers: 3,
    })
    const few: Pool = { ...THREE, policy: 'all', maxAnswers: 2 }
    assert.deepEqual(decide(few, 'UUU', {}).selections.ipv4?.pick, { kind: 'rotate', answers: 2 })
    assert.equal(decide(few, 'UDD', {}).selections.ipv4?.pick, undefined)
  })

  it('says who has left and who has joined', () => {
    const pool: Pool = { ...THREE, policy: 'all' }
    const before = decide(pool, 'UUD', {}).selections
    assert.deepEqual(decide(pool, 'DUU', before).selections.ipv4?.reason, {
      kind: 'members',
      joined: ['c'],
      left: ['a'],
    })
  })
})

describe('all, min-healthy 2', () => {
  table({ ...THREE, policy: 'all', minHealthy: 2 }, [
    ['UUD', 'a b'],
    ['UDD', 'all-down: a'],
    ['DDU', 'all-down: a'],
    ['DDU', 'DUU', 'b c'],
  ])

  it('says how many are healthy, and how many are needed', () => {
    const { ipv4 } = decide({ ...THREE, policy: 'all', minHealthy: 2 }, 'DDU', {}).selections
    assert.deepEqual(ipv4?.reason, { kind: 'all-down', rule: 'primary', healthy: 1, needed: 2 })
  })
})

describe('weighted, with weights 3, 1 and 0', () => {
  const weights = [3, 1, 0]
  const pool: Pool = {
    ...THREE,
    policy: 'weighted',
    endpoints: THREE.endpoints.map((one, i) => ({ ...one, weight: weights[i] ?? 0 })),
  }
  table(pool, [
    ['UUU', 'a b'],
    ['DUU', 'b'],
    // Weight 0 is a last resort.
    ['DDU', 'c'],
    ['DHU', 'b'],
    ['DDU', 'DUU', 'b'],
    ['DDD', 'all-down: a'],
  ])

  it('gives each query one endpoint by weight', () => {
    assert.deepEqual(decide(pool, 'UUU', {}).selections.ipv4?.pick, {
      kind: 'weighted',
      answers: 1,
      groups: [
        { records: 1, weight: 3 },
        { records: 1, weight: 1 },
      ],
    })
    assert.equal(decide(pool, 'DUU', {}).selections.ipv4?.pick, undefined)
    assert.equal(decide({ ...pool, answers: 2 }, 'UUU', {}).selections.ipv4?.pick, undefined)
  })
})

describe('when all are down', () => {
  const down = (rule: Pool['whenAllDown'], ...history: readonly string[]): string =>
    after({ ...THREE, whenAllDown: rule }, ...history)

  it('primary: the first', () => {
    assert.equal(down({ kind: 'primary' }, 'DUU', 'DDD'), 'all-down: a')
  })

  it('last: what was answered last, also while it goes on; the first if nothing was', () => {
    assert.equal(down({ kind: 'last' }, 'DUU', 'DDD'), 'all-down: b')
    assert.equal(down({ kind: 'last' }, 'DUU', 'DDD', 'DDx'), 'all-down: b')
    assert.equal(down({ kind: 'last' }, 'DUU', 'DDD', 'DxD'), 'all-down: a')
    assert.equal(down({ kind: 'last' }, 'DDD'), 'all-down: a')
  })

  it('all: every one', () => {
    assert.equal(down({ kind: 'all' }, 'DDD'), 'all-down: a b c')
    assert.equal(down({ kind: 'all' }, 'DxD'), 'all-down: a c')
  })

  it('addresses: those given, and NODATA in the other family', () => {
    const dual = poolOf({ a: ['192.0.2.1', '2001:db8::1'] })
    const rule = { kind: 'addresses', addresses: [address('203.0.113.9')] } as const
    const { ipv4, ipv6 } = decide({ ...dual, whenAllDown: rule }, 'D', {}).selections
    assert.deepEqual([ipv4?.mode, ipv4?.addresses], ['all-down', rule.addresses])
    assert.deepEqual([ipv6?.mode, ipv6?.addresses], ['all-down', []])
  })

  it('nodata, servfail', () => {
    assert.equal(down({ kind: 'nodata' }, 'DDD'), 'none')
    assert.equal(down({ kind: 'servfail' }, 'DDD'), 'servfail')
    assert.equal(down({ kind: 'servfail' }, 'DDD', 'DDU'), 'c')
  })
})

describe('families: together', () => {
  const dual: Pool = {
    ...poolOf({ a: ['192.0.2.1', '2001:db8::1'], b: ['192.0.2.2', '2001:db8::2'], c: ['192.0.2.3'] }),
    families: 'together',
  }

  function select(down: readonly string[], current: Selections = {}): Selections {
    const standingOf = ({ text }: { readonly text: string }): AddressStanding => ({
      standing: down.includes(text) ? 'down' : 'up',
      upSinceMs: 0,
    })
    return selectPool(dual, { standingOf, standingsOf: NO_POOLS, overrides: NO_OVERRIDES, nowMs: 0 }, current)
      .selections
  }

  it('an endpoint is as good as its worse family, and both are answered by the same one', () => {
    const { ipv4, ipv6 } = select(['2001:db8::1'])
    assert.deepEqual([ipv4?.endpoints, ipv6?.endpoints], [['b'], ['b']])
  })

  it('an endpoint without a family gets NODATA there', () => {
    const { ipv4, ipv6 } = select(['2001:db8::1', '192.0.2.2'])
    assert.deepEqual([ipv4?.endpoints, ipv6?.mode], [['c'], 'none'])
  })

  it('the one in service is known by either family', () => {
    const on = select(['2001:db8::1', '192.0.2.2'])
    assert.deepEqual(select(['2001:db8::1'], on).ipv6?.endpoints, ['b'])
    assert.equal(select(['2001:db8::1'], on).ipv4?.reason.kind, 'failback')
  })
})

describe('a pin', () => {
  const pinned = (pin: string, current: Selections = {}) =>
    selectPool(
      THREE,
      {
        standingOf: () => ({ standing: 'down', upSinceMs: 0 }),
        standingsOf: NO_POOLS,
        overrides: { pin, effectOn: () => 'drained' },
        nowMs: 0,
      },
      current,
    ).selections.ipv4

  it('is answered whatever else is said', () => {
    assert.deepEqual([pinned('b')?.mode, pinned('b')?.endpoints], ['serving', ['b']])
    assert.equal(pinned('b')?.reason.kind, 'pinned')
  })

  it('to an endpoint that the pool does not have is none', () => {
    assert.equal(pinned('z')?.reason.kind, 'all-down')
  })

  it('in a family that the endpoint does not have is NODATA', () => {
    const pool = poolOf({ a: ['192.0.2.1'], b: ['192.0.2.2', '2001:db8::2'] })
    const standingOf = (): AddressStanding => ({ standing: 'up', upSinceMs: 0 })
    const overrides: PoolOverrides = { pin: 'a', effectOn: () => 'none' }
    const { selections } = selectPool(pool, { standingOf, standingsOf: NO_POOLS, overrides, nowMs: 0 }, {})
    assert.deepEqual([selections.ipv4?.endpoints, selections.ipv6?.mode], [['a'], 'none'])
  })
})

it('a hold tells when it ends', () => {
  const standingOf = (): AddressStanding => ({ standing: 'held', upSinceMs: 0, heldUntilMs: 77 })
  const { wakeMs } = selectPool(
    THREE,
    { standingOf, standingsOf: NO_POOLS, overrides: NO_OVERRIDES, nowMs: 0 },
    {},
  )
  assert.equal(wakeMs, 77)
})
