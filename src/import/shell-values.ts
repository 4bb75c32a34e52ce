/** What words of a script stand for, as far as its assignments tell. */
import type { Command, Part, ShellText, Word } from './shell-text.ts'
import { rawText } from './shell-text.ts'

export interface Assigned {
  readonly name: string
  readonly word: Word
  /** Of the name. */
  readonly offset: number
  /** Undefined for a value that only running the script would tell. */
  readonly value: string | undefined
}

/** In place of what is not known. */
export const UNKNOWN = '\u0001'

const MAX_DEPTH = 8
const MAX_VALUE = 4096
const DECLARING = ['export', 'readonly', 'local', 'declare', 'typeset']

export class ShellValues {
  /** The first assignment of each name: later ones are of what the script counts. */
  readonly #first = new Map<string, { readonly word: Word; readonly offset: number }>()
  readonly #arrays = new Map<string, readonly Word[]>()

  constructor({ commands }: ShellText) {
    for (const command of commands) {
      for (const [name, words] of command.arrays) if (!this.#arrays.has(name)) this.#arrays.set(name, words)
      for (const { name, word, offset } of assignmentsOf(command))
        if (!this.#first.has(name)) this.#first.set(name, { word, offset })
    }
  }

  get names(): string[] {
    return [...this.#first.keys()]
  }

  get(name: string): Assigned | undefined {
    const found = this.#first.get(name)
    if (found === undefined) return undefined
    const value = this.expand(found.word)
    return { name, ...found, value: value.includes(UNKNOWN) ? undefined : value }
  }

  /** The word's text; `UNKNOWN` stands for each thing that only running the script would tell. */
  expand(word: Word, depth = 0): string {
    let text = ''
    for (const part of word.parts) {
      text += this.#expandPart(part, depth)
      if (text.length > MAX_VALUE) return text.slice(0, MAX_VALUE)
    }
    return text
  }

  /** The words of a command; those of arrays and of values without quotes are several. */
  words(command: Command): { readonly text: string; readonly offset: number }[] {
    return command.words.flatMap(word => {
      const [only] = word.parts
      const array =
        word.parts.length === 1 ? /^\$\{([A-Za-z0-9_]+)\[[@*]\]\}$/.exec(only?.text ?? '')?.[1] : undefined
      if (array !== undefined)
        return (this.#arrays.get(array) ?? []).map(one => ({ text: this.expand(one), offset: word.offset }))
      const text = this.expand(word)
      if (word.isQuoted || word.parts.every(({ kind }) => kind === 'literal'))
        return [{ text, offset: word.offset }]
      return text
        .split(/\s+/)
        .filter(one => one !== '')
        .map(one => ({ text: one, offset: word.offset }))
    })
  }

  #expandPart({ kind, text }: Part, depth: number): string {
    if (kind === 'literal') return text
    if (kind === 'dynamic' || depth >= MAX_DEPTH) return UNKNOWN
    const [, braced, otherwise] = /^\$\{([A-Za-z0-9_]+)(?::?[-=](.*))?\}$/s.exec(text) ?? []
    const name = braced ?? (text.startsWith('${') ? '' : text.slice(1))
    const known = this.#first.get(name)
    const value = known === undefined ? UNKNOWN : this.expand(known.word, depth + 1)
    if (otherwise === undefined || (known !== undefined && value !== UNKNOWN && value !== '')) return value
    return this.#expandDefault(otherwise.replace(/^(["'])(.*)\1$/s, '$2'), depth)
  }

  #expandDefault(text: string, depth: number): string {
    return text.replace(/\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?/g, (_, name: string) => {
      const known = this.#first.get(name)
      return known === undefined ? UNKNOWN : this.expand(known.word, depth + 1)
    })
  }
}

/** `NAME=value` in front of a command, as a command, or after `export` and the like. */
export function assignmentsOf({ words }: Command): { name: string; word: Word; offset: number }[] {
  const found: { name: string; word: Word; offset: number }[] = []
  const isDeclaring = DECLARING.includes(words[0] === undefined ? '' : rawText(words[0]))
  for (const word of words) {
    const assigned = assignment(word)
    if (assigned !== undefined) found.push(assigned)
    else if (!isDeclaring) break
  }
  return found
}

function assignment(word: Word): { name: string; word: Word; offset: number } | undefined {
  const [first, ...rest] = word.parts
  const parts = first?.kind === 'literal' ? /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(first.text) : null
  if (parts === null) return undefined
  const value: Word = { ...word, parts: [{ kind: 'literal', text: parts[2] ?? '' }, ...rest] }
  return { name: parts[1] ?? '', word: value, offset: word.offset }
}
