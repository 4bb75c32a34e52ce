import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Selection } from '#steering/selection.ts'
import { answerTtl } from '#steering/ttl.ts'
import { address } from './pools.ts'

const LIMITS = { ttlSeconds: 30, ttlMinSeconds: 5 }

const SERVING: Selection = {
  mode: 'serving',
  endpoints: ['primary'],
  addresses: [address('192.0.2.1'), address('192.0.2.2')],
  reason: { kind: 'initial' },
}

describe('the TTL of an answer', () => {
  it('is full while the counters of all that is served are clear', () => {
    assert.deepEqual(answerTtl(SERVING, LIMITS, [undefined, undefined]), {
      nextChangeMs: undefined,
      minSeconds: 5,
      maxSeconds: 30,
    })
  })

  it('ends when the first of what is served could be down', () => {
    assert.equal(answerTtl(SERVING, LIMITS, [undefined, 9000]).nextChangeMs, 9000)
    assert.equal(answerTtl(SERVING, LIMITS, [9000, 7000]).nextChangeMs, 7000)
  })

  it('is ttl-min while nothing that is up is served, so that it does not outlive the recovery', () => {
    for (const mode of ['all-down', 'none', 'servfail'] as const) {
      assert.deepEqual(answerTtl({ ...SERVING, mode }, LIMITS, [9000]), {
        nextChangeMs: undefined,
        minSeconds: 5,
        maxSeconds: 5,
      })
    }
  })

  it('never has a least above its most', () => {
    const mode = fc.constantFrom<Selection['mode']>('serving', 'all-down', 'none', 'servfail')
    const limits = fc.record({ ttlSeconds: fc.nat(86_400), ttlMinSeconds: fc.nat(86_400) })
    fc.assert(
      fc.property(mode, limits, fc.array(fc.option(fc.nat(), { nil: undefined })), (given, limit, times) => {
        const { minSeconds, maxSeconds } = answerTtl({ ...SERVING, mode: given }, limit, times)
        assert.ok(minSeconds <= maxSeconds && maxSeconds <= limit.ttlSeconds)
      }),
    )
  })
})
