/** `understudy backtest`: what other thresholds would have done, on what a running server's probes have seen. */
import { formatDuration, parseDuration } from '#base/duration.ts'
import type { ProbeHistoryPage, ProbeSeries } from '#control/probe-history-view.ts'
import { sumOf, tally } from '#health/backtest.ts'
import type { ProbeRun } from '#health/probe-run.ts'
import { type ReplayRule, replay } from '#health/replay.ts'
import type { CheckTiming } from '#health/timing.ts'
import { getJson, type Remote } from './api.ts'
import type { BacktestResult, EndpointResult } from './backtest-result.ts'
import { backtestText } from './backtest-table.ts'
import { remotes, type ServerOptions } from './servers.ts'

export interface BacktestOptions extends ServerOptions {
  readonly since: string
  readonly short: string
  readonly fall?: string
  readonly rise?: string
  readonly interval?: string
  readonly fastInterval?: string
  readonly timeout?: string
  readonly json?: boolean
}

type Thresholds = Partial<Omit<CheckTiming, 'downIntervalMs'>>

const LARGEST_COUNT = 100
const LONGEST_MS = 86_400_000

/** Gives the exit code: 1 where the server cannot be asked or knows nothing of the check, 2 where the thresholds make no sense. */
export async function backtest(check: string, options: BacktestOptions): Promise<number> {
  const thresholds = thresholdsOf(options)
  const shortMs = parseDuration(options.short)
  const wrong =
    typeof thresholds === 'string' ? thresholds : shortMs === undefined ? notDuration('short') : undefined
  if (typeof thresholds === 'string' || shortMs === undefined) {
    process.stderr.write(`understudy: ${wrong}\n`)
    return 2
  }
  const [server, other] = await remotes(options)
  if (server === undefined || other !== undefined) {
    process.stderr.write('understudy: a replay is of what one server has seen: say --server once\n')
    return 2
  }
  const result = await resultOf(server, check, options.since, { thresholds, shortMs })
  if (typeof result === 'string') {
    process.stderr.write(`understudy: ${result}\n`)
    return 1
  }
  process.stdout.write(
    options.json === true ? `${JSON.stringify(result, null, 2)}\n` : backtestText(result, shortMs),
  )
  return 0
}

async function resultOf(
  server: Remote,
  check: string,
  since: string,
  { thresholds, shortMs }: { readonly thresholds: Thresholds; readonly shortMs: number },
): Promise<BacktestResult | string> {
  const endpoints: EndpointResult[] = []
  const seen = { fromMs: Number.POSITIVE_INFINITY, toMs: 0, probes: 0, resolutionMs: 0 }
  let about: Pick<BacktestResult, 'zone' | 'check' | 'present' | 'other'> | undefined
  for await (const { page, series } of seriesOf(server, check, since)) {
    const rule = ruleOf(page, series, thresholds)
    if (typeof rule === 'string') return rule
    const { recorded: present, timing: other } = rule
    about ??= { zone: page.zone, check: page.check, present, other }
    const [before, after] = [replay(series.runs, { ...rule, timing: present }), replay(series.runs, rule)]
    const both = { present: tally(before, after, shortMs), other: tally(after, before, shortMs) }
    endpoints.push({ endpoints: series.endpoints, ...both })
    seen.resolutionMs = Math.max(seen.resolutionMs, after.resolutionMs)
    for (const { firstMs, lastMs, count } of series.runs) {
      seen.fromMs = Math.min(seen.fromMs, firstMs)
      seen.toMs = Math.max(seen.toMs, lastMs)
      seen.probes += count
    }
  }
  if (about === undefined)
    return `nothing is stored of the probes of ${check} since ${since}; is history.days 0?`
  const sum = {
    present: sumOf(endpoints.map(one => one.present)),
    other: sumOf(endpoints.map(one => one.other)),
  }
  return { ...about, ...seen, endpoints, sum }
}

/** Of one target after the other, each with all of its runs: pages end anywhere. */
async function* seriesOf(
  server: Remote,
  check: string,
  since: string,
): AsyncGenerator<{ page: ProbeHistoryPage; series: ProbeSeries }> {
  let begun: { page: ProbeHistoryPage; series: ProbeSeries & { runs: ProbeRun[] } } | undefined
  let after: string | undefined
  do {
    const query = new URLSearchParams({ check, since, ...(after === undefined ? {} : { after }) })
    const page = (await getJson(server, `/api/v1/probe-history?${query}`)) as ProbeHistoryPage
    for (const series of page.series) {
      if (begun?.series.key === series.key) for (const run of series.runs) begun.series.runs.push(run)
      else {
        if (begun !== undefined) yield begun
        begun = { page, series: { ...series, runs: [...series.runs] } }
      }
    }
    after = page.next
  } while (after !== undefined)
  if (begun !== undefined) yield begun
}

/** The thresholds as given, the others as they are; words for a person where they do not go together. */
function ruleOf(
  { type, check }: ProbeHistoryPage,
  { timing: recorded, damping }: ProbeSeries,
  given: Thresholds,
): ReplayRule | string {
  const isReported = type === 'heartbeat'
  if (isReported && Object.keys(given).some(key => key !== 'fall' && key !== 'rise'))
    return `${check} is reported, not probed: only --fall and --rise can be tried`
  const intervalMs = given.intervalMs ?? recorded.intervalMs
  // As a configuration without them would have them.
  const timeoutMs =
    given.timeoutMs ??
    (recorded.timeoutMs < intervalMs || isReported ? recorded.timeoutMs : Math.floor(intervalMs / 2))
  const fastIntervalMs = given.fastIntervalMs ?? Math.min(recorded.fastIntervalMs, intervalMs)
  if (timeoutMs >= intervalMs && !isReported)
    return `timeout ${formatDuration(timeoutMs)} is not shorter than interval ${formatDuration(intervalMs)}`
  if (fastIntervalMs > intervalMs)
    return `fast-interval ${formatDuration(fastIntervalMs)} is longer than interval ${formatDuration(intervalMs)}`
  return {
    timing: { ...recorded, ...given, intervalMs, timeoutMs, fastIntervalMs },
    recorded,
    damping,
    isReported,
  }
}

/** What is wrong with the command line, or the thresholds that it has. */
function thresholdsOf(options: BacktestOptions): Thresholds | string {
  const counts = { fall: options.fall, rise: options.rise }
  const durations = {
    intervalMs: options.interval,
    fastIntervalMs: options.fastInterval,
    timeoutMs: options.timeout,
  }
  const thresholds: Record<string, number> = {}
  for (const [key, said] of Object.entries(counts)) {
    if (said === undefined) continue
    const count = /^\d{1,3}$/.test(said) ? Number(said) : 0
    if (count < 1 || count > LARGEST_COUNT) return `--${key}: no number from 1 to ${LARGEST_COUNT}`
    thresholds[key] = count
  }
  for (const [key, said] of Object.entries(durations)) {
    if (said === undefined) continue
    const ms = parseDuration(said)
    const option =
      { intervalMs: 'interval', fastIntervalMs: 'fast-interval', timeoutMs: 'timeout' }[key] ?? key
    if (ms === undefined) return notDuration(option)
    if (ms < 10 || ms > LONGEST_MS) return `--${option}: not from 10ms to 1d`
    thresholds[key] = ms
  }
  if (Object.keys(thresholds).length > 0) return thresholds
  return 'say what is to be tried: --fall, --rise, --interval, --fast-interval or --timeout'
}

function notDuration(option: string): string {
  return `--${option}: no duration such as 5s`
}
