/** How long a failover takes at worst. */
import { type AnyCheck, type HealthCheck, isComposite } from '#config/configuration.ts'
import { heartbeatWorstCaseMs, worstCaseMs } from '#health/timing.ts'

/** In milliseconds, with the TTL. */
export function worstOf({ spec, timing }: HealthCheck, ttlSeconds: number): number {
  return spec.type === 'heartbeat'
    ? heartbeatWorstCaseMs(timing, ttlSeconds)
    : worstCaseMs(timing, ttlSeconds)
}

/** Of a composite check that part which takes longest to notice. */
export function slowestOf(check: AnyCheck): HealthCheck {
  if (!isComposite(check)) return check
  return check.of.map(slowestOf).reduce((a, b) => (worstOf(a, 0) >= worstOf(b, 0) ? a : b))
}
