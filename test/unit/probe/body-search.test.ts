import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { BodySearch, type SearchState } from '#probe/body-search.ts'

function searchIn(body: Buffer, needle: string, maxBytes: number, cuts: readonly number[]): SearchState {
  const search = new BodySearch(needle, maxBytes)
  const places = [...new Set([0, ...cuts.map(cut => cut % (body.length + 1)), body.length])].sort(
    (a, b) => a - b,
  )
  let state: SearchState = 'more'
  for (let i = 1; i < places.length && state === 'more'; i++)
    state = search.take(body.subarray(places[i - 1], places[i]))
  return state
}

describe('BodySearch', () => {
  it('finds what lies within the bound, however the body is cut', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'ü'), maxLength: 60 })
    const needle = fc.string({ unit: fc.constantFrom('a', 'b', 'ü'), minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(
        text,
        needle,
        fc.integer({ min: 1, max: 80 }),
        fc.array(fc.nat()),
        (body, wanted, max, cuts) => {
          const bytes = Buffer.from(body)
          const expected = bytes.subarray(0, max).includes(wanted)
          const state = searchIn(bytes, wanted, max, cuts)
          assert.equal(state === 'found', expected)
          if (!expected) assert.equal(state, bytes.length >= max ? 'absent' : 'more')
        },
      ),
    )
  })
})
