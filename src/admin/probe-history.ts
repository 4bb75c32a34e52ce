/** What probes have seen, page by page. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { ProbeHistoryPage } from '#control/probe-history-view.ts'
import { Refusal } from '#control/refusals.ts'
import type { ControlView } from '#control/view.ts'
import { probeHistoryPage } from './answers.ts'
import { problemOfRefusal } from './audited.ts'
import { since } from './fields.ts'
import { Problem } from './problem.ts'

const MAX_RUNS = 5000
const NO_LIMIT = `no number from 1 to ${MAX_RUNS}`

const historyQuery = z.strictObject({
  check: z
    .string()
    .min(1)
    .max(4096)
    .meta({ description: 'A health check, or ZONE/CHECK.', examples: ['web'] }),
  since: since.optional(),
  after: z.string().max(64).meta({ description: '`next` of the page before.' }).optional(),
  limit: z
    .string()
    .regex(/^\d{1,4}$/, NO_LIMIT)
    .meta({
      description: `At most so many runs, from 1 to ${MAX_RUNS}; that many unless said.`,
      examples: [`${MAX_RUNS}`],
    })
    .transform(Number)
    .refine(limit => limit >= 1 && limit <= MAX_RUNS, NO_LIMIT)
    .default(MAX_RUNS),
})

type HistoryQuery = z.infer<typeof historyQuery>

export function addProbeHistory(app: FastifyInstance, control: ControlView): void {
  app.get<{ Querystring: HistoryQuery }>(
    '/api/v1/probe-history',
    {
      schema: { querystring: historyQuery },
      config: {
        documented: {
          summary: 'What the probes of a health check have seen, page by page',
          answer: probeHistoryPage,
          problems: [404, 409, 503],
        },
      },
    },
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
    if (error instanceof Refusal) throw problemOfRefusal(error, 'query.check')
    const why = error instanceof Error ? error.message : String(error)
    throw new Problem(503, `the history of probes cannot be read: ${why}`)
  }
}
