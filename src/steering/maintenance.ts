/** Maintenance windows: times at which endpoints are drained, known beforehand. Pure; local times by Intl. */

/** Opens at `fromMs`, is closed from `untilMs` on: wall time, milliseconds since 1970. */
export interface OnceWindow {
  readonly kind: 'once'
  readonly fromMs: number
  readonly untilMs: number
}

/** Opens at each of the starts of every week, for as long. */
export interface WeeklyWindow {
  readonly kind: 'weekly'
  readonly starts: readonly WeeklyStart[]
  /** Time that passes, whatever the local clocks do meanwhile. */
  readonly forMs: number
  /** As Intl knows it: `UTC`, `Europe/Berlin`. */
  readonly timeZone: string
}

/** Local time. Where clocks skip it, as much later as they skip; where they show it twice, the first. */
export interface WeeklyStart {
  /** 0 is Sunday. */
  readonly weekday: number
  /** Since midnight. */
  readonly minutes: number
}

export interface MaintenanceWindow {
  readonly pool: string
  /** The endpoints that are drained while it is open; at least one. */
  readonly endpoints: readonly string[]
  /** May be empty. */
  readonly reason: string
  readonly schedule: OnceWindow | WeeklyWindow
}

export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

const DAY_MS = 86_400_000
/** A window opened so many days ago may still be open: `for` is at most a week, and local days begin up to 14 hours beside those of UTC. */
const DAYS_BEFORE = 9
/** Three weeks: a change of clocks can close the gap between two openings, but not between all of them. */
const DAYS_AFTER = 23

interface Span {
  readonly fromMs: number
  readonly untilMs: number
}

/** Whether the window is open at this wall time. */
export function isOpen({ schedule }: MaintenanceWindow, wallMs: number): boolean {
  return spansAround(schedule, wallMs, 1).some(({ fromMs, untilMs }) => fromMs <= wallMs && wallMs < untilMs)
}

/** The next wall time at which it opens or closes; undefined if it never does again. */
export function nextChangeMs({ schedule }: MaintenanceWindow, wallMs: number): number | undefined {
  const spans = merged(spansAround(schedule, wallMs, DAYS_AFTER))
  const next = spans.find(({ untilMs }) => untilMs > wallMs)
  if (next === undefined) return undefined
  if (next.fromMs > wallMs) return next.fromMs
  const neverCloses = schedule.kind === 'weekly' && next === spans.at(-1)
  return neverCloses ? undefined : next.untilMs
}

/** Every span of the schedule that may hold the time or begins within so many days, in order. */
function spansAround(
  schedule: MaintenanceWindow['schedule'],
  wallMs: number,
  daysAfter: number,
): readonly Span[] {
  if (schedule.kind === 'once') return [schedule]
  const { starts, forMs, timeZone } = schedule
  const midnight = Math.floor(wallMs / DAY_MS) * DAY_MS
  const spans: Span[] = []
  for (let day = -DAYS_BEFORE; day <= daysAfter; day++) {
    const localMs = midnight + day * DAY_MS
    for (const { weekday, minutes } of starts) {
      if (new Date(localMs).getUTCDay() !== weekday) continue
      const fromMs = instantOf(localMs + minutes * 60_000, timeZone)
      spans.push({ fromMs, untilMs: fromMs + forMs })
    }
  }
  return spans.sort((a, b) => a.fromMs - b.fromMs)
}

/** Spans that touch or overlap made one. */
function merged(spans: readonly Span[]): Span[] {
  const result: Span[] = []
  for (const span of spans) {
    const last = result.at(-1)
    if (last !== undefined && span.fromMs <= last.untilMs)
      result[result.length - 1] = { ...last, untilMs: Math.max(last.untilMs, span.untilMs) }
    else result.push(span)
  }
  return result
}

/**
 * The instant at which the clocks of the time zone show what UTC's show at `localMs`. A time that is skipped there is taken as the
 * clocks before the change would have it; of one that comes twice the first is meant.
 */
export function instantOf(localMs: number, timeZone: string): number {
  const offsets = [localMs - DAY_MS, localMs + DAY_MS].map(instant => offsetMs(instant, timeZone))
  const candidates = offsets.map(offset => localMs - offset)
  const shown = candidates.filter((instant, index) => offsetMs(instant, timeZone) === offsets[index])
  return shown.length === 0 ? (candidates[0] ?? localMs) : Math.min(...shown)
}

/** Whether Intl knows the time zone. */
export function isTimeZone(name: string): boolean {
  try {
    return formatOf(name) !== undefined
  } catch {
    return false
  }
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Dear to make, and there are few. Throws a RangeError for a time zone that Intl does not know. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(timeZone, format)
  return format
}

/** How far the clocks of the time zone are ahead of UTC's. */
function offsetMs(instantMs: number, timeZone: string): number {
  const at: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {}
  for (const { type, value } of formatOf(timeZone).formatToParts(instantMs)) at[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = at
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instantMs / 1000) * 1000
}
