/** `npm run simulate -- --seed N --years N`: lives through so many years, a seed for each, and prints what it has seen. */
import { parseArgs } from 'node:util'
import { Simulation } from './simulation.ts'

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, years: { type: 'string', default: '10' } },
})
const [seed, years] = [Number(values.seed), Number(values.years)]
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(years) || years < 1) {
  process.stderr.write('usage: npm run simulate -- --seed N --years N\n')
  process.exit(2)
}
for (let year = 0; year < years; year++) {
  const counts = await Simulation.run(seed + year, 1)
  process.stdout.write(`seed ${seed + year}: a year; ${JSON.stringify(counts)}\n`)
}
process.stdout.write(`${years} years from seed ${seed}: every rule has held\n`)
