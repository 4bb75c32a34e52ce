/** Hours in which nobody is to be disturbed, by a local clock. Pure. */
import { instantOf } from '#steering/local-time.ts'
import { isAtLeast, type Severity } from './event.ts'

export interface QuietHours {
  /** Minutes since midnight, local time; `to` is the first that is not quiet. From a later to an earlier time is over midnight. */
  readonly fromMinutes: number
  readonly toMinutes: number
  /** As Intl knows it. */
  readonly timeZone: string
  /** What is at least as severe is told at any time. */
  readonly except: Severity
}

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** Wall time at which it is no longer quiet for the severity; undefined if it is not now. */
export function quietUntilMs(
  { fromMinutes, toMinutes, timeZone, except }: QuietHours,
  severity: Severity,
  wallMs: number,
): number | undefined {
  if (isAtLeast(severity, except)) return undefined
  const midnight = Math.floor(wallMs / DAY_MS) * DAY_MS
  const overnightMs = toMinutes <= fromMinutes ? DAY_MS : 0
  // Local days begin up to 14 hours beside those of UTC.
  for (let day = -2; day <= 1; day++) {
    const localMs = midnight + day * DAY_MS
    const fromMs = instantOf(localMs + fromMinutes * MINUTE_MS, timeZone)
    const untilMs = instantOf(localMs + overnightMs + toMinutes * MINUTE_MS, timeZone)
    if (fromMs <= wallMs && wallMs < untilMs) return untilMs
  }
  return undefined
}
