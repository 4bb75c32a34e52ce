/** A year of everything that fails: what must hold is looked at after every event. `npm run simulate` does as much more as one likes. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { shrink } from '../simulation/shrink.ts'
import { Broken, type Life, Simulation, YEAR_MS } from '../simulation/simulation.ts'

it('a simulated year keeps every rule', { timeout: 120_000 }, async context => {
  const counts = await Simulation.run({ seed: 1, forMs: YEAR_MS })
  context.diagnostic(JSON.stringify(counts))
  assert.ok(counts.probes > 150_000 && counts.restarts > 15 && counts.reloads > 30 && counts.overrides > 100)
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
