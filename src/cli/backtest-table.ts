/** The table of `understudy backtest`. */
import { formatDuration } from '#base/duration.ts'
import type { Tally } from '#health/backtest.ts'
import type { CheckTiming } from '#health/timing.ts'
import type { BacktestResult, EndpointResult } from './backtest-result.ts'

const COLUMNS: Readonly<Record<string, (tally: Tally) => string>> = {
  failovers: ({ failovers }) => String(failovers),
  'detected in': ({ detectMs }) => seconds(detectMs.length === 0 ? undefined : mean(detectMs)),
  'at most': ({ detectMs }) =>
    seconds(detectMs.length === 0 ? undefined : detectMs.reduce((a, b) => Math.max(a, b))),
  flaps: ({ flaps }) => String(flaps),
  'false alarms': ({ falseAlarms }) => String(falseAlarms),
  missed: ({ missed }) => String(missed),
  unsure: ({ unsure }) => String(unsure),
}
const HELD = { held: ({ heldMs }: Tally): string => formatDuration(Math.round(heldMs / 1000) * 1000) }

/** A row for each endpoint, a sum, and how sure that is. */
export function backtestText(result: BacktestResult, shortMs: number): string {
  const { zone, check, fromMs, toMs, probes, present, other, endpoints, sum, resolutionMs } = result
  const isHeld = sum.present.heldMs + sum.other.heldMs > 0
  const columns = { ...COLUMNS, ...(isHeld ? HELD : {}) }
  const rowOf = (
    name: string,
    { present: now, other: then }: Pick<EndpointResult, 'present' | 'other'>,
  ): string[] => [name, ...Object.values(columns).map(cell => `${cell(now)} > ${cell(then)}`)]
  const rows = [
    ['endpoint', ...Object.keys(columns)],
    ...endpoints.map(one => rowOf(placeText(one.endpoints), one)),
    rowOf('sum', sum),
  ]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? []
  const time = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`
  return `${[
    `${zone}/${check}: ${probes} probes from ${time(fromMs)} to ${time(toMs)}; present > tried`,
    `  present  ${timingText(present)}`,
    `  tried    ${timingText(other)}`,
    '',
    ...rows.map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    ),
    '',
    `A failover is an address going from up to down, detected from the start of the first probe that failed. A false alarm is over within ${formatDuration(shortMs)}`,
    'and was none for the other thresholds; missed is what only the others saw.',
    resolutionText(resolutionMs),
  ].join('\n')}\n`
}

function resolutionText(resolutionMs: number): string {
  if (resolutionMs === 0) return 'Resolution: every probe that decided was made; what is said of it is exact.'
  return `Resolution: ${seconds(resolutionMs)}. What was tried would have probed between outcomes so far apart: it may have seen a change so much earlier, or one that left no trace.`
}

function timingText({ intervalMs, fastIntervalMs, timeoutMs, fall, rise }: CheckTiming): string {
  const [interval, fast, timeout] = [intervalMs, fastIntervalMs, timeoutMs].map(formatDuration)
  return `interval ${interval}, fast-interval ${fast}, timeout ${timeout}, fall ${fall}, rise ${rise}`
}

function placeText([first = '', ...others]: readonly string[]): string {
  return others.length === 0 ? first : `${first} and ${others.length} more`
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '-' : `${(ms / 1000).toFixed(1)}s`
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0) / numbers.length
}
