/** The files that make up one zone. A place in any of them is one number, so that each record can remember its own. */
import { excerptOf } from '#base/complaint.ts'

/** A byte of one of the files; 0 for what comes from no file. */
export type Place = number

export interface MasterSource {
  /** Where it is, for who finds the files that it includes; nothing is read from it here. */
  readonly path: string
  /** As complaints name it. */
  readonly file: string
  readonly bytes: Uint8Array
  /** The same for the same file, by whatever way it was reached. */
  readonly id: string
}

export interface OpenSource {
  readonly source: MasterSource
  /** Place of its first byte. */
  readonly base: Place
}

/** A file as complaints name it, and the place of its first byte. */
export interface FileExtent {
  readonly base: Place
  readonly file: string
}

/** As `Complaint` has it. */
interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly excerpt?: string
  readonly caret?: number
}

/** Of all files of one zone together, each counted as often as it is included. */
export const MAX_SOURCE_BYTES = 1024 * 1024 * 1024

/** Of the line before and after the place. */
const MAX_EXCERPT_BYTES = 400
const LINE_FEED = 10

export class Sources {
  readonly #all: OpenSource[] = []
  #end: Place = 1
  /** Where the lines were last counted to: complaints come in the order of the file. */
  #counted = { base: 0, offset: 0, line: 1 }

  /** Undefined if this file would be more than `MAX_SOURCE_BYTES`. */
  open(source: MasterSource): OpenSource | undefined {
    if (this.#end + source.bytes.length > MAX_SOURCE_BYTES) return undefined
    const opened = { source, base: this.#end }
    this.#all.push(opened)
    // One more than its bytes: a complaint may be of its end.
    this.#end += source.bytes.length + 1
    return opened
  }

  /** Where each file begins: what is left to know once their bytes are gone. */
  get extents(): readonly FileExtent[] {
    return this.#all.map(({ base, source: { file } }) => ({ base, file }))
  }

  /** The file that the place is in; the first one for the place 0. */
  fileOf(place: Place): string {
    return (this.#openedAt(place) ?? this.#all[0])?.source.file ?? ''
  }

  /** Where the place is, as a person looks for it; the place 0 is the first file as a whole. */
  position(place: Place): Position {
    const opened = this.#openedAt(place)
    if (opened === undefined) return { file: this.fileOf(0), line: 0, column: 0 }
    const { bytes, file } = opened.source
    const offset = place - opened.base
    const lineStart = offset === 0 ? 0 : bytes.lastIndexOf(LINE_FEED, offset - 1) + 1
    const nextFeed = bytes.indexOf(LINE_FEED, offset)
    const lineEnd = nextFeed === -1 ? bytes.length : nextFeed
    const start = Math.max(lineStart, offset - MAX_EXCERPT_BYTES)
    const before = utf8(bytes.subarray(start, offset))
    const after = utf8(bytes.subarray(offset, Math.min(lineEnd, offset + MAX_EXCERPT_BYTES)))
    const hidden = characters(bytes, lineStart, start)
    const column = hidden + before.length + 1
    return {
      file,
      line: this.#lineOf(opened, offset),
      column,
      ...excerptOf(before + after, before.length + 1),
    }
  }

  #openedAt(place: Place): OpenSource | undefined {
    return this.#all.findLast(({ base }) => base <= place)
  }

  #lineOf({ base, source: { bytes } }: OpenSource, offset: number): number {
    const goOn = this.#counted.base === base && this.#counted.offset <= offset
    let { line } = goOn ? this.#counted : { line: 1 }
    for (let at = goOn ? this.#counted.offset : 0; at < offset; at++) if (bytes[at] === LINE_FEED) line++
    this.#counted = { base, offset, line }
    return line
  }
}

/** Of UTF-8: bytes that go on with a character are not counted. */
function characters(bytes: Uint8Array, from: number, to: number): number {
  let count = 0
  for (let at = from; at < to; at++) if (((bytes[at] ?? 0) & 0xc0) !== 0x80) count++
  return count
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8').replace('\ufeff', '')
}
