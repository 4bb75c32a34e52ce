import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Outcome } from '#health/outcome.ts'
import { type CheckTiming, paceMs } from '#health/timing.ts'
import { earliestDownMs, type Health, isClear, judge, paceOf, UNKNOWN } from '#health/verdict.ts'

const TIMING: CheckTiming = { intervalMs: 10_000, fastIntervalMs: 1000, timeoutMs: 4000, rise: 2, fall: 3 }

const KINDS = { '+': 'pass', '-': 'fail', '?': 'inconclusive' } as const
const VERDICTS = { U: 'up', D: 'down', '.': 'unknown' } as const

function after(outcomes: readonly Outcome['kind'][], timing = TIMING, from = UNKNOWN): Health {
  return outcomes.reduce((health, kind) => judge(health, kind, timing), from)
}

function kindsOf(signs: string): Outcome['kind'][] {
  return Array.from(signs, sign => KINDS[sign as keyof typeof KINDS])
}

describe('with rise 2 and fall 3, + a pass, - a fail, ? inconclusive; U up, D down, . unknown after each', () => {
  const table: readonly (readonly [outcomes: string, verdicts: string, meaning: string])[] = [
    ['+', 'U', 'from unknown the first pass decides'],
    ['---', '..D', 'from unknown a fail is confirmed'],
    ['--+', '..U', 'from unknown a pass decides even after fails'],
    ['--+-', '..UD', '… but does not clear them'],
    ['++---', 'UUUUD', 'three fails make down'],
    ['++--', 'UUUU', 'two do not'],
    ['++--+-', 'UUUUUD', 'one lucky pass does not clear the fails'],
    ['++--++--', 'UUUUUUUU', 'two passes in a row do'],
    ['++-+-+-', 'UUUUUUD', 'a fail every other time is down in the end'],
    ['---+', '..DD', 'one pass does not make up'],
    ['---++', '..DDU', 'two in a row do'],
    ['---+-+-+', '..DDDDDD', 'with a fail between, they do not'],
    ['---++---', '..DDUUUD', 'a recovery starts with clear counters'],
    ['?', '.', 'inconclusive decides nothing'],
    ['++-?-?-', 'UUUUUUD', 'inconclusive does not interrupt a series of fails'],
    ['---+?+', '..DDDU', 'nor one of passes'],
    ['++??????', 'UUUUUUUU', 'and never makes down'],
  ]
  for (const [outcomes, verdicts, meaning] of table) {
    it(`${outcomes} ${verdicts}  ${meaning}`, () => {
      const kinds = kindsOf(outcomes)
      const seen = kinds.map((_, i) => after(kinds.slice(0, i + 1)).verdict)
      assert.deepEqual(
        seen,
        Array.from(verdicts, sign => VERDICTS[sign as keyof typeof VERDICTS]),
      )
    })
  }
})

const kind = fc.constantFrom<Outcome['kind']>('pass', 'fail', 'inconclusive')
const kinds = fc.array(kind, { maxLength: 60 })
const timing = fc
  .record({ rise: fc.integer({ min: 1, max: 5 }), fall: fc.integer({ min: 1, max: 5 }) })
  .map(numbers => ({ ...TIMING, ...numbers }))

/** How many of the kind there are at the end of the list, inconclusive ones left out. */
function streak(list: readonly Outcome['kind'][], wanted: 'pass' | 'fail'): number {
  const decided = list.filter(each => each !== 'inconclusive')
  const last = decided.findLastIndex(each => each !== wanted)
  return decided.length - 1 - last
}

describe('for every series of outcomes', () => {
  it('only the fall-th fail since the last rise passes in a row makes down', () => {
    fc.assert(
      fc.property(kinds, timing, (list, given) => {
        let fails = 0
        for (const i of list.keys()) {
          const before = after(list.slice(0, i), given)
          const now = after(list.slice(0, i + 1), given)
          if (streak(list.slice(0, i), 'pass') >= given.rise) fails = 0
          if (list[i] === 'fail') fails++
          const fell = before.verdict !== 'down' && now.verdict === 'down'
          if (fell) assert.equal(fails, given.fall)
          if (now.verdict === 'down') fails = 0
          assert.ok(fails < given.fall, 'so many fails are down')
        }
      }),
    )
  })

  it('only a pass makes up, the rise-th in a row where it was down', () => {
    fc.assert(
      fc.property(kinds, kind, timing, (list, next, given) => {
        const before = after(list, given)
        const now = judge(before, next, given)
        if (before.verdict === 'up' || now.verdict !== 'up') return
        assert.equal(next, 'pass')
        if (before.verdict === 'down') assert.ok(streak([...list, next], 'pass') >= given.rise)
      }),
    )
  })

  it('inconclusive ones could as well be left out', () => {
    fc.assert(
      fc.property(kinds, timing, (list, given) => {
        const decided = list.filter(each => each !== 'inconclusive')
        assert.deepEqual(after(list, given), after(decided, given))
      }),
    )
  })

  it('fall fails in a row always end down, rise passes in a row up with clear counters', () => {
    fc.assert(
      fc.property(kinds, timing, (list, given) => {
        const health = after(list, given)
        assert.equal(after(new Array(given.fall).fill('fail'), given, health).verdict, 'down')
        const risen = after(new Array(given.rise).fill('pass'), given, health)
        assert.deepEqual(risen, { verdict: 'up', passes: given.rise, fails: 0 })
        assert.ok(isClear(risen))
      }),
    )
  })

  it('the same object comes back exactly where nothing has changed', () => {
    fc.assert(
      fc.property(kinds, kind, timing, (list, next, given) => {
        const before = after(list, given)
        const now = judge(before, next, given)
        const same =
          before.verdict === now.verdict && before.passes === now.passes && before.fails === now.fails
        assert.equal(now === before, same)
      }),
    )
  })

  it('counters stay within rise and fall, and unknown is never clear', () => {
    fc.assert(
      fc.property(kinds, timing, (list, given) => {
        const health = after(list, given)
        assert.ok(health.passes <= given.rise && health.fails < given.fall)
        if (health.verdict === 'unknown') assert.ok(!isClear(health))
        assert.equal(paceMs(given, paceOf(health)), isClear(health) ? 10_000 : 1000)
      }),
    )
  })
})

describe('the earliest time of a fall', () => {
  it('is open while the counters are clear, and once it has fallen', () => {
    assert.equal(earliestDownMs(after(kindsOf('++')), TIMING, 5000), undefined)
    assert.equal(earliestDownMs(after(kindsOf('---')), TIMING, 5000), undefined)
    assert.equal(earliestDownMs(UNKNOWN, TIMING, 5000), undefined)
  })

  it('is so many fast intervals away as fails are wanting', () => {
    assert.equal(earliestDownMs(after(kindsOf('++-')), TIMING, 5000), 7000)
    assert.equal(earliestDownMs(after(kindsOf('++--')), TIMING, 5000), 6000)
  })

  it('goes by the next fail where that is foretold, also with clear counters', () => {
    assert.equal(earliestDownMs(after(kindsOf('++')), TIMING, 5000, 8000), 10_000)
    assert.equal(earliestDownMs(after(kindsOf('++--')), TIMING, 5000, 8000), 8000)
    assert.equal(earliestDownMs(after(kindsOf('---')), TIMING, 5000, 8000), undefined)
  })

  it('is not after the fall, if every next probe fails as soon as it can', () => {
    fc.assert(
      fc.property(kinds, timing, (list, given) => {
        let health = after(list, given)
        const saidMs = earliestDownMs(health, given, 0)
        if (saidMs === undefined) return
        let nowMs = 0
        while (health.verdict !== 'down') {
          nowMs += paceMs(given, paceOf(health))
          health = judge(health, 'fail', given)
        }
        assert.equal(saidMs, nowMs)
      }),
    )
  })
})
