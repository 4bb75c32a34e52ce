/** What probes cost, as a part of the page. */
import type { Machine } from './machine.ts'
import { ENDPOINTS, PER_SECOND, type RoundTrips } from './probed-queries.ts'
import { COST_LOAD, HANDSHAKE_LOAD, LAG_LIMIT_MS, type ProbeFigures } from './probes.ts'
import { quantile } from './statistics.ts'
import { notInstalled, ranged, table } from './tables.ts'

/** What the product promises for 10,000 `http` endpoints every 10 s. */
const CORES_PROMISED = { fresh: 0.3, kept: 0.12 } as const

/** @param machine told of here because the part is measured by itself */
export function probesPart(
  { rounds, kinds, gdnsd, manyCores, queries }: ProbeFigures,
  { date, processor, count, kernel, node }: Machine,
): string {
  const { endpoints, intervalMs } = COST_LOAD
  const cost = (values: readonly number[]): string => ranged(values, value => value.toFixed(0))
  const peerMedian = quantile(gdnsd?.cpuMicroseconds ?? [], 0.5)
  const toGdnsd = (values: readonly number[]): string => (quantile(values, 0.5) / peerMedian).toFixed(2)
  const rows = kinds.map(({ kind, cpuMicroseconds, held }) => [
    `\`${kind}\``,
    cost(cpuMicroseconds),
    gdnsd !== undefined && isHttp(kind) ? toGdnsd(cpuMicroseconds) : '–',
    held.toLocaleString('en'),
  ])
  const peerRows =
    gdnsd === undefined
      ? []
      : [[`gdnsd ${gdnsd.version}, \`http_status\``, cost(gdnsd.cpuMicroseconds), '–', 'not measured']]
  const said = (way: 'fresh' | 'kept'): string => {
    const isHeld = manyCores[way] <= CORES_PROMISED[way]
    return `${manyCores[way].toFixed(3)} of a processor over ${way} connections, promised are ${CORES_PROMISED[way]} (${isHeld ? 'held' : 'broken'})`
  }
  return `## Probes

Measured by itself (\`npm run bench -- --only probes\`) on ${date}: ${count} x ${processor}, ${kernel}, Node ${node}. The prober as it runs in the server, over a fresh connection for each probe or one that is kept, on one processor; the endpoints, which pass every probe, have the other one. Processor time is that of the whole process that
probes, with taking the reports, divided by its probes: ${endpoints.toLocaleString('en')} endpoints at an interval of ${intervalMs / 1000} s (${HANDSHAKE_LOAD.endpoints.toLocaleString('en')} for \`https\`, whose every probe is a handshake), ${rounds.rounds} rounds of ${rounds.seconds} s after a warm-up of ${rounds.warmUpSeconds} s, in which connections that are kept have
been opened; one kind after the other; medians, with least and greatest. \`http_status\` of gdnsd opens a fresh connection for each probe and refuses shorter intervals; its
probes are counted by the endpoints. The last column is the highest of the numbers tried that one prober holds at an interval of 1 s with the lag of its starts (p99) below ${LAG_LIMIT_MS} ms, once connections that are kept have been
opened.

${table(['check', 'CPU µs per probe', 'to gdnsd', 'endpoints at 1 s'], [...rows, ...peerRows])}${notInstalled(gdnsd === undefined ? ['gdnsd'] : [])}

${ENDPOINTS.toLocaleString('en')} \`http\` endpoints at an interval of 10 s use ${said('fresh')}, and ${said('kept')}.

### Queries beside probes

Round trips of ${PER_SECOND.toLocaleString('en')} queries a second to \`understudy serve\` on one processor, which probes ${ENDPOINTS.toLocaleString('en')} \`http\` endpoints every 10 s over fresh connections, or none of them; ${queries.probed.length} rounds in
turn, medians of the rounds with least and greatest. Every query was answered.

${table(
  ['milliseconds', 'median', '99 %'],
  [roundTripRow('with probes', queries.probed), roundTripRow('without', queries.quiet)],
)}`
}

function roundTripRow(what: string, rounds: readonly RoundTrips[]): string[] {
  const values = [rounds.map(({ median }) => median), rounds.map(({ p99 }) => p99)]
  return [what, ...values.map(list => ranged(list, value => value.toFixed(3)))]
}

/** What gdnsd does too. */
function isHttp(kind: string): boolean {
  return kind.split(',')[0] === 'http'
}
