/**
 * `npm run bench`: measures, prints the page and writes it to docs/benchmarks.md, where the part on probes stays as it was; `--only probes` measures
 * and writes just that. `--short` only tries everything out and writes nothing; `--only` another part too.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { measureFailover } from './failover.ts'
import { measureKinds } from './kinds.ts'
import { describeMachine } from './machine.ts'
import { sectionOf, withSection } from './page.ts'
import { measureProbes } from './probes.ts'
import { measureQueries } from './queries.ts'
import { type Figures, renderReport } from './report.ts'
import type { Rounds } from './server-load.ts'
import { measureSwitch } from './switch.ts'

interface Extent {
  readonly queries: Rounds
  readonly kinds: Rounds
  readonly switches: number
  readonly kills: number
  readonly probes: Rounds
}

const FULL: Extent = {
  queries: { rounds: 7, seconds: 3, warmUpSeconds: 2 },
  kinds: { rounds: 7, seconds: 0.5, warmUpSeconds: 0.5 },
  switches: 2000,
  kills: 10,
  probes: { rounds: 3, seconds: 2, warmUpSeconds: 7 },
}
const SHORT: Extent = {
  queries: { rounds: 2, seconds: 1, warmUpSeconds: 1 },
  kinds: { rounds: 2, seconds: 0.2, warmUpSeconds: 0.2 },
  switches: 200,
  kills: 1,
  probes: { rounds: 1, seconds: 1, warmUpSeconds: 2 },
}
/** The whole run is to take 8 minutes at most. */
const LIMIT_MS = 8 * 60_000

const { values } = parseArgs({ options: { short: { type: 'boolean' }, only: { type: 'string' } } })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
// The launcher is gone: nobody waits for this any more.
process.once('disconnect', () => process.exit(1))
process.channel?.unref()
const limit = setTimeout(() => {
  process.stderr.write(`not finished after ${LIMIT_MS / 60_000} minutes\n`)
  process.exit(1)
}, LIMIT_MS)

const report = renderReport(await measure(values.short === true ? SHORT : FULL, values.only))
process.stdout.write(report)
if (values.short !== true && (values.only === undefined || values.only === 'probes')) await write(report)
clearTimeout(limit)

async function write(report: string): Promise<void> {
  const file = new URL('../docs/benchmarks.md', import.meta.url)
  const page = await readFile(file, 'utf8')
  const [whole, part] = values.only === 'probes' ? [page, report] : [report, page]
  await writeFile(file, withSection(whole, sectionOf(part, 'Probes')))
}

async function measure(
  { queries, kinds, switches, kills, probes }: Extent,
  only: string | undefined,
): Promise<Figures> {
  const wanted = (part: string): boolean => only === undefined || only === part
  return {
    machine: describeMachine(),
    ...(wanted('switch') ? { switch: await measureSwitch(switches) } : {}),
    ...(wanted('failover') ? { failover: await measureFailover(kills) } : {}),
    ...(wanted('queries') ? { queries: await measureQueries(queries) } : {}),
    ...(wanted('kinds') ? { kinds: await measureKinds(kinds) } : {}),
    // Asked for by itself: its schedule is kept only where nothing else runs on the two processors.
    ...(only === 'probes' ? { probes: await measureProbes(probes) } : {}),
  }
}
