/** Overrides as rows of the database, and back. */
import { z } from 'zod'
import { OVERRIDE_KINDS, type Override } from '#steering/override.ts'

export interface OverrideRow {
  readonly id: string
  readonly kind: string
  readonly zone: string
  readonly pool: string
  readonly endpoint: string
  readonly reason: string
  readonly author: string
  readonly created_ms: number
  readonly expires_ms: number
}

export function overrideRow({ createdMs, expiresMs, volatile: _, ...texts }: Override): OverrideRow {
  return { ...texts, created_ms: Math.round(createdMs), expires_ms: Math.round(expiresMs) }
}

const overrideRecord = z
  .object({
    id: z.string(),
    kind: z.enum(OVERRIDE_KINDS),
    zone: z.string(),
    pool: z.string(),
    endpoint: z.string(),
    reason: z.string(),
    author: z.string(),
    created_ms: z.number(),
    expires_ms: z.number(),
  })
  .transform(
    ({ created_ms, expires_ms, ...texts }): Override => ({
      ...texts,
      createdMs: created_ms,
      expiresMs: expires_ms,
      volatile: false,
    }),
  )

/** The record that a row holds; undefined if it holds none. */
export function readOverride(row: unknown): Override | undefined {
  return overrideRecord.safeParse(row).data
}
