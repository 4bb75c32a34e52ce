/** The identity of a probe target. */
import { createHash } from 'node:crypto'
import type { CheckTiming } from '#health/timing.ts'
import type { CheckSpec } from './spec.ts'

/**
 * A digest that is the same for the same spec, timing and address, in whatever order their keys were written, on every host and after
 * every restart: stored verdicts are found by it. 32 hexadecimal digits.
 */
export function probeKey(spec: CheckSpec, timing: CheckTiming, address: string): string {
  const text = canonicalJson({ spec, timing, address })
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}
