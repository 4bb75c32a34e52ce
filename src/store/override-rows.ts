/** Overrides as rows of the database. */
import type { Override } from '#steering/override.ts'

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
