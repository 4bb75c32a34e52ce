/** What was told to whom, and tests of receivers. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { AlertDesk } from '#control/alert-desk.ts'
import type { ControlView, TestedView } from '#control/view.ts'
import { alertsAnswer, testedAnswer } from './alert-answers.ts'
import { type Audit, audited, authorOf } from './audited.ts'
import { limit, line } from './fields.ts'
import { Problem } from './problem.ts'

export type AlertTests = Pick<AlertDesk, 'test'>

const alertsQuery = z.strictObject({ limit })
const testBody = z.strictObject({ receiver: line(63).min(1), author: line(64).optional() })

export function addAlerts(app: FastifyInstance, control: ControlView, tests: AlertTests, audit: Audit): void {
  app.get<{ Querystring: z.infer<typeof alertsQuery> }>(
    '/api/v1/alerts',
    {
      schema: { querystring: alertsQuery },
      config: {
        documented: {
          summary: 'The receivers of alerts, and what they were told, the newest first',
          answer: alertsAnswer,
        },
      },
    },
    async ({ query }) => control.alerts(query.limit),
  )
  app.post<{ Body: z.infer<typeof testBody> }>(
    '/api/v1/alerts/test',
    {
      schema: { body: testBody },
      config: {
        documented: {
          summary: 'Send a test alert to a receiver, past its filters and quiet hours',
          answer: testedAnswer,
          problems: [404, 502],
        },
      },
    },
    request => {
      const { receiver, author: claim } = request.body
      const change = {
        action: 'alert-test',
        target: receiver,
        reason: '',
        claim,
        field: 'body.receiver',
      } as const
      const make = (): Promise<TestedView> => accepted(tests, receiver, authorOf(request, claim))
      return audited(audit, request, change, make, ({ detail }) => `taken: ${detail}`)
    },
  )
}

async function accepted(tests: AlertTests, receiver: string, author: string): Promise<TestedView> {
  const tested = await tests.test(receiver, author)
  if (tested.accepted) return tested
  throw new Problem(502, `${receiver} has not taken the test: ${tested.detail}`)
}
