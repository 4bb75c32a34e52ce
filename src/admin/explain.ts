/** Why an answer is what it is. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Explainer } from '#control/explanation.ts'
import { parseName } from '#wire/name.ts'
import { RrType, typeFromText } from '#wire/types.ts'
import { explanation } from './answers.ts'

const explainQuery = z.strictObject({
  name: z
    .string()
    .max(1024)
    .transform((text, context) => {
      const parsed = parseName(text)
      if ('name' in parsed) return parsed.name
      context.addIssue(`is no domain name: ${parsed.error}`)
      return z.NEVER
    }),
  type: z
    .string()
    .max(16)
    .optional()
    .transform((text, context) => {
      const type = text === undefined ? RrType.A : typeFromText(text)
      if (type !== undefined && type !== RrType.OPT && type !== 0) return type
      context.addIssue('is no record type such as A, AAAA or TYPE65280')
      return z.NEVER
    }),
  client: z
    .string()
    .refine(() => false, 'is not supported yet: every client gets the same answer')
    .optional(),
})

export function addExplain(app: FastifyInstance, control: Explainer): void {
  app.get<{ Querystring: z.infer<typeof explainQuery> }>(
    '/api/v1/explain',
    {
      schema: { querystring: explainQuery },
      config: { documented: { summary: 'Why an answer is what it is', answer: explanation } },
    },
    async ({ query: { name, type } }) => control.explain({ name, type }),
  )
}
