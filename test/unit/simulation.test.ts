/** A year of everything that fails: what must hold is looked at after every event. `npm run simulate` does as much more as one likes. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Simulation } from '../simulation/simulation.ts'

it('a simulated year keeps every rule', { timeout: 120_000 }, async context => {
  const counts = await Simulation.run(1, 1)
  context.diagnostic(JSON.stringify(counts))
  assert.ok(counts.probes > 150_000 && counts.restarts > 15 && counts.reloads > 30 && counts.overrides > 100)
})
