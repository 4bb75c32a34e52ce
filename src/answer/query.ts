/** Reads a query's header, question and EDNS (RFC 1035 §4.1, RFC 6891 §6.1) into fields of one object that is used over and over. */
import { MAX_LABEL_BYTES, MAX_LABELS, MAX_NAME_BYTES } from '#wire/name.ts'
import { Opcode, Rcode, RrType } from '#wire/types.ts'
import { EdnsOptions } from './edns-options.ts'

export const HEADER_BYTES = 12
/** Of a record behind its owner: type, class, TTL, length. */
const FIXED_BYTES = 10

export class QueryReader {
  /** Bytes of the question's name; 0 where the question could not be read, which is then not echoed. */
  qnameLength = 0
  qtype = 0
  qclass = 0
  /** The labels of the name, the root's not counted; where each begins, from the name's start. */
  labelCount = 0
  readonly labelStarts = new Uint8Array(MAX_LABELS)
  hasEdns = false
  /** Whether the OPT record has any data; `options` holds something only then. */
  hasOptions = false
  readonly options = new EdnsOptions()
  /** What the client can take by UDP. */
  udpSize = 512
  dnssecOk = false
  #ednsVersion = 0

  /**
   * Reads the message at `bytes[start, start + length)`, of at least 12 bytes. Gives the code of the error with which it must be answered, or
   * NOERROR. EDNS is found, if it can be, whatever else is wrong. BADVERS means that all was read and only the EDNS version is unknown.
   */
  read(bytes: Uint8Array, start: number, length: number): number {
    this.qnameLength = 0
    this.qtype = 0
    this.qclass = 0
    this.hasEdns = false
    this.hasOptions = false
    this.udpSize = 512
    this.dnssecOk = false
    this.#ednsVersion = 0
    const rcode = this.#readMessage(bytes, start, start + length)
    // Whether a message of another kind is well formed cannot be said: it may have a form of its own (RFC 8490 §5.4).
    const isQuery = ((bytes[start + 2]! >> 3) & 15) === Opcode.QUERY
    return isQuery || rcode === Rcode.BADVERS ? rcode : Rcode.NOTIMP
  }

  /** A name that is not that of the question: where an alias leads. It must be a good one. */
  readName(bytes: Uint8Array, from: number, qtype: number): void {
    const end = this.#readLabels(bytes, from, bytes.length)
    this.qnameLength = end - from
    this.qtype = qtype
  }

  /** A query has one question (RFC 9619 §4), or none if the client only asks for a server cookie (RFC 7873 §5.4). */
  #readMessage(bytes: Uint8Array, start: number, end: number): number {
    const first = start + HEADER_BYTES
    const questions = u16(bytes, start + 4)
    const at =
      questions === 1 ? this.#readQuestion(bytes, first, end) : skipQuestions(bytes, first, end, questions)
    if (at === 0) return Rcode.FORMERR
    const records = u16(bytes, start + 6) + u16(bytes, start + 8)
    const rcode = this.#readRecords(bytes, at, end, records, u16(bytes, start + 10))
    if (rcode !== Rcode.NOERROR || questions === 1) return rcode
    const asksForCookie = questions === 0 && this.hasOptions && this.options.cookieLength > 0
    return asksForCookie ? Rcode.NOERROR : Rcode.FORMERR
  }

  /** Gives where the question ends, or 0 if it is bad. */
  #readQuestion(bytes: Uint8Array, from: number, end: number): number {
    const at = this.#readLabels(bytes, from, end)
    if (at === 0 || at + 4 > end) return 0
    this.qnameLength = at - from
    this.qtype = u16(bytes, at)
    this.qclass = u16(bytes, at + 2)
    return at + 4
  }

  /** Gives where the name ends, or 0 if it is bad. */
  #readLabels(bytes: Uint8Array, from: number, end: number): number {
    let at = from
    let labels = 0
    for (;;) {
      if (at >= end) return 0
      const length = bytes[at]!
      if (length === 0) break
      // A pointer here could only point into the header.
      if (length > MAX_LABEL_BYTES || labels === MAX_LABELS) return 0
      this.labelStarts[labels++] = at - from
      at += 1 + length
    }
    at++
    this.labelCount = labels
    return at - from > MAX_NAME_BYTES ? 0 : at
  }

  /** Walks over what comes behind the question; only OPT matters, and it belongs to the last `additional` records. */
  #readRecords(bytes: Uint8Array, from: number, end: number, before: number, additional: number): number {
    // An IXFR query states its version in the authority section (RFC 1995 §3); no other query has records before the additional ones.
    let isGood = before <= (this.qtype === RrType.IXFR ? 1 : 0)
    let at = from
    for (let i = 0; i < before + additional; i++) {
      const fixed = skipName(bytes, at, end)
      if (fixed === 0 || fixed + FIXED_BYTES > end) return Rcode.FORMERR
      const next = fixed + FIXED_BYTES + u16(bytes, fixed + 8)
      if (next > end) return Rcode.FORMERR
      if (u16(bytes, fixed) === RrType.OPT) {
        const isOnlyOne = i >= before && !this.hasEdns
        const isOfRoot = fixed === at + 1
        const isRead = isOnlyOne && this.#readOpt(bytes, fixed, next)
        isGood &&= isRead && isOfRoot
      }
      at = next
    }
    if (!isGood || at !== end) return Rcode.FORMERR
    return this.#ednsVersion > 0 ? Rcode.BADVERS : Rcode.NOERROR
  }

  /** Reads the record whose type stands at `fixed`. False if its options are malformed; then there are none. */
  #readOpt(bytes: Uint8Array, fixed: number, end: number): boolean {
    this.hasEdns = true
    this.udpSize = u16(bytes, fixed + 2)
    this.#ednsVersion = bytes[fixed + 5]!
    this.dnssecOk = (bytes[fixed + 6]! & 0x80) !== 0
    const from = fixed + FIXED_BYTES
    // What the options of another version mean is not known.
    if (from === end || this.#ednsVersion > 0) return true
    this.options.clear()
    this.hasOptions = this.options.read(bytes, from, end)
    return this.hasOptions
  }
}

export function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!
}

/** Where the name ends, or 0 if it runs over the end. Nothing is followed: a pointer ends a name. */
function skipName(bytes: Uint8Array, from: number, end: number): number {
  let at = from
  while (at < end) {
    const length = bytes[at]!
    if (length === 0) return at + 1
    if (length >= 0xc0) return at + 2
    if (length > MAX_LABEL_BYTES) return 0
    at += 1 + length
  }
  return 0
}

/** Where `count` questions end, or 0 if they are bad. */
function skipQuestions(bytes: Uint8Array, from: number, end: number, count: number): number {
  let at = from
  for (let i = 0; i < count; i++) {
    const name = skipName(bytes, at, end)
    if (name === 0 || name + 4 > end) return 0
    at = name + 4
  }
  return at
}
