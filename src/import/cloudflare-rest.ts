/** Fields of Cloudflare that no zone file has: each is reported where it says something, and what nobody knows too. */
import { type FieldTable, reportFields } from './field-report.ts'
import type { Findings, Grade } from './findings.ts'
import type { JsonFields } from './json-fields.ts'

/** What became of a field that says something. */
export type Rest = Readonly<Record<string, readonly [grade: Grade, became: string]>>

/** @param of as in `pool eu` */
export function reportRest(
  fields: JsonFields,
  of: string,
  rest: Rest,
  table: FieldTable,
  findings: Findings,
): void {
  for (const [key, [grade, became]] of Object.entries(rest))
    if (fields.says(key)) findings[grade](`${key} of ${of}`, became, fields.at(key))
  fields.skip('created_on', 'modified_on', 'description')
  for (const key of fields.unread)
    if (fields.says(key)) findings.note(`${key} of ${of}`, 'is not known, and passed over', fields.at(key))
  reportFields(fields, table, findings)
}

/** The value of the only Host of `header`. */
export function hostOf(header: JsonFields | undefined, of: string, findings: Findings): string | undefined {
  const key = header?.unread.find(one => one.toLowerCase() === 'host')
  if (header === undefined || key === undefined) return undefined
  const [host, ...others] = header.texts(key)
  if (others.length > 0) findings.lost(`the second Host of ${of}`, 'only the first is sent', header.at(key))
  return host?.text
}
