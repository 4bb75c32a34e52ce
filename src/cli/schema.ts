/** `understudy schema`: a JSON Schema for editors. */
import { jsonSchema } from '#config/json-schema.ts'
import type { SchemaName } from '#config/schema-names.ts'

export function schema(name: SchemaName): void {
  process.stdout.write(`${JSON.stringify(jsonSchema(name), null, 2)}\n`)
}
