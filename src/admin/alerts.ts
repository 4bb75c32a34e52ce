/** What was told to whom, and tests of receivers. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { AlertDesk } from '#control/alert-desk.ts'
import { Refusal } from '#control/operations.ts'
import type { ControlView } from '#control/view.ts'
import { Problem } from './problem.ts'

export type AlertTests = Pick<AlertDesk, 'test'>

const alertsQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, 'no number from 1 to 9999')
    .transform(Number)
    .default(100),
})

const testBody = z.strictObject({
  receiver: z.string().min(1).max(63),
  author: z
    .string()
    .max(64)
    .refine(text => !/\p{Cc}/u.test(text), 'has characters that cannot be printed')
    .default('unknown'),
})

export function addAlerts(app: FastifyInstance, control: ControlView, tests: AlertTests): void {
  app.get<{ Querystring: z.infer<typeof alertsQuery> }>(
    '/api/v1/alerts',
    { schema: { querystring: alertsQuery } },
    async ({ query }) => control.alerts(query.limit),
  )
  app.post<{ Body: z.infer<typeof testBody> }>(
    '/api/v1/alerts/test',
    { schema: { body: testBody } },
    async ({ body }) => tested(tests, body.receiver, body.author),
  )
}

async function tested(tests: AlertTests, receiver: string, author: string) {
  try {
    const result = await tests.test(receiver, author)
    if (result.accepted) return result
    throw new Problem(502, `${receiver} has not taken the test: ${result.detail}`)
  } catch (error) {
    if (error instanceof Refusal) throw new Problem(404, error.message)
    throw error
  }
}
