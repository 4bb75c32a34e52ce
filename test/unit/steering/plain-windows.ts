/** Weekly windows and local times reckoned as plainly as can be, by asking Intl about every instant: what the quick way is held to. */
import type { WeeklyWindow } from '#steering/maintenance.ts'

const DAY_MS = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

/** How far the clocks of the time zone are ahead of UTC's. */
export function plainOffsetMs(instantMs: number, timeZone: string): number {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  formats.set(timeZone, format)
  const wholeSecondMs = Math.floor(instantMs / 1000) * 1000
  return Date.parse(`${format.format(wholeSecondMs).replace(' ', 'T')}Z`) - wholeSecondMs
}

/** The first instant at which the clocks show the local time; of one that is skipped, the one that it would have been without the skip. */
export function plainInstantOf(localMs: number, timeZone: string): number {
  const offsets = [localMs - DAY_MS, localMs + DAY_MS].map(instant => plainOffsetMs(instant, timeZone))
  const shown = offsets.filter(offset => plainOffsetMs(localMs - offset, timeZone) === offset)
  return localMs - (shown.length === 0 ? (offsets[0] ?? 0) : Math.max(...shown))
}

/** The changes of the clocks in that year, each the first second of the new time. */
export function changesOfClocks(year: number, timeZone: string): number[] {
  const found: number[] = []
  for (let month = 0; month < 12; month++) {
    let [before, after] = [Date.UTC(year, month) / 1000, Date.UTC(year, month + 1) / 1000]
    const offset = plainOffsetMs(before * 1000, timeZone)
    if (plainOffsetMs(after * 1000, timeZone) === offset) continue
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2)
      if (plainOffsetMs(middle * 1000, timeZone) === offset) before = middle
      else after = middle
    }
    found.push(after * 1000)
  }
  return found
}

/** Whether the window is open, and the wall time of its next change; that is undefined if there is none before the last opening of three weeks. */
export function plainWindow(
  { starts, forMs, timeZone }: WeeklyWindow,
  wallMs: number,
): { isOpen: boolean; nextMs: number | undefined } {
  const days = Array.from({ length: 33 }, (_, day) => (Math.floor(wallMs / DAY_MS) + day - 9) * DAY_MS)
  const begins = days.flatMap(dayMs =>
    starts
      .filter(({ weekday }) => new Date(dayMs).getUTCDay() === weekday)
      .map(({ minutes }) => plainInstantOf(dayMs + minutes * 60_000, timeZone)),
  )
  const isOpenAt = (instantMs: number): boolean =>
    begins.some(beginMs => beginMs <= instantMs && instantMs < beginMs + forMs)
  const isOpen = isOpenAt(wallMs)
  const lastMs = Math.max(...begins)
  const next = begins
    .flatMap(beginMs => [beginMs, beginMs + forMs])
    .filter(edgeMs => edgeMs > wallMs && edgeMs <= lastMs && isOpenAt(edgeMs) !== isOpen)
  return { isOpen, nextMs: next.length === 0 ? undefined : Math.min(...next) }
}
