/** The audit as rows of the database, and back. */
import { z } from 'zod'
import { AUDIT_ACTIONS, AUDIT_RESULTS, type StoredAudit } from './records.ts'

export interface AuditRow {
  readonly at_ms: number
  readonly action: string
  readonly target: string
  readonly actor: string
  readonly client: string
  readonly claim: string | null
  readonly reason: string
  readonly result: string
  readonly detail: string
}

export function auditRow({ atMs, claim, ...texts }: StoredAudit): AuditRow {
  return { ...texts, at_ms: Math.round(atMs), claim: claim ?? null }
}

const auditRecord = z
  .object({
    at_ms: z.number(),
    action: z.enum(AUDIT_ACTIONS),
    target: z.string(),
    actor: z.string(),
    client: z.string(),
    claim: z.string().nullable(),
    reason: z.string(),
    result: z.enum(AUDIT_RESULTS),
    detail: z.string(),
  })
  .transform(
    ({ at_ms, claim, ...texts }): StoredAudit => ({
      ...texts,
      atMs: at_ms,
      ...(claim === null ? {} : { claim }),
    }),
  )

/** The record that a row holds; undefined if it holds none. */
export function readAudit(row: unknown): StoredAudit | undefined {
  return auditRecord.safeParse(row).data
}
