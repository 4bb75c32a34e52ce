/** The health check `heartbeat`. */
import { formatDuration } from '#base/duration.ts'
import { timingOf } from './check-general.ts'
import { type CheckKind, checkKind, type OwnTiming } from './check-kind.ts'
import { secretOnly } from './header-values.ts'
import { duration, integer } from './values.ts'
import { said } from './written.ts'

const LEAST_INTERVAL_MS = 1000

const HEARTBEAT_SHAPE = {
  grace: said(duration(100, 86_400_000), 'How late a report may be; half of interval unless said.'),
  rise: said(integer(1, 100), 'Reports in a row that make it up.', { default: 1 }),
  fall: said(integer(1, 100), 'Missing or bad reports that make it down.', { default: 1 }),
  token: said(secretOnly, 'The secret that reports bear, unless the endpoint has its own.'),
} as const

/** The grace is the time-out: within it a report that is due must come. One that does not is a fail after interval and grace, each time. */
const HEARTBEAT_TIMING: OwnTiming = {
  without: [
    'timeout',
    'fast-interval',
    'down-interval',
    'port',
    'probe-address',
    'source-address',
    'latency-limit',
  ],
  read(source, path, { values: written }) {
    const values = written as { interval?: number; grace?: number; rise?: number; fall?: number }
    const { interval, rise = 1, fall = 1 } = values
    if (interval !== undefined && interval < LEAST_INTERVAL_MS)
      source.complain([...path, 'interval'], `${formatDuration(interval)} is shorter than 1s`)
    const { intervalMs } = timingOf({ values: interval === undefined ? {} : { interval }, bad: new Set() })
    const timeoutMs = values.grace ?? Math.ceil(intervalMs / 2)
    return { intervalMs, fastIntervalMs: intervalMs + timeoutMs, timeoutMs, rise, fall }
  },
}

export const HEARTBEAT_KIND: CheckKind = {
  ...checkKind(HEARTBEAT_SHAPE, ({ section: { values } }) => ({
    type: 'heartbeat',
    ...(values.token === undefined ? {} : { token: values.token }),
  })),
  ownTiming: HEARTBEAT_TIMING,
}
