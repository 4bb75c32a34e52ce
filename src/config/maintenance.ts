/** Maintenance windows: `maintenance:` of a zone. */
import { z } from 'zod'
import { instantOf, isTimeZone } from '#steering/local-time.ts'
import { type MaintenanceWindow, WEEKDAYS, type WeeklyStart } from '#steering/maintenance.ts'
import { didYouMean } from './nearest.ts'
import type { PoolDraft } from './pools.ts'
import { demand, readSection, readValue, type Section } from './section.ts'
import { duration, oneOrList, refine, text } from './values.ts'
import { show } from './words.ts'
import { objectOf, said, writtenAs } from './written.ts'
import type { Path, YamlSource } from './yaml-source.ts'

const WEEK_MS = 7 * 86_400_000
const MINUTE_MS = 60_000
const MAX_WINDOWS = 1000

export const timeZone = refine(z.string(), name =>
  isTimeZone(name)
    ? { value: name }
    : { problem: `${show(name)} is not a time zone such as UTC or Europe/Berlin` },
)

function inAnyCase(word: string): string {
  return word.replace(/[a-z]/g, letter => `[${letter.toUpperCase()}${letter}]`)
}

const weekday = writtenAs(
  refine(z.string(), name => {
    const index = (WEEKDAYS as readonly string[]).indexOf(name.toLowerCase().slice(0, 3))
    return index === -1 || !/^[a-z]{3,9}$/i.test(name)
      ? { problem: `${show(name)} is not a day such as ${WEEKDAYS.join(', ')}` }
      : { value: index }
  }),
  { type: 'string', pattern: `^(${WEEKDAYS.map(inAnyCase).join('|')})[A-Za-z]{0,6}$` },
)

/** `02:30`, local time, in minutes. */
export const timeOfDay = writtenAs(
  refine(
    z.string({
      error: ({ input }) => (typeof input === 'number' ? 'put the time in quotes: "02:30"' : undefined),
    }),
    time => {
      const parts = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time)
      return parts === null
        ? { problem: `${show(time)} is not a time such as "02:30"` }
        : { value: Number(parts[1]) * 60 + Number(parts[2]) }
    },
  ),
  { type: 'string', pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' },
)

/** `2026-12-01 02:30`, local time, in milliseconds since 1970 as if it were UTC. */
const localTime = writtenAs(
  refine(z.string(), time => {
    const parts = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})$/.exec(time)
    const ms = parts === null ? Number.NaN : Date.parse(`${parts[1]}T${parts[2]}:00Z`)
    return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 16) !== `${parts?.[1]}T${parts?.[2]}`
      ? { problem: `${show(time)} is not a time such as "2026-12-01 02:30"` }
      : { value: ms }
  }),
  { type: 'string', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}$' },
)

const SHAPE = {
  pool: said(text(63), 'A pool of this zone.', { isNeeded: true }),
  endpoint: said(oneOrList(text(63)), 'Its endpoints: one or a list.', { isNeeded: true }),
  reason: said(text(200), 'Why, for those who look.'),
  'time-zone': said(timeZone, 'Of the times, such as Europe/Berlin.', { default: 'UTC' }),
  for: said(duration(MINUTE_MS, WEEK_MS), 'How long, from 1m to 7d.', { isNeeded: true }),
  at: said(localTime, 'Once: a local time such as "2026-12-01 02:30".'),
  every: said(oneOrList(weekday), 'Weekly: one day or a list of days, such as [mon, thu].'),
  from: said(timeOfDay, 'With every: a local time such as "02:30".'),
} as const

/** `maintenance:`. */
export const windowList = writtenAs(z.unknown(), () => ({
  type: ['array', 'null'],
  items: {
    ...objectOf(SHAPE),
    oneOf: [{ required: ['at'] }, { required: ['every', 'from'] }],
  },
  maxItems: MAX_WINDOWS,
}))

/** All of `maintenance:`. A bad one is left out, with a complaint. */
export function readMaintenance(
  source: YamlSource,
  pools: ReadonlyMap<string, PoolDraft>,
): MaintenanceWindow[] {
  const path = ['maintenance']
  if (source.get(path) === undefined) return []
  const list = readValue(source, path, z.array(z.unknown()).max(MAX_WINDOWS))
  return (list?.value ?? []).flatMap((_, index) => readWindow(source, [...path, index], pools) ?? [])
}

function readWindow(
  source: YamlSource,
  path: Path,
  pools: ReadonlyMap<string, PoolDraft>,
): MaintenanceWindow | undefined {
  const section = readSection(source, path, SHAPE)
  demand(source, path, section, 'pool', 'endpoint', 'for')
  const { pool, endpoint: endpoints, reason = '' } = section.values
  if (pool !== undefined && endpoints !== undefined) complainOfTarget(source, path, pool, endpoints, pools)
  const schedule = scheduleOf(source, path, section)
  if (pool === undefined || endpoints === undefined || schedule === undefined) return undefined
  return { pool, endpoints, reason, schedule }
}

/** Either `at` a time, or `every` so many days `from` a time of day. */
function scheduleOf(
  source: YamlSource,
  path: Path,
  section: Section<typeof SHAPE>,
): MaintenanceWindow['schedule'] | undefined {
  const { at, every, from, for: forMs, 'time-zone': zone = 'UTC' } = section.values
  const written = source.keys(path)
  if (written.includes('at')) {
    for (const key of ['every', 'from']) {
      if (written.includes(key)) source.complain([...path, key], 'does not go with at:', 'key')
    }
    if (at === undefined || forMs === undefined) return undefined
    const fromMs = instantOf(at, zone)
    return { kind: 'once', fromMs, untilMs: fromMs + forMs }
  }
  if (!written.includes('every')) {
    source.complain(path, 'needs at: for a window that is once, or every: and from: for a weekly one')
    return undefined
  }
  demand(source, path, section, 'from')
  if (every === undefined || from === undefined || forMs === undefined) return undefined
  const starts: WeeklyStart[] = every.map(day => ({ weekday: day, minutes: from }))
  return { kind: 'weekly', starts, forMs, timeZone: zone }
}

function complainOfTarget(
  source: YamlSource,
  path: Path,
  pool: string,
  endpoints: readonly string[],
  pools: ReadonlyMap<string, PoolDraft>,
): void {
  const names = pools.get(pool)?.pool.endpoints.map(({ name }) => name)
  if (names === undefined) {
    source.complain(
      [...path, 'pool'],
      `there is no pool named ${show(pool)}${didYouMean(pool, pools.keys())}`,
    )
    return
  }
  const isList = Array.isArray(source.get([...path, 'endpoint']))
  for (const [index, endpoint] of endpoints.entries()) {
    const at = isList ? [...path, 'endpoint', index] : [...path, 'endpoint']
    if (!names.includes(endpoint))
      source.complain(at, `${pool} has no endpoint named ${show(endpoint)}${didYouMean(endpoint, names)}`)
  }
}
