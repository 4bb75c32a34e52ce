import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isCutOff, type MayFall, mayFall } from '#health/cut-off.ts'

/** Of each reference the last pass and the last fail, `-` for none. */
function references(...times: readonly string[]) {
  return times.map(text => {
    const [lastPassMs, lastFailMs] = text.split(' ').map(time => (time === '-' ? undefined : Number(time)))
    return { lastPassMs, lastFailMs }
  })
}

describe('a fail that would make an endpoint down, the first of its series at 100', () => {
  const table: readonly (readonly [times: readonly string[], MayFall, string])[] = [
    [[], 'yes', 'without references'],
    [['100 -'], 'yes', 'one has passed since'],
    [['100 120'], 'yes', 'also if it has failed after that'],
    [['50 120', '101 90'], 'yes', 'or another one has passed'],
    [['99 -'], 'wait', 'a pass before it is no evidence'],
    [['- -'], 'wait', 'nothing is known yet'],
    [['50 120', '50 -'], 'wait', 'one has failed, the other not yet ended'],
    [['50 120'], 'discard', 'all have failed since'],
    [['- 100', '99 130'], 'discard', 'all have failed since'],
  ]
  for (const [times, expected, why] of table)
    it(`${expected}: ${why}`, () => assert.equal(mayFall(references(...times), 100), expected))
})

it('cut off while the last of every reference was a fail', () => {
  assert.equal(isCutOff([]), false)
  assert.equal(isCutOff(references('- -')), false)
  assert.equal(isCutOff(references('- 5')), true)
  assert.equal(isCutOff(references('4 5', '5 4')), false)
  assert.equal(isCutOff(references('4 5', '- 4')), true)
})
