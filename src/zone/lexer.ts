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
  /** Offsets of the parentheses that are open, outermost first. */
  #open: number[] = []
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

  /** The next entry that is not empty; undefined at the end. After a problem the entry after it begins on the next line. */
  next(): Entry | undefined {
    while (this.#at < this.#bytes.length) {
      const first = this.#bytes[this.#at]
      const entry = this.#entry(first === SPACE || first === TAB)
      if (entry.tokens.length > 0 || entry.problem !== undefined) return entry
    }
    return undefined
  }

  #entry(blankOwner: boolean): Entry {
    this.#tokens = []
    this.#size = 0
    this.#open = []
    this.#problem = undefined
    while (this.#step());
    const [unclosed] = this.#open
    if (unclosed !== undefined && this.#problem === undefined) this.#giveUp(unclosed)
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
        if (this.#open.length === 0) return false
        this.#at++
        return true
      case SEMICOLON:
        this.#skipLine()
        return true
      case OPEN:
        this.#open.push(this.#at++)
        return true
      case CLOSE:
        if (this.#open.pop() === undefined) return this.#fail(') without a ( before it', this.#at)
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
      if (this.#open.length > 0) return false
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
