import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { seededRandom } from '#base/random.ts'

function numbers(seed: number, count: number): number[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => random())
}

describe('seededRandom', () => {
  it('gives the same numbers for the same seed, others for another', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (a, b) => {
        assert.deepEqual(numbers(a, 20), numbers(a, 20))
        if ((a | 0) !== (b | 0)) assert.notDeepEqual(numbers(a, 20), numbers(b, 20))
      }),
    )
  })

  it('gives numbers from 0 to 1, evenly', () => {
    const tenths = new Array<number>(10).fill(0)
    for (const number of numbers(7, 100_000)) {
      assert.ok(number >= 0 && number < 1)
      tenths[Math.floor(number * 10)]!++
    }
    for (const count of tenths) assert.ok(count > 9500 && count < 10_500, `${tenths}`)
  })
})
