/** From the files of a source to zone files and a report. */
import { dirname, resolve } from 'node:path'
import type { Complaint } from '#base/complaint.ts'
import { Complaints } from '#config/complaints.ts'
import { MAX_YAML_BYTES } from '#config/files.ts'
import type { Name } from '#wire/name.ts'
import { FileReader, isFolder } from './file-reader.ts'
import { Findings } from './findings.ts'
import type { Input } from './input.ts'
import { relocate } from './relocate.ts'
import type { ImportSource } from './source.ts'
import { verify } from './verify.ts'
import { type OutputFile, writeDraft } from './write.ts'

export interface ImportRequest {
  readonly source: ImportSource
  /** As given, relative to `cwd`. */
  readonly paths: readonly string[]
  /** Absolute. */
  readonly cwd: string
  /** In lower case. */
  readonly zone?: Name
  /** How far the reading of a file has come, from 0 to 1; at last of what was made, while it is checked. */
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
  const reader = new FileReader(cwd, complaints)
  const inputs: Input[] = []
  for (const path of paths) {
    for (const one of await reader.filesOf(resolve(cwd, path), source.ofFolder)) {
      const input = await reader.read(one)
      if (input !== undefined) inputs.push(input)
    }
  }
  if (complaints.hasErrors) return { files: [], findings, complaints: complaints.sorted() }
  const draft = await source.read({
    inputs,
    zone,
    findings,
    complaints,
    open: (from, path, offset) => reader.open(from, path, offset),
    isFolder: (from, path) => isFolder(resolve(dirname(from.path), path)),
    find: (from, pattern, offset) => reader.find(from, pattern, offset),
    progress: (input, part) => progress?.(input.file, part),
  })
  if (complaints.hasErrors) return { files: [], findings, complaints: complaints.sorted() }
  const files = writeDraft(draft)
  for (const file of files) complainOfSize(file, inputs[0])
  if (complaints.hasErrors) return { files: [], findings, complaints: complaints.sorted() }
  progress?.('what was made', 1)
  for (const complaint of await verify(files))
    if (complaint.severity === 'warning' || !relocate(complaint, files, reader.inputs))
      complaints.add(complaint)
  return { files: complaints.hasErrors ? [] : files, findings, complaints: complaints.sorted() }
}

/** What no server would read. */
function complainOfSize({ name, text }: OutputFile, input: Input | undefined): void {
  const mib = Buffer.byteLength(text) / 1024 / 1024
  if (name.endsWith('.yaml') && mib * 1024 * 1024 > MAX_YAML_BYTES)
    input?.complainOfAll(
      `${name} would have ${Math.ceil(mib)} MiB, and no more than ${MAX_YAML_BYTES / 1024 / 1024} MiB are read: import the names in parts, each a zone of its own`,
    )
}
