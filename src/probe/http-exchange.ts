/** One request and its response, read only as far as it matters. */
import { isIPv6 } from 'node:net'
import type { Dispatcher } from 'undici'
import { BodyPattern, BodySearch, type Search } from './body-search.ts'
import { withCertificate } from './certificate.ts'
import type { Deadline } from './deadline.ts'
import { type Finding, fail, pass } from './finding.ts'
import type { HttpLink } from './http-link.ts'
import { secretOf } from './secrets.ts'
import type { HttpSpec, Secrets } from './spec.ts'

export type Answer =
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'redirect'; readonly status: number; readonly location: string }
  /** @property begun whether a response had begun */
  | { readonly kind: 'error'; readonly error: unknown; readonly begun: boolean }

/** What is asked for first, or where a redirect leads. */
export interface HttpRequest {
  readonly method: string
  /** With query. */
  readonly path: string
  readonly body: string | undefined
}

export interface HttpSender {
  readonly spec: HttpSpec
  readonly secrets: Secrets
  readonly userAgent: string
}

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]

/** Of what nobody wants to know so much is read, to be able to use the connection again. */
const MAX_UNWANTED_BYTES = 65_536

/**
 * Ends when the answer is clear or the deadline is over. Nothing of the connection is left then, unless it is to be kept and can be: what
 * remains of the response is still read.
 */
export function exchange(
  request: HttpRequest,
  sender: HttpSender,
  link: HttpLink,
  deadline: Deadline,
): Promise<Answer> {
  const { spec } = sender
  return new Promise(resolve => {
    const reader = new ResponseReader(spec, link, deadline, answer => {
      const isOver = answer.kind === 'error' || spec.keepAlive !== true
      resolve(answer)
      if (isOver) link.destroy()
    })
    deadline.onExpired(() => {
      resolve({ kind: 'finding', finding: deadline.finding })
      link.destroy()
    })
    const options = {
      path: request.path,
      method: request.method as Dispatcher.HttpMethod,
      headers: headersOf(sender),
      ...(request.body === undefined ? {} : { body: request.body }),
      reset: spec.keepAlive !== true,
    }
    link.dispatch(options, reader)
  })
}

/** Decides as soon as it can; what comes after the first decision is of no account. */
class ResponseReader implements Dispatcher.DispatchHandler {
  readonly #spec: HttpSpec
  readonly #link: HttpLink
  readonly #deadline: Deadline
  readonly #finish: (answer: Answer) => void
  #search: Search | undefined
  #status = 0
  #unwantedBytes = 0

  constructor(spec: HttpSpec, link: HttpLink, deadline: Deadline, finish: (answer: Answer) => void) {
    this.#spec = spec
    this.#link = link
    this.#deadline = deadline
    this.#finish = finish
  }

  onRequestStart(): void {
    this.#deadline.awaited = 'response'
  }

  onResponseStart(_: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    if (status < 200) return
    const spec = this.#spec
    this.#status = status
    const location = [headers['location']].flat()[0]
    if (spec.redirects > 0 && REDIRECTS.includes(status) && location !== undefined) {
      this.#finish({ kind: 'redirect', status, location })
    } else if (!spec.status.some(([from, to]) => status >= from && status <= to)) {
      this.#decide(fail('status', `status ${status}, expected ${rangesToText(spec.status)}`))
    } else {
      this.#search = searchFor(spec)
      if (this.#search === undefined) this.#decide(pass(`status ${status}`))
      else this.#deadline.awaited = 'complete body'
    }
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    if (this.#search === undefined) {
      this.#unwantedBytes += chunk.length
      if (this.#unwantedBytes > MAX_UNWANTED_BYTES) this.#link.destroy()
      return
    }
    const state = this.#search.take(chunk)
    if (state === 'found') this.#decide(pass(`status ${this.#status}, body as expected`))
    if (state === 'absent')
      this.#decide(
        fail('body', `the expected text is not in the first ${this.#spec.maxBodyBytes} bytes of the body`),
      )
  }

  onResponseEnd(): void {
    this.#link.isBusy = false
    if (this.#search?.end() === 'found') this.#decide(pass(`status ${this.#status}, body as expected`))
    else if (this.#search !== undefined) this.#decide(fail('body', 'the expected text is not in the body'))
  }

  onResponseError(_: unknown, error: Error): void {
    this.#finish({ kind: 'error', error, begun: this.#status !== 0 })
  }

  #decide(finding: Finding): void {
    this.#search = undefined
    this.#finish({ kind: 'finding', finding: withCertificate(finding, this.#link.certificate) })
  }
}

/** Undefined where any body will do. */
function searchFor({ body, bodyRegex, maxBodyBytes }: HttpSpec): Search | undefined {
  if (bodyRegex !== undefined) return new BodyPattern(bodyRegex, maxBodyBytes)
  return body === undefined || body === '' ? undefined : new BodySearch(body, maxBodyBytes)
}

function headersOf({ spec, secrets, userAgent }: HttpSender): Record<string, string> {
  const headers: Record<string, string> = { host: isIPv6(spec.host) ? `[${spec.host}]` : spec.host }
  const own = Object.keys(spec.headers).some(name => name.toLowerCase() === 'user-agent')
  if (!own) headers['user-agent'] = userAgent
  for (const [name, value] of Object.entries(spec.headers))
    headers[name] = typeof value === 'string' ? value : secretOf(value, secrets)
  return headers
}

function rangesToText(ranges: HttpSpec['status']): string {
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ')
}
