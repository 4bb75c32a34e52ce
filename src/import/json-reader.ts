/**
 * Reads JSON (RFC 8259) so that each value knows where it stands. Items of long lists can be taken one by one as they come, so that a large file is never in memory
 * as values all at once.
 */
import type { Input } from './input.ts'

export type Json = JsonObject | JsonArray | JsonScalar

export interface JsonScalar {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  readonly offset: number
}

export interface JsonArray {
  readonly kind: 'array'
  readonly items: readonly Json[]
  readonly offset: number
}

export interface JsonObject {
  readonly kind: 'object'
  readonly members: ReadonlyMap<string, JsonMember>
  readonly offset: number
}

export interface JsonMember {
  readonly value: Json
  /** Of the key. */
  readonly offset: number
}

/** A list below the outermost object, whose items are not kept. */
export interface JsonStream {
  /** Keys of such lists. */
  readonly keys: readonly string[]
  item(key: string, item: Json): void
  /** From 0 to 1, now and then. */
  progress(part: number): void
}

const MAX_DEPTH = 64
/** Values of one file that are kept, and values of one item of a stream. */
const MAX_VALUES = 5_000_000
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8259 section 7 forbids them in texts
const PLAIN = /[^"\\\x00-\x1f]*/y
const PROGRESS_ITEMS = 1000

/** The outermost value; undefined after a complaint. */
export function readJson(input: Input, stream?: JsonStream): Json | undefined {
  const reader = new JsonReader(input.text, stream)
  try {
    return reader.whole()
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

class JsonReader {
  readonly #text: string
  readonly #stream: JsonStream | undefined
  #at = 0
  #values = 0

  constructor(text: string, stream: JsonStream | undefined) {
    this.#text = text
    this.#stream = stream
  }

  whole(): Json {
    this.#space()
    if (this.#at >= this.#text.length) throw new Malformed(0, 'is empty: there is no JSON in it')
    const value = this.#value(0, undefined)
    this.#space()
    if (this.#at < this.#text.length) throw new Malformed(this.#at, 'not JSON: something comes after its end')
    return value
  }

  /** @param key of the object that the value is a member of */
  #value(depth: number, key: string | undefined): Json {
    const offset = this.#at
    if (depth > MAX_DEPTH) throw new Malformed(offset, `nested more than ${MAX_DEPTH} deep`)
    if (++this.#values > MAX_VALUES)
      throw new Malformed(offset, `more than ${MAX_VALUES} values; export less at once`)
    switch (this.#text[offset]) {
      case '{':
        return { kind: 'object', members: this.#members(depth), offset }
      case '[':
        return { kind: 'array', items: this.#items(depth, key), offset }
      case '"':
        return { kind: 'scalar', value: this.#string(), offset }
      default:
        return { kind: 'scalar', value: this.#word(), offset }
    }
  }

  #members(depth: number): Map<string, JsonMember> {
    const members = new Map<string, JsonMember>()
    this.#at++
    this.#space()
    if (this.#take('}')) return members
    for (;;) {
      this.#space()
      const offset = this.#at
      if (this.#text[offset] !== '"') throw this.#unexpected('a key in quotes')
      const key = this.#string()
      if (members.has(key))
        throw new Malformed(offset, `key ${JSON.stringify(key.slice(0, 80))} is here twice`)
      this.#space()
      if (!this.#take(':')) throw this.#unexpected(':')
      this.#space()
      members.set(key, { value: this.#value(depth + 1, key), offset })
      this.#space()
      if (this.#take('}')) return members
      if (!this.#take(',')) throw this.#unexpected(', or }')
    }
  }

  #items(depth: number, key: string | undefined): Json[] {
    const stream =
      depth <= 2 && key !== undefined && this.#stream?.keys.includes(key) === true ? this.#stream : undefined
    const items: Json[] = []
    this.#at++
    this.#space()
    if (this.#take(']')) return items
    for (let count = 1; ; count++) {
      this.#space()
      const kept = this.#values
      const item = this.#value(depth + 1, undefined)
      if (stream === undefined || key === undefined) items.push(item)
      else {
        stream.item(key, item)
        this.#values = kept
        if (count % PROGRESS_ITEMS === 0) stream.progress(this.#at / this.#text.length)
      }
      this.#space()
      if (this.#take(']')) return items
      if (!this.#take(',')) throw this.#unexpected(', or ]')
    }
  }

  #string(): string {
    const start = this.#at
    let value = ''
    this.#at++
    for (;;) {
      PLAIN.lastIndex = this.#at
      const plain = PLAIN.exec(this.#text)?.[0] ?? ''
      this.#at += plain.length
      value += plain
      const char = this.#text[this.#at]
      if (char === '"') {
        this.#at++
        return value
      }
      if (char !== '\\')
        throw char === undefined
          ? this.#unexpected('"')
          : new Malformed(
              this.#at,
              'not JSON: a text goes over the end of its line, or holds a control character',
            )
      value += this.#escape(start)
    }
  }

  #escape(start: number): string {
    const code = this.#text[this.#at + 1] ?? ''
    const simple = ESCAPES[code]
    if (simple !== undefined) {
      this.#at += 2
      return simple
    }
    const hex = code === 'u' ? /^[0-9a-fA-F]{4}$/.exec(this.#text.slice(this.#at + 2, this.#at + 6)) : null
    if (hex === null)
      throw new Malformed(this.#at < this.#text.length ? this.#at : start, `not JSON: \\${code} is no escape`)
    this.#at += 6
    return String.fromCharCode(Number.parseInt(hex[0], 16))
  }

  #word(): number | boolean | null {
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue
      this.#at += word.length
      return value
    }
    NUMBER.lastIndex = this.#at
    const number = NUMBER.exec(this.#text)?.[0]
    if (number === undefined) throw this.#unexpected('a value')
    this.#at += number.length
    return Number(number)
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#at++
    }
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false
    this.#at++
    return true
  }

  #unexpected(wanted: string): Malformed {
    if (this.#at >= this.#text.length)
      return new Malformed(
        Math.max(0, this.#text.trimEnd().length - 1),
        'not JSON: the file ends here, in the middle; is it whole?',
      )
    const found = JSON.stringify(this.#text.slice(this.#at, this.#at + 1))
    return new Malformed(this.#at, `not JSON: expected ${wanted}, found ${found}`)
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}
const WORDS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const
