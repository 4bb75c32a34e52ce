/** Reads the files of a configuration: bounded, and with a digest over all that was read. */
import { createHash } from 'node:crypto'
import { readFile, realpath, stat } from 'node:fs/promises'
import { basename, relative } from 'node:path'

export interface SourceFile {
  /** Absolute. */
  readonly path: string
  /** As named in complaints. */
  readonly file: string
  readonly bytes: Uint8Array
  /** Absolute, without links: the same for the same file. */
  readonly id: string
  /** Seconds since 1970, as far as they fit a serial. */
  readonly modifiedSeconds: number
}

export const MAX_YAML_BYTES = 16 * 1024 * 1024

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'cannot be read: permission denied',
  EISDIR: 'is a folder, not a file',
  ELOOP: 'is a link that leads nowhere',
}

export class Files {
  readonly #cwd: string
  readonly #hash = createHash('sha256')

  /** What secrets may stand in, beside files. */
  readonly env: Readonly<Record<string, string | undefined>>

  constructor(cwd: string, env: Readonly<Record<string, string | undefined>>) {
    this.#cwd = cwd
    this.env = env
  }

  /** The path as a person reads it: relative to the working folder where that is shorter. */
  shown(path: string): string {
    const short = relative(this.#cwd, path) || '.'
    return short.length < path.length ? short : path
  }

  /** The file, or in words what is in the way. */
  async read(path: string, maxBytes: number): Promise<SourceFile | { readonly problem: string }> {
    try {
      const { mtimeMs, ...stats } = await statFile(path)
      const problem = problemOfStats(stats, maxBytes)
      if (problem !== undefined) return { problem }
      const bytes = await readFile(path)
      this.#hash.update(`${basename(path)}\n${bytes.length}\n`).update(bytes)
      const modifiedSeconds = Math.min(0xffffffff, Math.max(0, Math.floor(mtimeMs / 1000)))
      return { path, file: this.shown(path), bytes, id: await realpath(path), modifiedSeconds }
    } catch (error) {
      return { problem: problemOf(error) }
    }
  }

  /** The same of a file that holds a secret: it leaves no trace in the digest, which is shown. */
  async readSecret(
    path: string,
    maxBytes: number,
  ): Promise<{ readonly text: string } | { readonly problem: string }> {
    try {
      const problem = problemOfStats(await statFile(path), maxBytes)
      if (problem !== undefined) return { problem }
      const text = decodeText(await readFile(path))
      return text === undefined ? { problem: 'is not text in UTF-8' } : { text }
    } catch (error) {
      return { problem: problemOf(error) }
    }
  }

  /** SHA-256 in hex over the names and contents of all files read; call it once, at the end. */
  digest(): string {
    return this.#hash.digest('hex')
  }
}

function problemOfStats(
  { size, regular }: { size: number; regular: boolean },
  maxBytes: number,
): string | undefined {
  if (!regular) return 'is not a file'
  if (size <= maxBytes) return undefined
  const kib = maxBytes / 1024
  return `is larger than ${kib < 1024 ? `${kib} KiB` : `${kib / 1024} MiB`}`
}

/** In words what the system says about a path. */
export function problemOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return WORDS[code] ?? `cannot be read: ${error instanceof Error ? error.message : String(error)}`
}

/** UTF-8 without a byte order mark; undefined if the bytes are not UTF-8. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

async function statFile(path: string): Promise<{ size: number; mtimeMs: number; regular: boolean }> {
  const stats = await stat(path)
  if (stats.isDirectory()) throw Object.assign(new Error('is a folder'), { code: 'EISDIR' })
  return { size: stats.size, mtimeMs: stats.mtimeMs, regular: stats.isFile() }
}
