/** The keys that every health check has: when it probes, how it judges, and where it aims. */
import { z } from 'zod'
import { formatDuration } from '#base/duration.ts'
import type { DampingRule } from '#health/damping.ts'
import type { CheckTiming } from '#health/timing.ts'
import { demand, readSection, type Section } from './section.ts'
import { address, duration, integer } from './values.ts'
import { said, section } from './written.ts'
import type { Path, YamlSource } from './yaml-source.ts'

const DAY_MS = 86_400_000
const DEFAULT_INTERVAL_MS = 10_000
const DEFAULT_TIMEOUT_MS = 4000
const DEFAULT_FAST_INTERVAL_MS = 1000
const DEFAULT_FALL = 3
const DEFAULT_RISE = 2

export const TIMING_SHAPE = {
  interval: said(
    duration(100, DAY_MS),
    'From the start of one probe to that of the next, plus a random part of up to a tenth, at most 1 s.',
    { default: formatDuration(DEFAULT_INTERVAL_MS) },
  ),
  'fast-interval': said(duration(100, DAY_MS), 'The same while a change is being decided.', {
    default: formatDuration(DEFAULT_FAST_INTERVAL_MS),
  }),
  'down-interval': said(
    duration(100, DAY_MS),
    'The same while it is down for certain; interval unless said.',
  ),
  timeout: said(
    duration(10, DAY_MS),
    'Of a whole probe; shorter than interval, and half of it at most unless said.',
    {
      default: formatDuration(DEFAULT_TIMEOUT_MS),
    },
  ),
  rise: said(integer(1, 100), 'Passes in a row that make it up.', { default: DEFAULT_RISE }),
  fall: said(integer(1, 100), 'Fails that make it down; only rise passes in a row clear them.', {
    default: DEFAULT_FALL,
  }),
} as const

const FLAP_SHAPE = {
  limit: said(integer(2, 1000), 'So many changes of the verdict are too many.', { isNeeded: true }),
  'half-life': said(duration(1000, 30 * DAY_MS), 'In which half of them are forgotten.', { isNeeded: true }),
} as const

/** Of composite checks too. */
export const JUDGING_SHAPE = {
  inverted: said(z.boolean(), 'Whether a pass is a fail and a fail a pass.', { default: false }),
  dwell: said(duration(0, DAY_MS), 'So long after going down it does not count as up.', { default: '0s' }),
  flap: said(section(FLAP_SHAPE), 'Past so many changes of the verdict it is held until quiet.'),
} as const

export const AIM_SHAPE = {
  port: said(integer(1, 65535), "At the endpoint's address."),
  'probe-address': said(address, "What is probed in place of the endpoint's address."),
  'source-address': said(address, "An address of this host to probe from; the system's choice unless said."),
  'latency-limit': said(duration(1, DAY_MS), 'A pass that took longer is a fail (slow).'),
} as const

type TimingSection = Pick<Section<typeof TIMING_SHAPE>, 'bad'> & {
  readonly values: Partial<Section<typeof TIMING_SHAPE>['values']>
}

export const NO_KEYS: TimingSection = { values: {}, bad: new Set() }

export function timingOf({ values }: TimingSection): CheckTiming {
  const intervalMs = values.interval ?? DEFAULT_INTERVAL_MS
  const downIntervalMs = values['down-interval']
  return {
    intervalMs,
    fastIntervalMs: values['fast-interval'] ?? Math.min(DEFAULT_FAST_INTERVAL_MS, intervalMs),
    ...(downIntervalMs === undefined ? {} : { downIntervalMs }),
    timeoutMs: values.timeout ?? Math.min(DEFAULT_TIMEOUT_MS, Math.floor(intervalMs / 2)),
    rise: values.rise ?? DEFAULT_RISE,
    fall: values.fall ?? DEFAULT_FALL,
  }
}

export function complainOfTiming(source: YamlSource, path: Path, section: TimingSection): void {
  if (section.bad.has('interval')) return
  const { intervalMs, fastIntervalMs, timeoutMs, downIntervalMs } = timingOf(section)
  const interval = `interval ${formatDuration(intervalMs)}`
  const say = (key: string, ms: number, what: string): void =>
    source.complain([...path, key], `${formatDuration(ms)} is ${what}`)
  if (timeoutMs >= intervalMs) say('timeout', timeoutMs, `not shorter than ${interval}`)
  if (fastIntervalMs > intervalMs) say('fast-interval', fastIntervalMs, `longer than ${interval}`)
  if (downIntervalMs !== undefined && downIntervalMs <= timeoutMs)
    say('down-interval', downIntervalMs, `not longer than timeout ${formatDuration(timeoutMs)}`)
}

/** `dwell` and `flap` of the check at the path. */
export function dampingOf(
  source: YamlSource,
  path: Path,
  { values }: Section<typeof JUDGING_SHAPE>,
): DampingRule {
  const dwellMs = values.dwell ?? 0
  if (values.flap === undefined) return { dwellMs }
  const flap = readSection(source, [...path, 'flap'], FLAP_SHAPE)
  demand(source, [...path, 'flap'], flap, 'limit', 'half-life')
  const { limit, 'half-life': halfLifeMs } = flap.values
  return limit === undefined || halfLifeMs === undefined
    ? { dwellMs }
    : { dwellMs, flap: { limit, halfLifeMs } }
}
