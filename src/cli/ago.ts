/** How long ago something was, as people say it. */

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
] as const

/** `12 s ago`, `3 min ago`, `2 d ago`. Both are RFC 3339; what lies ahead was just now. */
export function agoText(then: string, now: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(now) - Date.parse(then)) / 1000))
  for (const [unit, size] of UNITS)
    if (seconds >= 2 * size) return `${Math.floor(seconds / size)} ${unit} ago`
  return `${seconds} s ago`
}
