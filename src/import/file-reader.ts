/** Reads the files of an import within bounds. */
import { glob, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import type { Complaints } from '#config/complaints.ts'
import { decodeText, Files } from '#config/files.ts'
import { Input } from './input.ts'

/** One file; what is larger is exported in parts. */
const MAX_FILE_BYTES = 256 * 1024 * 1024
/** Files that files name, all in all; and of one folder or pattern. */
const MAX_OPENED = 100_000

export class FileReader {
  readonly #files: Files
  readonly #complaints: Complaints
  /** All that have been read, by what they are called. */
  readonly inputs = new Map<string, Input>()
  #opened = 0

  constructor(cwd: string, complaints: Complaints) {
    this.#files = new Files(cwd, {})
    this.#complaints = complaints
  }

  /** The path itself, or what the patterns match in the folder that it is. None after a complaint. */
  async filesOf(path: string, patterns: readonly string[] | undefined): Promise<readonly string[]> {
    if (patterns === undefined || !(await isFolder(path))) return [path]
    const found: string[] = []
    for (const pattern of patterns) found.push(...((await filesThatMatch(path, pattern)) ?? []))
    if (found.length === 0)
      this.#complaints.ofWhole(this.#files.shown(path), `is a folder without ${patterns.join(', ')}`)
    return found.map(one => join(path, one))
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

  async find(from: Input, pattern: string, offset: number): Promise<readonly string[] | undefined> {
    const found = await filesThatMatch(dirname(from.path), pattern)
    if (found === undefined) from.complain(offset, `${pattern}: more than ${MAX_OPENED} files match`)
    return found
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

export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}

/** No folders, and no hidden files; sorted. Undefined where there are too many. */
async function filesThatMatch(folder: string, pattern: string): Promise<readonly string[] | undefined> {
  const found: string[] = []
  for await (const entry of glob(pattern, { cwd: folder, withFileTypes: true })) {
    if (entry.isDirectory() || entry.name.startsWith('.')) continue
    const full = join(entry.parentPath, entry.name)
    found.push(pattern.startsWith('/') ? full : relative(folder, full))
    if (found.length > MAX_OPENED) return undefined
  }
  return found.sort()
}
