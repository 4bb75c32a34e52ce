/** Gathers what is wrong, to be shown all at once. */
import type { Complaint } from '#base/complaint.ts'

export type Severity = Complaint['severity']

export class Complaints {
  readonly #all: Complaint[] = []

  add(...complaints: readonly Complaint[]): void {
    for (const complaint of complaints) this.#all.push(complaint)
  }

  /** Complains of a file as a whole, or of something that is no file, such as the command line. */
  ofWhole(file: string, message: string, severity: Severity = 'error'): void {
    this.#all.push({ severity, file, line: 0, column: 0, message })
  }

  get hasErrors(): boolean {
    return this.#all.some(({ severity }) => severity === 'error')
  }

  /** By file and position. */
  sorted(): Complaint[] {
    return this.#all.toSorted((a, b) => compareText(a.file, b.file) || a.line - b.line || a.column - b.column)
  }
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
