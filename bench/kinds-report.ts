/** The kinds of answers as a part of `docs/benchmarks.md`. */
import { ANSWER_KINDS } from './answer-kinds.ts'
import { type KindFigures, type KindsPeerFigures, RESPONSES_PER_SECOND } from './kinds.ts'
import { quantile, ratios } from './statistics.ts'
import { notInstalled, ranged, table } from './tables.ts'

/** What no kind but TCP is to cost, in plain answers. */
const BOUND = 1.5

export function kindsPart({ rounds, peers, missing }: KindFigures): string {
  const perSecond = RESPONSES_PER_SECOND.toLocaleString('en')
  return `## Kinds of answers

What each kind costs in microseconds of processor time of the server for a query, counted as above, and how many times the plain answer of the same server in the same
round. ${rounds.rounds} rounds of ${rounds.seconds} s for each server and kind, after ${rounds.warmUpSeconds} s of warm-up; the kinds of a server come directly one after the other, each round beginning with another
server and another kind. All are medians, with the least and the greatest of the rounds in parentheses. Microseconds drift from round to round, so a ratio is not just the quotient
of two of them.

All servers have the same zone, each kind is 10,000 names in random order, and all give minimal responses. Plain, cookie, TCP and rate limit ask the same static names. A delegation is to two servers
with their addresses. The cookie is the server's own, had by a query before. TCP connections stay open, with 100 queries outstanding on all of them together. For the rate limit
a second process of each server keeps its accounts for loopback too, at ${perSecond} responses a second, which is never reached and would be seen as lost queries; the other
rows have no rate limit. Before the rounds the code, AA and sections of samples were checked; in the rounds every answer's code. Queries that got no answer, or another code:
${unansweredText(peers)}.

${kindsTable(peers)}${boundText(peers)}${notInstalled(missing)}`
}

function kindsTable(peers: readonly KindsPeerFigures[]): string {
  const head = ['kind', ...peers.flatMap(({ name, version }) => [`${name} ${version}`, 'to plain'])]
  const rows = ANSWER_KINDS.map(({ title }, i) => [title, ...peers.flatMap(peer => cells(peer, i))])
  return table(head, rows)
}

function cells(peer: KindsPeerFigures, kind: number): [string, string] {
  const microseconds = quantile(costs(peer, kind), 0.5).toFixed(2)
  return [microseconds, kind === 0 ? '–' : ranged(toPlain(peer, kind), value => value.toFixed(2))]
}

/** The bound is this server's own, which is the first. */
function boundText([own]: readonly KindsPeerFigures[]): string {
  if (own === undefined) return ''
  const bounded = ANSWER_KINDS.flatMap(({ title, tcpConnections }, i) =>
    i === 0 || tcpConnections !== undefined ? [] : [{ title, ratio: quantile(toPlain(own, i), 0.5) }],
  ).sort((a, b) => b.ratio - a.ratio)
  const over = bounded.filter(({ ratio }) => ratio > BOUND)
  const told = (over.length === 0 ? bounded.slice(0, 1) : over)
    .map(({ title, ratio }) => `${title} at ${ratio.toFixed(2)}`)
    .join(', ')
  const verdict = over.length === 0 ? `This run: kept, the dearest is ${told}` : `This run: broken by ${told}`
  return `\n\nNo kind of answer is to cost more than ${BOUND} times the plain one in ${own.name}, except TCP. ${verdict}.`
}

function unansweredText(peers: readonly KindsPeerFigures[]): string {
  const lost = peers.flatMap(({ name, unanswered }) =>
    unanswered.flatMap((count, i) =>
      count === 0 ? [] : [`${name}, ${ANSWER_KINDS[i]?.title ?? ''}: ${count}`],
    ),
  )
  return lost.length === 0 ? '0' : lost.join('; ')
}

/** Microseconds of processor time for a query, round by round. */
function costs({ perCpuSecond }: KindsPeerFigures, kind: number): number[] {
  return (perCpuSecond[kind] ?? []).map(value => 1e6 / value)
}

function toPlain(peer: KindsPeerFigures, kind: number): number[] {
  return ratios(costs(peer, kind), costs(peer, 0))
}
