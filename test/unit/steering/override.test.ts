/** Overrides: which is in force, and what it makes of a verdict. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  effectOn,
  isInForce,
  nextOverrideChangeMs,
  OVERRIDE_KINDS,
  type Override,
  overrideOn,
  pinOf,
  slotOf,
  windowsOn,
  type ZoneWindow,
} from '#steering/override.ts'

const NOW = 1_000_000
let number = 0

function override(said: Partial<Override> = {}): Override {
  return {
    id: String(number++),
    kind: 'drain',
    zone: 'a.test',
    pool: 'www',
    endpoint: 'primary',
    reason: '',
    author: 'alice',
    createdMs: NOW,
    expiresMs: NOW + 1000,
    volatile: false,
    ...said,
  }
}

function openWindow(said: Partial<ZoneWindow> = {}): ZoneWindow {
  const schedule = { kind: 'once', fromMs: NOW, untilMs: NOW + 500 } as const
  return { zone: 'a.test', pool: 'www', endpoints: ['primary'], reason: '', schedule, ...said }
}

function effect(overrides: readonly Override[], windows: readonly ZoneWindow[] = [], wallMs = NOW): string {
  return effectOn(overrides, windows, 'a.test', 'www', 'primary', wallMs)
}

describe('the rank of overrides', () => {
  const forceUp = override({ kind: 'force-up' })
  const forceDown = override({ kind: 'force-down' })
  const drain = override({ kind: 'drain', createdMs: NOW + 1 })
  const pin = override({ kind: 'pin' })
  const pinElsewhere = override({ kind: 'pin', endpoint: 'backup' })

  it('is pin, force, drain or maintenance', () => {
    const table: readonly [overrides: readonly Override[], windows: readonly ZoneWindow[], string][] = [
      [[], [], 'none'],
      [[], [openWindow()], 'drained'],
      [[drain], [], 'drained'],
      [[drain, forceUp], [openWindow()], 'forced-up'],
      [[forceDown, drain], [openWindow()], 'forced-down'],
      // What is pinned is asked apart.
      [[drain, pin], [], 'drained'],
      [[pinElsewhere], [], 'none'],
    ]
    for (const [overrides, windows, expected] of table) assert.equal(effect(overrides, windows), expected)
    assert.equal(pinOf([drain, pin], 'a.test', 'www', NOW), 'primary')
    assert.equal(pinOf([drain, forceUp], 'a.test', 'www', NOW), undefined)
  })

  it('puts a pin above all on the endpoint that it pins, and on no other', () => {
    const all = [drain, forceUp, pinElsewhere]
    assert.equal(overrideOn(all, 'a.test', 'www', 'backup', NOW), pinElsewhere)
    assert.equal(overrideOn(all, 'a.test', 'www', 'primary', NOW), forceUp)
    assert.equal(overrideOn([drain, pin], 'a.test', 'www', 'primary', NOW), pin)
  })

  it('goes to the newer of one kind and target; up and down are one kind', () => {
    const newer = override({ kind: 'force-down', createdMs: NOW + 1 })
    assert.equal(effect([forceUp, newer]), 'forced-down')
    assert.equal(effect([newer, forceUp]), 'forced-down')
    assert.equal(effect([forceUp, override({ kind: 'force-down' })]), 'forced-down')
    const pins = [override({ kind: 'pin', endpoint: 'backup', createdMs: NOW + 1 }), pin]
    assert.equal(pinOf(pins, 'a.test', 'www', NOW), 'backup')
  })
})

describe('an override', () => {
  it('is for its endpoint in its pool and zone alone, until it expires', () => {
    const drain = override()
    assert.equal(effect([drain], [], NOW + 999), 'drained')
    assert.equal(effect([drain], [], NOW + 1000), 'none')
    assert.equal(effectOn([drain], [], 'b.test', 'www', 'primary', NOW), 'none')
    assert.equal(effectOn([drain], [], 'a.test', 'api', 'primary', NOW), 'none')
    assert.equal(effectOn([drain], [], 'a.test', 'www', 'backup', NOW), 'none')
    assert.equal(pinOf([override({ kind: 'pin' })], 'a.test', 'www', NOW + 1000), undefined)
    assert.equal(pinOf([override({ kind: 'pin' })], 'a.test', 'api', NOW), undefined)
  })

  it('stays in force when the clock is set back to before it was made', () => {
    assert.equal(effect([override()], [], NOW - 1000), 'drained')
  })

  it('gives way to what it had outranked', () => {
    const both = [override({ kind: 'force-up', expiresMs: NOW + 10 }), override()]
    assert.deepEqual([effect(both), effect(both, [], NOW + 10)], ['forced-up', 'drained'])
  })
})

describe('a maintenance window', () => {
  it('drains its endpoints while it is open', () => {
    const window = openWindow({ endpoints: ['backup', 'primary'] })
    assert.deepEqual(
      [NOW - 1, NOW, NOW + 499, NOW + 500].map(at => effect([], [window], at)),
      ['none', 'drained', 'drained', 'none'],
    )
    assert.deepEqual(windowsOn([window], 'a.test', 'www', 'backup', NOW), [window])
    for (const other of [{ zone: 'b.test' }, { pool: 'api' }, { endpoints: ['backup'] }])
      assert.equal(effect([], [openWindow(other)]), 'none')
  })
})

describe('any overrides and windows', () => {
  const name = fc.constantFrom('a', 'b')
  const anyOverride = fc.record({
    id: fc.uuid(),
    kind: fc.constantFrom(...OVERRIDE_KINDS),
    zone: name,
    pool: name,
    endpoint: name,
    reason: fc.constant(''),
    author: fc.constant('alice'),
    createdMs: fc.integer({ min: 0, max: 50 }),
    expiresMs: fc.integer({ min: 0, max: 100 }),
    volatile: fc.boolean(),
  })
  const anyWindow = fc
    .record({
      zone: name,
      pool: name,
      endpoints: fc.uniqueArray(name, { minLength: 1 }),
      fromMs: fc.integer({ min: 0, max: 100 }),
      forMs: fc.integer({ min: 1, max: 50 }),
    })
    .map(({ fromMs, forMs, ...rest }) => ({
      ...rest,
      reason: '',
      schedule: { kind: 'once', fromMs, untilMs: fromMs + forMs } as const,
    }))
  const overrides = fc.array(anyOverride, { maxLength: 8 })
  const windows = fc.array(anyWindow, { maxLength: 4 })

  /** All that can be asked about any endpoint and pool. */
  function everything(some: readonly Override[], others: readonly ZoneWindow[], at: number): string {
    const names = ['a', 'b']
    const endpoints = names.flatMap(zone =>
      names.flatMap(pool => names.map(one => [zone, pool, one] as const)),
    )
    return JSON.stringify(
      endpoints.map(([zone, pool, endpoint]) => [
        effectOn(some, others, zone, pool, endpoint, at),
        pinOf(some, zone, pool, at),
        overrideOn(some, zone, pool, endpoint, at)?.id,
        windowsOn(others, zone, pool, endpoint, at).length,
      ]),
    )
  }

  it('change at no time before the one that is told', () => {
    fc.assert(
      fc.property(overrides, windows, fc.integer({ min: 0, max: 120 }), (some, others, at) => {
        const next = nextOverrideChangeMs(some, others, at) ?? 200
        assert.ok(next > at)
        const now = everything(some, others, at)
        for (let later = at; later < next; later++) assert.equal(everything(some, others, later), now)
      }),
    )
  })

  it('do not depend on what has expired, nor on an older one in the same place', () => {
    fc.assert(
      fc.property(overrides, windows, fc.integer({ min: 0, max: 120 }), (some, others, at) => {
        const inForce = some.filter(one => isInForce(one, at))
        assert.equal(everything(inForce, others, at), everything(some, others, at))
        const newest = new Map<string, Override>()
        for (const one of inForce) {
          const before = newest.get(slotOf(one))
          if (before === undefined || one.createdMs >= before.createdMs) newest.set(slotOf(one), one)
        }
        assert.equal(everything([...newest.values()], others, at), everything(some, others, at))
      }),
    )
  })
})
