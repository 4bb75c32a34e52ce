/** What operators do: overrides and failback. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { formatDuration, parseDuration } from '#base/duration.ts'
import type { Drills } from '#control/drills.ts'
import type { Operations } from '#control/operations.ts'
import { Refusal } from '#control/refusals.ts'
import type { ControlView } from '#control/view.ts'
import { OVERRIDE_KINDS } from '#steering/override.ts'
import { Problem } from './problem.ts'

/** What the server does for operators. */
export type OperatorActions = Pick<Operations, 'override' | 'release' | 'failBack' | 'forceBack'>

const LEAST_MS = 1000
const LONGEST_MS = 30 * 86_400_000

/** Without what could forge lines of a log or a terminal. */
const line = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .refine(text => !/\p{Cc}/u.test(text), 'has characters that cannot be printed')

const target = line(1024).min(1)
const author = line(64).default('unknown')

const lasting = z.string().transform((said, context) => {
  const forMs = parseDuration(said)
  if (forMs !== undefined && forMs >= LEAST_MS && forMs <= LONGEST_MS) return forMs
  context.addIssue(
    `no duration from ${formatDuration(LEAST_MS)} to ${formatDuration(LONGEST_MS)}, such as 30m`,
  )
  return z.NEVER
})

const overrideBody = z.strictObject({
  kind: z.enum(OVERRIDE_KINDS),
  target,
  for: lasting,
  reason: line(200).default(''),
  author,
  volatile: z.boolean().default(false),
  force: z.boolean().default(false),
})

const releaseQuery = z.strictObject({
  target,
  author,
  volatile: z
    .enum(['true', 'false'])
    .default('false')
    .transform(said => said === 'true'),
})

const failbackFields = z
  .strictObject({
    reason: line(200).default(''),
    author,
    volatile: z.boolean().default(false),
    force: z.boolean().default(false),
    for: lasting.optional(),
  })
  .refine(body => body.force === (body.for !== undefined), {
    path: ['for'],
    message: 'goes with force, and force with it: for so long the primary counts as up',
  })

const drillBody = z.strictObject({
  for: lasting,
  reason: line(200).default(''),
  author,
  watch: z.array(line(80)).max(8).default([]),
})

/** All of it may be left out. */
const failbackBody = z.preprocess(body => body ?? {}, failbackFields)

const STATUS = { 'not-found': 404, conflict: 409, store: 503 } as const

/** What the server does for those who drill. */
export type DrillActions = Pick<Drills, 'start' | 'stop'>

/** Adds drills: `POST /api/v1/pools/{zone}/{pool}/drill` begins one. */
export function addDrills(app: FastifyInstance, control: ControlView, drills: DrillActions): void {
  app.get('/api/v1/drills', async () => ({ drills: control.drills() }))
  app.get<{ Params: { id: string } }>('/api/v1/drills/:id', async ({ params: { id } }) => {
    const found = control.drills().find(one => one.id === id)
    if (found === undefined) throw new Problem(404, `there is no drill ${id}`)
    return found
  })
  app.delete<{ Params: { id: string }; Querystring: { author: string } }>(
    '/api/v1/drills/:id',
    { schema: { querystring: z.strictObject({ author }) } },
    ({ params: { id }, query }) => done(() => drills.stop(id, query.author)),
  )
  app.post<{ Params: { zone: string; pool: string }; Body: z.infer<typeof drillBody> }>(
    '/api/v1/pools/:zone/:pool/drill',
    { schema: { body: drillBody } },
    ({ params: { zone, pool }, body: { for: forMs, watch, ...rest } }) =>
      done(() => drills.start(`${zone}/${pool}`, { ...rest, forMs }, watch)),
  )
}

export function addOperations(app: FastifyInstance, control: ControlView, actions: OperatorActions): void {
  app.get('/api/v1/overrides', async () => ({ overrides: control.overrides() }))
  app.post<{ Body: z.infer<typeof overrideBody> }>(
    '/api/v1/overrides',
    { schema: { body: overrideBody } },
    ({ body: { for: forMs, ...rest } }) => done(() => actions.override({ ...rest, forMs })),
  )
  app.delete<{ Querystring: z.infer<typeof releaseQuery> }>(
    '/api/v1/overrides',
    { schema: { querystring: releaseQuery } },
    ({ query }) => done(() => actions.release(query.target, query.author, query.volatile)),
  )
  app.post<{ Params: { zone: string; pool: string }; Body: z.infer<typeof failbackBody> }>(
    '/api/v1/pools/:zone/:pool/failback',
    { schema: { body: failbackBody } },
    ({ params: { zone, pool }, body: { force, for: forMs, ...decision } }) => {
      const target = `${zone}/${pool}`
      return done(() =>
        force && forMs !== undefined
          ? actions.forceBack(target, { ...decision, forMs })
          : actions.failBack(target),
      )
    },
  )
}

async function done<T>(action: () => T | Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (error instanceof Refusal) throw new Problem(STATUS[error.kind], error.message)
    throw error
  }
}
