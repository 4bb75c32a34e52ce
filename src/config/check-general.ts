/** The keys that every health check has: when it probes, how it judges, and where it aims. */
import { z } from 'zod'
import { formatDuration } from '#base/duration.ts'
import type { DampingRule } from '#health/damping.ts'
import type { CheckTiming } from '#health/timing.ts'
import { demand, readSection, type Section } from './section.ts'
import { address, duration, integer, nested } from './values.ts'
import type { Path, YamlSource } from './yaml-source.ts'

const DAY_MS = 86_400_000
const DEFAULT_INTERVAL_MS = 10_000
const DEFAULT_TIMEOUT_MS = 4000
const DEFAULT_FAST_INTERVAL_MS = 1000
const DEFAULT_FALL = 3
const DEFAULT_RISE = 2

export const TIMING_SHAPE = {
  interval: duration(100, DAY_MS),
  'fast-interval': duration(100, DAY_MS),
  'down-interval': duration(100, DAY_MS),
  timeout: duration(10, DAY_MS),
  rise: integer(1, 100),
  fall: integer(1, 100),
} as const

/** Of composite checks too. */
export const JUDGING_SHAPE = {
  inverted: z.boolean(),
  dwell: duration(0, DAY_MS),
  flap: nested,
} as const

export const AIM_SHAPE = {
  port: integer(1, 65535),
  'probe-address': address,
  'source-address': address,
  'latency-limit': duration(1, DAY_MS),
} as const

const FLAP_SHAPE = { limit: integer(2, 1000), 'half-life': duration(1000, 30 * DAY_MS) } as const

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
