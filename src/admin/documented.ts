/** What a route tells of itself, for the OpenAPI document. */
import type { z } from 'zod'

export interface Documented {
  readonly summary: string
  /** Of what is answered with 200 as JSON; what is text says of which type. */
  readonly answer: z.ZodType | `${string}/${string}` | 'none'
  /** Statuses that are answered with a problem, beside those that every path has. */
  readonly problems?: readonly number[]
}

declare module 'fastify' {
  interface FastifyContextConfig {
    documented?: Documented
  }
}
