/** Reload, and what has been changed by whom. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Difference } from '#control/difference.ts'
import type { Reloaded } from '#control/reloader.ts'
import { auditList, reloadAnswer } from './answers.ts'
import { type Audit, audited } from './audited.ts'
import { flag, limit, line, since } from './fields.ts'
import { Problem } from './problem.ts'

export interface ReloadActions {
  /** Reads the configuration again, and goes over to it if nothing is wrong. */
  reload(): Promise<Reloaded>
  /** The same without going over. */
  preview(): Promise<Reloaded>
}

const reloadQuery = z.strictObject({
  'dry-run': flag,
  reason: line(200).default(''),
  author: line(64).optional(),
})
const auditQuery = z.strictObject({ since: since.optional(), limit })

export function addChanges(app: FastifyInstance, actions: ReloadActions, audit: Audit): void {
  app.post<{ Querystring: z.infer<typeof reloadQuery> }>(
    '/api/v1/reload',
    {
      schema: { querystring: reloadQuery },
      config: {
        documented: {
          summary: 'Read the configuration again; with dry-run only tell what that would change',
          answer: reloadAnswer,
          problems: [422, 503],
        },
      },
    },
    request => {
      const { 'dry-run': isDry, reason, author: claim } = request.query
      if (isDry) return answerOf(() => actions.preview(), true)
      const change = { action: 'reload', target: '', reason, claim, field: 'query' } as const
      return audited(audit, request, change, () => answerOf(() => actions.reload(), false), summaryOf)
    },
  )
  app.get<{ Querystring: z.infer<typeof auditQuery> }>(
    '/api/v1/audit',
    {
      schema: { querystring: auditQuery },
      config: {
        access: 'operate',
        documented: { summary: 'Who has changed what, the newest first', answer: auditList, problems: [503] },
      },
    },
    async ({ query: { since: sinceMs, limit } }) => ({
      audit: await audit
        .list({ ...(sinceMs === undefined ? {} : { sinceMs }), limit })
        .catch((error: unknown) => Promise.reject(unreadable(error))),
    }),
  )
}

/** What is wrong in the files is a problem with all complaints in it. */
async function answerOf(work: () => Promise<Reloaded>, dryRun: boolean) {
  const { done, complaints, difference } = await work().catch((error: unknown) =>
    Promise.reject(
      new Problem(503, `not reloaded: ${error instanceof Error ? error.message : String(error)}`),
    ),
  )
  if (done) return { dryRun, complaints, difference }
  const errors = complaints.filter(({ severity }) => severity === 'error').length
  const detail = `the configuration has ${errors} ${errors === 1 ? 'error' : 'errors'}; the one before stays in force`
  throw new Problem(422, detail, [], { complaints })
}

function summaryOf({ difference }: { readonly difference?: Difference | undefined }): string {
  if (difference === undefined) return 'reloaded'
  const parts = (['zones', 'pools', 'names', 'checks'] as const).map(what => {
    const { added, removed, changed } = difference[what]
    return `${what} +${added.length} -${removed.length} ~${changed.length}`
  })
  return `reloaded: ${parts.join(', ')}`
}

function unreadable(error: unknown): Problem {
  return new Problem(
    503,
    `the audit cannot be read: ${error instanceof Error ? error.message : String(error)}`,
  )
}
