/** How the configuration is written, as JSON Schema for editors: what a schema of zod does not tell of itself is said beside it. */
import { z } from 'zod'
import type { Shape } from './section.ts'

export type Json = Readonly<Record<string, unknown>>

interface KeyWords {
  readonly description: string
  /** As it would be written. */
  readonly default?: unknown
  /** Whether the key cannot be left out. */
  readonly isNeeded?: boolean
}

const FORMS = z.registry<{ readonly form: () => Json }>()
const KEYS = new WeakMap<z.ZodType, KeyWords>()

/** The schema; editors are told that its value is written in this form. */
export function writtenAs<S extends z.ZodType>(schema: S, form: Json | (() => Json)): S {
  const one: S = schema.clone()
  FORMS.add(one, { form: typeof form === 'function' ? form : () => form })
  return one
}

/** The schema of a key, with what editors show of it. Outermost: what is made of it has no words. */
export function said<S extends z.ZodType>(
  schema: S,
  description: string,
  more: Omit<KeyWords, 'description'> = {},
): S {
  const one: S = schema.clone()
  KEYS.set(one, { description, ...more })
  return one
}

/** A section of its own, read by its own shape. */
export function section(shape: Shape): z.ZodType<unknown> {
  return writtenAs(z.unknown(), () => objectOf(shape))
}

/** Values of one form by names of the user's. */
export function mapOf(form: () => Json, ofMap: Json = {}): z.ZodType<unknown> {
  return writtenAs(z.unknown(), () => ({
    type: ['object', 'null'],
    ...ofMap,
    additionalProperties: form(),
  }))
}

/** A map with the keys of the shape and no others. */
export function objectOf(shape: Shape): Json {
  const required = Object.keys(shape).filter(key => wordsOf(shape, key).isNeeded === true)
  return {
    // An empty section is one without keys.
    type: required.length === 0 ? ['object', 'null'] : 'object',
    properties: Object.fromEntries(Object.keys(shape).map(key => [key, keyOf(shape, key)])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  }
}

/** What the schema takes. */
export function formOf(schema: z.ZodType): Json {
  const { $schema: _, ...form } = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const known = FORMS.get(zodSchema)
      if (known === undefined) return
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key]
      Object.assign(jsonSchema, known.form())
    },
  })
  return form
}

function keyOf(shape: Shape, key: string): Json {
  const { description, default: byDefault } = wordsOf(shape, key)
  const form = formOf(shape[key] ?? z.never())
  return { description, ...form, ...(byDefault === undefined ? {} : { default: byDefault }) }
}

function wordsOf(shape: Shape, key: string): KeyWords {
  const schema = shape[key]
  const words = schema === undefined ? undefined : KEYS.get(schema)
  if (words === undefined) throw new Error(`nothing is said of the key ${key}`)
  return words
}
