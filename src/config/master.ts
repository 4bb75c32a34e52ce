/** Runs the reading of a master file: finds the files that it includes, and lets the rest of the server have its turn. */
import { realpath } from 'node:fs/promises'
import { dirname, resolve, sep } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import {
  type IncludeAnswer,
  type IncludeRequest,
  type MasterFileOptions,
  type MasterFileResult,
  readInSteps,
} from '#zone/master-file.ts'
import { MAX_SOURCE_BYTES } from '#zone/sources.ts'
import { type Files, problemOf, type SourceFile } from './files.ts'

export interface MasterRead extends MasterFileResult {
  /** Absolute paths, without links, of the files that it includes. */
  readonly included: readonly string[]
}

/** @param root the folder within which files may be included: zones come from many hands, and complaints show what they read */
export async function readMaster(
  source: SourceFile,
  files: Files,
  root: string,
  options: MasterFileOptions,
): Promise<MasterRead> {
  const includes = new Includes(files, root)
  const reading = readInSteps(source, options)
  let step = reading.next()
  while (step.done !== true) {
    const answer = await (step.value === undefined ? setImmediate(undefined) : includes.find(step.value))
    step = reading.next(answer)
  }
  return { ...step.value, included: includes.found }
}

class Includes {
  readonly #files: Files
  readonly #root: string
  /** By real path: what is included often is read once. */
  readonly #read = new Map<string, IncludeAnswer>()

  constructor(files: Files, root: string) {
    this.#files = files
    this.#root = root
  }

  get found(): string[] {
    return [...this.#read.keys()]
  }

  async find({ path, from }: IncludeRequest): Promise<IncludeAnswer> {
    const full = resolve(dirname(from.path), path)
    try {
      const [real, root] = await Promise.all([realpath(full), realpath(this.#root)])
      if (!real.startsWith(root.endsWith(sep) ? root : root + sep))
        return { problem: `is outside of the folder of zones, ${this.#files.shown(this.#root)}` }
      const known = this.#read.get(real) ?? (await this.#files.read(real, MAX_SOURCE_BYTES))
      this.#read.set(real, known)
      return 'problem' in known ? known : { ...known, path: full, file: this.#files.shown(full) }
    } catch (error) {
      return { problem: problemOf(error) }
    }
  }
}
