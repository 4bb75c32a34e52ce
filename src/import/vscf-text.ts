/**
 * Takes vscf apart, the language of gdnsd's configuration (gdnsd.config(5), "LOW-LEVEL SYNTAX").
 *
 *   file ── hash without braces, or [list] ── text, { key => value }, [ value ], $include{path}
 */
import type { Input } from './input.ts'

export type RawValue = RawText | RawList | RawHash | RawInclude

export interface RawText {
  readonly kind: 'text'
  readonly text: string
  readonly offset: number
}

export interface RawList {
  readonly kind: 'list'
  readonly items: readonly RawValue[]
  readonly offset: number
}

export interface RawHash {
  readonly kind: 'hash'
  readonly entries: readonly (RawPair | RawInclude)[]
  readonly offset: number
}

export interface RawInclude {
  readonly kind: 'include'
  readonly path: string
  readonly offset: number
}

export interface RawPair {
  readonly kind: 'pair'
  readonly key: string
  readonly offset: number
  readonly value: RawValue
}

const MAX_DEPTH = 64
const BLANKS = /(?:[ \t\r\n]+|[#;][^\n]*)+/y
const PLAIN = /(?![$])(?:[^\][}{;#,"=\\ \t\r\n]|\\\d{3}|\\[^\d])+/y
const QUOTED = /"(?:[^"\\]|\\\d{3}|\\[^\d])*"/y
const INCLUDE = '$include{'

/** What the file says; undefined after a complaint. */
export function readVscf(input: Input): RawList | RawHash | undefined {
  return new VscfReader(input).file()
}

class VscfReader {
  readonly #input: Input
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(input: Input) {
    this.#input = input
    this.#text = input.text
  }

  file(): RawList | RawHash | undefined {
    this.#skip()
    if (this.#text[this.#at] !== '[') return this.#hash(undefined)
    const list = this.#list()
    if (list === undefined) return undefined
    this.#skip()
    return this.#at < this.#text.length ? this.#fault('expected nothing after the ] of the file') : list
  }

  #value(): RawValue | undefined {
    if (this.#depth > MAX_DEPTH) return this.#fault(`more than ${MAX_DEPTH} levels lie in each other`)
    const char = this.#text[this.#at]
    if (char === '{') return this.#hash('}')
    if (char === '[') return this.#list()
    if (this.#text.startsWith(INCLUDE, this.#at)) return this.#include()
    return this.#word('a value')
  }

  #hash(close: '}' | undefined): RawHash | undefined {
    const offset = this.#at
    const entries: (RawPair | RawInclude)[] = []
    const keys = new Set<string>()
    if (close !== undefined) this.#at++
    this.#depth++
    for (;;) {
      this.#skip()
      const char = this.#text[this.#at]
      if (char === close) break
      if (char === undefined) return this.#fault('the { is not closed', offset)
      const entry = this.#text.startsWith(INCLUDE, this.#at) ? this.#include() : this.#pair()
      if (entry === undefined) return undefined
      if (entry.kind === 'pair' && keys.has(entry.key))
        return this.#fault(`the key ${JSON.stringify(entry.key)} is here twice`, entry.offset)
      if (entry.kind === 'pair') keys.add(entry.key)
      entries.push(entry)
      this.#comma()
    }
    if (close !== undefined) this.#at++
    this.#depth--
    return { kind: 'hash', entries, offset }
  }

  #pair(): RawPair | undefined {
    const key = this.#word('a key')
    if (key === undefined) return undefined
    this.#skip()
    if (this.#text[this.#at] !== '=')
      return this.#fault(`expected => after the key ${JSON.stringify(key.text)}`)
    this.#at += this.#text[this.#at + 1] === '>' ? 2 : 1
    this.#skip()
    const value = this.#value()
    return value === undefined ? undefined : { kind: 'pair', key: key.text, offset: key.offset, value }
  }

  #list(): RawList | undefined {
    const offset = this.#at++
    const items: RawValue[] = []
    this.#depth++
    for (;;) {
      this.#skip()
      const char = this.#text[this.#at]
      if (char === ']') break
      if (char === undefined) return this.#fault('the [ is not closed', offset)
      const item = this.#value()
      if (item === undefined) return undefined
      items.push(item)
      this.#comma()
    }
    this.#at++
    this.#depth--
    return { kind: 'list', items, offset }
  }

  #include(): RawInclude | undefined {
    const offset = this.#at
    this.#at += INCLUDE.length
    this.#skip()
    const path = this.#word('a path')
    if (path === undefined) return undefined
    this.#skip()
    if (this.#text[this.#at] !== '}') return this.#fault('expected } after the path of $include')
    this.#at++
    return { kind: 'include', path: path.text, offset }
  }

  /** Plain or in quotes, both with escapes. */
  #word(what: string): RawText | undefined {
    const offset = this.#at
    const isQuoted = this.#text[offset] === '"'
    const raw = this.#match(isQuoted ? QUOTED : PLAIN)
    if (raw === undefined) {
      if (isQuoted) return this.#fault('the quote is not closed, or has a bad escape behind it', offset)
      const found = this.#text[offset]
      return this.#fault(`expected ${what}${found === undefined ? '' : `, not ${JSON.stringify(found)}`}`)
    }
    const text = unescapeWord(isQuoted ? raw.slice(1, -1) : raw)
    if (text === undefined) return this.#fault('an escape in digits goes to \\255', offset)
    return { kind: 'text', text, offset }
  }

  #comma(): void {
    this.#skip()
    if (this.#text[this.#at] === ',') this.#at++
  }

  #skip(): void {
    this.#match(BLANKS)
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  #fault(message: string, offset = this.#at): undefined {
    this.#input.complain(offset, message)
    return undefined
  }
}

function unescapeWord(raw: string): string | undefined {
  let isGood = true
  const text = raw.replace(/\\(\d{3}|[^\d])/g, (_, escaped: string) => {
    if (!/^\d{3}$/.test(escaped)) return escaped
    if (Number(escaped) > 255) isGood = false
    return String.fromCharCode(Number(escaped))
  })
  return isGood ? text : undefined
}
