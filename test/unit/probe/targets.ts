/** Probe targets for tests. */

import type { CheckTiming } from '#health/timing.ts'
import { probeKey } from '#probe/probe-key.ts'
import type { HttpSpec, ProbeSpec, ProbeTarget } from '#probe/spec.ts'

export const TIMING: CheckTiming = {
  intervalMs: 10_000,
  fastIntervalMs: 1000,
  timeoutMs: 4000,
  rise: 2,
  fall: 3,
}

export const USER_AGENT = 'Understudy/0.0.0 (health check)'

/** Long enough for whatever is not meant to time out. */
export const AMPLE_MS = 20_000

/** Short enough to be waited for. */
export const BRIEF_MS = 150

export function httpSpec(port: number, changes: Partial<HttpSpec> = {}): HttpSpec {
  return {
    type: 'http',
    method: 'GET',
    path: '/health',
    host: 'www.probe.test',
    port,
    headers: {},
    status: [[200, 299]],
    maxBodyBytes: 65_536,
    redirects: 0,
    verify: true,
    ...changes,
  }
}

export function targetOf(
  spec: ProbeSpec,
  address = '127.0.0.1',
  changes: Partial<CheckTiming> = {},
): ProbeTarget {
  const timing = { ...TIMING, ...changes }
  return { key: probeKey(spec, timing, address), spec, address, timing }
}

/** As many different targets as wanted; nobody listens there. */
export function someTargets(count: number, changes: Partial<CheckTiming> = {}): ProbeTarget[] {
  return Array.from({ length: count }, (_, i) => targetOf({ type: 'tcp', port: 1 + i }, '127.0.0.1', changes))
}
