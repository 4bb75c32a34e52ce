import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { didYouMean, editDistance, nearest } from '#config/nearest.ts'

test('the nearest known word', () => {
  const known = ['interval', 'fast-interval', 'timeout', 'fall', 'rise']
  assert.equal(nearest('intervall', known), 'interval')
  assert.equal(nearest('fast_interval', known), 'fast-interval')
  assert.equal(nearest('Timeuot', known), 'timeout')
  assert.equal(nearest('fal', known), 'fall')
  assert.equal(nearest('weight', known), undefined)
  assert.equal(nearest('x'.repeat(10_000), known), undefined)
  assert.equal(didYouMean('rize', known), '; did you mean rise?')
  assert.equal(didYouMean('port', known), '')
})

test('the distance of edits', () => {
  assert.equal(editDistance('', 'abc'), 3)
  assert.equal(editDistance('ab', 'ba'), 1)
  assert.equal(editDistance('kitten', 'sitting'), 3)
  const word = fc.string({ maxLength: 12 })
  fc.assert(fc.property(word, word, (a, b) => editDistance(a, b) === editDistance(b, a)))
  fc.assert(fc.property(word, word, (a, b) => (editDistance(a, b) === 0) === (a === b)))
})
