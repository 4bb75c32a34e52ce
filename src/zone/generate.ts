/** `$GENERATE START-STOP[/STEP] OWNER [TTL] [CLASS] TYPE DATA`, as BIND has it: the same entry over and over, with a number in it. */
import { show } from '#wire/field-codecs.ts'
import { classFromText } from '#wire/types.ts'
import type { Token } from './lexer.ts'
import type { Place } from './sources.ts'

/** An entry, to be written once for each number. */
export interface Generation {
  readonly kind: 'generate'
  readonly start: number
  readonly stop: number
  readonly step: number
  readonly template: Template
  readonly place: Place
}

export type Template = readonly (string | Insert)[]

/** A place for the number. */
interface Insert {
  readonly offset: number
  /** Characters at least. */
  readonly width: number
  readonly base: 'd' | 'o' | 'x' | 'X' | 'n' | 'N'
}

/** Numbers are those of a signed word, as in BIND. */
const MAX_NUMBER = 2 ** 31 - 1
const MAX_WIDTH = 255

const PLAIN: Insert = { offset: 0, width: 0, base: 'd' }
const RANGE = /^(\d{1,10})-(\d{1,10})(?:\/(\d{1,10}))?$/
const INSERT = /^\{([+-]?\d{1,10})(?:,(\d{1,10})(?:,([doxXnN]))?)?\}/

/** @param args the tokens behind `$GENERATE`, three or more; a complaint names one of them by its index */
export function readGeneration(
  args: readonly Token[],
  place: Place,
): Generation | { readonly error: string; readonly token: number } {
  const [range, owner, ...rest] = args
  const numbers = range === undefined || range.quoted ? undefined : readRange(range.text)
  if (numbers === undefined)
    return {
      error: `${show(range?.text ?? '')} is not a range such as 1-100, or 0-100/2 with a step`,
      token: 0,
    }
  if (owner === undefined || owner.quoted) return { error: 'a name has no quotes', token: 1 }
  const template: Template[] = []
  for (const [index, text] of [owner.text, ...textsOf(rest)].entries()) {
    const parts = parseTemplate(text)
    if (parts === undefined)
      return {
        error: `in ${show(text)} a $ is followed by neither nothing nor {OFFSET[,WIDTH[,BASE]]}, where BASE is one of d o x X n N and WIDTH at most ${MAX_WIDTH}`,
        token: index + 1,
      }
    template.push(index === 0 ? parts : [' ', ...parts])
  }
  return { kind: 'generate', ...numbers, template: template.flat(), place }
}

/** How many entries it makes. */
export function countOf({ start, stop, step }: Generation): number {
  return Math.floor((stop - start) / step) + 1
}

/** The entry with the number in it; undefined where it has no form there. */
export function expand(template: Template, number: number): string | undefined {
  let text = ''
  for (const part of template) {
    const piece = typeof part === 'string' ? part : digits(part, number)
    if (piece === undefined) return undefined
    text += piece
  }
  return text
}

function readRange(text: string): Pick<Generation, 'start' | 'stop' | 'step'> | undefined {
  const parts = RANGE.exec(text)
  if (parts === null) return undefined
  const [start, stop, step] = [Number(parts[1]), Number(parts[2]), Number(parts[3] ?? 1)]
  return start <= stop && stop <= MAX_NUMBER && step >= 1 && step <= MAX_NUMBER
    ? { start, stop, step }
    : undefined
}

/** Data of several words stands in one pair of quotes, which are not part of it; without them each word has its own. */
function textsOf(tokens: readonly Token[]): string[] {
  const typeAt = tokens.findIndex(({ text }) => !/^\d/.test(text) && classFromText(text) === undefined)
  const oneWord = tokens.length === typeAt + 2
  return tokens.map(({ text, quoted }) => {
    if (!quoted) return text
    return oneWord ? text.replaceAll('\\"', '"') : `"${text}"`
  })
}

/** `$` is the number, `\$` stays as it is, `$$` is a dollar sign. */
function parseTemplate(text: string): Template | undefined {
  const parts: (string | Insert)[] = []
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '\\') {
      at++
    } else if (char === '$') {
      parts.push(text.slice(from, at))
      const insert = text[at + 1] === '{' ? INSERT.exec(text.slice(at + 1, at + 40)) : undefined
      if (insert === null) return undefined
      if (text[at + 1] === '$') parts.push('\\$')
      else parts.push(insert === undefined ? PLAIN : insertOf(insert))
      if (Number(insert?.[2] ?? 0) > MAX_WIDTH) return undefined
      at += text[at + 1] === '$' ? 1 : (insert?.[0].length ?? 0)
      from = at + 1
    }
  }
  parts.push(text.slice(from))
  return parts.filter(part => part !== '')
}

function insertOf([, offset, width = '0', base = 'd']: RegExpExecArray): Insert {
  return { offset: Number(offset), width: Number(width), base: base as Insert['base'] }
}

/** Undefined for a number below 0 in a base that has none of them, and for what a word does not hold. */
function digits({ offset, width, base }: Insert, number: number): string | undefined {
  const value = number + offset
  if (Math.abs(value) > MAX_NUMBER || (value < 0 && base !== 'd')) return undefined
  switch (base) {
    case 'd':
      return value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0')
    case 'o':
      return value.toString(8).padStart(width, '0')
    case 'x':
      return value.toString(16).padStart(width, '0')
    case 'X':
      return value.toString(16).toUpperCase().padStart(width, '0')
    case 'n':
      return nibbles(value, width)
    case 'N':
      return nibbles(value, width).toUpperCase()
    default:
      return base satisfies never
  }
}

/** Hexadecimal digits from the lowest up with dots between, as `ip6.arpa` has them; the width counts the dots too. */
function nibbles(value: number, width: number): string {
  const reversed = value.toString(16).split('').reverse()
  while (reversed.length < Math.ceil(width / 2)) reversed.push('0')
  const text = reversed.join('.')
  // As BIND writes it: a width that ends in a dot keeps it.
  return width > text.length ? `${text}.` : text
}
