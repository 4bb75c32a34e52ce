/** A question as a DNS message, and whether a message answers it. dns2 composes and reads; sockets are elsewhere. */
import { randomInt } from 'node:crypto'
import { Packet } from 'dns2'
import type { SocketAddr } from '#base/address.ts'

export interface DnsQuestion {
  readonly server: SocketAddr
  /** Without escapes: labels that hold dots cannot be asked for. */
  readonly name: string
  readonly type: number
  /** From sending the query to receiving the answer; with TCP from the start of the connection. */
  readonly timeoutMs: number
  /** Sets RD, as a stub resolver does. Default false. */
  readonly recursionDesired?: boolean
  /** An address of this host, of the server's family. Default: the system's choice. */
  readonly sourceAddress?: string | undefined
}

export type DnsReply =
  | { readonly kind: 'answer'; readonly bytes: Uint8Array; readonly packet: Packet }
  /** Nothing came in time that answers this question. */
  | { readonly kind: 'timeout' }
  /** The system's word: `ECONNREFUSED`, `ENETUNREACH`, …; `BADNAME` for a name that no message can hold. */
  | { readonly kind: 'failed'; readonly code: string }

/** A question with an ID of its own. */
export class DnsQuery {
  readonly bytes: Uint8Array
  readonly #packet: Packet

  private constructor(packet: Packet, bytes: Uint8Array) {
    this.#packet = packet
    this.bytes = bytes
  }

  /** Undefined if a label or the name is too long. */
  static compose({ name, type, recursionDesired = false }: DnsQuestion): DnsQuery | undefined {
    const packet = new Packet()
    // From outside, the ID is all that tells a forged answer from the real one.
    packet.header.id = randomInt(65_536)
    packet.header.rd = recursionDesired ? 1 : 0
    packet.questions.push({
      name: name.replace(/\.$/, ''),
      type,
      class: Packet.CLASS.IN,
    } as Packet['questions'][number])
    try {
      return new DnsQuery(packet, packet.toBuffer())
    } catch {
      return undefined
    }
  }

  /** The message, if it answers this query: a response with the same ID and question (RFC 5452 §9.1). Never throws. */
  answeredBy(bytes: Buffer): DnsReply | undefined {
    const packet = parse(bytes)
    const { header, questions } = this.#packet
    if (packet === undefined || packet.header.qr !== 1 || packet.header.id !== header.id) return undefined
    const [asked] = questions
    const [answered, ...more] = packet.questions
    if (asked === undefined || answered === undefined || more.length > 0) return undefined
    const sameName = answered.name.toLowerCase() === asked.name.toLowerCase()
    const same = sameName && answered.type === asked.type && answered.class === asked.class
    return same ? { kind: 'answer', bytes, packet } : undefined
  }
}

/** A system error as a reply. */
export function failed(error: unknown): DnsReply {
  if (!(error instanceof Error)) return { kind: 'failed', code: String(error) }
  return { kind: 'failed', code: 'code' in error ? String(error.code) : error.message }
}

function parse(bytes: Buffer): Packet | undefined {
  try {
    return Packet.parse(bytes)
  } catch {
    return undefined
  }
}
