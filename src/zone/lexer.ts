/** Takes a master file apart (RFC 1035 §5.1): entries, which may go over several lines, and their tokens. */
import type { TextToken } from '#wire/field-codecs.ts'
import { ByteText } from './byte-text.ts'
import type { Place } from './sources.ts'

export interface Token extends TextToken {
  readonly place: Place
}

export interface Entry {
  readonly tokens: readonly Token[]
  /** Whether the line begins with white space: the owner is that of the entry before. */
  readonly blankOwner: boolean
  /** Where the entry ends, for what is missing there. */
  readonly end: Place
  /** What makes the entry unreadable, if anything. */
  readonly problem: Problem | undefined
}

interface Problem {
  readonly message: string
  readonly place: Place
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

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]

/** Each parenthesis without an end is looked for far down the file; so many times at most. */
const MAX_UNCLOSED = 8

/** Of an entry in parentheses, comments and empty lines included: what goes on for longer has lost its end. */
const MAX_SPAN_BYTES = 16 * 1024 * 1024

/** So many empty lines one after the other are an entry too, so that who reads can pause. */
const MAX_EMPTY_LINES = 100

/** Of all words of an entry, each with the space behind it. The longest data, every byte of it escaped, is less. */
const MAX_ENTRY_BYTES = 1024 * 1024

export class Lexer {
  readonly #bytes: Uint8Array
  readonly #text: ByteText
  readonly #base: Place
  /** Whether all places are the base. */
  readonly #onePlace: boolean
  #at: number
  #unclosed = 0
  #tokens: Token[] = []
  #size = 0
  /** How many parentheses are open, and the offset of the outermost. */
  #depth = 0
  #outermost = 0
  #problem: Problem | undefined

  /**
   * @param text bytes, or a text of one character a byte
   * @param base place of the first byte
   * @param onePlace whether all of it is of that place, as the text that a directive makes
   */
  constructor(text: Uint8Array | string, base: Place = 1, onePlace = false) {
    const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text
    this.#bytes = bytes
    this.#text = new ByteText(bytes)
    this.#base = base
    this.#onePlace = onePlace
    this.#at = BYTE_ORDER_MARK.every((byte, i) => bytes[i] === byte) ? BYTE_ORDER_MARK.length : 0
  }

  /** The next entry; undefined at the end. Of many empty lines one is an entry. After a problem the entry after it begins on the next line. */
  next(): Entry | undefined {
    for (let empty = 1; this.#at < this.#bytes.length; empty++) {
      const first = this.#bytes[this.#at]
      const entry = this.#entry(first === SPACE || first === TAB)
      const isEmpty = entry.tokens.length === 0 && entry.problem === undefined
      if (!isEmpty || empty === MAX_EMPTY_LINES) return entry
    }
    return undefined
  }

  #entry(blankOwner: boolean): Entry {
    this.#tokens = []
    this.#size = 0
    this.#depth = 0
    this.#problem = undefined
    while (this.#step());
    if (this.#depth > 0 && this.#problem === undefined) this.#giveUp(this.#outermost)
    const end = this.#place(this.#at)
    if (this.#problem !== undefined) this.#skipLine()
    this.#at++
    return { tokens: this.#tokens, blankOwner, end, problem: this.#problem }
  }

  /** Reads one token, comment or sign; false at the end of the entry. */
  #step(): boolean {
    switch (this.#bytes[this.#at]) {
      case undefined:
        return false
      case SPACE:
      case TAB:
      case RETURN:
        this.#at++
        return true
      case LINE_FEED:
        if (this.#depth === 0 || this.#at - this.#outermost > MAX_SPAN_BYTES) return false
        this.#at++
        return true
      case SEMICOLON:
        this.#skipLine()
        return true
      case OPEN:
        if (this.#depth++ === 0) this.#outermost = this.#at
        this.#at++
        return true
      case CLOSE:
        if (this.#depth === 0) return this.#fail(') without a ( before it', this.#at)
        this.#depth--
        this.#at++
        return true
      case QUOTE:
        return this.#quoted()
      default:
        return this.#plain()
    }
  }

  #plain(): boolean {
    const bytes = this.#bytes
    const start = this.#at
    let at = start
    for (let byte = bytes[at]; byte !== undefined && !endsToken(byte); byte = bytes[at]) {
      at += byte === BACKSLASH && bytes[at + 1] !== LINE_FEED ? 2 : 1
    }
    this.#at = Math.min(at, bytes.length)
    return this.#push(start, this.#at, false)
  }

  #quoted(): boolean {
    const bytes = this.#bytes
    const start = this.#at + 1
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at]
      if (byte === LINE_FEED) break
      if (byte === BACKSLASH && bytes[at + 1] !== LINE_FEED) at++
      if (byte !== QUOTE) continue
      this.#at = at + 1
      return this.#push(start, at, true)
    }
    return this.#fail('the quote is not closed on its line', this.#at)
  }

  #push(start: number, end: number, quoted: boolean): boolean {
    this.#size += end - start + 1
    if (this.#size > MAX_ENTRY_BYTES) {
      // Parentheses that go on for so long are taken for open ones.
      if (this.#depth > 0) return false
      return this.#fail(`from here on it is longer than ${MAX_ENTRY_BYTES} bytes: no record is`, start)
    }
    const place = this.#place(quoted ? start - 1 : start)
    this.#tokens.push({ text: this.#text.slice(start, end), quoted, place })
    return true
  }

  #place(offset: number): Place {
    return this.#onePlace ? this.#base : this.#base + Math.min(offset, this.#bytes.length)
  }

  #fail(message: string, offset: number): false {
    this.#problem = { message, place: this.#place(offset) }
    return false
  }

  /** The end that belongs to the parenthesis did not come: goes back to where it was opened. */
  #giveUp(unclosed: number): void {
    const last = ++this.#unclosed === MAX_UNCLOSED
    this.#fail(`( is not closed${last ? '; the rest of the file is not read' : ''}`, unclosed)
    this.#at = last ? this.#bytes.length : unclosed
  }

  #skipLine(): void {
    const end = this.#bytes.indexOf(LINE_FEED, this.#at)
    this.#at = end === -1 ? this.#bytes.length : end
  }
}

function endsToken(byte: number): boolean {
  if (byte > SEMICOLON) return false
  return (
    byte === SPACE ||
    byte === TAB ||
    byte === LINE_FEED ||
    byte === RETURN ||
    byte === QUOTE ||
    byte === OPEN ||
    byte === CLOSE ||
    byte === SEMICOLON
  )
}
