/** Changes are made for somebody, and whatever becomes of one is kept with who asked for it. */
import type { FastifyRequest } from 'fastify'
import type { AuditTrail } from '#control/audit.ts'
import { Refusal } from '#control/refusals.ts'
import type { StoredAudit } from '#store/records.ts'
import { callerOf } from './access.ts'
import { type FieldError, Problem } from './problem.ts'

export type Audit = Pick<AuditTrail, 'add' | 'list'>

type Change = Pick<StoredAudit, 'action' | 'target' | 'reason'>

const STATUS = { 'not-found': 404, conflict: 409, store: 503 } as const

/** What a token says outranks what the request does, which is kept beside it. */
export function authorOf(request: FastifyRequest, claim: string | undefined): string {
  const { name, isNamed } = callerOf(request)
  return isNamed ? name : (claim ?? 'unknown')
}

/**
 * As a problem that names the field which is refused.
 *
 * @param field of what the request is about, as in `body.target`
 */
export function problemOfRefusal({ kind, what, message }: Refusal, field: string): Problem {
  const part = field.startsWith('query.') ? 'query' : 'body'
  const errors: FieldError[] =
    kind === 'store' ? [] : [{ field: what === undefined ? field : `${part}.${what}`, detail: message }]
  return new Problem(STATUS[kind], message, errors)
}

/**
 * Makes the change. A refusal becomes a problem.
 *
 * @param change with who the request says that it is by, and the field that names what it is about
 * @param say what was done, in words
 */
export async function audited<T>(
  audit: Audit,
  request: FastifyRequest,
  change: Change & { readonly claim?: string | undefined; readonly field: string },
  make: () => T | Promise<T>,
  say: (made: T) => string,
): Promise<T> {
  const { name: actor, address: client } = callerOf(request)
  const { claim, field, ...rest } = change
  const add = (result: StoredAudit['result'], detail: string): void =>
    audit.add({ ...rest, actor, client, ...(claim === undefined ? {} : { claim }), result, detail })
  try {
    const made = await make()
    add('done', say(made))
    return made
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const isRefused = error instanceof Refusal || error instanceof Problem
    add(isRefused ? 'refused' : 'failed', message)
    if (error instanceof Refusal) throw problemOfRefusal(error, field)
    throw error
  }
}
