/** From the files of a source to zone files and a report. */
import { dirname, resolve } from 'node:path'
import type { Complaint } from '#base/complaint.ts'
import { Complaints } from '#config/complaints.ts'
import { decodeText, Files } from '#config/files.ts'
import type { Name } from '#wire/name.ts'
import { Findings } from './findings.ts'
import { Input } from './input.ts'
import { relocate } from './relocate.ts'
import type { ImportSource } from './source.ts'
import { verify } from './verify.ts'
import { type OutputFile, writeDraft } from './write.ts'

/** One file; what is larger is exported in parts. */
const MAX_FILE_BYTES = 256 * 1024 * 1024
/** Files that files name, all in all. */
const MAX_OPENED = 100_000

export interface ImportRequest {
  readonly source: ImportSource
  /** As given, relative to `cwd`. */
  readonly paths: readonly string[]
  /** Absolute. */
  readonly cwd: string
  /** In lower case. */
  readonly zone?: Name
  /** How far the reading of a file has come, from 0 to 1. */
  readonly progress?: (file: string, part: number) => void
}

export interface Imported {
  /** None where a complaint is an error. */
  readonly files: readonly OutputFile[]
  readonly findings: Findings
  /** Of the files that were read; warnings of those that were made too. */
  readonly complaints: readonly Complaint[]
}

/** Reads, converts and checks. Writes nothing, and runs nothing of what it reads. */
export async function importFiles({ source, paths, cwd, zone, progress }: ImportRequest): Promise<Imported> {
  const complaints = new Complaints()
  const findings = new Findings()
  const reader = new Reader(cwd, complaints)
  const inputs: Input[] = []
  for (const path of paths) {
    const input = await reader.read(resolve(cwd, path))
    if (input !== undefined) inputs.push(input)
  }
  if (complaints.hasErrors) return { files: [], findings, complaints: complaints.sorted() }
  const draft = await source.read({
    inputs,
    zone,
    findings,
    complaints,
    open: (from, path, offset) => reader.open(from, path, offset),
    progress: (input, part) => progress?.(input.file, part),
  })
  if (complaints.hasErrors) return { files: [], findings, complaints: complaints.sorted() }
  const files = writeDraft(draft)
  for (const complaint of await verify(files))
    if (complaint.severity === 'warning' || !relocate(complaint, files, reader.inputs))
      complaints.add(complaint)
  return { files: complaints.hasErrors ? [] : files, findings, complaints: complaints.sorted() }
}

/** Reads files within bounds. */
class Reader {
  readonly #files: Files
  readonly #complaints: Complaints
  /** All that have been read, by what they are called. */
  readonly inputs = new Map<string, Input>()
  #opened = 0

  constructor(cwd: string, complaints: Complaints) {
    this.#files = new Files(cwd, {})
    this.#complaints = complaints
  }

  async read(path: string): Promise<Input | undefined> {
    const read = await this.#load(path)
    if (typeof read !== 'string') return read
    this.#complaints.ofWhole(this.#files.shown(path), read)
    return undefined
  }

  async open(from: Input, path: string, offset: number): Promise<Input | undefined> {
    const full = resolve(dirname(from.path), path)
    const read =
      ++this.#opened > MAX_OPENED ? `is one of more than ${MAX_OPENED} files` : await this.#load(full)
    if (typeof read !== 'string') return read
    from.complain(offset, `${this.#files.shown(full)}: ${read}`)
    return undefined
  }

  /** The file, or in words what is in the way. */
  async #load(path: string): Promise<Input | string> {
    const read = await this.#files.read(path, MAX_FILE_BYTES)
    if ('problem' in read) return read.problem
    const text = decodeText(read.bytes)
    if (text === undefined) return 'is not text in UTF-8'
    const input = new Input(path, read.file, text, this.#complaints)
    this.inputs.set(read.file, input)
    return input
  }
}
