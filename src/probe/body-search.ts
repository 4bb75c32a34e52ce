/** Looks for a text, or for what fits a regular expression, in a body that arrives in pieces. */
import { RE2JS } from 're2js'

export type SearchState = 'found' | 'more' | 'absent'

export interface Search {
  /** Takes the next piece: `more` while it could still come, `absent` once the bound is reached without it. */
  take(piece: Buffer): SearchState
  /** Nothing more comes. */
  end(): 'found' | 'absent'
}

/** Keeps no more of the body than the text is long. */
export class BodySearch implements Search {
  readonly #needle: Buffer
  #left: number
  #tail: Buffer = Buffer.alloc(0)

  /** @param maxBytes only so many bytes of the body count */
  constructor(text: string, maxBytes: number) {
    this.#needle = Buffer.from(text, 'utf8')
    this.#left = maxBytes
  }

  take(piece: Buffer): SearchState {
    const counted = piece.subarray(0, this.#left)
    this.#left -= counted.length
    const seen = this.#tail.length === 0 ? counted : Buffer.concat([this.#tail, counted])
    if (seen.includes(this.#needle)) return 'found'
    if (this.#left === 0) return 'absent'
    // The text may begin in this piece and end in the next. A copy: the piece itself must not be kept alive.
    this.#tail = Buffer.from(seen.subarray(Math.max(0, seen.length - this.#needle.length + 1)))
    return 'more'
  }

  end(): 'absent' {
    return 'absent'
  }
}

/**
 * Keeps the body up to the bound, and looks through it once, in time that grows with its length and that of the expression (RE2). Only
 * whether it fits is asked, which the library finds out much faster than where.
 */
export class BodyPattern implements Search {
  readonly #pattern: RE2JS
  #left: number
  readonly #pieces: Buffer[] = []

  /** @param maxBytes only so many bytes of the body count. Throws if the expression is not one. */
  constructor(expression: string, maxBytes: number) {
    this.#pattern = compiled(expression)
    this.#left = maxBytes
  }

  take(piece: Buffer): SearchState {
    const counted = piece.subarray(0, this.#left)
    this.#left -= counted.length
    this.#pieces.push(Buffer.from(counted))
    return this.#left === 0 ? this.end() : 'more'
  }

  end(): 'found' | 'absent' {
    const body = Buffer.concat(this.#pieces).toString('utf8')
    return this.#pattern.test(body) ? 'found' : 'absent'
  }
}

const MAX_COMPILED = 1000
const patterns = new Map<string, RE2JS>()

function compiled(expression: string): RE2JS {
  const known = patterns.get(expression)
  if (known !== undefined) return known
  if (patterns.size >= MAX_COMPILED) patterns.clear()
  const pattern = RE2JS.compile(expression)
  patterns.set(expression, pattern)
  return pattern
}
