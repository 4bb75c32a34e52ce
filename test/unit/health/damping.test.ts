import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { afterChange, CALM, type Damping, type DampingRule, isHeld, penaltyAt } from '#health/damping.ts'

const MINUTE_MS = 60_000
const RULE: DampingRule = { dwellMs: 30_000, flap: { limit: 4, halfLifeMs: 10 * MINUTE_MS } }

/** Down and up again, so many times, every minute from 0 on; at the end it is up. */
function flap(times: number, rule: DampingRule = RULE): Damping {
  let damping = CALM
  for (let i = 0; i < times; i++) {
    damping = afterChange(damping, rule, { from: 'up', to: 'down', nowMs: i * MINUTE_MS })
    damping = afterChange(damping, rule, { from: 'down', to: 'up', nowMs: i * MINUTE_MS + 10_000 })
  }
  return damping
}

describe('dwell', () => {
  it('holds an endpoint that has gone down, from then on', () => {
    const damping = flap(1, { dwellMs: 30_000 })
    assert.deepEqual(
      [29_999, 30_000].map(at => isHeld(damping, at)),
      [true, false],
    )
  })

  it('does not hold one that is up for the first time', () => {
    assert.equal(afterChange(CALM, RULE, { from: 'unknown', to: 'up', nowMs: 5 }), CALM)
    assert.equal(afterChange(CALM, RULE, { from: 'unknown', to: 'down', nowMs: 5 }), CALM)
  })

  it('is nothing without a rule', () => {
    assert.equal(isHeld(flap(5, { dwellMs: 0 }), 4 * MINUTE_MS + 10_000), false)
  })
})

describe('flapping', () => {
  it('up to the limit is borne', () => {
    assert.equal(isHeld(flap(2), 2 * MINUTE_MS), false)
  })

  it('past it holds, until half of the limit is left', () => {
    const damping = flap(3)
    const flapRule = RULE.flap ?? assert.fail()
    assert.ok(isHeld(damping, 3 * MINUTE_MS))
    assert.ok(penaltyAt(damping, flapRule, damping.heldUntilMs - 1) > 2)
    assert.ok(penaltyAt(damping, flapRule, damping.heldUntilMs + 1) < 2)
    assert.equal(isHeld(damping, damping.heldUntilMs), false)
  })

  it('for days holds no longer than three half-lives', () => {
    const damping = flap(2000)
    assert.ok(damping.heldUntilMs - (1999 * MINUTE_MS + 10_000) <= 30 * MINUTE_MS + 1)
  })
})

it('a hold never ends before the one that was promised, and the penalty is bounded', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 20 * MINUTE_MS }), { maxLength: 60 })
  fc.assert(
    fc.property(steps, waits => {
      let damping = CALM
      let nowMs = 0
      let isUp = true
      for (const wait of waits) {
        nowMs += wait
        const [from, to] = isUp ? (['up', 'down'] as const) : (['down', 'up'] as const)
        const next = afterChange(damping, RULE, { from, to, nowMs })
        assert.ok(next.heldUntilMs >= damping.heldUntilMs)
        assert.ok(next.penalty <= 16)
        damping = next
        isUp = !isUp
      }
    }),
  )
})
