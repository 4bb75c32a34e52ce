/**
 * What class CH tells of a name to those who may know: what the board has for it at this moment, then why, as control has written it. Reads shared memory
 * alone, so that it is there also while control hangs.
 */
import { seededRandom } from '#base/random.ts'
import { dataToText } from '#wire/record-data.ts'
import { Rcode, RrType, typeToText } from '#wire/types.ts'
import { RECORD_HEAD_BYTES, SlotKind } from './board.ts'
import { BoardReader } from './board-reader.ts'
import { AA, FragmentWord, INSERT_ADDITIONAL, POINTER, QUESTION, RENAMES } from './layout.ts'
import type { TableReader } from './lookup.ts'
import { QueryReader, u16 } from './query.ts'
import type { Response } from './response.ts'

const MAX_RENAMES = 16
/** So many records of an answer are named. */
const MAX_NAMED = 4
const MAX_TEXT = 255
const MAX_TARGET = 150

export interface IntrospectionSources {
  readonly table: TableReader
  readonly board: BoardReader
  readonly why: SharedArrayBuffer
  readonly response: Response
}

/** Whatever a name has for one type. */
interface Answered {
  readonly type: number
  /** 0 where the name is in no zone. */
  readonly fragment: number
  /** Of the board, where that answers. */
  readonly slot: number | undefined
}

export class Introspection {
  readonly #sources: IntrospectionSources
  /** Made when first asked for: threads that are never asked hold no memory for it. */
  #why: BoardReader | undefined
  readonly #name = new QueryReader()
  readonly #aliasName = new Uint8Array(256)

  constructor(sources: IntrospectionSources) {
    this.#sources = sources
  }

  /** Adds to the response what is known of the name at `bytes[nameAt]`, which is the question's. The response must have room for a message by TCP. */
  tell(bytes: Uint8Array, nameAt: number, nowMs: number): void {
    const { response } = this.#sources
    const found = [RrType.A, RrType.AAAA].map(type => this.#find(bytes, nameAt, type))
    const managed = found.filter(({ slot }) => slot !== undefined)
    const [first] = managed
    if (first?.slot === undefined) {
      response.text(this.#whyNotManaged(found[0]?.fragment ?? 0))
      return
    }
    // A managed CNAME answers both types from one slot.
    const slots = new Map(managed.map(({ type, slot }) => [slot ?? 0, type]))
    for (const [slot, type] of slots) response.text(this.#answered(slot, type, nowMs))
    this.#why ??= new BoardReader(this.#sources.why, seededRandom(1))
    this.#why.take(first.slot)
    if (this.#why.kind === SlotKind.records) response.records(this.#why, nowMs)
    else response.text('why is not written yet: the server has only just begun with this configuration')
  }

  /** Follows DNAMEs, whose records are made in the response and taken out again. */
  #find(bytes: Uint8Array, nameAt: number, type: number): Answered {
    const { table, response } = this.#sources
    let [source, at] = [bytes, nameAt]
    let fragment = 0
    for (let renames = 0; renames <= MAX_RENAMES; renames++) {
      this.#name.readName(source, at, type)
      if (renames > 0) response.subject = this.#name
      fragment = table.find(source, at, this.#name)
      if (fragment === 0 || (table.words[fragment + FragmentWord.flags]! & RENAMES) === 0) break
      const ownerLength = table.words[fragment + FragmentWord.arcountAndBase]! >>> 16
      const renamed =
        response.copy(table, fragment, false) && response.rename(ownerLength, this.#aliasName) > 0
      if (!renamed) break
      source = this.#aliasName
      at = 0
    }
    response.clear()
    return { type, fragment, slot: fragment === 0 ? undefined : this.#slotOf(fragment) }
  }

  /** The slot that the answer's records come from; what is only additional to it does not count. */
  #slotOf(fragment: number): number | undefined {
    const { words } = this.#sources.table
    const first = fragment + FragmentWord.size
    const end = first + words[fragment + FragmentWord.insertCount]! * 2
    for (let at = first; at < end; at += 2) if ((words[at + 1]! & INSERT_ADDITIONAL) === 0) return words[at]
    return undefined
  }

  #whyNotManaged(fragment: number): string {
    if (fragment === 0) return 'not managed: in no zone of this server'
    const flags = this.#sources.table.words[fragment + FragmentWord.flags]!
    const rcode = flags & 0x0f
    if (rcode === Rcode.SERVFAIL) return 'not managed: in a zone that could not be loaded'
    if (rcode === Rcode.NXDOMAIN) return 'not managed: there is no such name'
    return (flags & AA) === 0 ? 'not managed: delegated to other servers' : 'not managed: static data'
  }

  /** What the board has, in words: of all that is picked from, what this query would get. */
  #answered(slot: number, asked: number, nowMs: number): string {
    const { board } = this.#sources
    board.take(slot)
    if (board.kind === SlotKind.servfail) return `${typeToText(asked)}: SERVFAIL`
    if (board.kind === SlotKind.nodata) return `${typeToText(asked)}: no data`
    const records = new Uint8Array(board.byteLength)
    board.write(records, 0, POINTER | QUESTION, nowMs)
    const type = u16(records, 2)
    const ttl = new DataView(records.buffer).getUint32(6)
    const named: string[] = []
    for (let at = 0; at < records.length && named.length < MAX_NAMED; ) {
      const end = at + RECORD_HEAD_BYTES + u16(records, at + 10)
      named.push(dataToText(type, records.subarray(at + RECORD_HEAD_BYTES, end)).slice(0, MAX_TARGET))
      at = end
    }
    const more = board.recordCount > named.length ? `, and ${board.recordCount - named.length} more` : ''
    return `${typeToText(type)}: ${named.join(', ')}${more}, TTL ${ttl}`.slice(0, MAX_TEXT)
  }
}
