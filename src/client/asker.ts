/** Asks many questions in a row, within bounds: time for each, time and number for all. */
import { formatSocketAddr, type SocketAddr } from '#base/address.ts'
import { formatDuration } from '#base/duration.ts'
import { decodeMessage, type EdnsSpec, type Message } from '#wire/message.ts'
import { askUdp } from './dns-client.ts'
import { askTcp, type DnsTcpReply } from './dns-tcp.ts'

export interface AskerLimits {
  /** For each query. */
  readonly timeoutMs: number
  /** For all together, from now on. */
  readonly totalMs: number
  readonly maxQueries: number
}

export interface Wanted {
  /** Presentation form; a final dot does not matter. */
  readonly name: string
  readonly type: number
  readonly recursionDesired?: boolean
  readonly edns?: EdnsSpec
}

export type Heard =
  | { readonly kind: 'answer'; readonly message: Message; readonly bytes: number }
  | { readonly kind: 'silent'; readonly detail: string; readonly noRoute: boolean }

/** Once lost, a packet is sent again; twice lost, nobody is there. */
const TRIES = 2
/** What the system says where it has no way to the address, or no such addresses at all. */
const NO_ROUTE = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'])
/** Names that point to each other make the reading of a long answer longer still. */
const MAX_ANSWER_BYTES = 32_768

export class Asker {
  readonly #limits: AskerLimits
  readonly #end: number
  #queries = 0
  #stopped = 0

  constructor(limits: AskerLimits) {
    this.#limits = limits
    this.#end = performance.now() + limits.totalMs
  }

  /** How many questions were not asked, since time or number was used up. */
  get unasked(): number {
    return this.#stopped
  }

  /** By UDP, a second time where nothing comes. Never throws. */
  async udp(server: SocketAddr, wanted: Wanted): Promise<Heard> {
    let heard = await this.#ask(askUdp, server, wanted)
    for (let tries = 1; tries < TRIES && heard.lost; tries++) heard = await this.#ask(askUdp, server, wanted)
    return heard.heard
  }

  async tcp(server: SocketAddr, wanted: Wanted): Promise<Heard> {
    return (await this.#ask(askTcp, server, wanted)).heard
  }

  /** By UDP, and by TCP where the answer is truncated; what is truncated stands where TCP gives none. */
  async whole(server: SocketAddr, wanted: Wanted): Promise<Heard> {
    const heard = await this.udp(server, wanted)
    if (heard.kind === 'silent' || !heard.message.truncated) return heard
    const byTcp = await this.tcp(server, wanted)
    return byTcp.kind === 'answer' ? byTcp : heard
  }

  async #ask(
    ask: typeof askTcp,
    server: SocketAddr,
    wanted: Wanted,
  ): Promise<{ heard: Heard; lost: boolean }> {
    // dns2 writes names as they stand: an escape would be asked for as it is written.
    if (wanted.name.includes('\\')) return { heard: silent('the name cannot be asked for'), lost: false }
    const leftMs = this.#end - performance.now()
    if (leftMs <= 0 || this.#queries >= this.#limits.maxQueries) {
      this.#stopped++
      return { heard: silent('not asked any more'), lost: false }
    }
    this.#queries++
    const timeoutMs = Math.min(this.#limits.timeoutMs, leftMs)
    const reply = await ask({ server, ...wanted, timeoutMs, maxBytes: MAX_ANSWER_BYTES })
    return { heard: this.#heard(reply, server), lost: reply.kind === 'timeout' }
  }

  #heard(reply: DnsTcpReply, server: SocketAddr): Heard {
    switch (reply.kind) {
      case 'answer': {
        const message = decodeMessage(reply.bytes)
        return message === undefined
          ? silent('the answer is malformed')
          : { kind: 'answer', message, bytes: reply.bytes.length }
      }
      case 'timeout':
        return silent(`no answer within ${formatDuration(this.#limits.timeoutMs)}`)
      case 'closed':
        return silent('the connection is closed without an answer')
      case 'failed':
        return { ...silent(wordsOf(reply.code, server)), noRoute: NO_ROUTE.has(reply.code) }
      default:
        return reply satisfies never
    }
  }
}

function silent(detail: string): Extract<Heard, { kind: 'silent' }> {
  return { kind: 'silent', detail, noRoute: false }
}

function wordsOf(code: string, server: SocketAddr): string {
  if (code === 'ECONNREFUSED') return `nobody listens at ${formatSocketAddr(server)}`
  if (code === 'BADNAME') return 'the name cannot be asked for'
  return NO_ROUTE.has(code) ? `this host has no way there (${code})` : code
}
