/**
 * Takes apart configuration files of BIND (named.conf): statements that end in a semicolon, made of words and of blocks in braces with statements in them.
 * Nothing is known here of what they mean.
 *
 *   zone "example.com" IN { type primary; };
 *   word  word         word block
 */
import type { Input } from './input.ts'

export interface ConfWord {
  readonly kind: 'word'
  readonly text: string
  readonly isQuoted: boolean
  readonly offset: number
}

export interface ConfBlock {
  readonly kind: 'block'
  readonly statements: readonly ConfStatement[]
  readonly offset: number
}

export type ConfItem = ConfWord | ConfBlock

export interface ConfStatement {
  /** The file that it stands in: files include others. */
  readonly input: Input
  readonly offset: number
  /** At least one. */
  readonly items: readonly ConfItem[]
}

const MAX_DEPTH = 32
const MAX_WORD_CHARACTERS = 100_000
/** Ends a word: white space, what has a meaning by itself, and the beginning of a comment. */
const WORD = /(?:[^\s{};"#/]|\/(?![/*]))+/y
const SPACE = /\s+/y

/** All statements of the file; undefined after a complaint. */
export function readNamedConf(input: Input): ConfStatement[] | undefined {
  const reader = new ConfReader(input)
  try {
    return reader.statements(undefined, 0)
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    input.complain(error.offset, error.message)
    return undefined
  }
}

class Malformed extends Error {
  readonly offset: number

  constructor(offset: number, message: string) {
    super(message)
    this.offset = offset
  }
}

class ConfReader {
  readonly #input: Input
  readonly #text: string
  #at = 0

  constructor(input: Input) {
    this.#input = input
    this.#text = input.text
  }

  /** Up to the brace that closes the block, or the end of the file. @param opened where the block was */
  statements(opened: number | undefined, depth: number): ConfStatement[] {
    if (depth > MAX_DEPTH)
      throw new Malformed(this.#at, `blocks lie more than ${MAX_DEPTH} deep in each other`)
    const statements: ConfStatement[] = []
    for (;;) {
      this.#skip()
      const char = this.#text[this.#at]
      if (char === undefined && opened !== undefined)
        throw new Malformed(opened, 'this block is not closed; is the file whole?')
      if (char === '}' && opened === undefined) throw new Malformed(this.#at, '} without a { before it')
      if (char === undefined || char === '}') return statements
      if (char === ';') this.#at++
      else statements.push(this.#statement(depth))
    }
  }

  #statement(depth: number): ConfStatement {
    const offset = this.#at
    const items: ConfItem[] = []
    for (;;) {
      this.#skip()
      const char = this.#text[this.#at]
      if (char === ';') {
        this.#at++
        return { input: this.#input, offset, items }
      }
      if (char === undefined || char === '}')
        throw new Malformed(
          Math.max(offset, this.#text.slice(0, this.#at).trimEnd().length - 1),
          'a semicolon is missing behind this',
        )
      items.push(char === '{' ? this.#block(depth) : char === '"' ? this.#quoted() : this.#word())
    }
  }

  #block(depth: number): ConfBlock {
    const offset = this.#at++
    const statements = this.statements(offset, depth + 1)
    this.#at++
    return { kind: 'block', statements, offset }
  }

  #quoted(): ConfWord {
    const offset = this.#at++
    let text = ''
    for (;;) {
      const char = this.#text[this.#at++]
      if (char === '"') return { kind: 'word', text, isQuoted: true, offset }
      if (char === undefined || char === '\n' || text.length > MAX_WORD_CHARACTERS)
        throw new Malformed(offset, 'the quote is not closed on its line')
      text += char === '\\' ? (this.#text[this.#at++] ?? '') : char
    }
  }

  #word(): ConfWord {
    const offset = this.#at
    WORD.lastIndex = offset
    const text = WORD.exec(this.#text)?.[0] ?? ''
    this.#at += text.length
    return { kind: 'word', text, isQuoted: false, offset }
  }

  /** White space, and comments as in C, C++ and the shell. */
  #skip(): void {
    for (;;) {
      SPACE.lastIndex = this.#at
      this.#at += SPACE.exec(this.#text)?.[0].length ?? 0
      if (this.#text.startsWith('/*', this.#at)) {
        const end = this.#text.indexOf('*/', this.#at + 2)
        if (end === -1) throw new Malformed(this.#at, 'this comment is not closed by */')
        this.#at = end + 2
      } else if (this.#text[this.#at] === '#' || this.#text.startsWith('//', this.#at)) {
        const end = this.#text.indexOf('\n', this.#at)
        this.#at = end === -1 ? this.#text.length : end
      } else return
    }
  }
}

/** The word at the place, as it is written; undefined if there is none, or a block. */
export function wordOf({ items }: ConfStatement, index: number): string | undefined {
  const item = items[index]
  return item?.kind === 'word' ? item.text : undefined
}

/** What the statement is, in lower case. */
export function keyOf(statement: ConfStatement): string {
  return wordOf(statement, 0)?.toLowerCase() ?? ''
}

export function blockOf({ items }: ConfStatement): ConfBlock | undefined {
  return items.find(item => item.kind === 'block')
}

/** All words behind the first, with those in blocks, in lower case and with spaces between them. */
export function argumentsOf(statement: ConfStatement): string {
  return statement.items.slice(1).map(textOf).join(' ')
}

function textOf(item: ConfItem): string {
  if (item.kind === 'word') return item.text.toLowerCase()
  return item.statements.flatMap(({ items }) => items.map(textOf)).join(' ')
}
