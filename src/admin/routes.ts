/** What can be asked. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { parseDuration } from '#base/duration.ts'
import type { ControlView, PoolView, ServerView } from '#control/view.ts'
import { METRICS_CONTENT_TYPE } from './metrics.ts'
import { Problem } from './problem.ts'

const PATHS = `Understudy

/metrics                       for Prometheus
/livez                         whether the process runs
/readyz                        whether it answers queries
/api/v1/server                 the server, its zones and counters
/api/v1/pools                  what is answered now, and why
/api/v1/pools/{zone}/{pool}
/api/v1/overrides              operators' decisions in force (GET, POST, DELETE)
/api/v1/pools/{zone}/{pool}/failback
                               return to the primary (POST)
/api/v1/heartbeats/{zone}/{pool}/{endpoint}
                               where endpoints report in (POST, with their token)
/api/v1/alerts                 receivers, and what they were told (?limit=100)
/api/v1/alerts/test            send a test to a receiver (POST)
/api/v1/transitions            what has changed (?since=24h&name=NAME&limit=100)
`

/** `/livez` and `/metrics`: all that the listener for Prometheus has. */
export function addMetrics(app: FastifyInstance, render: () => Promise<string>): void {
  app.get('/livez', async (_request, reply) => text(reply, 'ok\n'))
  app.get('/metrics', async (_request, reply) => reply.type(METRICS_CONTENT_TYPE).send(await render()))
}

/** Everything else that the admin listener has. */
export function addAdmin(app: FastifyInstance, control: ControlView): void {
  app.get('/', async (_request, reply) => text(reply, PATHS))
  app.get('/readyz', async (_request, reply) => text(reply, readiness(control.server())))
  app.get('/api/v1/server', async () => control.server())
  app.get('/api/v1/pools', async () => ({ pools: control.pools() }))
  app.get<{ Params: { zone: string; pool: string } }>('/api/v1/pools/:zone/:pool', async ({ params }) =>
    findPool(control.pools(), params.zone, params.pool),
  )
  app.get<{ Querystring: z.infer<typeof transitionsQuery> }>(
    '/api/v1/transitions',
    { schema: { querystring: transitionsQuery } },
    async ({ query }) => ({ transitions: await transitions(control, query) }),
  )
}

function text(reply: { type(type: string): { send(text: string): unknown } }, body: string): unknown {
  return reply.type('text/plain; charset=utf-8').send(body)
}

/** Alarms do not keep the server from answering, and so not from being ready. */
function readiness({ ready, alarms }: ServerView): string {
  const lines = alarms.map(alarm => `alarm: ${alarm}\n`).join('')
  if (ready) return `ready\n${lines}`
  throw new Problem(503, ['queries are not answered from a loaded configuration', ...alarms].join('; '))
}

function findPool(pools: readonly PoolView[], zone: string, pool: string): PoolView {
  const wanted = zone.toLowerCase().replace(/(.)\.$/, '$1')
  const found = pools.find(one => one.zone.toLowerCase() === wanted && one.pool === pool)
  if (found === undefined) throw new Problem(404, `no pool is called ${zone}/${pool}`)
  return found
}

const transitionsQuery = z.strictObject({
  since: z
    .string()
    .transform((said, context) => {
      const sinceMs = sinceOf(said)
      if (sinceMs !== undefined) return sinceMs
      context.addIssue('neither a duration such as 24h nor a time such as 2026-01-31T12:00:00Z')
      return z.NEVER
    })
    .optional(),
  name: z.string().min(1).max(1024).optional(),
  limit: z
    .string()
    .regex(/^\d{1,4}$/, 'no number from 1 to 1000')
    .transform(Number)
    .refine(limit => limit >= 1 && limit <= 1000, 'no number from 1 to 1000')
    .default(100),
})

/** Milliseconds since 1970 of a time, or of now less a duration. */
function sinceOf(said: string): number | undefined {
  const duration = parseDuration(said)
  if (duration !== undefined) return Date.now() - duration
  const time = z.iso.datetime({ offset: true }).safeParse(said)
  return time.success ? Date.parse(time.data) : undefined
}

async function transitions(control: ControlView, query: z.infer<typeof transitionsQuery>) {
  const { since, name, limit } = query
  try {
    return await control.transitions({
      ...(since !== undefined && { sinceMs: since }),
      ...(name !== undefined && { name }),
      limit,
    })
  } catch (error) {
    throw new Problem(
      503,
      `the history cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
