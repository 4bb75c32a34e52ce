/** What probes have seen, page by page. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { Refusal } from '#control/operations.ts'
import type { ProbeHistoryPage } from '#control/probe-history-view.ts'
import type { ControlView } from '#control/view.ts'
import { Problem } from './problem.ts'
import { since } from './since.ts'

const MAX_RUNS = 5000
const NO_LIMIT = `no number from 1 to ${MAX_RUNS}`

const historyQuery = z.strictObject({
  check: z.string().min(1).max(4096),
  since: since.optional(),
  after: z.string().max(64).optional(),
  limit: z
    .string()
    .regex(/^\d{1,4}$/, NO_LIMIT)
    .transform(Number)
    .refine(limit => limit >= 1 && limit <= MAX_RUNS, NO_LIMIT)
    .default(MAX_RUNS),
})

type HistoryQuery = z.infer<typeof historyQuery>

export function addProbeHistory(app: FastifyInstance, control: ControlView): void {
  app.get<{ Querystring: HistoryQuery }>(
    '/api/v1/probe-history',
    { schema: { querystring: historyQuery } },
    ({ query }) => page(control, query),
  )
}

async function page(
  control: ControlView,
  { check, since: sinceMs = 0, after, limit }: HistoryQuery,
): Promise<ProbeHistoryPage> {
  try {
    return await control.probeHistory({ check, sinceMs, limit, ...(after !== undefined && { after }) })
  } catch (error) {
    if (error instanceof Refusal) throw new Problem(error.kind === 'not-found' ? 404 : 409, error.message)
    const why = error instanceof Error ? error.message : String(error)
    throw new Problem(503, `the history of probes cannot be read: ${why}`)
  }
}
