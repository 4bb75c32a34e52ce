/** One request and its response over a connection of its own, read only as far as it matters. */
import { isIPv6 } from 'node:net'
import { Client, type Dispatcher } from 'undici'
import { BodyPattern, BodySearch, type Search } from './body-search.ts'
import { withCertificate } from './certificate.ts'
import type { Deadline } from './deadline.ts'
import { type Finding, fail, pass } from './finding.ts'
import { HttpConnection } from './http-connection.ts'
import type { HttpSpec } from './spec.ts'

export type Answer =
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'error'; readonly error: unknown }

export interface HttpRequest {
  readonly spec: HttpSpec
  readonly address: string
  /** Path with query; that of the spec, or where a redirect leads. */
  readonly path: string
  readonly userAgent: string
  /** Of the spec, with secrets as they are now. */
  readonly headers: Readonly<Record<string, string>>
}

const MAX_HEADER_BYTES = 32_768
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]

/** Ends when the answer is clear or the deadline is over; nothing of the connection is left then. */
export function exchange(request: HttpRequest, deadline: Deadline): Promise<Answer> {
  const { spec, address, path } = request
  return new Promise(resolve => {
    const connection = new HttpConnection(spec, address, deadline)
    const seen = (answer: Answer): Answer =>
      answer.kind === 'finding'
        ? { kind: 'finding', finding: withCertificate(answer.finding, connection.certificate) }
        : answer
    const client = new Client(`${spec.type}://${bracketed(address)}:${spec.port}`, {
      connect: connection.connector,
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    const finish = (answer: Answer): void => {
      resolve(seen(answer))
      void client.destroy()
      connection.destroy()
    }
    deadline.onExpired(() => finish({ kind: 'finding', finding: deadline.finding }))
    const options = {
      path,
      method: spec.method as Dispatcher.HttpMethod,
      headers: headersOf(request),
      ...(spec.requestBody === undefined ? {} : { body: spec.requestBody }),
      reset: true,
    }
    client.dispatch(options, new ResponseReader(spec, deadline, finish))
  })
}

/** Decides as soon as it can; what comes after the first decision is of no account. */
class ResponseReader implements Dispatcher.DispatchHandler {
  readonly #spec: HttpSpec
  readonly #deadline: Deadline
  readonly #finish: (answer: Answer) => void
  #search: Search | undefined
  #status = 0

  constructor(spec: HttpSpec, deadline: Deadline, finish: (answer: Answer) => void) {
    this.#spec = spec
    this.#deadline = deadline
    this.#finish = finish
  }

  onRequestStart(): void {
    this.#deadline.awaited = 'response'
  }

  onResponseStart(_: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    if (status < 200) return
    const spec = this.#spec
    const location = [headers['location']].flat()[0]
    if (spec.redirects > 0 && REDIRECTS.includes(status) && location !== undefined) {
      this.#finish({ kind: 'redirect', location })
      return
    }
    this.#status = status
    if (!spec.status.some(([from, to]) => status >= from && status <= to)) {
      this.#decide(fail('status', `status ${status}, expected ${rangesToText(spec.status)}`))
    } else {
      this.#search = searchFor(spec)
      if (this.#search === undefined) this.#decide(pass(`status ${status}`))
      else this.#deadline.awaited = 'complete body'
    }
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    const state = this.#search?.take(chunk)
    if (state === 'found') this.#decide(pass(`status ${this.#status}, body as expected`))
    if (state === 'absent')
      this.#decide(
        fail('body', `the expected text is not in the first ${this.#spec.maxBodyBytes} bytes of the body`),
      )
  }

  onResponseEnd(): void {
    if (this.#search?.end() === 'found') this.#decide(pass(`status ${this.#status}, body as expected`))
    else this.#decide(fail('body', 'the expected text is not in the body'))
  }

  onResponseError(_: unknown, error: Error): void {
    this.#finish({ kind: 'error', error })
  }

  #decide(finding: Finding): void {
    this.#finish({ kind: 'finding', finding })
  }
}

/** Undefined where any body will do. */
function searchFor({ body, bodyRegex, maxBodyBytes }: HttpSpec): Search | undefined {
  if (bodyRegex !== undefined) return new BodyPattern(bodyRegex, maxBodyBytes)
  return body === undefined || body === '' ? undefined : new BodySearch(body, maxBodyBytes)
}

function headersOf({ spec, userAgent, headers }: HttpRequest): Record<string, string> {
  const own = Object.keys(headers).some(name => name.toLowerCase() === 'user-agent')
  return { host: bracketed(spec.host), ...(own ? {} : { 'user-agent': userAgent }), ...headers }
}

function rangesToText(ranges: HttpSpec['status']): string {
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ')
}

function bracketed(host: string): string {
  return isIPv6(host) ? `[${host}]` : host
}
