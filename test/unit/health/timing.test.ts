import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type CheckTiming, heartbeatWorstCaseMs, jitterMs, worstCaseMs } from '#health/timing.ts'

const TIMING: CheckTiming = { intervalMs: 10_000, fastIntervalMs: 1000, timeoutMs: 4000, rise: 2, fall: 3 }

describe('jitter', () => {
  it('is a tenth of the interval, at most a second', () => {
    const jitters = [100, 1000, 10_000, 86_400_000].map(intervalMs => jitterMs({ ...TIMING, intervalMs }))
    assert.deepEqual(jitters, [10, 100, 1000, 1000])
  })
})

describe('the worst case', () => {
  it('is interval + jitter + timeout + (fall - 1) x max(fast-interval, timeout) + ttl', () => {
    assert.equal(worstCaseMs(TIMING, 30), 10_000 + 1000 + 4000 + 2 * 4000 + 30_000)
  })

  it('has the fast interval where that is longer than the time-out', () => {
    assert.equal(worstCaseMs({ ...TIMING, timeoutMs: 500 }, 5), 10_000 + 1000 + 500 + 2 * 1000 + 5000)
  })

  it('has no confirmation with fall 1', () => {
    assert.equal(worstCaseMs({ ...TIMING, fall: 1 }, 0), 15_000)
  })
})

describe('the worst case of what reports in', () => {
  it('is fall x (interval + grace) + ttl, without jitter', () => {
    assert.equal(heartbeatWorstCaseMs({ ...TIMING, fall: 1 }, 30), 10_000 + 4000 + 30_000)
    assert.equal(heartbeatWorstCaseMs(TIMING, 0), 3 * 14_000)
  })
})
