import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { seededRandom } from '#base/random.ts'
import type { Outcome } from '#health/outcome.ts'
import { type CheckTiming, jitterMs, type Pace } from '#health/timing.ts'
import { Scheduler } from '#probe/scheduler.ts'
import type { ProbeTarget, Secrets } from '#probe/spec.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { someTargets, TIMING, targetOf } from './targets.ts'

interface Run {
  readonly key: string
  readonly secrets: Secrets | undefined
  readonly startedMs: number
  endedMs?: number
}

interface World {
  readonly clock: VirtualClock
  readonly scheduler: Scheduler
  /** All probes in the order of their start. */
  readonly runs: Run[]
  readonly reports: { readonly key: string; readonly outcome: Outcome; readonly startedMs: number }[]
  runsOf(target: ProbeTarget): Run[]
  startsOf(target: ProbeTarget): number[]
  highestRunning(): number
}

const PASS = { kind: 'pass', reason: 'ok', detail: '' } as const
const FAIL = { kind: 'fail', reason: 'timeout', detail: 'no response' } as const

interface WorldOptions {
  /** How long each probe takes. */
  tookMs?(): number
  readonly outcome?: Omit<Outcome, 'latencyMs'>
  readonly maxRunning?: number
  readonly seed?: number
  stalledMs?(): number
}

function worldOf(options: WorldOptions = {}): World {
  const { tookMs = () => 20, outcome = PASS, maxRunning = 512, seed = 1, stalledMs = () => 0 } = options
  const clock = new VirtualClock()
  const runs: Run[] = []
  const reports: World['reports'] = []
  let highest = 0
  const scheduler = new Scheduler({
    clock,
    random: seededRandom(seed),
    stalledMs,
    maxRunning,
    nextTurn: call => void clock.at(clock.monotonicMs(), call),
    async run({ key, secrets }) {
      const run: Run = { key, secrets, startedMs: clock.monotonicMs() }
      runs.push(run)
      highest = Math.max(highest, runs.filter(({ endedMs }) => endedMs === undefined).length)
      await clock.wait(tookMs())
      run.endedMs = clock.monotonicMs()
      return { ...outcome, latencyMs: run.endedMs - run.startedMs }
    },
    report: ({ key }, seen, startedMs) => void reports.push({ key, outcome: seen, startedMs }),
  })
  const runsOf = (target: ProbeTarget): Run[] => runs.filter(({ key }) => key === target.key)
  const startsOf = (target: ProbeTarget): number[] => runsOf(target).map(({ startedMs }) => startedMs)
  return { clock, scheduler, runs, reports, runsOf, startsOf, highestRunning: () => highest }
}

function gapsOf(times: readonly number[]): number[] {
  return times.slice(1).map((time, i) => time - (times[i] ?? 0))
}

/** Checks take 100 ms to 20 s, as the configuration allows them. */
const timing: fc.Arbitrary<CheckTiming> = fc
  .record({
    intervalMs: fc.integer({ min: 100, max: 20_000 }),
    fastShare: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ intervalMs, fastShare }) => ({
    ...TIMING,
    intervalMs,
    fastIntervalMs: Math.max(100, Math.round(intervalMs * fastShare)),
    timeoutMs: intervalMs / 2,
  }))

describe('new targets', () => {
  it('are all probed within a second, and never many at once', async () => {
    const { clock, scheduler, runs } = worldOf()
    scheduler.setTargets(someTargets(1000))
    await clock.advance(1000)
    assert.equal(new Set(runs.map(({ key }) => key)).size, 1000)
    for (let from = 0; from < 1000; from += 100) {
      const count = runs.filter(({ startedMs }) => startedMs >= from && startedMs < from + 100).length
      assert.ok(count >= 90 && count <= 110, `${count} from ${from} ms on`)
    }
  })

  it('are probed within the interval where that is shorter', async () => {
    const { clock, scheduler, runs } = worldOf()
    scheduler.setTargets(someTargets(50, { intervalMs: 200, fastIntervalMs: 100, timeoutMs: 50 }))
    await clock.advance(200)
    assert.equal(new Set(runs.map(({ key }) => key)).size, 50)
  })

  it('are spread over the whole interval from the second probe on', async () => {
    const { clock, scheduler, runs } = worldOf()
    const slow = someTargets(200)
    const quick = someTargets(200, { intervalMs: 5000 })
    scheduler.setTargets([...slow, ...quick])
    await clock.advance(60_000)
    const keys = new Set(slow.map(({ key }) => key))
    for (let from = 20_000; from < 60_000; from += 1000) {
      const inSecond = runs.filter(({ startedMs }) => startedMs >= from && startedMs < from + 1000)
      const ofSlow = inSecond.filter(({ key }) => keys.has(key)).length
      assert.ok(ofSlow >= 8 && ofSlow <= 35, `${ofSlow} of 20 from ${from} ms on`)
      const ofQuick = inSecond.length - ofSlow
      assert.ok(ofQuick >= 20 && ofQuick <= 65, `${ofQuick} of 40 from ${from} ms on`)
    }
  })
})

describe('a target that is given again', () => {
  it('is probed with the secrets that it has now, in its own time', async () => {
    const { clock, scheduler, runs } = worldOf()
    const [target] = someTargets(1)
    assert.ok(target)
    scheduler.setTargets([{ ...target, secrets: { 'env A': 'old' } }])
    await clock.advance(1000)
    scheduler.setTargets([{ ...target, secrets: { 'env A': 'new' } }])
    await clock.advance(20_000)
    assert.deepEqual(
      runs.slice(0, 2).map(({ secrets }) => secrets),
      [{ 'env A': 'old' }, { 'env A': 'new' }],
    )
    assert.ok(runs.length <= 4)
  })
})

describe('at normal pace', () => {
  it('a probe starts an interval and some jitter after the one before, and sooner only the second', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(timing, { minLength: 1, maxLength: 5 }), fc.nat(), async (timings, seed) => {
        const { clock, scheduler, startsOf } = worldOf({ seed, tookMs: () => 1 })
        const targets = timings.map((each, i) => targetOf({ type: 'tcp', port: 1 + i }, '127.0.0.1', each))
        scheduler.setTargets(targets)
        const longestMs = Math.max(...timings.map(({ intervalMs }) => intervalMs))
        await clock.advance(Math.min(longestMs * 4, 50_000))
        for (const target of targets) {
          const { intervalMs } = target.timing
          const starts = startsOf(target)
          assert.ok((starts[0] ?? Infinity) <= Math.min(intervalMs, 1000))
          const [second, ...rest] = gapsOf([...starts, clock.monotonicMs()])
          assert.ok((second ?? 0) <= intervalMs)
          const last = rest.pop() ?? 0
          assert.ok(last <= intervalMs + jitterMs(target.timing))
          for (const gap of rest)
            assert.ok(gap >= intervalMs && gap <= intervalMs + jitterMs(target.timing) + 1e-6)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('jitter is not the same each time', async () => {
    const { clock, scheduler, startsOf } = worldOf()
    const [target] = someTargets(1)
    assert.ok(target)
    scheduler.setTargets([target])
    await clock.advance(200_000)
    const extra = gapsOf(startsOf(target))
      .map(gap => gap - TIMING.intervalMs)
      .slice(1)
    assert.ok(Math.max(...extra) > 700 && Math.min(...extra) < 300, `${extra}`)
  })
})

describe('beats', () => {
  it('are what probes at normal pace start on together, still spread over the whole interval', async () => {
    const { clock, scheduler, runs } = worldOf()
    scheduler.setTargets(someTargets(1000))
    await clock.advance(60_000)
    const starts = runs.map(({ startedMs }) => startedMs).filter(startedMs => startedMs > 25_000)
    const onBeat = starts.filter(startedMs => startedMs % 20 === 0)
    assert.ok(onBeat.length > starts.length * 0.97, `${onBeat.length} of ${starts.length}`)
    for (let from = 26_000; from < 60_000; from += 1000) {
      const count = starts.filter(startedMs => startedMs >= from && startedMs < from + 1000).length
      assert.ok(count >= 60 && count <= 140, `${count} from ${from} ms on`)
    }
  })

  it('leave the random part of a short interval as it is', async () => {
    const { clock, scheduler, startsOf } = worldOf()
    const [target] = someTargets(1, { intervalMs: 100, fastIntervalMs: 100, timeoutMs: 50 })
    assert.ok(target)
    scheduler.setTargets([target])
    await clock.advance(20_000)
    const extra = gapsOf(startsOf(target)).slice(1)
    for (const [from, to] of [
      [100, 103],
      [103, 107],
      [107, 110],
    ] as const)
      assert.ok(extra.filter(gap => gap >= from && gap < to).length > 20, `from ${from} to ${to} ms`)
  })
})

describe('at fast pace', () => {
  async function settled(options: WorldOptions = {}) {
    const world = worldOf(options)
    const target = targetOf({ type: 'tcp', port: 1 })
    world.scheduler.setTargets([target])
    await world.clock.advance(30_000)
    return { ...world, target, lastMs: () => world.startsOf(target).at(-1) ?? 0 }
  }

  it('a probe starts after fast-interval', async () => {
    const { clock, scheduler, target, startsOf, lastMs } = await settled()
    const before = startsOf(target).length
    scheduler.setPace(target.key, 'fast')
    const fromMs = lastMs()
    await clock.advance(5000)
    const gaps = gapsOf(startsOf(target).slice(before))
    assert.ok(gaps.length >= 4)
    for (const gap of gaps) assert.equal(gap, TIMING.fastIntervalMs)
    assert.ok((startsOf(target)[before] ?? 0) >= fromMs + TIMING.fastIntervalMs)
  })

  it('a probe that takes longer than fast-interval is followed at once', async () => {
    const { clock, scheduler, target, runsOf } = await settled({ tookMs: () => 3000 })
    scheduler.setPace(target.key, 'fast')
    await clock.advance(20_000)
    const runs = runsOf(target).slice(-4)
    for (const [i, run] of runs.slice(1).entries()) assert.equal(run.startedMs, runs[i]?.endedMs)
  })

  it('a waiting probe is pulled in, to now at the earliest', async () => {
    const { clock, scheduler, target, startsOf, lastMs } = await settled()
    await clock.advance(lastMs() + 5000 - clock.monotonicMs())
    const nowMs = clock.monotonicMs()
    scheduler.setPace(target.key, 'fast')
    await clock.advance(0)
    assert.equal(startsOf(target).at(-1), nowMs)
    assert.equal(scheduler.lagMs, 0)
  })

  it('back to normal, the rest of the interval is waited for', async () => {
    const { clock, scheduler, target, lastMs } = await settled()
    const fromMs = lastMs()
    scheduler.setPace(target.key, 'fast')
    scheduler.setPace(target.key, 'normal')
    await clock.advance(fromMs + TIMING.intervalMs - clock.monotonicMs() - 1)
    assert.equal(lastMs(), fromMs)
    await clock.advance(1 + jitterMs(TIMING))
    assert.ok(lastMs() >= fromMs + TIMING.intervalMs)
  })

  it('while a target is down it is probed after down-interval, with the same random part', async () => {
    const { clock, scheduler, startsOf } = worldOf()
    const target = targetOf({ type: 'tcp', port: 1 }, '127.0.0.1', { downIntervalMs: 60_000 })
    scheduler.setTargets([target])
    await clock.advance(30_000)
    const before = startsOf(target).length
    scheduler.setPace(target.key, 'down')
    await clock.advance(300_000)
    const gaps = gapsOf(startsOf(target).slice(before - 1))
    assert.equal(gaps.length, 5 - 1)
    for (const gap of gaps) assert.ok(gap >= 60_000 && gap <= 60_000 + jitterMs(target.timing), `${gap}`)
  })

  it('the next probe is never later than it would have been', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 8 }),
        fc.nat(),
        async (waits, seed) => {
          const plain = worldOf({ seed })
          const hurried = worldOf({ seed })
          const target = targetOf({ type: 'tcp', port: 1 })
          for (const { scheduler } of [plain, hurried]) scheduler.setTargets([target])
          for (const wait of waits) {
            await Promise.all([plain.clock.advance(wait), hurried.clock.advance(wait)])
            hurried.scheduler.setPace(target.key, 'fast')
          }
          await Promise.all([plain.clock.advance(25_000), hurried.clock.advance(25_000)])
          const hurriedStarts = hurried.startsOf(target)
          for (const [i, startMs] of plain.startsOf(target).entries())
            assert.ok((hurriedStarts[i] ?? Infinity) <= startMs)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('a target that is not there has no pace', async () => {
    const { clock, scheduler, runs } = worldOf()
    scheduler.setPace('nobody', 'fast')
    await clock.advance(5000)
    assert.equal(runs.length, 0)
  })
})

describe('whatever happens', () => {
  type Step =
    | { readonly kind: 'advance' | 'stall'; readonly ms: number }
    | { readonly kind: 'pace'; readonly which: number; readonly pace: Pace }
    | { readonly kind: 'targets'; readonly which: readonly number[] }

  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 3000 }) }),
    },
    fc.record({ kind: fc.constant('stall' as const), ms: fc.integer({ min: 0, max: 3000 }) }),
    fc.record({
      kind: fc.constant('pace' as const),
      which: fc.nat(5),
      pace: fc.constantFrom<Pace>('fast', 'normal', 'down'),
    }),
    fc.record({ kind: fc.constant('targets' as const), which: fc.uniqueArray(fc.nat(5)) }),
  )

  it('probes of one target do not overlap, not too many run, and none comes sooner than fast-interval', async () => {
    const all = someTargets(6, { intervalMs: 2000, fastIntervalMs: 500, timeoutMs: 1000 })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 40 }), fc.nat(), async (steps, seed) => {
        const took = seededRandom(seed)
        const world = worldOf({ seed, tookMs: () => took() * 1500, maxRunning: 3 })
        let targets = all
        world.scheduler.setTargets(targets)
        for (const next of steps) {
          if (next.kind === 'advance') await world.clock.advance(next.ms)
          if (next.kind === 'stall') world.clock.stall(next.ms)
          if (next.kind === 'pace') world.scheduler.setPace(all[next.which]?.key ?? '', next.pace)
          if (next.kind === 'targets') {
            targets = next.which.flatMap(which => all[which] ?? [])
            world.scheduler.setTargets(targets)
          }
        }
        const before = world.runs.length
        await world.clock.advance(10_000)
        assert.ok(world.highestRunning() <= 3)
        for (const target of all) {
          const runs = world.runsOf(target)
          for (const [i, run] of runs.slice(1).entries())
            assert.ok((runs[i]?.endedMs ?? Infinity) <= run.startedMs, 'overlap')
          // A target that was away for a while begins anew.
          if (steps.every(({ kind }) => kind !== 'targets'))
            for (const gap of gapsOf(world.startsOf(target))) assert.ok(gap >= 500 - 1e-6, `${gap}`)
          const alive = world.runs.slice(before).some(run => run.key === target.key)
          assert.equal(alive, targets.includes(target), 'probed exactly while wanted')
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('when more is due than may run', () => {
  it('the longest due goes first and nobody starves', async () => {
    const { clock, scheduler, runsOf, highestRunning } = worldOf({ tookMs: () => 100, maxRunning: 2 })
    const targets = someTargets(100, { intervalMs: 1000, fastIntervalMs: 100, timeoutMs: 500 })
    scheduler.setTargets(targets)
    for (const { key } of targets.slice(0, 10)) scheduler.setPace(key, 'fast')
    await clock.advance(50_000)
    // 1000 probes in all, 10 for each if it goes by turns.
    for (const target of targets) assert.ok(runsOf(target).length >= 8, `${runsOf(target).length}`)
    assert.equal(highestRunning(), 2)
    assert.ok(scheduler.lagMs > 1000)
  })

  it('a turn of the thread starts some of it, however many end in that turn', async () => {
    const clock = new VirtualClock()
    const turns: (() => void)[] = []
    const ends: (() => void)[] = []
    const scheduler = new Scheduler({
      clock,
      random: seededRandom(1),
      stalledMs: () => 0,
      maxRunning: 1000,
      nextTurn: call => void turns.push(call),
      run: () => new Promise(resolve => void ends.push(() => resolve({ ...PASS, latencyMs: 1 }))),
      report() {},
    })
    const started = (): number[] => {
      const counts: number[] = []
      for (let before = -1; ends.length !== before; turns.splice(0).forEach(call => void call())) {
        counts.push(ends.length - Math.max(0, before))
        before = ends.length
      }
      return counts
    }
    scheduler.setTargets(someTargets(3000))
    await clock.advance(10_000)
    assert.deepEqual(started(), [256, 256, 256, 232])
    for (const end of ends.splice(0)) end()
    await clock.advance(0)
    assert.deepEqual(started(), [256, 256, 256, 232])
  })
})

describe('setTargets', () => {
  it('leaves what it keeps in its phase and at its pace', async () => {
    const plain = worldOf()
    const changed = worldOf()
    const [kept, other, added] = someTargets(3)
    assert.ok(kept && other && added)
    for (const { scheduler } of [plain, changed]) {
      scheduler.setTargets([kept, other])
      scheduler.setPace(kept.key, 'fast')
    }
    await Promise.all([plain.clock.advance(3500), changed.clock.advance(3500)])
    changed.scheduler.setTargets([added, { ...kept }])
    await Promise.all([plain.clock.advance(3500), changed.clock.advance(3500)])
    assert.deepEqual(changed.startsOf(kept), plain.startsOf(kept))
  })

  it('ignores what a running probe of a removed target sees', async () => {
    const { clock, scheduler, runs, reports } = worldOf({ tookMs: () => 500 })
    scheduler.setTargets(someTargets(1))
    await clock.advance(100)
    scheduler.setTargets([])
    await clock.advance(60_000)
    assert.equal(runs.length, 1)
    assert.deepEqual(reports, [])
  })

  it('takes a target that comes back while its probe is running for the same', async () => {
    const { clock, scheduler, runs, reports } = worldOf({ tookMs: () => 500 })
    const targets = someTargets(1)
    scheduler.setTargets(targets)
    await clock.advance(100)
    scheduler.setTargets([])
    scheduler.setTargets(targets)
    await clock.advance(400)
    assert.equal(runs.length, 1)
    assert.equal(reports.length, 1)
  })
})

describe('a fail', () => {
  it('is inconclusive when the probe ended far too late: this process was held up', async () => {
    const { clock, scheduler, reports } = worldOf({ tookMs: () => TIMING.timeoutMs, outcome: FAIL })
    scheduler.setTargets(someTargets(1))
    await clock.advance(1)
    clock.stall(TIMING.timeoutMs + 1500)
    await clock.advance(0)
    assert.deepEqual(
      reports.map(({ outcome: { kind, reason } }) => [kind, reason]),
      [['inconclusive', 'stalled']],
    )
  })

  it('is one when it ended on time', async () => {
    const { clock, scheduler, reports } = worldOf({ tookMs: () => TIMING.timeoutMs, outcome: FAIL })
    scheduler.setTargets(someTargets(1))
    await clock.advance(TIMING.timeoutMs)
    assert.equal(reports[0]?.outcome.kind, 'fail')
  })

  it('is inconclusive when this thread stood still for most of the time of the probe', async () => {
    let stalled = 700
    const { clock, scheduler, reports } = worldOf({ outcome: FAIL, stalledMs: () => stalled })
    scheduler.setTargets(someTargets(1))
    await clock.advance(10)
    stalled += 1100
    await clock.advance(20)
    assert.equal(reports[0]?.outcome.reason, 'stalled')
    await clock.advance(15_000)
    assert.equal(reports[1]?.outcome.kind, 'fail', 'an earlier stall says nothing of a later probe')
  })

  it('that an inverted check takes for a pass is inconclusive in the same way', async () => {
    let stalled = 0
    const { clock, scheduler, reports } = worldOf({ stalledMs: () => stalled })
    scheduler.setTargets(
      someTargets(1).map(target => ({ ...target, spec: { ...target.spec, inverted: true } })),
    )
    await clock.advance(10)
    stalled = 1100
    await clock.advance(20)
    assert.equal(reports[0]?.outcome.reason, 'stalled')
  })
})

it('a probe that throws is inconclusive, and the next one comes all the same', async () => {
  const clock = new VirtualClock()
  const kinds: string[] = []
  const scheduler = new Scheduler({
    maxRunning: 512,
    nextTurn: call => void clock.at(clock.monotonicMs(), call),
    clock,
    random: seededRandom(1),
    stalledMs: () => 0,
    run: () => Promise.reject(new TypeError('with a secret')),
    report: (_, { kind, detail }) => void kinds.push(`${kind}: ${detail}`),
  })
  scheduler.setTargets(someTargets(1))
  await clock.advance(11_000)
  assert.equal(kinds.length, 2)
  assert.equal(kinds[0], 'inconclusive: the probe itself broke: TypeError')
})
