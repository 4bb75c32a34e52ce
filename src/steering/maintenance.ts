/** Maintenance windows: times at which endpoints are drained, known beforehand. Pure. */
import { instantOf } from './local-time.ts'

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
  const firstMs = midnight - DAYS_BEFORE * DAY_MS
  const firstWeekday = new Date(firstMs).getUTCDay()
  for (const { weekday, minutes } of starts) {
    const daysOff = (weekday - firstWeekday + 7) % 7
    for (let day = daysOff; day <= DAYS_BEFORE + daysAfter; day += 7) {
      const fromMs = instantOf(firstMs + day * DAY_MS + minutes * 60_000, timeZone)
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
