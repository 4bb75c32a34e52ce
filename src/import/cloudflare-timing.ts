/**
 * When monitors of Cloudflare probe, and how many probes change a verdict.
 *
 *   Cloudflare   a health check each interval; one that times out is tried again at once, `retries` times;
 *                `consecutive_down` failed ones in a row make an origin unhealthy, one if that is 0
 *   here         fall = consecutive_down + retries fails, over as much time as Cloudflare took:
 *                fast-interval = (consecutive_down - 1) × interval / (fall - 1), at least 1 s
 */
import { formatDuration } from '#base/duration.ts'
import { type Entry, entry, scalar } from './draft.ts'
import type { Findings } from './findings.ts'
import type { JsonFields } from './json-fields.ts'
import { INTERVAL, THRESHOLD } from './limits.ts'

/** Seconds. */
const DEFAULTS = { interval: 60, timeout: 5, retries: 2 } as const

export function timingEntries(fields: JsonFields, of: string, findings: Findings): Entry[] {
  const interval = fields.whole('interval', INTERVAL.min, INTERVAL.max) ?? DEFAULTS.interval
  const timeout = fields.whole('timeout', 1, INTERVAL.max) ?? DEFAULTS.timeout
  const retries = fields.whole('retries', 0, THRESHOLD.max - 1) ?? DEFAULTS.retries
  const down = Math.max(1, fields.whole('consecutive_down', 0, THRESHOLD.max) ?? 0)
  const rise = Math.max(1, fields.whole('consecutive_up', 0, THRESHOLD.max) ?? 0)
  if (timeout >= interval)
    fields.complain('timeout', `${timeout} s is not shorter than the interval of ${interval} s`)
  const fall = down + retries
  if (fall > THRESHOLD.max)
    fields.complain(
      'consecutive_down',
      `with ${retries} retries that is ${fall} fails, more than ${THRESHOLD.max}`,
    )
  const fast = fall === 1 ? 1 : Math.max(1, Math.floor(((down - 1) * interval) / (fall - 1)))
  report(fields, { retries, down, fall, rise, fast }, of, findings)
  const said = (key: string): string =>
    fields.has(key) ? `${key}, ${fields.at(key)}` : `the default of Cloudflare for ${key}`
  return [
    entry('interval', scalar(seconds(interval), said('interval'))),
    entry('fast-interval', scalar(seconds(fast), fastWords(down, retries))),
    entry('timeout', scalar(seconds(timeout), said('timeout'))),
    entry('fall', scalar(fall, fallWords(fields, down, retries))),
    entry('rise', scalar(rise, rise === 1 ? 'one pass makes it healthy' : said('consecutive_up'))),
  ]
}

interface Counts {
  readonly retries: number
  readonly down: number
  readonly fall: number
  readonly rise: number
  /** Seconds. */
  readonly fast: number
}

function fallWords(fields: JsonFields, down: number, retries: number): string {
  const first = down === 1 ? 'one fail' : `consecutive_down ${down}`
  const place = fields.has('retries') ? `, ${fields.at('retries')}` : ''
  return `${first}, and ${retries} retries${place}`
}

function fastWords(down: number, retries: number): string {
  if (down > 1) return 'so that the fails take as long as there'
  return retries === 0 ? 'one fail is enough' : 'retries are made at once'
}

function report(
  fields: JsonFields,
  { retries, down, fall, rise, fast }: Counts,
  of: string,
  findings: Findings,
): void {
  if (retries > 0)
    findings.changed(
      `retries of ${of}`,
      `${fall} fails of any kind, ${seconds(fast)} apart, make it down: Cloudflare tries again after a timeout alone, and at once`,
      fields.at('retries'),
    )
  if (down > 1 && retries === 0)
    findings.note(`consecutive_down of ${of}`, `is fall: ${fall}`, fields.at('consecutive_down'))
  if (rise > 1)
    findings.changed(
      `consecutive_up of ${of}`,
      `${rise} passes in a row, ${seconds(fast)} apart and not an interval, make it up; fails that a single pass cleared there are cleared by as many here`,
      fields.at('consecutive_up'),
    )
}

function seconds(count: number): string {
  return formatDuration(count * 1000)
}
