/** Reads one map of a YAML file, key by key, so that one bad value does not hide what is wrong with the others. */
import type { z } from 'zod'
import { didYouMean } from './nearest.ts'
import { words } from './words.ts'
import { isPlainMap, type Path, type YamlSource } from './yaml-source.ts'

/** The keys that a map may have, and what their values must be. */
export type Shape = Readonly<Record<string, z.ZodType>>

export interface Section<S extends Shape> {
  /** Undefined for a key that is missing or bad. */
  readonly values: { readonly [K in keyof S]: z.output<S[K]> | undefined }
  /** Keys that are there, but bad: complained of already. */
  readonly bad: ReadonlySet<string>
}

/**
 * Reads the map at the path; a missing or empty one has no keys. Complains of values that do not fit and of keys that are
 * not in the shape; `instead` has what is said of some of them.
 */
export function readSection<S extends Shape>(
  source: YamlSource,
  path: Path,
  shape: S,
  instead: Readonly<Record<string, string>> = {},
): Section<S> {
  const values: Record<string, unknown> = {}
  const bad = new Set<string>()
  for (const key of keysOf(source, path)) {
    const schema = Object.hasOwn(shape, key) ? shape[key] : undefined
    if (schema === undefined) {
      complainOfKey(source, [...path, key], Object.keys(shape), instead)
      continue
    }
    const read = readValue(source, [...path, key], schema)
    if (read === undefined) bad.add(key)
    else values[key] = read.value
  }
  return { values: values as Section<S>['values'], bad }
}

/** The keys of the map at the path; none for a missing or empty one. Complains where there is something else. */
export function keysOf(source: YamlSource, path: Path): string[] {
  const map = source.get(path) ?? {}
  if (!isPlainMap(map)) source.complain(path, `expected keys with values, found ${describe(map)}`)
  return source.keys(path)
}

/** Keys of a version to come. */
export function notSupported(...keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(keys.map(key => [key, 'is not supported yet']))
}

/** The value at the path as the schema makes it; undefined after a complaint. */
export function readValue<T>(source: YamlSource, path: Path, schema: z.ZodType<T>): { value: T } | undefined {
  const read = schema.safeParse(source.get(path), { error: words, reportInput: true })
  if (read.success) return { value: read.data }
  for (const { path: below, message } of read.error.issues) {
    source.complain([...path, ...(below as (string | number)[])], message)
  }
  return undefined
}

/** Complains of keys that are missing. */
export function demand<S extends Shape>(
  source: YamlSource,
  path: Path,
  { values, bad }: Section<S>,
  ...keys: readonly (keyof S & string)[]
): void {
  for (const key of keys) {
    if (values[key] === undefined && !bad.has(key)) source.complain([...path, key], 'is missing', 'key')
  }
}

function complainOfKey(
  source: YamlSource,
  path: Path,
  known: readonly string[],
  instead: Readonly<Record<string, string>>,
): void {
  const key = String(path.at(-1))
  const said = Object.hasOwn(instead, key) ? instead[key] : undefined
  if (said !== undefined) {
    source.complain(path, said, 'key')
    return
  }
  const hint = didYouMean(key, known) || `; known here: ${known.join(', ')}`
  source.complain(path, `unknown key${hint}`, 'key')
}

function describe(value: unknown): string {
  return Array.isArray(value) ? 'a list' : `a ${typeof value === 'string' ? 'text' : typeof value}`
}
