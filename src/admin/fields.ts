/** The kinds of values that requests are made of. */
import { z } from 'zod'
import { formatDuration, parseDuration } from '#base/duration.ts'

const LEAST_MS = 1000
const LONGEST_MS = 30 * 86_400_000

/** Without what could forge lines of a log or a terminal. */
export const line = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .refine(
      text => text.isWellFormed() && !/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(text),
      'has characters that cannot be printed',
    )

/** How long something holds, in milliseconds. */
export const lasting = z
  .string()
  .meta({ description: 'A duration from 1s to 30d.', examples: ['30m'] })
  .transform((said, context) => {
    const forMs = parseDuration(said)
    if (forMs !== undefined && forMs >= LEAST_MS && forMs <= LONGEST_MS) return forMs
    context.addIssue(
      `no duration from ${formatDuration(LEAST_MS)} to ${formatDuration(LONGEST_MS)}, such as 30m`,
    )
    return z.NEVER
  })

/** `true` or `false` in a query. */
export const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform(said => said === 'true')

/** Milliseconds since 1970. */
export const since = z
  .string()
  .meta({
    description: 'A duration until now, or a time (RFC 3339).',
    examples: ['24h', '2026-01-31T12:00:00Z'],
  })
  .transform((said, context) => {
    const sinceMs = sinceOf(said)
    if (sinceMs !== undefined) return sinceMs
    context.addIssue('neither a duration such as 24h nor a time such as 2026-01-31T12:00:00Z')
    return z.NEVER
  })

/** Of rows, 100 unless said. */
export const limit = z
  .string()
  .regex(/^\d{1,4}$/, 'no number from 1 to 1000')
  .meta({ description: 'At most so many, from 1 to 1000; 100 unless said.', examples: ['100'] })
  .transform(Number)
  .refine(limit => limit >= 1 && limit <= 1000, 'no number from 1 to 1000')
  .default(100)

function sinceOf(said: string): number | undefined {
  const duration = parseDuration(said)
  if (duration !== undefined) return Date.now() - duration
  const time = z.iso.datetime({ offset: true }).safeParse(said)
  return time.success ? Date.parse(time.data) : undefined
}
