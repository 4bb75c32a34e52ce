/** What probes have seen is kept, and judged again by the same thresholds it gives what judging has done. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { probeHistory } from '#control/probe-history.ts'
import type { ProbeSeries } from '#control/probe-history-view.ts'
import { replay } from '#health/replay.ts'
import { World } from './world.ts'
import { BACKUP, PRIMARY, WEB, zones } from './zones.ts'

const REFERENCE = '192.0.2.99'

async function historyOf(world: World, check = 'web', limit = 5000): Promise<ProbeSeries[]> {
  const series: ProbeSeries[] = []
  let after: string | undefined
  do {
    const query = { check, sinceMs: 0, limit, ...(after === undefined ? {} : { after }) }
    const page = await probeHistory(query, world.judging.pools, wanted => {
      world.judging.recorder.probes.flush(wanted.keys)
      return world.store.probeRuns(wanted)
    })
    series.push(...page.series)
    after = page.next
  } while (after !== undefined)
  return series
}

/** Of all pages. */
function runsOf(series: readonly ProbeSeries[], address: string) {
  return series.filter(one => one.endpoints.some(place => place.endsWith(address))).flatMap(one => one.runs)
}

/** How often the kinds happen that are not repeated by chance; each restart is a new database thread. */
const TIMES: Partial<Record<string, number>> = { steady: 20, restart: 1 }

const step = fc.record({
  kind: fc.constantFrom(
    'pass',
    'pass',
    'fail',
    'fail',
    'inconclusive',
    'steady',
    'reference',
    'cut-off',
    'cut-off',
    'restart',
  ),
  afterMs: fc.constantFrom(1000, 1000, 1003, 10_000, 10_400, 11_000, 60_000),
  times: fc.integer({ min: 1, max: 4 }),
  referencePasses: fc.boolean(),
})

describe('a replay with the recorded thresholds', () => {
  it('gives what judging has done, whatever probes, references and restarts have done', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30 }),
        fc.boolean(),
        fc.boolean(),
        async (steps, hasReference, isInverted) => {
          const settings = hasReference ? `references: [tcp://${REFERENCE}:53]\n` : ''
          const web = isInverted ? WEB.replace('http,', 'http, inverted: true,') : WEB
          let world = await World.begin(zones({ checks: { web } }), settings)
          try {
            for (const { kind, afterMs, times, referencePasses } of steps) {
              for (let i = 0; i < (TIMES[kind] ?? times); i++) {
                await world.clock.advance(afterMs)
                if (kind === 'restart') world = await world.restart(afterMs)
                else if (kind === 'cut-off') {
                  world.outcome(PRIMARY, isInverted ? 'pass' : 'fail')
                  if (hasReference) world.outcome(REFERENCE, 'fail')
                } else if (kind !== 'reference') world.outcome(PRIMARY, kind === 'steady' ? 'pass' : kind)
                else if (hasReference) world.outcome(REFERENCE, referencePasses ? 'pass' : 'fail')
              }
            }
            const done = (await world.store.transitions({ limit: 1000 }))
              .filter(({ kind, address }) => kind === 'verdict' && address === PRIMARY)
              .reverse()
            const series = await historyOf(world)
            const { timing: recorded, damping } = series[0] ?? { timing: undefined, damping: undefined }
            if (recorded === undefined || damping === undefined) return assert.deepEqual(done, [])
            const rule = { timing: recorded, recorded, damping, isReported: false }
            const { changes, resolutionMs } = replay(runsOf(series, PRIMARY), rule)
            const told = changes.filter(({ from, to }) => from !== to)
            // A verdict that an absence has made unknown is told of as it is decided again.
            assert.deepEqual(
              told.map(({ to }) => to),
              done.map(({ to }) => to),
            )
            assert.equal(resolutionMs, 0)
            for (const [index, { atMs, isSure }] of told.entries()) {
              assert.ok(isSure)
              assert.ok(Math.abs(atMs - (done[index]?.atMs ?? 0)) <= 10_000, `${index}: ${atMs}`)
            }
          } finally {
            await world[Symbol.asyncDispose]()
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('the history of probes', () => {
  it('has few rows for what is steady, on whatever number of pages', async () => {
    await using world = await World.begin(zones())
    for (let i = 0; i < 400; i++) {
      await world.clock.advance(10_000 + (i % 5) * 200)
      world.outcome(PRIMARY, 'pass')
      world.outcome(BACKUP, 'pass')
    }
    world.outcomes(BACKUP, 'fail', 'fail', 'fail')
    const all = await historyOf(world)
    const count = (address: string): number => runsOf(all, address).reduce((sum, run) => sum + run.count, 0)
    assert.deepEqual([count(PRIMARY), count(BACKUP)], [400, 403])
    assert.ok(runsOf(all, PRIMARY).length <= 3)
    const paged = await historyOf(world, 'a.test/web', 1)
    assert.deepEqual(runsOf(paged, BACKUP), runsOf(all, BACKUP))
    assert.deepEqual(runsOf(paged, PRIMARY), runsOf(all, PRIMARY))
  })

  it('outlives a restart, and ends with the target', async () => {
    let world = await World.begin(zones())
    world.outcomes(PRIMARY, 'pass', 'fail')
    world = await world.restart(1000)
    await using last = world
    assert.equal(runsOf(await historyOf(last), PRIMARY).length, 2)
    await last.reload(zones({ pools: { www: { primary: ['192.0.2.7'] } } }))
    assert.deepEqual(await historyOf(last), [])
  })

  it('says which checks there are', async () => {
    const checks = {
      web: '{ type: http, host: a.test }',
      ssh: '{ type: tcp, port: 22 }',
      both: '{ type: all, checks: [web, ssh] }',
    }
    await using world = await World.begin({
      ...zones({ checks, checkOf: { www: 'both' } }),
      ...zones({ zone: 'b.test' }),
    })
    await assert.rejects(
      historyOf(world, 'wep'),
      /no pool has a check wep; there are: a.test\/both, a.test\/web/,
    )
    await assert.rejects(
      historyOf(world, 'web'),
      /several zones have a check web: say a.test\/web, b.test\/web/,
    )
    await assert.rejects(historyOf(world, 'both'), /both is made of checks.*ask for web, ssh/)
    assert.deepEqual(await historyOf(world, 'ssh'), [])
  })
})
