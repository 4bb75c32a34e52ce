/** Drills: begun, looked at, and stopped. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Drills } from '#control/drills.ts'
import type { ControlView, DrillView } from '#control/view.ts'
import { drillAnswer, drillList } from './answers.ts'
import { type Audit, audited, authorOf } from './audited.ts'
import { lasting, line } from './fields.ts'
import { Problem } from './problem.ts'

/** What the server does for those who drill. */
export type DrillActions = Pick<Drills, 'start' | 'stop'>

const drillBody = z.strictObject({
  for: lasting,
  reason: line(200).default(''),
  author: line(64).optional(),
  watch: z.array(line(80)).max(8).default([]),
})
const drillParams = z.strictObject({ id: line(64) })
const poolParams = z.strictObject({ zone: line(1024), pool: line(1024) })
const stopQuery = z.strictObject({ author: line(64).optional() })

/** `POST /api/v1/pools/{zone}/{pool}/drill` begins one. */
export function addDrills(
  app: FastifyInstance,
  control: ControlView,
  drills: DrillActions,
  audit: Audit,
): void {
  app.get(
    '/api/v1/drills',
    { config: { documented: { summary: 'Drills, the newest first', answer: drillList } } },
    async () => ({ drills: control.drills() }),
  )
  app.get<{ Params: z.infer<typeof drillParams> }>(
    '/api/v1/drills/:id',
    {
      schema: { params: drillParams },
      config: { documented: { summary: 'One drill', answer: drillAnswer, problems: [404] } },
    },
    async ({ params: { id } }) => {
      const found = control.drills().find(one => one.id === id)
      if (found === undefined) {
        const detail = `there is no drill ${id}`
        throw new Problem(404, detail, [{ field: 'params.id', detail }])
      }
      return found
    },
  )
  app.delete<{ Params: z.infer<typeof drillParams>; Querystring: z.infer<typeof stopQuery> }>(
    '/api/v1/drills/:id',
    {
      schema: { params: drillParams, querystring: stopQuery },
      config: { documented: { summary: 'End a drill at once', answer: drillAnswer, problems: [404] } },
    },
    request => {
      const { id } = request.params
      const { author: claim } = request.query
      const change = { action: 'drill', target: id, reason: 'stopped', claim, field: 'params.id' } as const
      return audited(audit, request, change, () => drills.stop(id, authorOf(request, claim)), doneOf)
    },
  )
  app.post<{ Params: z.infer<typeof poolParams>; Body: z.infer<typeof drillBody> }>(
    '/api/v1/pools/:zone/:pool/drill',
    {
      schema: { params: poolParams, body: drillBody },
      config: {
        documented: {
          summary: 'Take what a pool serves as failed for a while, and measure the failover',
          answer: drillAnswer,
          problems: [404, 409],
        },
      },
    },
    request => {
      const { zone, pool } = request.params
      const { for: forMs, author: claim, watch, reason } = request.body
      const target = `${zone}/${pool}`
      const author = authorOf(request, claim)
      const start = (): DrillView => drills.start(target, { forMs, reason, author }, watch)
      const change = { action: 'drill', target, reason, claim, field: 'params.pool' } as const
      return audited(audit, request, change, start, doneOf)
    },
  )
}

function doneOf({ zone, pool, endpoints, state }: DrillView): string {
  return `drill of ${zone}/${pool} (${endpoints.join(', ')}): ${state}`
}
