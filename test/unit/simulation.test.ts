/** A year of everything that fails: what must hold is looked at after every event. `npm run simulate` does as much more as one likes. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Broken, type Life, YEAR_MS } from '../simulation/life.ts'
import { shrink } from '../simulation/shrink.ts'
import { Simulation } from '../simulation/simulation.ts'

it('a simulated year keeps every rule', { timeout: 300_000 }, async context => {
  const counts = await Simulation.run({ seed: 1, forMs: YEAR_MS })
  context.diagnostic(JSON.stringify(counts))
  const { probes, kills, restarts, reloads, overrides, drills } = counts
  assert.ok(probes > 100_000 && kills > 20 && restarts > 5 && reloads > 30)
  assert.ok(overrides > 200 && drills > 30)
})

it('of what breaks a rule the least is shown', { timeout: 120_000 }, async () => {
  const life: Life = {
    seed: 1,
    forMs: YEAR_MS,
    alsoHolds: node => assert.ok(node.book.list.length === 0, 'nobody decides anything'),
  }
  const broken: unknown = await Simulation.run(life).catch((error: unknown) => error)
  assert.ok(broken instanceof Broken)
  const { message, steps, life: least, timeline } = await shrink(broken)
  assert.equal(message, 'nobody decides anything')
  assert.equal(steps.length, 1)
  assert.equal(least.steady?.size, 7)
  assert.match(timeline.join('\n'), /: none -> [a-z-]+ \(set by alice/)
})
