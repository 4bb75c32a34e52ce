/** The `http` and `https` health checks. */
import { isIPv6 } from 'node:net'
import { Deadline } from './deadline.ts'
import { failureOf } from './failure.ts'
import { type Finding, fail } from './finding.ts'
import { exchange } from './http-exchange.ts'
import type { HttpSpec } from './spec.ts'

export interface HttpOptions {
  readonly timeoutMs: number
  readonly userAgent: string
}

/**
 * Sends the request to the address, over a fresh connection, and follows redirects as far as the spec allows. Proxies of the
 * environment are not used. Never throws; ends with the time-out at the latest.
 */
export async function probeHttp(
  spec: HttpSpec,
  address: string,
  { timeoutMs, userAgent }: HttpOptions,
): Promise<Finding> {
  using deadline = new Deadline(timeoutMs)
  let { path } = spec
  for (let redirects = 0; ; redirects++) {
    const answer = await exchange({ spec, address, path, userAgent }, deadline)
    if (answer.kind === 'error')
      return failureOf(answer.error, { address, sourceAddress: spec.sourceAddress })
    if (answer.kind === 'finding') return answer.finding
    if (redirects === spec.redirects) return fail('redirect', `more than ${spec.redirects} redirects`)
    const next = redirected(spec, path, answer.location)
    if (next.kind === 'elsewhere') return next.finding
    path = next.path
  }
}

type Redirected = { kind: 'here'; path: string } | { kind: 'elsewhere'; finding: Finding }

/**
 * Where a redirect leads. Only the same scheme, host and port are the same endpoint. The request has named no port, so a location
 * without one is taken for this one.
 */
function redirected(spec: HttpSpec, path: string, location: string): Redirected {
  const host = isIPv6(spec.host) ? `[${spec.host}]` : spec.host
  const base = URL.parse(path, `${spec.type}://${host}`)
  const url = base === null ? null : URL.parse(location, base)
  if (base === null || url === null) return elsewhere('redirected to something that is not a URL')
  const samePort = url.port === '' || Number(url.port) === spec.port
  if (url.protocol === base.protocol && url.hostname === base.hostname && samePort)
    return { kind: 'here', path: url.pathname + url.search }
  // Path and query may hold secrets.
  return elsewhere(
    `redirected to ${url.host === '' ? url.protocol : `${url.protocol}//${url.host}`}, which is not this endpoint`,
  )
}

function elsewhere(detail: string): Redirected {
  return { kind: 'elsewhere', finding: fail('redirect', detail) }
}
