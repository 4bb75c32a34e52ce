/** What an operator decides about answering, beside the zones: plain data, so that it can cross to the threads that answer. */
import type { ClientNetwork } from './client-networks.ts'
import type { QueryLogPolicy } from './query-log.ts'
import type { RateLimit } from './rate-limit.ts'

export interface AnswerPolicy {
  /** What `id.server` and NSID say (RFC 4892, RFC 5001); undefined to keep it back. */
  readonly id: string | undefined
  /** What `version.server` says; undefined to keep it back. */
  readonly version: string | undefined
  /** Of 16 bytes each; the first makes server cookies, all are accepted. With none, cookies are not answered. */
  readonly cookieSecrets: readonly Uint8Array[]
  /** Undefined for no limit. */
  readonly rateLimit: RateLimit | undefined
  /** Undefined to tell of no query. */
  readonly queryLog: QueryLogPolicy | undefined
  /** For how long a TCP connection may be idle, as clients are told that ask (RFC 7828). */
  readonly tcpIdleMs: number
  /** Whose questions of class CH for a name are told what its pool answers, and why. */
  readonly introspectionFrom: readonly ClientNetwork[]
}

/** Nothing told, no cookies, no limits. */
export const PLAIN_POLICY: AnswerPolicy = {
  id: undefined,
  version: undefined,
  cookieSecrets: [],
  rateLimit: undefined,
  queryLog: undefined,
  tcpIdleMs: 10_000,
  introspectionFrom: [],
}
