/** `npm run simulate -- --seed N --years N`: lives through so many years, a seed for each, and prints what it has seen; of a failure the least that leads to it. */
import { parseArgs } from 'node:util'
import { Broken, YEAR_MS } from './life.ts'
import { shrink } from './shrink.ts'
import { Simulation } from './simulation.ts'

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, years: { type: 'string', default: '10' } },
})
const [seed, years] = [Number(values.seed), Number(values.years)]
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(years) || years < 1) {
  process.stderr.write('usage: npm run simulate -- --seed N --years N\n')
  process.exit(2)
}
for (let year = seed; year < seed + years; year++) {
  try {
    const counts = await Simulation.run({ seed: year, forMs: YEAR_MS })
    process.stdout.write(`seed ${year}: a year; ${JSON.stringify(counts)}\n`)
  } catch (error) {
    if (!(error instanceof Broken)) throw error
    process.stderr.write(`seed ${year}: ${error.message}\nlooking for the least that leads to it …\n`)
    const { steps, timeline, cause } = await shrink(error)
    process.stderr.write(`${timeline.join('\n')}\nafter ${steps.length} events: `)
    throw cause
  }
}
process.stdout.write(`${years} years from seed ${seed}: every rule has held\n`)
