/** Names as they are written in zone files. */
import { isAtOrBelow, lowerCase, type Name, nameToText, ROOT } from '#wire/name.ts'

/** Without the final dot; the root is `.`. */
export function plainName(name: Name): string {
  return name === ROOT ? '.' : nameToText(name).slice(0, -1)
}

/** As it stands in a zone: relative to the origin, `@` for that itself, in full where it is elsewhere. The origin is in lower case. */
export function relativeName(name: Name, origin: Name): string {
  const known = lowerCase(name)
  if (known === origin) return '@'
  const text = nameToText(name)
  if (!isAtOrBelow(known, origin)) return text
  return origin === ROOT ? text.slice(0, -1) : text.slice(0, -1 - nameToText(origin).length)
}
