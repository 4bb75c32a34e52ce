/** The `http` and `https` health checks. */
import { isIPv6 } from 'node:net'
import { Deadline } from './deadline.ts'
import { failureOf } from './failure.ts'
import { type Finding, fail } from './finding.ts'
import { type Answer, exchange, type HttpRequest, type HttpSender } from './http-exchange.ts'
import { HttpLink } from './http-link.ts'
import type { KeptLinks } from './kept-links.ts'
import type { HttpSpec, ProbeTarget } from './spec.ts'

export interface HttpOptions {
  readonly userAgent: string
  readonly kept: KeptLinks
}

/**
 * Sends the request to the target's address, over a fresh connection or one that was kept for it, and follows redirects as far as the spec
 * allows. Proxies of the environment are not used. Ends with the time-out at the latest.
 */
export async function probeHttp(
  spec: HttpSpec,
  target: ProbeTarget,
  { userAgent, kept }: HttpOptions,
): Promise<Finding> {
  const { address, timing, secrets = {} } = target
  using deadline = new Deadline(timing.timeoutMs)
  using talk = new Talk({ spec, secrets, userAgent }, target, kept, deadline)
  let request: HttpRequest = { method: spec.method, path: spec.path, body: spec.requestBody }
  for (let redirects = 0; ; redirects++) {
    const answer = await talk.ask(request)
    if (answer.kind === 'error')
      return failureOf(answer.error, { address, sourceAddress: spec.sourceAddress })
    if (answer.kind === 'finding') return answer.finding
    if (redirects === spec.redirects) return fail('redirect', `more than ${spec.redirects} redirects`)
    const next = redirected(spec, request.path, answer.location)
    if (next.kind === 'elsewhere') return next.finding
    request = { ...afterRedirect(request, answer.status), path: next.path }
  }
}

/** The requests of one probe, and the connection that they need. */
class Talk implements Disposable {
  readonly #sender: HttpSender
  readonly #target: ProbeTarget
  readonly #kept: KeptLinks
  readonly #deadline: Deadline
  #link: HttpLink | undefined

  constructor(sender: HttpSender, target: ProbeTarget, kept: KeptLinks, deadline: Deadline) {
    this.#sender = sender
    this.#target = target
    this.#kept = kept
    this.#deadline = deadline
    this.#link = sender.spec.keepAlive === true ? kept.take(target) : undefined
  }

  async ask(request: HttpRequest): Promise<Answer> {
    const link = this.#link
    if (link?.isFree !== true) return this.#askFresh(request)
    const answer = await exchange(request, this.#sender, link, this.#deadline)
    // A server may close an idle connection at the very moment when it is used again: that says nothing.
    return answer.kind === 'error' && !answer.begun ? this.#askFresh(request) : answer
  }

  #askFresh(request: HttpRequest): Promise<Answer> {
    this.#link?.destroy()
    const { spec, secrets } = this.#sender
    this.#link = new HttpLink({ spec, address: this.#target.address, secrets }, this.#deadline)
    return exchange(request, this.#sender, this.#link, this.#deadline)
  }

  [Symbol.dispose](): void {
    if (this.#link === undefined) return
    if (this.#sender.spec.keepAlive === true) this.#kept.keep(this.#target, this.#link)
    else this.#link.destroy()
  }
}

/** RFC 9110 section 15.4: 303 asks for another resource by GET, and so do 301 and 302 in answer to POST, as all clients take them. */
function afterRedirect(request: HttpRequest, status: number): HttpRequest {
  const becomesGet = status === 303 || (status < 303 && request.method === 'POST')
  if (!becomesGet || request.method === 'HEAD') return request
  return { ...request, method: 'GET', body: undefined }
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
