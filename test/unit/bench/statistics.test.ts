import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quantile, ratios, spread } from '../../../bench/statistics.ts'

test('the median of an odd number of values is the middle one, of an even number the mean of two', () => {
  assert.equal(quantile([9, 1, 5], 0.5), 5)
  assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5)
})

test('a quantile lies between its neighbours', () => {
  const values = Array.from({ length: 101 }, (_, i) => i)
  assert.equal(quantile(values, 0.99), 99)
  assert.equal(quantile([0, 10], 0.25), 2.5)
})

test('the spread holds median and extremes, and the values stay in their order', () => {
  const values = [3, 1, 2]
  assert.deepEqual(spread(values), { median: 2, min: 1, max: 3 })
  assert.deepEqual(values, [3, 1, 2])
})

test('there is no median of nothing', () => {
  assert.equal(quantile([], 0.5), Number.NaN)
})

test('ratios are taken round by round, as far as there are pairs', () => {
  assert.deepEqual(ratios([2, 9, 5], [1, 3]), [2, 3])
})
