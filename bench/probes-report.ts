/** What probes cost, as a part of the page. */
import { LAG_LIMIT_MS, PER_ROUND, type ProbeFigures } from './probes.ts'
import { spread } from './statistics.ts'
import { ranged, table } from './tables.ts'

/** What the product promises for 10,000 `http` endpoints every 10 s. */
const CORES_PROMISED = { fresh: 0.3, kept: 0.12 } as const

export function probesPart({ rounds, kinds, manyCores }: ProbeFigures): string {
  const rows = kinds.map(({ kind, cpuMicroseconds, held }) => [
    `\`${kind}\``,
    ranged(cpuMicroseconds, value => value.toFixed(0)),
    held.toLocaleString('en'),
  ])
  const said = (way: 'fresh' | 'kept'): string => {
    const isHeld = manyCores[way] <= CORES_PROMISED[way]
    return `${manyCores[way].toFixed(2)} of a processor over ${way} connections, promised are ${CORES_PROMISED[way]} (${isHeld ? 'held' : 'broken'})`
  }
  const https = spread(kinds.find(({ kind }) => kind === 'https')?.cpuMicroseconds ?? []).median
  return `## Probes

The prober as it runs in the server, over a fresh connection for each probe or one that is kept, on one processor; the endpoints, which pass every probe, have the other one. Processor time is that of the whole process that
probes, with taking the reports: ${rounds.rounds} rounds of ${rounds.seconds} s at ${PER_ROUND} probes a second for each kind in turn; medians, with least and greatest.
The last column is the highest of the numbers tried that one prober holds at an interval of 1 s with the lag of its starts (p99) below ${LAG_LIMIT_MS} ms.

${table(['check', 'CPU µs per probe', 'endpoints at 1 s'], rows)}

10,000 \`http\` endpoints at an interval of 10 s use ${said('fresh')}, and ${said('kept')}. Of the ${https.toFixed(0)} µs of
\`https\` most are the handshake. No peer was measured beside it.`
}
