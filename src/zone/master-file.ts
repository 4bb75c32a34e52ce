/** Reads a master file (RFC 1035 §5) and the files that it includes into a zone, or says all that is wrong with them. */
import type { Complaint } from '#base/complaint.ts'
import { show } from '#wire/field-codecs.ts'
import type { Name } from '#wire/name.ts'
import { ComplaintList } from './complaint-list.ts'
import type { Inclusion } from './directives.ts'
import { EntryReader } from './entry-reader.ts'
import { countOf, expand, type Generation } from './generate.ts'
import { Lexer } from './lexer.ts'
import { ReadingState } from './reading-state.ts'
import { MAX_SOURCE_BYTES, type MasterSource, type Place, Sources } from './sources.ts'
import type { Zone } from './zone.ts'
import { ZoneBuilder } from './zone-builder.ts'
import { checkZone } from './zone-checks.ts'

export type { MasterSource } from './sources.ts'

export interface MasterFileOptions {
  /** What relative names are below until the file says otherwise. */
  readonly origin: Name
  /** What the zone has to be, where that is known; else it is the owner of the SOA. */
  readonly expectOrigin?: Name
  /** Names, in lower case, whose addresses come from elsewhere. */
  readonly elsewhere?: ReadonlySet<Name>
}

export interface MasterFileResult {
  /** Undefined if there is an error among the complaints. */
  readonly zone: Zone | undefined
  /** The owner of the SOA in lower case, also of a zone with errors; undefined if no SOA could be read. */
  readonly origin: Name | undefined
  /** In the order of the files; at most 100, and one that says how many more there are. */
  readonly complaints: readonly Complaint[]
  /** An error at the first record of an RRset of the zone. */
  readonly complainOf: (owner: Name, type: number, message: string) => Complaint
}

/** A file that is to be included. */
export interface IncludeRequest {
  /** As written, relative to `from`. */
  readonly path: string
  /** The file in which it is written. */
  readonly from: MasterSource
}

/** The file, or in words what is in the way. */
export type IncludeAnswer = MasterSource | { readonly problem: string }

/** Yields a file that it needs next, or undefined: nothing, but time has passed, and others may want to go on. */
export type Reading = Generator<IncludeRequest | undefined, MasterFileResult, IncludeAnswer | undefined>

/** Files within files. */
const MAX_DEPTH = 8
const MAX_INCLUDES = 10_000

/** Of all `$GENERATE` together, so that no short file fills the memory. */
const MAX_GENERATED = 1_048_576
const MAX_GENERATED_BYTES = 256 * 1024 * 1024

/** Entries between two pauses: a few milliseconds. */
const PACE = 5000

/** Reads all, whatever is wrong with it: what cannot be read ends at the next line. Never throws. */
export function* readInSteps(main: MasterSource, options: MasterFileOptions): Reading {
  return yield* new MasterFileReader(options).read(main)
}

/**
 * As `readInSteps`, at one go.
 *
 * @param file as complaints name it
 */
export function readMasterFile(
  bytes: Uint8Array,
  { file, ...options }: MasterFileOptions & { readonly file: string },
  include: (request: IncludeRequest) => IncludeAnswer = () => ({ problem: 'no such file' }),
): MasterFileResult {
  const reading = readInSteps({ path: file, file, bytes, id: file }, options)
  let step = reading.next()
  while (step.done !== true) step = reading.next(step.value === undefined ? undefined : include(step.value))
  return step.value
}

interface OpenFile {
  readonly source: MasterSource
  readonly lexer: Lexer
}

class MasterFileReader {
  readonly #sources = new Sources()
  readonly #complaints = new ComplaintList(this.#sources)
  readonly #options: MasterFileOptions
  readonly #state: ReadingState
  readonly #reader: EntryReader
  readonly #builder: ZoneBuilder
  /** The file that is read, last, and those that include it. */
  readonly #files: OpenFile[] = []
  #includes = 0
  #includeFailed = false
  #generated = 0
  #generatedBytes = 0
  #entries = 0

  constructor(options: MasterFileOptions) {
    this.#options = options
    this.#state = new ReadingState(options.origin, this.#complaints)
    this.#reader = new EntryReader(this.#state, this.#complaints)
    this.#builder = new ZoneBuilder(options.expectOrigin, this.#sources, this.#complaints)
  }

  *read(main: MasterSource): Reading {
    if (!this.#open(main)) this.#complaints.error(0, TOO_LARGE)
    for (let file = this.#files.at(-1); file !== undefined; file = this.#files.at(-1)) {
      const entry = this.#builder.full ? undefined : file.lexer.next()
      const read = entry === undefined ? undefined : this.#reader.read(entry)
      if (entry === undefined) this.#close()
      else if (read?.kind === 'record') this.#builder.place(read)
      else if (read?.kind === 'include') yield* this.#include(read, file.source)
      else if (read?.kind === 'generate') yield* this.#generate(read)
      if (++this.#entries % PACE === 0) yield
    }
    return yield* this.#finish()
  }

  #open(source: MasterSource): boolean {
    const opened = this.#sources.open(source)
    if (opened === undefined) return false
    this.#files.push({ source, lexer: new Lexer(source.bytes, opened.base) })
    return true
  }

  #close(): void {
    this.#files.pop()
    this.#state.leave()
  }

  *#include(
    { path, origin, place }: Inclusion,
    from: MasterSource,
  ): Generator<IncludeRequest, void, IncludeAnswer | undefined> {
    const answer = this.#mayInclude() ?? (yield { path, from }) ?? { problem: 'no such file' }
    const problem = 'problem' in answer ? answer.problem : this.#problemOf(answer)
    if (problem !== undefined || 'problem' in answer) {
      this.#includeFailed = true
      this.#complaints.error(place, `$INCLUDE ${show(Buffer.from(path).toString('latin1'))}: ${problem}`)
      return
    }
    this.#includes++
    this.#state.enter(origin)
  }

  #mayInclude(): { readonly problem: string } | undefined {
    if (this.#files.length > MAX_DEPTH)
      return { problem: `files include each other more than ${MAX_DEPTH} deep` }
    return this.#includes < MAX_INCLUDES
      ? undefined
      : { problem: `more than ${MAX_INCLUDES} files are included` }
  }

  #problemOf(answer: MasterSource): string | undefined {
    if (this.#files.some(({ source }) => source.id === answer.id)) return 'includes itself'
    return this.#open(answer) ? undefined : TOO_LARGE
  }

  *#generate(generation: Generation): Generator<undefined, void> {
    const { start, stop, step, template, place } = generation
    const errors = this.#complaints.errorCount
    if (this.#generated + countOf(generation) > MAX_GENERATED) {
      this.#complaints.error(place, `$GENERATE: more than ${MAX_GENERATED} records are generated`)
      return
    }
    this.#generated += countOf(generation)
    for (let number = start; number <= stop; number += step) {
      const text = expand(template, number)
      if (text === undefined) this.#complaints.error(place, `$GENERATE: ${number} cannot be written so`)
      else this.#generateOne(text, number, place)
      // One is enough: the others are alike.
      if (this.#builder.full || this.#complaints.errorCount > errors) return
      if (++this.#entries % PACE === 0) yield
    }
  }

  #generateOne(text: string, number: number, place: Place): void {
    this.#generatedBytes += text.length
    if (this.#generatedBytes > MAX_GENERATED_BYTES) {
      this.#complaints.error(
        place,
        `$GENERATE: more than ${MAX_GENERATED_BYTES / 1024 / 1024} MiB of text are generated`,
      )
      return
    }
    this.#complaints.about = () => `; this is with ${number}, which makes ${show(text)}`
    const lexer = new Lexer(text, place, true)
    for (let entry = lexer.next(); entry !== undefined; entry = lexer.next()) {
      const placed = this.#reader.readGenerated(entry)
      if (placed !== undefined) this.#builder.place(placed)
    }
    this.#complaints.about = undefined
  }

  *#finish(): Reading {
    const { zone, soaPlace, full } = this.#builder
    const complaints = this.#complaints
    if (zone !== undefined) yield* checkZone(zone, soaPlace, this.#options.elsewhere ?? new Set(), complaints)
    else if (!this.#reader.soaFailed && !this.#includeFailed && !full)
      complaints.error(0, 'there is no SOA record, so this is no zone')
    if (zone !== undefined) zone.files = this.#sources.extents
    return {
      zone: complaints.errorCount > 0 ? undefined : zone,
      origin: zone?.origin,
      complaints: complaints.finish(),
      complainOf: (owner, type, message) =>
        complaints.at(zone?.rrset(owner, type)?.places[0] ?? 0, 'error', message),
    }
  }
}

const TOO_LARGE = `with this file there are more than ${MAX_SOURCE_BYTES / 1024 / 1024} MiB`
