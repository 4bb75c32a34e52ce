/** What the clocks of a time zone show, by Intl. Pure. Intl is slow: it is asked about a few instants of each zone, and the rest follows. */

const DAY_MS = 86_400_000
/**
 * No time zone changes its clocks twice within so long (the least since 1970 are 6.96 days, in Boa Vista and Gaza): a stretch with
 * the same offset at both ends has it throughout, and any other has one change.
 */
const STRETCH_MS = 4 * DAY_MS
/** Of one time zone; a weekly window needs ten. */
const MAX_STRETCHES = 100

/** Part of a time zone's history: one offset until the change, another from then on. */
interface Stretch {
  readonly before: number
  /** Endless where there is no change. */
  readonly changeMs: number
  readonly after: number
}

interface LocalClock {
  readonly format: Intl.DateTimeFormat
  /** By their number since 1970. */
  readonly stretches: Map<number, Stretch>
}

const clocks = new Map<string, LocalClock>()

/**
 * The instant at which the clocks of the time zone show what UTC's show at `localMs`. A time that is skipped there is taken as the
 * clocks before the change would have it; of one that comes twice the first is meant.
 */
export function instantOf(localMs: number, timeZone: string): number {
  const clock = clockOf(timeZone)
  const first = offsetMs(localMs - DAY_MS, clock)
  const second = offsetMs(localMs + DAY_MS, clock)
  if (first === second) return localMs - first
  const shown = [first, second].filter(offset => offsetMs(localMs - offset, clock) === offset)
  return localMs - (shown.length === 0 ? first : Math.max(...shown))
}

/** Whether Intl knows the time zone. */
export function isTimeZone(name: string): boolean {
  try {
    return clockOf(name) !== undefined
  } catch {
    return false
  }
}

/** Throws a RangeError for a time zone that Intl does not know. */
function clockOf(timeZone: string): LocalClock {
  const known = clocks.get(timeZone)
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
  const clock = { format, stretches: new Map() }
  clocks.set(timeZone, clock)
  return clock
}

/** How far the local clocks are ahead of UTC's. */
function offsetMs(instantMs: number, clock: LocalClock): number {
  const number = Math.floor(instantMs / STRETCH_MS)
  const { before, changeMs, after } = clock.stretches.get(number) ?? learn(number, clock)
  return instantMs < changeMs ? before : after
}

function learn(number: number, { format, stretches }: LocalClock): Stretch {
  const fromMs = number * STRETCH_MS
  const untilMs = fromMs + STRETCH_MS
  const before = stretches.get(number - 1)?.after ?? shownOffsetMs(fromMs, format)
  const after = stretches.get(number + 1)?.before ?? shownOffsetMs(untilMs, format)
  const changeMs = before === after ? Number.POSITIVE_INFINITY : findChange(fromMs, untilMs, before, format)
  const stretch = { before, changeMs, after }
  if (stretches.size >= MAX_STRETCHES) stretches.clear()
  stretches.set(number, stretch)
  return stretch
}

/** The first instant between these that has not the offset of the beginning any more: a whole second. */
function findChange(fromMs: number, untilMs: number, before: number, format: Intl.DateTimeFormat): number {
  let [known, changed] = [fromMs / 1000, untilMs / 1000]
  while (changed - known > 1) {
    const middle = Math.floor((known + changed) / 2)
    if (shownOffsetMs(middle * 1000, format) === before) known = middle
    else changed = middle
  }
  return changed * 1000
}

/** As Intl says it. */
function shownOffsetMs(instantMs: number, format: Intl.DateTimeFormat): number {
  const at: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {}
  for (const { type, value } of format.formatToParts(instantMs)) at[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = at
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instantMs / 1000) * 1000
}
