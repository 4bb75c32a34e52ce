/** The configuration of BIND with all files that it includes, and where the files of zones are. */
import { dirname, resolve } from 'node:path'
import type { Input } from './input.ts'
import { blockOf, type ConfItem, type ConfStatement, keyOf, readNamedConf, wordOf } from './named-conf.ts'
import type { SourceRequest } from './source.ts'

/** Files within files. */
const MAX_DEPTH = 16

export class BindFiles {
  readonly #request: SourceRequest
  /** Relative paths are below it, as for named: `directory`, or else the folder of the first file. */
  #directory: string
  /** Files of zones by their path: some are those of many zones. */
  #last: Input | undefined

  constructor(request: SourceRequest) {
    this.#request = request
    this.#directory = dirname(request.inputs[0]?.path ?? '.')
  }

  /** All statements, those of included files in the place of `include`. */
  async read(): Promise<ConfStatement[]> {
    const all: ConfStatement[] = []
    for (const input of this.#request.inputs) {
      const statements = readNamedConf(input)
      if (statements !== undefined) all.push(...(await this.#expand(statements, [input])))
    }
    return all
  }

  /** A file that is named at the offset; undefined after a complaint. */
  async open(from: Input, path: string, offset: number): Promise<Input | undefined> {
    const full = resolve(this.#directory, path)
    if (this.#last?.path !== full) this.#last = await this.#request.open(from, full, offset)
    return this.#last
  }

  async #expand(statements: readonly ConfStatement[], files: readonly Input[]): Promise<ConfStatement[]> {
    const all: ConfStatement[] = []
    for (const statement of statements) {
      if (isInclude(statement)) all.push(...(await this.#include(statement, files)))
      else {
        const expanded = await this.#expandBlocks(statement, files)
        all.push(expanded)
        // As named does, for what comes after it.
        if (keyOf(expanded) === 'options') this.#enter(expanded)
      }
    }
    return all
  }

  async #expandBlocks(statement: ConfStatement, files: readonly Input[]): Promise<ConfStatement> {
    const items: ConfItem[] = []
    for (const item of statement.items)
      items.push(
        item.kind === 'block' ? { ...item, statements: await this.#expand(item.statements, files) } : item,
      )
    return { ...statement, items }
  }

  async #include(statement: ConfStatement, files: readonly Input[]): Promise<ConfStatement[]> {
    const { input, items } = statement
    const offset = items[1]?.offset ?? statement.offset
    const path = wordOf(statement, 1)
    if (path === undefined || path === '' || items.length !== 2) {
      input.complain(offset, 'include: expected the name of one file')
      return []
    }
    if (files.length > MAX_DEPTH) {
      input.complain(offset, `files include each other more than ${MAX_DEPTH} deep`)
      return []
    }
    const opened = await this.open(input, path, offset)
    if (opened === undefined) return []
    if (files.some(file => file.path === opened.path)) {
      input.complain(offset, `${opened.file} includes itself`)
      return []
    }
    this.#request.findings.field('include', 'the file in its place')
    return await this.#expand(readNamedConf(opened) ?? [], [...files, opened])
  }

  #enter(options: ConfStatement): void {
    const directory = blockOf(options)?.statements.find(one => keyOf(one) === 'directory')
    const path = directory === undefined ? undefined : wordOf(directory, 1)
    if (path !== undefined) this.#directory = resolve(this.#directory, path)
  }
}

function isInclude(statement: ConfStatement): boolean {
  const [first] = statement.items
  return first?.kind === 'word' && !first.isQuoted && first.text.toLowerCase() === 'include'
}
