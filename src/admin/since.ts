/** `since` of a query. */
import { z } from 'zod'
import { parseDuration } from '#base/duration.ts'

/** Milliseconds since 1970 of a time, or of now less a duration. */
export const since = z.string().transform((said, context) => {
  const sinceMs = sinceOf(said)
  if (sinceMs !== undefined) return sinceMs
  context.addIssue('neither a duration such as 24h nor a time such as 2026-01-31T12:00:00Z')
  return z.NEVER
})

function sinceOf(said: string): number | undefined {
  const duration = parseDuration(said)
  if (duration !== undefined) return Date.now() - duration
  const time = z.iso.datetime({ offset: true }).safeParse(said)
  return time.success ? Date.parse(time.data) : undefined
}
