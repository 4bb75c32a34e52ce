/** Writes the OPT record of a response (RFC 6891 §6.1), with the options that the query has asked for. One object, used over and over. */
import type { Arrival } from './arrival.ts'
import { CLIENT_COOKIE_BYTES, SERVER_COOKIE_BYTES } from './cookies.ts'
import { Transport } from './counters.ts'
import { EdnsOption, OPTION_HEAD_BYTES } from './edns-options.ts'
import { EXTENDED_ERRORS, type ExtendedError } from './extended-error.ts'
import type { AnswerPolicy } from './policy.ts'
import type { QueryReader } from './query.ts'

/** The largest UDP message that passes any path unfragmented (DNS flag day 2020). */
export const MAX_UDP_BYTES = 1232

/** Root, type, size, extended code, version, flags, length. */
const OPT_HEAD_BYTES = 11
const COOKIE_BYTES = CLIENT_COOKIE_BYTES + SERVER_COOKIE_BYTES
const KEEPALIVE_BYTES = 2
const EXPIRE_BYTES = 4

export class OptRecord {
  readonly #query: QueryReader
  #serverCookie: Uint8Array = new Uint8Array(SERVER_COOKIE_BYTES)
  #nsid: Uint8Array = new Uint8Array(0)
  #hasCookies = false
  #keepalive = 0
  #bytes: Uint8Array = new Uint8Array(0)
  #at = 0

  constructor(query: QueryReader) {
    this.#query = query
  }

  /** @param serverCookie holds what goes back to a client that sends a cookie */
  use({ id, cookieSecrets, tcpIdleMs }: AnswerPolicy, serverCookie: Uint8Array): void {
    this.#serverCookie = serverCookie
    this.#nsid = Buffer.from(id ?? '')
    this.#hasCookies = cookieSecrets.length > 0
    this.#keepalive = Math.min(0xffff, Math.round(tcpIdleMs / 100))
  }

  /** What the record takes at most, an Extended DNS Error not counted: that comes only where there is room. */
  size({ transport }: Arrival): number {
    const { hasEdns, hasOptions, options } = this.#query
    if (!hasEdns) return 0
    if (!hasOptions) return OPT_HEAD_BYTES
    return (
      OPT_HEAD_BYTES +
      (this.#sendsNsid ? OPTION_HEAD_BYTES + this.#nsid.length : 0) +
      (this.#sendsCookie ? OPTION_HEAD_BYTES + COOKIE_BYTES : 0) +
      (options.subnetLength === 0 ? 0 : OPTION_HEAD_BYTES + options.subnetLength) +
      (options.expire ? OPTION_HEAD_BYTES + EXPIRE_BYTES : 0) +
      (options.keepalive && transport === Transport.tcp ? OPTION_HEAD_BYTES + KEEPALIVE_BYTES : 0)
    )
  }

  /**
   * Writes the record at `at`; gives where it ends.
   *
   * @param limit where the message must end
   * @param expireAt where in the bytes the SOA's expire stands, for EXPIRE; 0 for nowhere
   */
  write(
    bytes: Uint8Array,
    at: number,
    limit: number,
    extendedRcode: number,
    error: ExtendedError,
    expireAt: number,
    { transport }: Arrival,
  ): number {
    const { dnssecOk, hasOptions } = this.#query
    bytes[at] = 0
    bytes[at + 1] = 0
    bytes[at + 2] = 41
    bytes[at + 3] = MAX_UDP_BYTES >> 8
    bytes[at + 4] = MAX_UDP_BYTES & 255
    bytes[at + 5] = extendedRcode
    bytes[at + 6] = 0
    // DO comes back as it was sent (RFC 3225 §3).
    bytes[at + 7] = dnssecOk ? 0x80 : 0
    bytes[at + 8] = 0
    this.#bytes = bytes
    this.#at = at + OPT_HEAD_BYTES
    if (hasOptions) this.#writeAsked(transport, expireAt)
    if (error !== 0) this.#writeError(EXTENDED_ERRORS[error]!, limit)
    const length = this.#at - at - OPT_HEAD_BYTES
    bytes[at + 9] = length >> 8
    bytes[at + 10] = length
    return this.#at
  }

  get #sendsNsid(): boolean {
    return this.#query.options.nsid && this.#nsid.length > 0
  }

  get #sendsCookie(): boolean {
    return this.#query.options.cookieLength > 0 && this.#hasCookies
  }

  #writeAsked(transport: Transport, expireAt: number): void {
    const { options } = this.#query
    if (this.#sendsNsid) {
      this.#head(EdnsOption.nsid, this.#nsid.length)
      this.#copy(this.#nsid, 0, this.#nsid.length)
    }
    if (options.subnetLength > 0) {
      // Scope 0: the same answer is given to every subnet (RFC 7871 §7.2.1).
      this.#head(EdnsOption.clientSubnet, options.subnetLength)
      this.#copy(options.subnet, 0, options.subnetLength)
    }
    if (options.expire && expireAt > 0) {
      this.#head(EdnsOption.expire, EXPIRE_BYTES)
      this.#copy(this.#bytes, expireAt, EXPIRE_BYTES)
    }
    if (this.#sendsCookie) {
      this.#head(EdnsOption.cookie, COOKIE_BYTES)
      this.#copy(options.cookie, 0, CLIENT_COOKIE_BYTES)
      this.#copy(this.#serverCookie, 0, SERVER_COOKIE_BYTES)
    }
    if (options.keepalive && transport === Transport.tcp) {
      this.#head(EdnsOption.keepalive, KEEPALIVE_BYTES)
      this.#bytes[this.#at++] = this.#keepalive >> 8
      this.#bytes[this.#at++] = this.#keepalive
    }
  }

  #writeError(data: Uint8Array, limit: number): void {
    if (this.#at + OPTION_HEAD_BYTES + data.length > limit) return
    this.#head(EdnsOption.extendedError, data.length)
    this.#copy(data, 0, data.length)
  }

  #head(code: number, length: number): void {
    this.#bytes[this.#at++] = code >> 8
    this.#bytes[this.#at++] = code
    this.#bytes[this.#at++] = length >> 8
    this.#bytes[this.#at++] = length
  }

  #copy(from: Uint8Array, start: number, length: number): void {
    for (let i = 0; i < length; i++) this.#bytes[this.#at++] = from[start + i]!
  }
}
