/** What probes are measured with. */
import type { ProbeSpec } from '#probe/spec.ts'
import { ENDPOINT_KINDS, type EndpointKind } from './endpoints.ts'

/** Those that are kept use one connection for all probes of an endpoint. */
export const PROBE_KINDS = ['tcp', 'http', 'http, kept', 'https', 'https, kept'] as const
export type ProbeKind = (typeof PROBE_KINDS)[number]

export function endpointKind(kind: ProbeKind): EndpointKind {
  return ENDPOINT_KINDS.find(endpoint => endpoint === kind.split(',')[0]) ?? 'tcp'
}

export function specOf(kind: ProbeKind, port: number): ProbeSpec {
  const type = endpointKind(kind)
  if (type === 'tcp') return { type, port }
  return {
    type,
    port,
    method: 'GET',
    path: '/health',
    host: 'www.probe.test',
    headers: {},
    status: [[200, 299]],
    maxBodyBytes: 65_536,
    redirects: 0,
    verify: false,
    keepAlive: kind.endsWith('kept'),
  }
}
