/** The figures as the page `docs/benchmarks.md`. */
import { type Failover, type FailoverFigures, QUERIES_PER_SECOND, TIMING } from './failover.ts'
import type { KindFigures } from './kinds.ts'
import { kindsPart } from './kinds-report.ts'
import type { Machine } from './machine.ts'
import type { ProbeFigures } from './probes.ts'
import { probesPart } from './probes-report.ts'
import type { Kind, PeerFigures, QueryFigures } from './queries.ts'
import { quantile, ratios, spread } from './statistics.ts'
import type { SwitchFigures } from './switch.ts'
import { notInstalled, ranged, table } from './tables.ts'

export interface Figures {
  readonly machine: Machine
  readonly queries?: QueryFigures
  readonly kinds?: KindFigures
  readonly switch?: SwitchFigures
  readonly failover?: FailoverFigures
  readonly probes?: ProbeFigures
}

export function renderReport({
  machine,
  queries,
  kinds,
  switch: switched,
  failover,
  probes,
}: Figures): string {
  const parts = [
    head(machine),
    ...(queries === undefined ? [] : [queriesPart(queries)]),
    ...(kinds === undefined ? [] : [kindsPart(kinds)]),
    ...(switched === undefined ? [] : [switchPart(switched)]),
    ...(failover === undefined ? [] : [failoverPart(failover)]),
    ...(probes === undefined ? [] : [probesPart(probes, machine)]),
  ]
  return `${parts.join('\n\n')}\n`
}

function head({ date, processor, count, kernel, node, dnsperf }: Machine): string {
  return `# Benchmarks

This page is written by \`npm run bench\` (Linux; \`gdnsd\`, \`nsd\`, \`knot\` and \`dnsperf\` installed, two processors). It holds what one run
has measured, and nothing else.

Measured on ${date}: ${count} x ${processor}, ${kernel}, Node ${node}, dnsperf ${dnsperf}. All traffic is on the loopback interface of one
virtual machine whose neighbours are not known: ratios between servers of the same round hold, single figures drift from run to run.`
}

function queriesPart({ rounds, peers, missing, unanswered }: QueryFigures): string {
  return `## Queries per second of processor time

Every server is pinned to one processor and answers UDP with one thread; dnsperf, with at most 100 queries outstanding, has the other processor. What
counts is the processor time that the server used, user and system, of all its threads and child processes (\`/proc/PID/task/*/schedstat\`), for
the queries that dnsperf saw answered: dnsperf is the slower part, so queries per second would measure dnsperf. ${rounds.rounds} rounds of
${rounds.seconds} s for each server and kind, after ${rounds.warmUpSeconds} s of warm-up, the servers in turn, each round beginning with another one. Ratios are taken
within each round; medians, with the least and the greatest of the rounds in parentheses. Before the rounds each server's answers were compared with the
zone; in the rounds ${unanswered === 0 ? 'every query was answered' : `${unanswered} queries were not answered`} with NOERROR.

### 10,000 static names

A records of one zone, asked in random order; all servers give minimal responses.

${queryTable(peers, 'static')}

### One managed name

A failover pair whose primary and backup are checked by HTTP every 2 s, in Understudy and in gdnsd (\`simplefo\` with \`http_status\`); the processor time includes
the checks. The others know no health: for them this is one static name, asked over and over.

${queryTable(peers, 'managed')}${notInstalled(missing)}`
}

function queryTable(peers: readonly PeerFigures[], kind: Kind): string {
  const rows = peers.map(peer => {
    const values = peer.perCpuSecond[kind]
    const note = kind === 'managed' && !peer.checksHealth ? ' (static)' : ''
    const microseconds = values.map(value => 1e6 / value)
    return [
      `${peer.name} ${peer.version}${note}`,
      ranged(values, value => Math.round(value).toLocaleString('en')),
      quantile(microseconds, 0.5).toFixed(2),
      ...['gdnsd', 'dns2'].map(other =>
        against(values, peers.find(({ name }) => name === other)?.perCpuSecond[kind]),
      ),
    ]
  })
  return table(['server', 'queries per CPU second', 'CPU µs per query', 'to gdnsd', 'to dns2'], rows)
}

function against(values: readonly number[], others: readonly number[] | undefined): string {
  return others === undefined || others === values
    ? '–'
    : ranged(ratios(values, others), value => value.toFixed(2))
}

function switchPart({ switchMs, boardMs, roundTripsMs, lost, udpWhy }: SwitchFigures): string {
  const rows = [
    quantileRow('outcome to first changed answer', switchMs),
    quantileRow('of that, outcome to board', boardMs),
    quantileRow("the client's round trip, for comparison", roundTripsMs),
  ]
  return `## The switch

From the arrival of the deciding outcome in control to the receipt of the first UDP answer with the other address, over ${switchMs.length.toLocaleString('en')} switches
between primary and backup. The server's own judging, board, responder (${udpWhy}) and store run in one process; only the prober is left out, its
outcomes are handed in. A client thread asks without pause, one query after the other, so it cannot see a change sooner than its own round trip allows: that is part of the
figure. Queries without an answer: ${lost}.

${table(['milliseconds', 'median', '99 %', 'longest'], rows)}`
}

function failoverPart({ failovers, sent, answered, wrong }: FailoverFigures): string {
  const { intervalMs, fastIntervalMs, fall } = TIMING
  const rows = [
    spreadRow('kill to the first answer with the backup', failovers, ({ tookMs }) => tookMs),
    spreadRow('least possible', failovers, ({ leastMs }) => leastMs),
    spreadRow('above the least', failovers, ({ tookMs, leastMs }) => tookMs - leastMs),
  ]
  return `## Failover by the clock

\`understudy serve\` with two web servers, checked every ${intervalMs} ms, while a failure is being confirmed every ${fastIntervalMs} ms; ${fall} fails decide. The
primary's process is killed (SIGKILL) at a random time, ${failovers.length} times, under ${QUERIES_PER_SECOND.toLocaleString('en')} queries a second. The least possible is what this schedule allows: until
the next probe (one interval after the last request that the primary saw), then ${fall - 1} more at the fast interval. The schedule adds a random part of
up to ${Math.min(1000, intervalMs / 10)} ms to an interval on purpose; it is in what is above the least.

${table(['seconds', 'median', 'least', 'greatest'], rows)}

Queries sent in the whole run: ${sent.toLocaleString('en')}; answered: ${answered.toLocaleString('en')}; lost: ${sent - answered}; answers that were not one address: ${wrong}.`
}

function quantileRow(what: string, values: readonly number[]): string[] {
  return [what, ...[0.5, 0.99, 1].map(part => quantile(values, part).toFixed(3))]
}

function spreadRow(
  what: string,
  failovers: readonly Failover[],
  value: (failover: Failover) => number,
): string[] {
  const { median, min, max } = spread(failovers.map(value))
  return [what, ...[median, min, max].map(ms => (ms / 1000).toFixed(3))]
}
