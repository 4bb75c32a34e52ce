/** Gathers the complaints of one master file, with the line that each is about. */
import { type Complaint, excerptOf } from '#base/complaint.ts'
import type { Position } from './lexer.ts'

const MAX_SHOWN = 100
/** Of what follows the place complained about. */
const MAX_EXCERPT_BYTES = 400

type Severity = Complaint['severity']

export class ComplaintList {
  readonly #file: string
  readonly #text: string
  readonly #kept: Record<Severity, { position: Position | undefined; message: string }[]> = {
    error: [],
    warning: [],
  }
  readonly #counts: Record<Severity, number> = { error: 0, warning: 0 }

  /** @param text the file, one character a byte */
  constructor(file: string, text: string) {
    this.#file = file
    this.#text = text
  }

  get hasErrors(): boolean {
    return this.#counts.error > 0
  }

  /** Without a position it is about the file as a whole. */
  error(position: Position | undefined, message: string): void {
    this.#add('error', position, message)
  }

  warn(position: Position | undefined, message: string): void {
    this.#add('warning', position, message)
  }

  /** In the order of the file; not more than a person reads, errors before warnings, and how many more there are. */
  finish(): Complaint[] {
    const errors = this.#kept.error
    const warnings = this.#kept.warning.slice(0, MAX_SHOWN - errors.length)
    const shown = [
      ...errors.map(({ position, message }) => this.#complaint('error', position, message)),
      ...warnings.map(({ position, message }) => this.#complaint('warning', position, message)),
    ].sort((a, b) => a.line - b.line || a.column - b.column)
    const more = [
      countOf(this.#counts.error - errors.length, 'error'),
      countOf(this.#counts.warning - warnings.length, 'warning'),
    ].filter(text => text !== '')
    if (more.length === 0) return shown
    const severity = this.hasErrors ? 'error' : 'warning'
    return [...shown, this.#complaint(severity, undefined, `and ${more.join(' and ')}`)]
  }

  #add(severity: Severity, position: Position | undefined, message: string): void {
    this.#counts[severity]++
    const kept = this.#kept[severity]
    if (kept.length < MAX_SHOWN) kept.push({ position, message })
  }

  #complaint(severity: Severity, position: Position | undefined, message: string): Complaint {
    if (position === undefined) return { severity, file: this.#file, line: 0, column: 0, message }
    const { line, offset } = position
    const start = offset === 0 ? 0 : this.#text.lastIndexOf('\n', offset - 1) + 1
    const lineEnd = this.#text.indexOf('\n', offset)
    const end = Math.min(lineEnd === -1 ? this.#text.length : lineEnd, offset + MAX_EXCERPT_BYTES)
    const before = utf8(this.#text.slice(start, offset))
    const excerpt = excerptOf(before + utf8(this.#text.slice(offset, end)), before.length + 1)
    return { severity, file: this.#file, line, ...excerpt, message }
  }
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8').replace('\ufeff', '')
}

function countOf(count: number, what: string): string {
  return count <= 0 ? '' : `${count} more ${what}${count === 1 ? '' : 's'}`
}
