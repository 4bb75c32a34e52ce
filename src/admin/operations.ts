/** What operators do: overrides and failback. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Operations } from '#control/operations.ts'
import type { ControlView } from '#control/view.ts'
import { OVERRIDE_KINDS } from '#steering/override.ts'
import { operationResult, overrideList } from './answers.ts'
import { type Audit, audited, authorOf } from './audited.ts'
import { flag, lasting, line } from './fields.ts'

/** What the server does for operators. */
export type OperatorActions = Pick<Operations, 'override' | 'release' | 'failBack' | 'forceBack'>

const target = line(1024).min(1)
/** With a token only kept beside the token's name. */
const author = line(64).optional()
const reason = line(200).default('')

const overrideBody = z.strictObject({
  kind: z.enum(OVERRIDE_KINDS),
  target,
  for: lasting,
  reason,
  author,
  volatile: z.boolean().default(false),
  force: z.boolean().default(false),
})

const releaseQuery = z.strictObject({ target, author, reason, volatile: flag })

const failbackFields = z
  .strictObject({
    reason,
    author,
    volatile: z.boolean().default(false),
    force: z.boolean().default(false),
    for: lasting.optional(),
  })
  .refine(body => body.force === (body.for !== undefined), {
    path: ['for'],
    message: 'goes with force, and force with it: for so long the primary counts as up',
  })

/** All of it may be left out. */
const failbackBody = z.preprocess(body => body ?? {}, failbackFields)

const poolParams = z.strictObject({ zone: line(1024), pool: line(1024) })

export function addOperations(
  app: FastifyInstance,
  control: ControlView,
  actions: OperatorActions,
  audit: Audit,
): void {
  app.get(
    '/api/v1/overrides',
    { config: { documented: { summary: "Operators' decisions in force", answer: overrideList } } },
    async () => ({ overrides: control.overrides() }),
  )
  app.post<{ Body: z.infer<typeof overrideBody> }>(
    '/api/v1/overrides',
    {
      schema: { body: overrideBody },
      config: {
        documented: {
          summary: 'Drain an endpoint, force it up or down, or pin its pool to it',
          answer: operationResult,
          problems: [404, 409, 503],
        },
      },
    },
    request => {
      const { for: forMs, author: claim, ...rest } = request.body
      const author = authorOf(request, claim)
      const change = {
        action: 'override',
        target: rest.target,
        reason: rest.reason,
        claim,
        field: 'body.target',
      } as const
      return audited(audit, request, change, () => actions.override({ ...rest, author, forMs }), doneOf)
    },
  )
  app.delete<{ Querystring: z.infer<typeof releaseQuery> }>(
    '/api/v1/overrides',
    {
      schema: { querystring: releaseQuery },
      config: {
        documented: {
          summary: 'Release an endpoint, or all of a pool',
          answer: operationResult,
          problems: [404, 409, 503],
        },
      },
    },
    request => {
      const { target, author: claim, reason, volatile } = request.query
      const change = { action: 'release', target, reason, claim, field: 'query.target' } as const
      const author = authorOf(request, claim)
      return audited(audit, request, change, () => actions.release(target, author, volatile), doneOf)
    },
  )
  app.post<{ Params: z.infer<typeof poolParams>; Body: z.infer<typeof failbackBody> }>(
    '/api/v1/pools/:zone/:pool/failback',
    {
      schema: { params: poolParams, body: failbackBody },
      config: {
        documented: {
          summary: 'Return to the primary',
          answer: operationResult,
          problems: [404, 409, 503],
        },
      },
    },
    request => {
      const { zone, pool } = request.params
      const { force, for: forMs, author: claim, ...decision } = request.body
      const target = `${zone}/${pool}`
      const author = authorOf(request, claim)
      const action = force ? 'force-failback' : 'failback'
      const change = { action, target, reason: decision.reason, claim, field: 'params.pool' } as const
      return audited(
        audit,
        request,
        change,
        () =>
          force && forMs !== undefined
            ? actions.forceBack(target, { ...decision, author, forMs })
            : actions.failBack(target),
        doneOf,
      )
    },
  )
}

function doneOf({ done }: { readonly done: string }): string {
  return done
}
