/** A file that is imported: its text, and where in it something stands. */
import { excerptOf } from '#base/complaint.ts'
import type { Complaints, Severity } from '#config/complaints.ts'

/** More than anybody reads. */
const MAX_COMPLAINTS = 1000

export class Input {
  /** As shown to people. */
  readonly file: string
  /** Absolute. */
  readonly path: string
  readonly text: string
  readonly #complaints: Complaints
  #starts: readonly number[] | undefined
  #count = 0
  readonly #said = new Set<string>()

  constructor(path: string, file: string, text: string, complaints: Complaints) {
    this.path = path
    this.file = file
    this.text = text
    this.#complaints = complaints
  }

  /** `FILE:LINE`, for comments and findings. */
  at(offset: number): string {
    return `${this.file}:${this.position(offset).line}`
  }

  /** Both count from 1; the column in UTF-16 units. */
  position(offset: number): { readonly line: number; readonly column: number } {
    const starts = this.#lineStarts()
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }

  /** Where a line begins; lines count from 1. */
  startOfLine(line: number): number {
    return this.#lineStarts()[line - 1] ?? 0
  }

  /** Complains of what stands at the offset, once, and shows the line. */
  complain(offset: number, message: string, severity: Severity = 'error'): void {
    const key = `${offset} ${message}`
    if (this.#said.has(key) || !this.#isShown()) return
    this.#said.add(key)
    const { line, column } = this.position(offset)
    const start = this.#lineStarts()[line - 1] ?? 0
    const end = this.#lineStarts()[line] ?? this.text.length
    const excerpt = excerptOf(this.text.slice(start, end).replace(/\r?\n$/, ''), column)
    this.#complaints.add({ severity, file: this.file, line, column, ...excerpt, message })
  }

  /** Complains of the file as a whole. */
  complainOfAll(message: string): void {
    if (this.#isShown()) this.#complaints.ofWhole(this.file, message)
  }

  #isShown(): boolean {
    this.#count++
    if (this.#count === MAX_COMPLAINTS + 1)
      this.#complaints.ofWhole(this.file, `there are more than ${MAX_COMPLAINTS} errors; these are the first`)
    return this.#count <= MAX_COMPLAINTS
  }

  #lineStarts(): readonly number[] {
    if (this.#starts !== undefined) return this.#starts
    const starts = [0]
    for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1)) starts.push(at + 1)
    this.#starts = starts
    return starts
  }
}
