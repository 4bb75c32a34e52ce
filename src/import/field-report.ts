/** What becomes of every field of a JSON object, for the report. */
import type { Findings } from './findings.ts'
import type { JsonFields } from './json-fields.ts'

/** By field, what it becomes wherever it stands. */
export type FieldTable = Readonly<Record<string, string>>

/** Fields that no finding tells of say nothing, or are in the table. Called when all else has been read. */
export function reportFields(fields: JsonFields | undefined, table: FieldTable, findings: Findings): void {
  for (const key of fields?.keys ?? []) {
    const becomes = Object.hasOwn(table, key) ? table[key] : undefined
    if (becomes !== undefined) findings.field(key, becomes)
    else if (fields?.says(key) === false) findings.field(key, 'nothing: null, false, 0 or empty')
  }
}
