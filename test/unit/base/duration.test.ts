import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { formatDuration, parseDuration } from '#base/duration.ts'

describe('a duration', () => {
  const forms: Readonly<Record<string, number>> = {
    '0s': 0,
    '500ms': 500,
    '10s': 10_000,
    '1m30s': 90_000,
    '1.5s': 1500,
    '2h': 7_200_000,
    '1d': 86_400_000,
    '1w': 604_800_000,
    '0.07s': 70,
    '1.005s': 1005,
  }
  for (const [text, ms] of Object.entries(forms))
    it(`${text} is ${ms} ms`, () => assert.equal(parseDuration(text), ms))

  for (const text of [
    '',
    '10',
    's',
    '-1s',
    '1 s',
    '1S',
    '1.s',
    '.5s',
    '1.5ms',
    '1e3s',
    '10sec',
    '99999999999999w',
  ])
    it(`${JSON.stringify(text)} is none`, () => assert.equal(parseDuration(text), undefined))

  it('is the same after text', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 ** 12 }), ms => {
        assert.equal(parseDuration(formatDuration(ms)), ms)
      }),
    )
  })

  it('reads as people write it', () => {
    assert.deepEqual([0, 1, 1500, 90_000, 86_400_000, 90_061_001].map(formatDuration), [
      '0s',
      '1ms',
      '1s500ms',
      '1m30s',
      '1d',
      '1d1h1m1s1ms',
    ])
  })

  it('is never without text, however short', () => {
    assert.equal(formatDuration(0.3), '0s')
    assert.equal(formatDuration(0.7), '1ms')
  })

  it('in thousandths of a second is exact', () => {
    fc.assert(
      fc.property(fc.nat({ max: 100_000 }), ms => {
        assert.equal(parseDuration(`${(ms / 1000).toFixed(3)}s`), ms)
      }),
    )
  })
})
