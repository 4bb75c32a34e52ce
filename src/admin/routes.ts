/** What can be asked. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { ControlView, PoolView, ServerView } from '#control/view.ts'
import { poolAnswer, poolList, serverAnswer, transitionList } from './answers.ts'
import { limit, since } from './fields.ts'
import { METRICS_CONTENT_TYPE } from './metrics.ts'
import { addProbeHistory } from './probe-history.ts'
import { Problem } from './problem.ts'

/** Asks for no token. */
function open(summary: string) {
  return { config: { access: 'open', documented: { summary, answer: 'text/plain' } } } as const
}

function documented(summary: string, answer: z.ZodType, problems: readonly number[] = []) {
  return { config: { documented: { summary, answer, problems } } } as const
}

/** `/livez` and `/metrics`: all that the listener for Prometheus has. */
export function addMetrics(app: FastifyInstance, render: () => Promise<string>): void {
  app.get('/livez', open('Whether the process runs'), async (_request, reply) => text(reply, 'ok\n'))
  app.get(
    '/metrics',
    { config: { documented: { summary: 'For Prometheus', answer: 'text/plain' } } },
    async (_request, reply) => reply.type(METRICS_CONTENT_TYPE).send(await render()),
  )
}

/** Everything else that the admin listener has. */
export function addAdmin(app: FastifyInstance, control: ControlView): void {
  app.get('/readyz', READYZ, async (_request, reply) => text(reply, readiness(control.server())))
  app.get('/api/v1/server', documented('The server, its zones and counters', serverAnswer), async () =>
    control.server(),
  )
  app.get('/api/v1/pools', documented('What is answered now, and why', poolList), async () => ({
    pools: control.pools(),
  }))
  app.get<{ Params: { zone: string; pool: string } }>(
    '/api/v1/pools/:zone/:pool',
    documented('One pool', poolAnswer, [404]),
    async ({ params }) => findPool(control, params.zone, params.pool),
  )
  app.get<{ Querystring: z.infer<typeof transitionsQuery> }>(
    '/api/v1/transitions',
    {
      schema: { querystring: transitionsQuery },
      ...documented('What has changed, the newest first', transitionList, [503]),
    },
    async ({ query }) => ({ transitions: await transitions(control, query) }),
  )
  addProbeHistory(app, control)
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

const READYZ = {
  config: {
    access: 'open',
    documented: { summary: 'Whether queries are answered', answer: 'text/plain', problems: [503] },
  },
} as const

function findPool(control: ControlView, zone: string, pool: string): PoolView {
  const found = control.pool(zone.toLowerCase().replace(/(.)\.$/, '$1'), pool)
  if (found !== undefined) return found
  const detail = `no pool is called ${zone}/${pool}`
  throw new Problem(404, detail, [{ field: 'params.pool', detail }])
}

const transitionsQuery = z.strictObject({
  since: since.optional(),
  name: z.string().min(1).max(1024).optional(),
  limit,
})

async function transitions(control: ControlView, query: z.infer<typeof transitionsQuery>) {
  const { since: sinceMs, name, limit } = query
  try {
    return await control.transitions({
      ...(sinceMs !== undefined && { sinceMs }),
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
