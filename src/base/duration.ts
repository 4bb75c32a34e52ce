/** Durations as people write them: `10s`, `1m30s`, `500ms`, `2h`, `1d`. */

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/** What floating point may be off by: 1.005 × 1000 is not quite 1005. */
const INEXACT_MS = 1e-4

/** Milliseconds of a text such as `1m30s`; undefined if the text is no duration. A bare number has no unit and is none. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|[smhdw]))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)) {
    total += Number(amount) * UNITS[unit as keyof typeof UNITS]
  }
  const rounded = Math.round(total)
  return Number.isSafeInteger(rounded) && Math.abs(total - rounded) < INEXACT_MS ? rounded : undefined
}

/** A text that `parseDuration` reads back as the same number of milliseconds, rounded to whole ones. */
export function formatDuration(milliseconds: number): string {
  const rounded = Math.round(milliseconds)
  if (rounded === 0) return '0s'
  let rest = rounded
  let text = ''
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const count = Math.floor(rest / UNITS[unit])
    if (count > 0) text += `${count}${unit}`
    rest -= count * UNITS[unit]
  }
  return text
}
