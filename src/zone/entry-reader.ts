/** Makes records of a master file's entries. */
import { show } from '#wire/field-codecs.ts'
import { dataFromText } from '#wire/record-data.ts'
import { classFromText, classToText, RrClass, RrType, typeFromText, typeToText } from '#wire/types.ts'
import type { ComplaintList } from './complaint-list.ts'
import { type Inclusion, readDirective } from './directives.ts'
import type { Generation } from './generate.ts'
import type { Entry, Token } from './lexer.ts'
import { MAX_TTL_SECONDS, type ReadingState } from './reading-state.ts'
import type { Place } from './sources.ts'
import type { ZoneRecord } from './zone.ts'

export interface PlacedRecord {
  readonly kind: 'record'
  readonly record: ZoneRecord
  readonly place: Place
}

interface RecordHead {
  readonly ttl: number | undefined
  readonly type: number
  /** Index of the first token of the data. */
  readonly dataAt: number
}

export class EntryReader {
  readonly #complaints: ComplaintList
  readonly #state: ReadingState
  #soaFailed = false

  constructor(state: ReadingState, complaints: ComplaintList) {
    this.#state = state
    this.#complaints = complaints
  }

  /** Whether there was an SOA that could not be read. */
  get soaFailed(): boolean {
    return this.#soaFailed
  }

  /** The entry's record, or what a directive asks for; undefined if that is nothing, or if there is a fault, which is then complained of. */
  read(entry: Entry): PlacedRecord | Inclusion | Generation | undefined {
    const [first] = entry.tokens
    if (entry.problem !== undefined) return this.#unreadable(entry, entry.problem)
    if (first === undefined) return undefined
    if (!first.quoted && first.text.startsWith('$')) return readDirective(entry, this.#state)
    return this.#record(first, entry)
  }

  /** As `read`, of an entry that a directive made: its owner is not that of records behind it, and it is no directive. */
  readGenerated(entry: Entry): PlacedRecord | undefined {
    const [first] = entry.tokens
    if (entry.problem !== undefined) return this.#unreadable(entry, entry.problem)
    if (first === undefined) return undefined
    this.#state.enter(this.#state.scope.origin)
    const placed = this.#record(first, entry)
    this.#state.leave()
    return placed
  }

  #unreadable({ tokens }: Entry, { place, message }: NonNullable<Entry['problem']>): undefined {
    if (tokens.some(({ text }) => text.toUpperCase() === 'SOA')) this.#soaFailed = true
    return this.#fault(place, message)
  }

  #record(first: Token, entry: Entry): PlacedRecord | undefined {
    const { scope } = this.#state
    if (!entry.blankOwner) {
      scope.owner = this.#state.name(first)
      scope.ownerFailed = scope.owner === undefined
    }
    const head = this.#head(entry, entry.blankOwner ? 0 : 1)
    if (head === undefined) return undefined
    const placed = this.#complete(first, entry, head)
    if (placed === undefined && head.type === RrType.SOA) this.#soaFailed = true
    return placed
  }

  #complete(first: Token, entry: Entry, head: RecordHead): PlacedRecord | undefined {
    const { type } = head
    const { owner, ownerFailed } = this.#state.scope
    if (owner === undefined && !ownerFailed)
      return this.#fault(first.place, 'the first record of a file has to begin with its owner')
    const data = this.#data(entry, head)
    if (data === undefined) return undefined
    const ttl = head.ttl ?? this.#ttlNotSaid(first.place, type, data)
    if (owner === undefined || ttl === undefined) return undefined
    return { kind: 'record', record: { owner, type, ttl, data }, place: first.place }
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
          return this.#fault(token.place, `class ${classToText(rrClass)}: zones here are of class IN`)
        hasClass = true
      } else if (ttl === undefined && !token.quoted && startsWithDigit(token.text)) {
        ttl = this.#state.ttl(token)
        if (ttl === undefined) return undefined
        this.#state.lastTtl = ttl
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
        token.place,
        `unknown type ${show(token.text)}; types without a name here are written TYPEnnn \\# LENGTH HEX`,
      )
    return isMeta(type) ? this.#fault(token.place, `${typeToText(type)} is no type of data (RFC 6895)`) : type
  }

  #data({ tokens, end }: Entry, { type, dataAt }: RecordHead): Uint8Array | undefined {
    const texts = tokens.slice(dataAt)
    const read = dataFromText(type, texts, this.#state.scope.origin)
    return 'data' in read ? read.data : this.#fault(texts[read.token]?.place ?? end, read.error)
  }

  /** RFC 2308 §4, else RFC 1035 §5.1, else as other servers do: the SOA's minimum. */
  #ttlNotSaid(place: Place, type: number, data: Uint8Array): number | undefined {
    const state = this.#state
    const said = state.defaultTtl ?? state.lastTtl
    if (said !== undefined) return said
    if (state.soaMinimum === undefined) {
      if (type !== RrType.SOA) return this.#fault(place, 'no TTL here, none before, and no $TTL')
      state.soaMinimum = new DataView(data.buffer, data.byteOffset).getUint32(data.length - 4)
      this.#complaints.warn(place, `no TTL here and no $TTL: the SOA's minimum is taken, ${state.soaMinimum}`)
    }
    return Math.min(state.soaMinimum, MAX_TTL_SECONDS)
  }

  #fault(place: Place, message: string): undefined {
    return this.#state.fault(place, message)
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
