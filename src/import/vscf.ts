/** Configuration in vscf with the files that it includes put in; each value knows the file and the place where it stands. */
import { dirname, join } from 'node:path'
import type { Input } from './input.ts'
import type { SourceRequest } from './source.ts'
import { type RawHash, type RawInclude, type RawValue, readVscf } from './vscf-text.ts'

export type Vscf = VscfText | VscfList | VscfHash

interface Placed {
  readonly input: Input
  readonly offset: number
}

export interface VscfText extends Placed {
  readonly kind: 'text'
  readonly text: string
}

export interface VscfList extends Placed {
  readonly kind: 'list'
  readonly items: readonly Vscf[]
}

export interface VscfHash extends Placed {
  readonly kind: 'hash'
  /** In the order of the file. */
  readonly entries: ReadonlyMap<string, VscfEntry>
}

/** Its place is that of the key. */
export interface VscfEntry extends Placed {
  readonly key: string
  readonly value: Vscf
}

const MAX_DEPTH = 16
const MAGIC = /[*?[]/

/** Reads files with what they include, and remembers which these were. */
export class VscfLoader {
  /** Absolute paths. */
  readonly included = new Set<string>()
  readonly #request: SourceRequest

  constructor(request: SourceRequest) {
    this.#request = request
  }

  /** Undefined after a complaint. */
  load(input: Input): Promise<VscfList | VscfHash | undefined> {
    return this.#file(input, [])
  }

  async #file(input: Input, above: readonly string[]): Promise<VscfList | VscfHash | undefined> {
    const raw = readVscf(input)
    if (raw === undefined) return undefined
    const resolved = await this.#value(raw, input, [...above, input.path])
    return resolved?.kind === 'text' ? undefined : resolved
  }

  async #value(raw: RawValue, input: Input, open: readonly string[]): Promise<Vscf | undefined> {
    switch (raw.kind) {
      case 'text':
        return { ...raw, input }
      case 'include':
        return await this.#included(raw, input, open)
      case 'list': {
        const items: Vscf[] = []
        for (const item of raw.items) {
          const value = await this.#value(item, input, open)
          if (value === undefined) return undefined
          items.push(value)
        }
        return { kind: 'list', items, input, offset: raw.offset }
      }
      case 'hash':
        return await this.#hash(raw, input, open)
      default:
        return raw satisfies never
    }
  }

  async #hash(raw: RawHash, input: Input, open: readonly string[]): Promise<VscfHash | undefined> {
    const entries = new Map<string, VscfEntry>()
    for (const one of raw.entries) {
      const found = one.kind === 'include' ? await this.#merged(one, input, open) : undefined
      if (one.kind === 'include') {
        if (found === undefined) return undefined
        for (const entry of found) if (!this.#put(entries, entry)) return undefined
        continue
      }
      const value = await this.#value(one.value, input, open)
      if (value === undefined) return undefined
      if (!this.#put(entries, { key: one.key, value, input, offset: one.offset })) return undefined
    }
    return { kind: 'hash', entries, input, offset: raw.offset }
  }

  #put(entries: Map<string, VscfEntry>, entry: VscfEntry): boolean {
    const before = entries.get(entry.key)
    if (before !== undefined) {
      const where = before.input.at(before.offset)
      entry.input.complain(entry.offset, `the key ${JSON.stringify(entry.key)} is in ${where} already`)
      return false
    }
    entries.set(entry.key, entry)
    return true
  }

  /** In the place of a value: one file. */
  async #included(
    raw: RawInclude,
    input: Input,
    open: readonly string[],
  ): Promise<VscfList | VscfHash | undefined> {
    const paths = await this.#paths(raw, input)
    if (paths === undefined) return undefined
    const [path] = paths
    if (path !== undefined && paths.length === 1) return await this.#open(path, raw, input, open)
    input.complain(raw.offset, `$include in the place of a value takes one file; there are ${paths.length}`)
    return undefined
  }

  /** In the place of a key: the keys of all files. */
  async #merged(raw: RawInclude, input: Input, open: readonly string[]): Promise<VscfEntry[] | undefined> {
    const paths = await this.#paths(raw, input)
    if (paths === undefined) return undefined
    const entries: VscfEntry[] = []
    for (const path of paths) {
      const file = await this.#open(path, raw, input, open)
      if (file === undefined) return undefined
      if (file.kind === 'list') {
        input.complain(raw.offset, `${file.input.file} is a list, and here keys are expected`)
        return undefined
      }
      entries.push(...file.entries.values())
    }
    return entries
  }

  /** A folder means all files in it, none included; a pattern means at least one. */
  async #paths({ path, offset }: RawInclude, input: Input): Promise<readonly string[] | undefined> {
    const isFolder = !MAGIC.test(path) && (await this.#request.isFolder(input, path))
    if (!isFolder && !MAGIC.test(path)) return [path]
    const found = await this.#request.find(input, isFolder ? join(path, '*') : path, offset)
    if (found?.length !== 0 || isFolder) return found
    input.complain(offset, `$include: no file matches ${JSON.stringify(path)}`)
    return undefined
  }

  async #open(
    path: string,
    { offset }: RawInclude,
    from: Input,
    open: readonly string[],
  ): Promise<VscfList | VscfHash | undefined> {
    const full = path.startsWith('/') ? path : join(dirname(from.path), path)
    const problem = open.includes(full)
      ? 'includes itself'
      : open.length > MAX_DEPTH
        ? `files include each other more than ${MAX_DEPTH} deep`
        : undefined
    if (problem !== undefined) {
      from.complain(offset, `$include ${JSON.stringify(path)}: ${problem}`)
      return undefined
    }
    const input = await this.#request.open(from, path, offset)
    if (input === undefined) return undefined
    this.included.add(input.path)
    return await this.#file(input, open)
  }
}
