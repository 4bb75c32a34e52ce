/** Other thresholds on what probes saw. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { tally } from '#health/backtest.ts'
import { NO_DAMPING } from '#health/damping.ts'
import { extended, type ProbeRun, runOf, type Seen } from '#health/probe-run.ts'
import { replay } from '#health/replay.ts'
import type { CheckTiming } from '#health/timing.ts'

const TIMING: CheckTiming = { intervalMs: 10_000, fastIntervalMs: 1000, timeoutMs: 4000, rise: 2, fall: 3 }

/** As `10 pass, 12.5 fail 4`: seconds, outcome, and how long it took, 0 s where nothing is said. */
function record(text: string): ProbeRun[] {
  const runs: ProbeRun[] = []
  for (const one of text.split(', ')) {
    const [at = '', seen = '', took = '0'] = one.split(' ')
    const outcome = {
      startMs: Number(at) * 1000,
      seen: seen as Seen,
      reason: took === '4' ? 'timeout' : 'ok',
      latencyMs: Number(took) * 1000,
      fresh: runs.length === 0,
    }
    const last = runs.at(-1)
    const more = last === undefined ? undefined : extended(last, outcome)
    if (more === undefined) runs.push(runOf(outcome))
    else runs[runs.length - 1] = more
  }
  return runs
}

/** As `up 0, down 12`, with `?` where that is not sure, and the resolution. */
function changes(runs: readonly ProbeRun[], other: Partial<CheckTiming> = {}): string {
  const rule = { timing: { ...TIMING, ...other }, recorded: TIMING, damping: NO_DAMPING, isReported: false }
  const { changes: made, resolutionMs } = replay(runs, rule)
  const texts = made.map(({ to, atMs, isSure }) => `${to} ${atMs / 1000}${isSure ? '' : '?'}`)
  return `${texts.join(', ')}${resolutionMs === 0 ? '' : `; ${resolutionMs / 1000}`}`
}

const OUTAGE = record(
  '0 pass, 10 pass, 20 pass, 30 fail, 31 fail, 32 fail, 42 fail, 52 fail, 62 pass, 63 pass, 73 pass, 83 pass',
)
const BLIP = record('0 pass, 10 pass, 20 fail, 21 fail, 22 pass, 23 pass, 33 pass, 43 pass')

describe('a replay', () => {
  it('counts another number of fails and passes', () => {
    assert.equal(changes(OUTAGE), 'up 0, down 32, up 63')
    assert.equal(changes(OUTAGE, { fall: 2 }), 'up 0, down 31, up 63')
    assert.equal(changes(OUTAGE, { fall: 1, rise: 1 }), 'up 0, down 30, up 62')
    assert.equal(changes(OUTAGE, { rise: 3 }), 'up 0, down 32, up 64?; 10')
    assert.equal(changes(BLIP), 'up 0')
    assert.equal(changes(BLIP, { fall: 2 }), 'up 0, down 21, up 34?; 10')
  })

  it('takes probes that were not made for equal between equal ones, and says so', () => {
    assert.equal(changes(OUTAGE, { fall: 5 }), 'up 0, down 34?, up 63; 10')
    assert.equal(changes(OUTAGE, { intervalMs: 5000 }), 'up 0, down 32?, up 63?; 10')
  })

  it('leaves out probes that would not have been made', () => {
    assert.equal(changes(BLIP, { intervalMs: 30_000 }), 'up 0')
    assert.equal(changes(OUTAGE, { fastIntervalMs: 10_000 }), 'up 0, down 52, up 73')
  })

  it('fails what took longer than a shorter time-out, and doubts what a longer one would have seen', () => {
    const slow = record('0 pass 2, 10 pass 2, 20 pass 2')
    assert.equal(changes(slow), 'up 2')
    assert.match(changes(slow, { timeoutMs: 1000 }), /^down 3\?/)
    const late = record('0 pass, 10 fail 4, 14 fail 4, 18 fail 4, 28 fail 4')
    assert.equal(changes(late), 'up 0, down 22')
    assert.match(changes(late, { timeoutMs: 5000 }), /down [\d.]+\?/)
  })

  it('believes no more fails than references did', () => {
    const cutOff = record(
      '0 pass, 10 fail, 11 fail, 12 disbelieved, 13 fail, 14 fail, 15 disbelieved, 16 pass, 17 pass',
    )
    assert.equal(changes(cutOff), 'up 0')
    assert.equal(changes(cutOff, { fall: 2 }), 'up 0')
    assert.equal(changes(record('0 pass, 10 fail, 11 fail, 12 waited, 13 fail')), 'up 0, down 13')
  })

  it('believes no more passes of an inverted check than references did', () => {
    const cutOff = record(
      '0 fail, 1 fail, 2 fail, 12 pass, 13 waited-pass, 14 disbelieved-pass, 15 pass, 16 fail',
    )
    assert.equal(changes(cutOff), 'down 2')
    assert.equal(changes(cutOff, { rise: 1 }), 'down 2, up 15')
    assert.equal(changes(record('0 fail, 1 fail, 2 fail, 12 pass, 13 waited-pass, 14 pass')), 'down 2, up 14')
  })

  it('bridges no hole, and goes on when the wall clock was set back', () => {
    assert.equal(changes(record('0 pass, 10 pass, 3600 fail, 3601 fail'), { fall: 4 }), 'up 0')
    assert.equal(
      changes(record('1000 pass, 1010 pass, 10 fail, 11 fail, 12 fail'), { fall: 2 }),
      'up 1000, down 11',
    )
  })

  it('costs nothing for what is steady, and finds the same', () => {
    const steady = {
      firstMs: 0,
      seen: 'pass',
      reason: 'ok',
      latency: { minMs: 1, meanMs: 1, maxMs: 1 },
      fresh: true,
    } as const
    const runs = [
      { ...steady, lastMs: 10_000 * 1e9, count: 1e9 + 1 },
      ...record('10000000000010 pass, 10000000000010.001 fail').slice(1),
    ]
    assert.match(changes(runs, { fall: 1, intervalMs: 7000 }), /^up 0.001, down /)
  })
})

describe('two replays', () => {
  const replayed = (runs: readonly ProbeRun[], other: Partial<CheckTiming>) =>
    replay(runs, {
      timing: { ...TIMING, ...other },
      recorded: TIMING,
      damping: NO_DAMPING,
      isReported: false,
    })

  it('are told apart by what the one made and the other did not', () => {
    const [present, other] = [replayed(BLIP, {}), replayed(BLIP, { fall: 2 })]
    const made = tally(other, present, 60_000)
    assert.deepEqual(
      {
        failovers: made.failovers,
        falseAlarms: made.falseAlarms,
        detectMs: made.detectMs,
        missed: made.missed,
      },
      { failovers: 1, falseAlarms: 1, detectMs: [1000], missed: 0 },
    )
    assert.equal(tally(other, present, 1000).falseAlarms, 0)
    assert.equal(tally(present, other, 60_000).missed, 1)
  })

  it('agree on an outage that both have made', () => {
    const [present, other] = [replayed(OUTAGE, {}), replayed(OUTAGE, { fall: 2 })]
    assert.deepEqual(tally(present, other, 60_000).detectMs, [2000])
    const made = tally(other, present, 60_000)
    assert.deepEqual([made.detectMs, made.falseAlarms, made.missed, made.flaps], [[1000], 0, 0, 0])
  })
})

describe('damping', () => {
  it('is told of for how long it would have held what came back', () => {
    const damping = { dwellMs: 40_000 }
    const { heldMs } = replay(OUTAGE, { timing: TIMING, recorded: TIMING, damping, isReported: false })
    // Down at 32 s, up at 63 s.
    assert.equal(heldMs, 9000)
  })
})
