/** What is told of a part of a gdnsd configuration once something uses it. */
import type { Findings, Grade } from './findings.ts'

export interface Remark {
  readonly grade: Grade
  readonly what: string
  readonly became: string
  readonly place: string
}

/** Tells each remark once, however many zones use what it is about. */
export class Teller {
  readonly #findings: Findings
  readonly #told = new Set<string>()

  constructor(findings: Findings) {
    this.#findings = findings
  }

  tell(...remarks: readonly Remark[]): void {
    for (const { grade, what, became, place } of remarks) {
      const key = [grade, what, became, place].join('\n')
      if (this.#told.has(key)) continue
      this.#told.add(key)
      this.#findings[grade](what, became, place)
    }
  }
}
