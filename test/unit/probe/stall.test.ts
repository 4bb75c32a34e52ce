import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Outcome } from '#health/outcome.ts'
import { StallMeter, unlessStalled } from '#probe/stall.ts'
import { VirtualClock } from '#test/virtual-clock.ts'

describe('StallMeter', () => {
  it('counts nothing while the timers are punctual', async () => {
    const clock = new VirtualClock()
    const meter = new StallMeter(clock)
    await clock.advance(10_000)
    assert.equal(meter.totalMs, 0)
  })

  it('counts a stall while it is not over, and once', async () => {
    const clock = new VirtualClock()
    const meter = new StallMeter(clock)
    await clock.advance(1000)
    clock.stall(600)
    assert.equal(meter.totalMs, 500)
    await clock.advance(0)
    assert.equal(meter.totalMs, 500)
    await clock.advance(1000)
    clock.stall(300)
    await clock.advance(1000)
    assert.equal(meter.totalMs, 700)
  })
})

describe('unlessStalled', () => {
  const fail: Outcome = { kind: 'fail', reason: 'timeout', detail: 'no response within 4s', latencyMs: 4000 }

  it('takes a fail back after 250 ms of stall, or a quarter of the time-out if that is more', () => {
    assert.equal(unlessStalled(fail, 1000, { timeoutMs: 4000 }), fail)
    assert.equal(unlessStalled(fail, 250, { timeoutMs: 100 }), fail)
    assert.deepEqual(unlessStalled(fail, 1001, { timeoutMs: 4000 }), {
      kind: 'inconclusive',
      reason: 'stalled',
      detail: 'this prober was held up for 1001 ms; it saw: no response within 4s',
      latencyMs: 4000,
    })
    assert.equal(unlessStalled(fail, 251, { timeoutMs: 100 }).kind, 'inconclusive')
  })

  it('takes back that a pass was too slow where it is the stall that made it so', () => {
    const slow: Outcome = { ...fail, reason: 'slow', latencyMs: 130 }
    const limits = { timeoutMs: 4000, latencyLimitMs: 100 }
    assert.equal(unlessStalled(slow, 0, limits), slow)
    assert.equal(unlessStalled(slow, 30, limits), slow)
    assert.equal(unlessStalled(slow, 31, limits).kind, 'inconclusive')
  })

  it('takes a pass back where that is what has failed, and believes that it fails', () => {
    const limits = { timeoutMs: 4000, inverted: true }
    const pass: Outcome = { ...fail, kind: 'pass', reason: 'ok' }
    assert.equal(unlessStalled(pass, 1000, limits), pass)
    assert.equal(unlessStalled(pass, 1001, limits).kind, 'inconclusive')
    assert.equal(unlessStalled(fail, 60_000, limits), fail)
  })

  it('leaves every other outcome', () => {
    for (const kind of ['pass', 'inconclusive'] as const) {
      const outcome = { ...fail, kind }
      assert.equal(unlessStalled(outcome, 60_000, { timeoutMs: 4000 }), outcome)
    }
  })
})
