/** Takes a master file apart (RFC 1035 §5.1): entries, which may go over several lines, and their tokens. */
import type { TextToken } from '#wire/field-codecs.ts'

export interface Position {
  /** Counts from 1. */
  readonly line: number
  /** Bytes from the start of the file. */
  readonly offset: number
}

export interface Token extends TextToken, Position {}

export interface Entry {
  readonly tokens: readonly Token[]
  /** Whether the line begins with white space: the owner is that of the entry before. */
  readonly blankOwner: boolean
  /** Where the entry ends, for what is missing there. */
  readonly end: Position
  /** What makes the entry unreadable, if anything. */
  readonly problem: { readonly message: string; readonly at: Position } | undefined
}

const TAB = 9
const LINE_FEED = 10
const RETURN = 13
const SPACE = 32
const QUOTE = 34
const OPEN = 40
const CLOSE = 41
const SEMICOLON = 59
const BACKSLASH = 92

/** Each parenthesis without an end is looked for to the end of the file; so many times at most. */
const MAX_UNCLOSED = 8

export class Lexer {
  /** The file, one character a byte. */
  readonly #text: string
  #at: number
  #line = 1
  #unclosed = 0
  #tokens: Token[] = []
  /** The parentheses that are open, outermost first. */
  #open: Position[] = []
  #problem: Entry['problem']

  constructor(text: string) {
    this.#text = text
    this.#at = text.startsWith('\xef\xbb\xbf') ? 3 : 0
  }

  /** The next entry that is not empty; undefined at the end. After a problem the entry after it begins on the next line. */
  next(): Entry | undefined {
    while (this.#at < this.#text.length) {
      const first = this.#text.charCodeAt(this.#at)
      const entry = this.#entry(first === SPACE || first === TAB)
      if (entry.tokens.length > 0 || entry.problem !== undefined) return entry
    }
    return undefined
  }

  #entry(blankOwner: boolean): Entry {
    this.#tokens = []
    this.#open = []
    this.#problem = undefined
    while (this.#step());
    const [unclosed] = this.#open
    if (unclosed !== undefined && this.#problem === undefined) this.#giveUp(unclosed)
    const end = this.#here()
    if (this.#problem !== undefined) this.#skipLine()
    this.#endLine()
    return { tokens: this.#tokens, blankOwner, end, problem: this.#problem }
  }

  /** Reads one token, comment or sign; false at the end of the entry. */
  #step(): boolean {
    const code = this.#text.charCodeAt(this.#at)
    switch (code) {
      case SPACE:
      case TAB:
      case RETURN:
        this.#at++
        return true
      case LINE_FEED:
        if (this.#open.length === 0) return false
        this.#endLine()
        return true
      case SEMICOLON:
        this.#skipLine()
        return true
      case OPEN:
        this.#open.push(this.#here())
        this.#at++
        return true
      case CLOSE:
        if (this.#open.pop() === undefined) return this.#fail(') without a ( before it', this.#here())
        this.#at++
        return true
      case QUOTE:
        return this.#quoted()
      default:
        return this.#at < this.#text.length && this.#plain()
    }
  }

  #plain(): boolean {
    const start = this.#at
    let at = start
    while (at < this.#text.length && !endsToken(this.#text.charCodeAt(at))) {
      const escapes = this.#text.charCodeAt(at) === BACKSLASH && this.#text.charCodeAt(at + 1) !== LINE_FEED
      at += escapes ? 2 : 1
    }
    this.#push(start, at, false)
    this.#at = Math.min(at, this.#text.length)
    return true
  }

  #quoted(): boolean {
    const start = this.#at + 1
    for (let at = start; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at)
      if (code === LINE_FEED) break
      if (code === BACKSLASH && this.#text.charCodeAt(at + 1) !== LINE_FEED) at++
      if (code !== QUOTE) continue
      this.#push(start, at, true)
      this.#at = at + 1
      return true
    }
    return this.#fail('the quote is not closed on its line', this.#here())
  }

  #push(start: number, end: number, quoted: boolean): void {
    const offset = quoted ? start - 1 : start
    this.#tokens.push({ text: this.#text.slice(start, end), quoted, line: this.#line, offset })
  }

  #here(): Position {
    return { line: this.#line, offset: this.#at }
  }

  #fail(message: string, at: Position): false {
    this.#problem = { message, at }
    return false
  }

  /** The end of the file came before the parenthesis: goes back to where it was opened. */
  #giveUp(unclosed: Position): void {
    const last = ++this.#unclosed === MAX_UNCLOSED
    this.#fail(`( is not closed${last ? '; the rest of the file is not read' : ''}`, unclosed)
    if (last) return
    this.#at = unclosed.offset
    this.#line = unclosed.line
  }

  #skipLine(): void {
    const end = this.#text.indexOf('\n', this.#at)
    this.#at = end === -1 ? this.#text.length : end
  }

  #endLine(): void {
    if (this.#at >= this.#text.length) return
    this.#at++
    this.#line++
  }
}

function endsToken(code: number): boolean {
  if (code > SEMICOLON) return false
  return (
    code === SPACE ||
    code === TAB ||
    code === LINE_FEED ||
    code === RETURN ||
    code === QUOTE ||
    code === OPEN ||
    code === CLOSE ||
    code === SEMICOLON
  )
}
