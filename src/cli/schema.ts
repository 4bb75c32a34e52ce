/** `understudy schema`: a JSON Schema for editors. */
import { jsonSchema, type SchemaName } from '#config/json-schema.ts'

export function schema(name: SchemaName): void {
  process.stdout.write(`${JSON.stringify(jsonSchema(name), null, 2)}\n`)
}
