/** Master files of BIND as one text each: what they include is put in its place, with the origin, the owner and the TTL that hold there. */
import { setImmediate } from 'node:timers/promises'
import { type Name, nameToText } from '#wire/name.ts'
import { RrType } from '#wire/types.ts'
import { ComplaintList } from '#zone/complaint-list.ts'
import { EntryReader } from '#zone/entry-reader.ts'
import { type Entry, Lexer } from '#zone/lexer.ts'
import { readInSteps } from '#zone/master-file.ts'
import { ReadingState } from '#zone/reading-state.ts'
import { type MasterSource, Sources } from '#zone/sources.ts'
import type { BindFiles } from './bind-files.ts'
import type { Input } from './input.ts'
import { plainName } from './relative-name.ts'
import type { SourceRequest } from './source.ts'

/** Files within files, as the reader of master files has it. */
const MAX_DEPTH = 8
/** Of one zone, with all that is put in its place. */
const MAX_BYTES = 256 * 1024 * 1024
/** Entries between two pauses, as the reader of master files has it. */
const PACE = 5000
const LINE_FEED = 10

/** The zone's whole text, which has been read and found good; undefined after complaints. */
export async function readBindMaster(
  main: Input,
  origin: Name,
  files: BindFiles,
  { complaints, findings, progress }: SourceRequest,
): Promise<string | undefined> {
  const inliner = new Inliner(origin, files)
  const text = /^[^;\n]*\$INCLUDE/im.test(main.text) ? await inliner.inline(main) : main.text
  if (text === undefined) return undefined
  const reading = readInSteps(sourceOf(main), { origin, expectOrigin: origin })
  const entries = Math.max(1, lineCount(text))
  let step = reading.next()
  for (let read = PACE; step.done !== true; ) {
    if (step.value === undefined) {
      progress(main, Math.min(1, read / entries))
      read += PACE
      await setImmediate(undefined)
      step = reading.next()
    } else {
      const found = inliner.opened.get(step.value.path)
      step = reading.next(found === undefined ? { problem: 'no such file' } : sourceOf(found))
    }
  }
  // Warnings come again, of the file that is made of it.
  const errors = step.value.complaints.filter(({ severity }) => severity === 'error')
  complaints.add(...errors)
  if (step.value.zone?.rrset(origin, RrType.DNSKEY) !== undefined)
    findings.lost(
      `the signatures of zone ${plainName(origin)}`,
      'are not sent with answers: take its DS records out of the parent before it is moved, and wait until they have expired',
      main.file,
    )
  return errors.length > 0 ? undefined : text
}

class Inliner {
  /** By the path as written: relative ones are all below one folder. */
  readonly opened = new Map<string, Input>()
  readonly #files: BindFiles
  readonly #sources = new Sources()
  readonly #state: ReadingState
  readonly #reader: EntryReader
  #bytes = 0
  /** Whether the owner of an entry that has none of its own would be another, since a file has been put before it. */
  #isOwnerOff = false

  constructor(origin: Name, files: BindFiles) {
    this.#files = files
    const complaints = new ComplaintList(this.#sources)
    this.#state = new ReadingState(origin, complaints)
    this.#reader = new EntryReader(this.#state, complaints)
  }

  /** @param above the files that include it; undefined after a complaint */
  async inline(input: Input, above: readonly Input[] = []): Promise<string | undefined> {
    const source = sourceOf(input)
    const base = this.#sources.open(source)?.base
    this.#bytes += source.bytes.length
    if (base === undefined || this.#bytes > MAX_BYTES) {
      input.complainOfAll(`the zone is larger than ${MAX_BYTES / 1024 / 1024} MiB with this file`)
      return undefined
    }
    const lexer = new Lexer(source.bytes, base)
    const text = new Pieces(source.bytes)
    let isGood = true
    let previous = 0
    for (let entry = lexer.next(), count = 1; entry !== undefined; entry = lexer.next(), count++) {
      const read = this.#reader.read(entry)
      this.#restoreOwner(entry, text, previous)
      previous = entry.end - base
      if (read?.kind === 'include') {
        const start = (entry.tokens[0]?.place ?? base) - base
        const place = { start, offset: characterOf(source.bytes, read.place - base) }
        const included = await this.#include(read, input, above, place)
        if (included === undefined) isGood = false
        else text.replace(start, previous, included)
      }
      if (count % PACE === 0) await setImmediate(undefined)
    }
    return isGood ? text.whole : undefined
  }

  #restoreOwner({ blankOwner, tokens, problem }: Entry, text: Pieces, previous: number): void {
    const [first] = tokens
    if (!this.#isOwnerOff || problem !== undefined || first === undefined || first.text.startsWith('$'))
      return
    const { owner } = this.#state.scope
    if (blankOwner && owner !== undefined) text.insert(text.firstLineAfter(previous), nameToText(owner))
    this.#isOwnerOff = false
  }

  /** Lines in place of the directive, without the last line end. */
  async #include(
    { path, origin }: { readonly path: string; readonly origin: Name },
    from: Input,
    above: readonly Input[],
    { offset }: { readonly offset: number },
  ): Promise<string | undefined> {
    const files = [...above, from]
    if (files.length > MAX_DEPTH) {
      from.complain(offset, `files include each other more than ${MAX_DEPTH} deep`)
      return undefined
    }
    const found = this.opened.get(path) ?? (await this.#files.open(from, path, offset))
    if (found === undefined) return undefined
    this.opened.set(path, found)
    if (files.some(file => file.path === found.path)) {
      from.complain(offset, `${found.file} includes itself`)
      return undefined
    }
    this.#state.enter(origin)
    const text = await this.inline(found, files)
    this.#state.leave()
    this.#isOwnerOff = true
    if (text === undefined) return undefined
    const back = nameToText(this.#state.scope.origin)
    const file = found.file.replace(/[^\x20-\x7e]/g, '?')
    return `; ${file} begins\n$ORIGIN ${nameToText(origin)}\n${text.replace(/\n?$/, '\n')}; ${file} ends\n$ORIGIN ${back}`
  }
}

/** A text of which parts are replaced, from its beginning to its end. */
class Pieces {
  readonly #bytes: Buffer
  readonly #pieces: string[] = []
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get whole(): string {
    return [...this.#pieces, this.#bytes.toString('utf8', this.#at)].join('')
  }

  /** Of the first line behind the place that is not empty and no comment. */
  firstLineAfter(place: number): number {
    let start = place === 0 ? 0 : place + 1
    for (;;) {
      const end = this.#bytes.indexOf(LINE_FEED, start)
      if (end === -1 || !/^\s*(;.*)?$/.test(this.#bytes.toString('latin1', start, end))) return start
      start = end + 1
    }
  }

  insert(place: number, text: string): void {
    this.replace(place, place, text)
  }

  replace(start: number, end: number, text: string): void {
    this.#pieces.push(this.#bytes.toString('utf8', this.#at, start), text)
    this.#at = end
  }
}

function sourceOf({ path, file, text }: Input): MasterSource & { readonly bytes: Buffer } {
  return { path, file, bytes: Buffer.from(text), id: path }
}

/** What a byte of UTF-8 is as a place in the text. */
function characterOf(bytes: Buffer, offset: number): number {
  return bytes.toString('utf8', 0, offset).length
}

function lineCount(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++
  return count
}
