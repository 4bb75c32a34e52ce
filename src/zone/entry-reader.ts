/** Makes records of a master file's entries, and keeps what one entry says for the next: origin, owner and TTL. */
import { nameProblem, show } from '#wire/field-codecs.ts'
import { type Name, parseName } from '#wire/name.ts'
import { dataFromText } from '#wire/record-data.ts'
import { parseSeconds } from '#wire/ttl.ts'
import { classFromText, classToText, RrClass, RrType, typeFromText, typeToText } from '#wire/types.ts'
import type { ComplaintList } from './complaint-list.ts'
import type { Entry, Position, Token } from './lexer.ts'
import type { ZoneRecord } from './zone.ts'

export interface PlacedRecord {
  readonly record: ZoneRecord
  readonly at: Position
}

/** RFC 2181 §8. */
const MAX_TTL_SECONDS = 2 ** 31 - 1
const NOT_YET = ['$INCLUDE', '$GENERATE']

interface RecordHead {
  readonly ttl: number | undefined
  readonly type: number
  /** Index of the first token of the data. */
  readonly dataAt: number
}

export class EntryReader {
  readonly #complaints: ComplaintList
  #origin: Name
  #owner: Name | undefined
  #ownerFailed = false
  /** Seconds, as `#lastTtl` and `#soaMinimum`. From `$TTL`. */
  #defaultTtl: number | undefined
  #lastTtl: number | undefined
  #soaMinimum: number | undefined
  #soaFailed = false

  constructor(origin: Name, complaints: ComplaintList) {
    this.#origin = origin
    this.#complaints = complaints
  }

  /** Whether there was an SOA that could not be read. */
  get soaFailed(): boolean {
    return this.#soaFailed
  }

  /** The entry's record; undefined if it is a directive or has a fault, which is then complained of. */
  read(entry: Entry): PlacedRecord | undefined {
    const [first] = entry.tokens
    if (entry.problem !== undefined) {
      this.#complaints.error(entry.problem.at, entry.problem.message)
      if (entry.tokens.some(({ text }) => text.toUpperCase() === 'SOA')) this.#soaFailed = true
      return undefined
    }
    if (first === undefined) return undefined
    if (!first.quoted && first.text.startsWith('$')) {
      this.#directive(first, entry)
      return undefined
    }
    return this.#record(first, entry)
  }

  #directive(directive: Token, { tokens, end }: Entry): void {
    const name = directive.text.toUpperCase()
    if (NOT_YET.includes(name)) {
      this.#complaints.error(directive, `${name} is not supported yet`)
      return
    }
    if (name !== '$ORIGIN' && name !== '$TTL') {
      this.#complaints.error(
        directive,
        `unknown directive ${show(directive.text)}: there are $ORIGIN and $TTL`,
      )
      return
    }
    const [, argument, extra] = tokens
    if (argument === undefined) {
      this.#complaints.error(end, `${name} has no ${name === '$TTL' ? 'TTL' : 'name'}`)
      return
    }
    if (extra !== undefined) {
      this.#complaints.error(extra, `${show(extra.text)} after the end of ${name}`)
      return
    }
    if (name === '$TTL') this.#defaultTtl = this.#ttl(argument) ?? this.#defaultTtl
    else this.#origin = this.#name(argument) ?? this.#origin
  }

  #record(first: Token, entry: Entry): PlacedRecord | undefined {
    if (!entry.blankOwner) {
      this.#owner = this.#name(first)
      this.#ownerFailed = this.#owner === undefined
    }
    const head = this.#head(entry, entry.blankOwner ? 0 : 1)
    if (head === undefined) return undefined
    const placed = this.#complete(first, entry, head)
    if (placed === undefined && head.type === RrType.SOA) this.#soaFailed = true
    return placed
  }

  #complete(first: Token, entry: Entry, head: RecordHead): PlacedRecord | undefined {
    const { type } = head
    const owner = this.#owner
    if (owner === undefined && !this.#ownerFailed)
      return this.#fault(first, 'the first record of a file has to begin with its owner')
    const data = this.#data(entry, head)
    if (data === undefined) return undefined
    const ttl = head.ttl ?? this.#ttlNotSaid(first, type, data)
    if (owner === undefined || ttl === undefined) return undefined
    return { record: { owner, type, ttl, data }, at: { line: first.line, offset: first.offset } }
  }

  /** TTL and class in either order, both optional, and the type. */
  #head({ tokens, end }: Entry, from: number): RecordHead | undefined {
    let ttl: number | undefined
    let hasClass = false
    for (let at = from; at < tokens.length; at++) {
      const token = tokens[at] as Token
      const rrClass = hasClass || token.quoted ? undefined : classFromText(token.text)
      if (rrClass !== undefined) {
        if (rrClass !== RrClass.IN)
          return this.#fault(token, `class ${classToText(rrClass)}: zones here are of class IN`)
        hasClass = true
      } else if (ttl === undefined && !token.quoted && startsWithDigit(token.text)) {
        ttl = this.#ttl(token)
        if (ttl === undefined) return undefined
        this.#lastTtl = ttl
      } else {
        const type = this.#type(token)
        return type === undefined ? undefined : { ttl, type, dataAt: at + 1 }
      }
    }
    return this.#fault(end, 'the record has no type')
  }

  #type(token: Token): number | undefined {
    const type = token.quoted ? undefined : typeFromText(token.text)
    if (type === undefined)
      return this.#fault(
        token,
        `unknown type ${show(token.text)}; types without a name here are written TYPEnnn \\# LENGTH HEX`,
      )
    return isMeta(type) ? this.#fault(token, `${typeToText(type)} is no type of data (RFC 6895)`) : type
  }

  #data({ tokens, end }: Entry, { type, dataAt }: RecordHead): Uint8Array | undefined {
    const texts = tokens.slice(dataAt)
    const read = dataFromText(type, texts, this.#origin)
    return 'data' in read ? read.data : this.#fault(texts[read.token] ?? end, read.error)
  }

  /** RFC 2308 §4, else RFC 1035 §5.1, else as other servers do: the SOA's minimum. */
  #ttlNotSaid(at: Token, type: number, data: Uint8Array): number | undefined {
    const said = this.#defaultTtl ?? this.#lastTtl
    if (said !== undefined) return said
    if (this.#soaMinimum === undefined) {
      if (type !== RrType.SOA) return this.#fault(at, 'no TTL here, none before, and no $TTL')
      this.#soaMinimum = new DataView(data.buffer, data.byteOffset).getUint32(data.length - 4)
      this.#complaints.warn(at, `no TTL here and no $TTL: the SOA's minimum is taken, ${this.#soaMinimum}`)
    }
    return Math.min(this.#soaMinimum, MAX_TTL_SECONDS)
  }

  #ttl(token: Token): number | undefined {
    const seconds = token.quoted ? undefined : parseSeconds(token.text)
    if (seconds === undefined)
      return this.#fault(
        token,
        `${show(token.text)} is not a TTL: seconds up to 2147483647, or a time such as 1h30m`,
      )
    if (seconds <= MAX_TTL_SECONDS) return seconds
    this.#complaints.warn(token, `a TTL of ${seconds} is more than 2147483647 and counts as 0 (RFC 2181)`)
    return 0
  }

  #name(token: Token): Name | undefined {
    if (token.quoted) return this.#fault(token, 'a name has no quotes')
    const parsed = parseName(token.text, this.#origin)
    if ('name' in parsed) return parsed.name
    return this.#fault(token, `${show(token.text)} is not a name: ${nameProblem(token.text, parsed.error)}`)
  }

  #fault(at: Position, message: string): undefined {
    this.#complaints.error(at, message)
    return undefined
  }
}

function startsWithDigit(text: string): boolean {
  const code = text.charCodeAt(0)
  return code >= 48 && code <= 57
}

/** RFC 6895 §3.1: 0, OPT, and 128 to 255 are of the protocol. */
function isMeta(type: number): boolean {
  return type === 0 || type === RrType.OPT || (type >= 128 && type <= 255)
}
