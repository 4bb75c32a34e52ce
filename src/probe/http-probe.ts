/** The `http` and `https` health checks. */
import { isIPv6 } from 'node:net'
import { Deadline } from './deadline.ts'
import { failureOf } from './failure.ts'
import { type Finding, fail, inconclusive } from './finding.ts'
import { exchange } from './http-exchange.ts'
import { isHeaderValue, readSecret, SecretError } from './secret.ts'
import type { HttpSpec, SecretSource } from './spec.ts'

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
  const headers = await headersOf(spec, deadline)
  if ('finding' in headers) return headers.finding
  for (let redirects = 0; ; redirects++) {
    const answer = await exchange({ spec, address, path, userAgent, headers: headers.values }, deadline)
    if (answer.kind === 'error')
      return failureOf(answer.error, { address, sourceAddress: spec.sourceAddress })
    if (answer.kind === 'finding') return answer.finding
    if (redirects === spec.redirects) return fail('redirect', `more than ${spec.redirects} redirects`)
    const next = redirected(spec, path, answer.location)
    if (next.kind === 'elsewhere') return next.finding
    path = next.path
  }
}

type Headers = { readonly values: Readonly<Record<string, string>> } | { readonly finding: Finding }

/** Without a secret nothing is known of the endpoint: that is a fault of this host. */
async function headersOf({ headers }: HttpSpec, deadline: Deadline): Promise<Headers> {
  const entries = Object.entries(headers)
  if (entries.every(([, value]) => typeof value === 'string'))
    return { values: headers as Readonly<Record<string, string>> }
  const expired = new Promise<Headers>(resolve =>
    deadline.onExpired(() =>
      resolve({ finding: inconclusive('secret', 'a secret could not be read in time') }),
    ),
  )
  return await Promise.race([resolved(entries), expired])
}

async function resolved(entries: readonly [string, string | SecretSource][]): Promise<Headers> {
  const values: Record<string, string> = {}
  for (const [name, value] of entries) {
    try {
      const text = typeof value === 'string' ? value : await readSecret(value)
      if (!isHeaderValue(text))
        throw new SecretError(`the secret for ${name} has characters that HTTP forbids`)
      values[name] = text
    } catch (error) {
      return { finding: inconclusive('secret', error instanceof SecretError ? error.message : 'no secret') }
    }
  }
  return { values }
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
