/** A question as a DNS message, and whether a message answers it. dns2 composes and reads; sockets are elsewhere. */
import { randomInt } from 'node:crypto'
import { Packet } from 'dns2'
import type { SocketAddr } from '#base/address.ts'
import { type EdnsSpec, encodeOpt } from '#wire/message.ts'

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
  /** An answer that is longer is not read: names that point to each other make its reading long. Default: whatever a message can hold. */
  readonly maxBytes?: number
  /** Default: without EDNS. */
  readonly edns?: EdnsSpec | undefined
}

export type DnsReply =
  | { readonly kind: 'answer'; readonly bytes: Uint8Array; readonly packet: Packet }
  /** Nothing came in time that answers this question. */
  | { readonly kind: 'timeout' }
  /** The system's word: `ECONNREFUSED`, `ENETUNREACH`, …; `BADNAME` for a name that no message can hold, `EMSGSIZE` for an answer beyond `maxBytes`. */
  | { readonly kind: 'failed'; readonly code: string }

const HEADER_BYTES = 12
const MAX_MESSAGE_BYTES = 65_535
/** Type and class, behind the name. */
const QUESTION_TAIL_BYTES = 4
/** Where the count of additional records ends. */
const ARCOUNT_LOW = 11
const QR = 0x80

/** A question with an ID of its own. */
export class DnsQuery {
  readonly bytes: Uint8Array
  /** Where the question ends. */
  readonly #questionEnd: number
  readonly #maxBytes: number

  private constructor(question: Uint8Array, edns: EdnsSpec | undefined, maxBytes: number) {
    this.bytes = edns === undefined ? question : withOpt(question, edns)
    this.#questionEnd = question.length
    this.#maxBytes = maxBytes
  }

  /** Undefined if a label or the name is too long. */
  static compose({
    name,
    type,
    recursionDesired = false,
    maxBytes,
    edns,
  }: DnsQuestion): DnsQuery | undefined {
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
      return new DnsQuery(packet.toBuffer(), edns, maxBytes ?? MAX_MESSAGE_BYTES)
    } catch {
      return undefined
    }
  }

  /**
   * The message, if it answers this query: a response with the same ID and question (RFC 5452 §9.1), in whatever letter case. It is taken
   * apart only then: nobody makes us read more than one. Never throws.
   */
  answeredBy(bytes: Buffer): DnsReply | undefined {
    if (!this.#isEchoedBy(bytes)) return undefined
    if (bytes.length > this.#maxBytes) return { kind: 'failed', code: 'EMSGSIZE' }
    const packet = parse(bytes)
    return packet === undefined ? undefined : { kind: 'answer', bytes, packet }
  }

  /** The first name of a message has nothing to point to: an honest question is the very bytes that were asked. */
  #isEchoedBy(bytes: Buffer): boolean {
    const asked = this.bytes
    if (bytes.length < this.#questionEnd || ((bytes[2] ?? 0) & QR) === 0) return false
    const countsAndId = [0, 1, 4, 5]
    if (countsAndId.some(at => bytes[at] !== asked[at])) return false
    const nameEnd = this.#questionEnd - QUESTION_TAIL_BYTES
    for (let at = HEADER_BYTES; at < this.#questionEnd; at++) {
      const [a, b] = [asked[at] ?? 0, bytes[at] ?? 0]
      if (at < nameEnd ? lowerCase(a) !== lowerCase(b) : a !== b) return false
    }
    return true
  }
}

/** dns2 leaves out options that it does not know. */
function withOpt(question: Uint8Array, edns: EdnsSpec): Uint8Array {
  const bytes = Buffer.concat([question, encodeOpt(edns)])
  bytes[ARCOUNT_LOW] = 1
  return bytes
}

function lowerCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte
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
