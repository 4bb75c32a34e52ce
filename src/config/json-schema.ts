/** JSON Schemas of the two kinds of YAML files, by which editors complete them and underline what is wrong. */
import { ZONE_SHAPE } from './managed-zone.ts'
import type { SchemaName } from './schema-names.ts'
import { SETTINGS_SHAPE } from './settings.ts'
import { type Json, objectOf } from './written.ts'

const DRAFT = 'http://json-schema.org/draft-07/schema#'
const MORE = '"understudy check" knows more than a schema can say.'

/** Of draft 7, which all editors know. */
export function jsonSchema(name: SchemaName): Json {
  const [title, shape] =
    name === 'zone'
      ? ['Understudy: a zone with managed names', ZONE_SHAPE]
      : ['Understudy: the server (understudy.yaml)', SETTINGS_SHAPE]
  return { $schema: DRAFT, title, description: MORE, ...objectOf(shape) }
}
