import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { combine, combineEarliestDown, invert, type Part } from '#health/composite.ts'
import type { Verdict } from '#health/verdict.ts'

const SIGNS = { U: 'up', D: 'down', '?': 'unknown' } as const

function parts(signs: string): Part[] {
  return Array.from(signs, sign => ({
    verdict: SIGNS[sign as keyof typeof SIGNS],
    earliestDownMs: undefined,
  }))
}

describe('of three parts; U up, D down, ? unknown', () => {
  //              parts | all | at-least 2 | any
  const table: readonly (readonly [string, string, string, string])[] = [
    ['UUU', 'U', 'U', 'U'],
    ['UU?', '?', 'U', 'U'],
    ['UUD', 'D', 'U', 'U'],
    ['U??', '?', '?', 'U'],
    ['U?D', 'D', '?', 'U'],
    ['UDD', 'D', 'D', 'U'],
    ['???', '?', '?', '?'],
    ['??D', 'D', '?', '?'],
    ['?DD', 'D', 'D', '?'],
    ['DDD', 'D', 'D', 'D'],
  ]
  for (const [signs, ...expected] of table) {
    it(`${signs} | ${expected.join(' | ')}`, () => {
      const verdicts = [3, 2, 1].map(needed => combine(parts(signs), needed))
      assert.deepEqual(
        verdicts,
        expected.map(sign => SIGNS[sign as keyof typeof SIGNS]),
      )
    })
  }
})

it('inverted, up and down change places', () => {
  assert.deepEqual((['up', 'down', 'unknown'] as const).map(invert), ['down', 'up', 'unknown'])
})

describe('the earliest time at which it could be down', () => {
  const at = (...times: readonly (number | undefined)[]): Part[] =>
    times.map(earliestDownMs => ({ verdict: 'up', earliestDownMs }))

  it('is when so many parts could be that too few are left', () => {
    assert.equal(combineEarliestDown(at(30, 10, 20), 3), 10)
    assert.equal(combineEarliestDown(at(30, 10, 20), 2), 20)
    assert.equal(combineEarliestDown(at(30, 10, 20), 1), 30)
    assert.equal(combineEarliestDown(at(30, undefined, 20), 1), undefined)
    assert.equal(combineEarliestDown([...at(30, 20), ...parts('D')], 2), 20)
  })

  it('is the first at which it is, if the parts go down when they can', () => {
    const part = fc.record({
      verdict: fc.constantFrom<Verdict>('up', 'unknown', 'down'),
      earliestDownMs: fc.option(fc.nat(50), { nil: undefined }),
    })
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), fc.nat(5), (all, extra) => {
        const needed = Math.min(all.length, 1 + extra)
        if (combine(all, needed) === 'down') return
        const isDown = (nowMs: number): boolean =>
          combine(
            all.map(one => ({
              ...one,
              verdict: (one.earliestDownMs ?? Number.POSITIVE_INFINITY) <= nowMs ? 'down' : one.verdict,
            })),
            needed,
          ) === 'down'
        const first = Array.from({ length: 52 }, (_, nowMs) => nowMs).find(isDown)
        assert.equal(combineEarliestDown(all, needed), first)
      }),
    )
  })
})
