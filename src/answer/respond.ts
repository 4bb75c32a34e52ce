/**
 * Query bytes in, response bytes out: the whole of answering, without I/O and without allocating.
 *
 *   read ──> refused? ──> class CH ──> find ──┬──> limited? ──> fragment (and board) ──> finish
 *     │         │                             └──> DNAME: another name, and find again
 *     └─────────┴──────────────────────────────────> limited? ──> error ──> finish
 */
import { type Random, seededRandom } from '#base/random.ts'
import { Rcode, RrClass, RrType } from '#wire/types.ts'
import { Arrival } from './arrival.ts'
import { SlotKind } from './board.ts'
import { BoardReader } from './board-reader.ts'
import { chaosText } from './chaos.ts'
import { isInNetworks } from './client-networks.ts'
import { Cookies } from './cookies.ts'
import {
  type Counters,
  DROPS,
  Drop,
  LIMITED,
  Limited,
  queryIndex,
  REFUSED,
  Refused,
  responseIndex,
  TRANSPORT_SIZE,
  Transport,
} from './counters.ts'
import { ExtendedError } from './extended-error.ts'
import { Introspection } from './introspection.ts'
import { AA, FragmentWord, INSERT_ADDITIONAL, RENAMES } from './layout.ts'
import { TableReader } from './lookup.ts'
import { OptRecord } from './opt-record.ts'
import { type AnswerPolicy, PLAIN_POLICY } from './policy.ts'
import { HEADER_BYTES, QueryReader } from './query.ts'
import { LogWhy, QueryLogWriter, queryLogMemory } from './query-log.ts'
import { RateLimiter } from './rate-limit.ts'
import { Response } from './response.ts'

const QR = 0x80
/** Longer chains of DNAMEs are cut off, and the client follows the rest by itself. */
const MAX_RENAMES = 16
/** So many limited queries a second are told of, by each thread. */
const LIMITED_LOG = { sample: 1, perSecond: 1 }
/** Errors are limited by their code, so these must not be offsets of fragments. */
const ERROR_KEY = 0x8000_0000

/** What is answered: a compiled table, the board beside it, and the operator's decisions. */
export interface Answering {
  readonly table: SharedArrayBuffer
  readonly board: SharedArrayBuffer
  readonly policy: AnswerPolicy
  /** A board with the same slots and why each has what it has, as TXT records of class CH; without it nobody is told. */
  readonly why?: SharedArrayBuffer | undefined
}

export class Responder {
  readonly #counters: Counters
  readonly #logMemory: SharedArrayBuffer
  readonly #limitedLog: QueryLogWriter
  readonly #random: Random
  readonly #query = new QueryReader()
  /** The name that a DNAME has led to, read like a question. */
  readonly #alias = new QueryReader()
  readonly #aliasName = new Uint8Array(256)
  /** The fragments of the DNAMEs in the answer. */
  readonly #renamedBy = new Uint32Array(MAX_RENAMES)
  readonly #opt = new OptRecord(this.#query)
  readonly #response = new Response(this.#query, this.#opt)
  #table: TableReader | undefined
  #board: BoardReader | undefined
  #policy = PLAIN_POLICY
  #cookies = new Cookies([])
  #limiter: RateLimiter | undefined
  #introspection: Introspection | undefined
  #log: QueryLogWriter | undefined
  /** The query that is being answered: how it came, and where its message begins. */
  #arrival = new Arrival(Transport.udp)
  #bytes: Uint8Array = new Uint8Array(0)
  #start = 0
  /** The client has shown a good cookie, and so has not forged its address. */
  #isKnown = false

  /**
   * @param logMemory where single queries are told of, as the policy wants it
   * @param random for answers that are chosen anew for each query
   */
  constructor(counters: Counters, logMemory = queryLogMemory(), random = seededRandom(1)) {
    this.#counters = counters
    this.#random = random
    this.#logMemory = logMemory
    this.#limitedLog = new QueryLogWriter(logMemory, LIMITED_LOG)
  }

  /** Answers from these from now on. */
  use({ table, board, policy, why }: Answering): void {
    this.#table = new TableReader(table)
    this.#board = new BoardReader(board, this.#random)
    this.#policy = policy
    this.#cookies = new Cookies(policy.cookieSecrets)
    this.#opt.use(policy, this.#cookies.answer)
    this.#limiter = policy.rateLimit === undefined ? undefined : new RateLimiter(policy.rateLimit)
    this.#introspection =
      why === undefined
        ? undefined
        : new Introspection({ table: this.#table, board: this.#board, why, response: this.#response })
    this.#log =
      policy.queryLog === undefined ? undefined : new QueryLogWriter(this.#logMemory, policy.queryLog)
  }

  /**
   * Answers the query at `bytes[start, start + length)`, in its place: gives the length of the response, or 0 where none may be sent. From
   * `start` on there must be room for 1232 bytes with UDP, 65,535 with TCP. Never throws, whatever the bytes are.
   */
  respond(bytes: Uint8Array, start: number, length: number, arrival: Arrival): number {
    const { transport } = arrival
    if (length < HEADER_BYTES) return this.drop(transport, Drop.short)
    // Two servers that answer each other's answers would never stop.
    if ((bytes[start + 2]! & QR) !== 0) return this.drop(transport, Drop.response)
    this.#arrival = arrival
    this.#bytes = bytes
    this.#start = start
    const query = this.#query
    const rcode = query.read(bytes, start, length)
    this.#counters[transport * TRANSPORT_SIZE + queryIndex(query.qtype)]!++
    this.#isKnown = query.hasOptions && query.hasEdns && this.#knowsClient(arrival)
    this.#response.begin(bytes, start, arrival)
    if (rcode !== Rcode.NOERROR || query.qnameLength === 0) return this.#error(rcode, ExtendedError.none)
    if (isOfOtherClass(query.qclass) || isTransfer(query.qtype)) return this.#unusual()
    const table = this.#table
    const fragment = table === undefined ? 0 : table.find(bytes, start + HEADER_BYTES, query)
    if (table === undefined || fragment === 0)
      return this.#refuse(Refused.outside, ExtendedError.notAuthoritative)
    if (this.#limiter !== undefined && this.#isLimited(table.keyOf(fragment))) return this.#instead()
    return (table.words[fragment + FragmentWord.flags]! & RENAMES) === 0
      ? this.#answer(table, fragment, 0)
      : this.#rename(table, fragment)
  }

  /** Counts a packet that gets no answer; gives the 0 that says so. */
  drop(transport: Transport, reason: (typeof Drop)[keyof typeof Drop]): 0 {
    this.#counters[transport * TRANSPORT_SIZE + DROPS + reason]!++
    return 0
  }

  #knowsClient(arrival: Arrival): boolean {
    const { options } = this.#query
    return options.cookieLength > 0 && this.#cookies.check(options.cookie, options.cookieLength, arrival)
  }

  /** What no zone is asked for. */
  #unusual(): number {
    const { qclass, qtype, qnameLength } = this.#query
    if (qclass !== RrClass.CH)
      return this.#refuse(isOfOtherClass(qclass) ? Refused.class : Refused.type, ExtendedError.none)
    const text = chaosText(this.#bytes, this.#start + HEADER_BYTES, qnameLength, this.#policy)
    if (text === undefined) return this.#introspect()
    if (text === '') return this.#refuse(Refused.class, ExtendedError.none)
    if (this.#isLimited(ERROR_KEY | RrClass.CH)) return this.#instead()
    if (isText(qtype)) this.#response.text(text)
    return this.#finish(AA, Rcode.NOERROR, false, ExtendedError.none)
  }

  /** What a name's pool answers and why: of class CH too, for those who may know. */
  #introspect(): number {
    const introspection = this.#introspection
    const mayKnow = isInNetworks(this.#arrival, this.#policy.introspectionFrom)
    if (introspection === undefined || !mayKnow || !isText(this.#query.qtype))
      return this.#refuse(Refused.class, ExtendedError.none)
    if (this.#isLimited(ERROR_KEY | RrClass.CH)) return this.#instead()
    // The address of a packet can be forged, that of a connection cannot.
    if (this.#arrival.transport === Transport.udp) return this.#truncate(AA, Rcode.NOERROR)
    introspection.tell(this.#bytes, this.#start + HEADER_BYTES, this.#arrival.monotonicMs)
    return this.#finish(AA, Rcode.NOERROR, false, ExtendedError.none)
  }

  #refuse(reason: (typeof Refused)[keyof typeof Refused], error: ExtendedError): number {
    this.#counters[this.#arrival.transport * TRANSPORT_SIZE + REFUSED + reason]!++
    return this.#error(Rcode.REFUSED, error)
  }

  #error(rcode: number, error: ExtendedError): number {
    if (this.#isLimited(ERROR_KEY | (rcode << 8))) return this.#instead()
    return this.#finish(0, rcode, false, error)
  }

  /** Without what may have led there. */
  #servfail(error: ExtendedError): number {
    this.#response.clear()
    return this.#finish(0, Rcode.SERVFAIL, false, error)
  }

  /** @param links flags that an alias before it has brought, AA */
  #answer(table: TableReader, fragment: number, links: number): number {
    const words = table.words
    const response = this.#response
    const board = this.#board
    let chosen = fragment
    let error = errorOf(words[fragment + FragmentWord.flags]!)
    if (words[fragment + FragmentWord.insertCount] !== 0 && board !== undefined) {
      board.take(words[fragment + FragmentWord.size]!)
      error = board.error
      if (board.kind === SlotKind.servfail) return this.#servfail(error)
      if (board.kind === SlotKind.nodata) chosen = words[fragment + FragmentWord.fallback]!
    }
    const flags = words[chosen + FragmentWord.flags]! | links
    const rcode = flags & 0x0f
    const fits = response.copy(table, chosen, false) || response.copy(table, chosen, true)
    if (fits && (chosen !== fragment || this.#insert(table, fragment))) {
      return this.#finish(flags, rcode, false, error)
    }
    // What does not fit behind an alias by TCP is left to the client, who knows by the alias how to go on.
    if (links !== 0 && this.#arrival.transport === Transport.tcp)
      return this.#finish(links, Rcode.NOERROR, false, error)
    return this.#truncate(flags, rcode)
  }

  /**
   * The name lies below a DNAME: it gets another one, as often as needed, and then that one's answer (RFC 6672 §3.2). No record comes twice into one answer
   * (RFC 2181 §5): that ends loops, and who is in none goes on from the last alias.
   */
  #rename(table: TableReader, first: number): number {
    const response = this.#response
    const { qtype } = this.#query
    let fragment = first
    for (let renames = 0; renames < MAX_RENAMES; renames++) {
      const words = table.words
      if (this.#isRenamedBy(fragment, renames)) break
      this.#renamedBy[renames] = fragment
      if (!response.copy(table, fragment, false)) return this.#truncate(AA, Rcode.NOERROR)
      const length = response.rename(words[fragment + FragmentWord.arcountAndBase]! >>> 16, this.#aliasName)
      if (length === 0) return this.#finish(AA, Rcode.YXDOMAIN, false, ExtendedError.nameTooLong)
      if (length < 0) return this.#truncate(AA, Rcode.NOERROR)
      if (qtype === RrType.CNAME) break
      this.#alias.readName(this.#aliasName, 0, qtype)
      response.subject = this.#alias
      fragment = table.find(this.#aliasName, 0, this.#alias)
      if (fragment === 0) break
      if ((words[fragment + FragmentWord.flags]! & RENAMES) === 0) return this.#answer(table, fragment, AA)
    }
    return this.#finish(AA, Rcode.NOERROR, false, ExtendedError.none)
  }

  #isRenamedBy(fragment: number, renames: number): boolean {
    for (let i = 0; i < renames; i++) if (this.#renamedBy[i] === fragment) return true
    return false
  }

  /** Adds what the pools have selected; false if the answer has no room for it. The first slot has been taken already. */
  #insert(table: TableReader, fragment: number): boolean {
    const words = table.words
    const board = this.#board
    const { monotonicMs } = this.#arrival
    const first = fragment + FragmentWord.size
    const end = first + words[fragment + FragmentWord.insertCount]! * 2
    for (let at = first; at < end && board !== undefined; at += 2) {
      if (at !== first) board.take(words[at]!)
      const fits = this.#response.insert(table, fragment, at + 1, board, monotonicMs)
      // Additional data may be left out, an answer may not.
      if (!fits && (words[at + 1]! & INSERT_ADDITIONAL) === 0) return false
    }
    return true
  }

  /** Whether there have been too many equal responses to the client's network: it then gets something else, or nothing. */
  #isLimited(key: number): boolean {
    const limiter = this.#limiter
    const arrival = this.#arrival
    if (limiter === undefined || arrival.transport !== Transport.udp || this.#isKnown) return false
    if (limiter.grants(key, arrival)) return false
    if (limiter.enforced) return true
    this.#countLimited(Limited.logOnly)
    return false
  }

  /** In place of a response over the limit: mostly nothing, at times what makes a real client come back in a way that cannot be forged. */
  #instead(): number {
    if (this.#limiter?.slips() !== true) {
      this.#countLimited(Limited.dropped)
      return this.drop(this.#arrival.transport, Drop.rateLimited)
    }
    const { hasEdns, hasOptions, options } = this.#query
    const hasCookie =
      hasEdns && hasOptions && options.cookieLength > 0 && this.#policy.cookieSecrets.length > 0
    this.#countLimited(hasCookie ? Limited.badCookie : Limited.truncated)
    return this.#finish(0, hasCookie ? Rcode.BADCOOKIE : Rcode.NOERROR, !hasCookie, ExtendedError.none)
  }

  #countLimited(what: (typeof Limited)[keyof typeof Limited]): void {
    this.#counters[this.#arrival.transport * TRANSPORT_SIZE + LIMITED + what]!++
    if (this.#limitedLog.wants(this.#arrival)) this.#tell(this.#limitedLog, LogWhy.limited, Rcode.NOERROR, 0)
  }

  /** Nothing but TC: the client comes back by TCP (RFC 2181 §9). */
  #truncate(flags: number, rcode: number): number {
    this.#response.clear()
    return this.#finish(flags, rcode, true, ExtendedError.none)
  }

  #finish(flags: number, rcode: number, truncated: boolean, error: ExtendedError): number {
    this.#counters[this.#arrival.transport * TRANSPORT_SIZE + responseIndex(rcode)]!++
    const length = this.#response.finish(flags, rcode, truncated, error, this.#arrival)
    const log = this.#log
    if (log?.wants(this.#arrival) === true) this.#tell(log, LogWhy.sampled, rcode, length)
    return length
  }

  #tell(
    log: QueryLogWriter,
    why: (typeof LogWhy)[keyof typeof LogWhy],
    rcode: number,
    responseBytes: number,
  ): void {
    log.write(why, this.#query, this.#bytes, this.#start, rcode, responseBytes, this.#arrival)
  }
}

/** Class ANY is answered from class IN. */
function isOfOtherClass(qclass: number): boolean {
  return qclass !== RrClass.IN && qclass !== RrClass.ANY
}

function isText(qtype: number): boolean {
  return qtype === RrType.TXT || qtype === RrType.ANY
}

function isTransfer(qtype: number): boolean {
  return qtype === RrType.AXFR || qtype === RrType.IXFR
}

function errorOf(flags: number): ExtendedError {
  return ((flags >>> 16) & 0xff) as ExtendedError
}
