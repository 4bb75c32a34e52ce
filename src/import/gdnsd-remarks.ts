/** What is told of a part of a gdnsd configuration once something uses it. */
import type { Findings, Grade } from './findings.ts'

export interface Remark {
  readonly grade: Grade
  readonly what: string
  readonly became: string
  readonly place: string
}

export function tell(findings: Findings, remarks: readonly Remark[]): void {
  for (const { grade, what, became, place } of remarks) findings[grade](what, became, place)
}
