/** Reads a query's header, question and EDNS (RFC 1035 §4.1, RFC 6891 §6.1) into fields of one object that is used over and over. */
import { MAX_LABEL_BYTES, MAX_LABELS, MAX_NAME_BYTES } from '#wire/name.ts'
import { Opcode, Rcode, RrType } from '#wire/types.ts'
import { EdnsOptions } from './edns-options.ts'

export const HEADER_BYTES = 12

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

  /**
   * Reads the message at `bytes[start, start + length)`, of at least 12 bytes. Gives the code of the error with which it must be answered, or
   * NOERROR. BADVERS means that all was read and only the EDNS version is unknown.
   */
  read(bytes: Uint8Array, start: number, length: number): number {
    this.qnameLength = 0
    this.qtype = 0
    this.qclass = 0
    this.hasEdns = false
    this.hasOptions = false
    this.udpSize = 512
    this.dnssecOk = false
    if (((bytes[start + 2]! >> 3) & 15) !== Opcode.QUERY) return Rcode.NOTIMP
    const end = start + length
    const questions = u16(bytes, start + 4)
    if (questions === 0) return this.#readWithoutQuestion(bytes, start, end)
    if (questions !== 1) return Rcode.FORMERR
    const at = this.#readQuestion(bytes, start + HEADER_BYTES, end)
    if (at === 0) return Rcode.FORMERR
    const answers = u16(bytes, start + 6)
    const authority = u16(bytes, start + 8)
    const additional = u16(bytes, start + 10)
    if ((answers | authority | additional) === 0) return at === end ? Rcode.NOERROR : Rcode.FORMERR
    return this.#readRecords(bytes, at, end, answers + authority, additional)
  }

  /** A name that is not that of the question: where an alias leads. It must be a good one. */
  readName(bytes: Uint8Array, from: number, qtype: number): void {
    const end = this.#readLabels(bytes, from, bytes.length)
    this.qnameLength = end - from
    this.qtype = qtype
  }

  /** A client without a question may only ask for a server cookie (RFC 7873 §5.4). */
  #readWithoutQuestion(bytes: Uint8Array, start: number, end: number): number {
    const records = u16(bytes, start + 6) + u16(bytes, start + 8)
    const rcode = this.#readRecords(bytes, start + HEADER_BYTES, end, records, u16(bytes, start + 10))
    if (rcode !== Rcode.NOERROR) return rcode
    return this.hasOptions && this.options.cookieLength > 0 ? Rcode.NOERROR : Rcode.FORMERR
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
    if (before > (this.qtype === RrType.IXFR ? 1 : 0)) return Rcode.FORMERR
    let at = from
    let badVersion = false
    for (let i = 0; i < before + additional; i++) {
      const fixed = skipName(bytes, at, end)
      if (fixed === 0 || fixed + 10 > end) return Rcode.FORMERR
      const next = fixed + 10 + u16(bytes, fixed + 8)
      if (next > end) return Rcode.FORMERR
      if (u16(bytes, fixed) === RrType.OPT) {
        if (this.hasEdns || i < before || fixed !== at + 1) return Rcode.FORMERR
        badVersion = bytes[fixed + 5] !== 0
        // What the options of another version mean is not known.
        if (!badVersion && !this.#readOptions(bytes, fixed + 10, next)) return Rcode.FORMERR
        this.hasEdns = true
        this.udpSize = u16(bytes, fixed + 2)
        this.dnssecOk = (bytes[fixed + 6]! & 0x80) !== 0
      }
      at = next
    }
    if (at !== end) return Rcode.FORMERR
    return badVersion ? Rcode.BADVERS : Rcode.NOERROR
  }

  #readOptions(bytes: Uint8Array, from: number, end: number): boolean {
    if (from === end) return true
    this.hasOptions = true
    this.options.clear()
    return this.options.read(bytes, from, end)
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
