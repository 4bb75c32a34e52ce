/** `headers:` of a check: names, and values or where these stand. */
import { z } from 'zod'
import type { SecretReference } from '#probe/spec.ts'
import { refine } from './values.ts'
import { show } from './words.ts'
import { writtenAs } from './written.ts'
import { isPlainMap } from './yaml-source.ts'

const MAX_HEADERS = 64
const MAX_VALUE_CHARACTERS = 4096

/** `{ env: NAME }` or `{ file: PATH }`. */
const SECRET_FORM = {
  type: 'object',
  properties: {
    env: {
      description: 'A variable of the environment.',
      type: 'string',
      pattern: '^[A-Za-z_][A-Za-z0-9_]{0,255}$',
    },
    file: { description: 'A file.', type: 'string', minLength: 1 },
  },
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: false,
} as const

type Refined<T> = { value: T } | { problem: string }

/** What is wrong with a value, in words that go after its name; undefined if nothing is. */
export function problemOfHeaderValue(value: string): string | undefined {
  if (value.length > MAX_VALUE_CHARACTERS) return `is longer than ${MAX_VALUE_CHARACTERS} characters`
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value) ? undefined : 'has characters that HTTP forbids'
}

/** `{ env: NAME }` or `{ file: PATH }`. */
function secretReference(
  written: Readonly<Record<string, unknown>>,
  otherwise = '',
): Refined<SecretReference> {
  const [[kind, place] = [], ...more] = Object.entries(written)
  if (more.length > 0 || typeof place !== 'string' || (kind !== 'env' && kind !== 'file'))
    return { problem: `${show(written)} is neither ${otherwise}{ env: NAME } nor { file: PATH }` }
  if (kind === 'file') return place === '' ? { problem: 'file is empty' } : { value: { file: place } }
  return /^[A-Za-z_][A-Za-z0-9_]{0,255}$/.test(place)
    ? { value: { env: place } }
    : { problem: `${show(place)} is not the name of a variable` }
}

/** A secret that is never written into a configuration: only where it stands. */
export const secretOnly = writtenAs(
  refine(z.unknown(), (written): Refined<SecretReference> => {
    if (isPlainMap(written)) return secretReference(written)
    return { problem: 'is a secret; write { file: PATH } or { env: NAME }, where it stands' }
  }),
  SECRET_FORM,
)

/** A text, or where a secret stands. */
export const textOrSecret = writtenAs(
  refine(z.unknown(), (written): Refined<string | SecretReference> => {
    if (isPlainMap(written)) return secretReference(written, 'a text nor ')
    if (typeof written === 'string') return { value: written }
    if (written === null) return { problem: 'is empty' }
    if (typeof written === 'object') return { problem: `expected a text, found ${show(written)}` }
    return { problem: `${show(written)} is a ${typeof written}; put it in quotes` }
  }),
  { anyOf: [{ type: 'string' }, SECRET_FORM] },
)

/** These belong to the connection, not to the request, or have a key of their own. */
const RESERVED = ['connection', 'content-length', 'expect', 'keep-alive', 'transfer-encoding', 'upgrade']

function problemOfHeader(name: string, value: string | SecretReference): string | undefined {
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/.test(name)) return `${show(name)} is not the name of a header`
  if (name.toLowerCase() === 'host') return 'Host is not set here; use host:'
  if (RESERVED.includes(name.toLowerCase())) return `${name} cannot be set`
  const problem = typeof value === 'string' ? problemOfHeaderValue(value) : undefined
  return problem === undefined ? undefined : `the value of ${name} ${problem}`
}

export const headers = refine(z.record(z.string(), textOrSecret), all => {
  const entries = Object.entries(all)
  if (entries.length > MAX_HEADERS)
    return { problem: `${entries.length} are too many; at most ${MAX_HEADERS}` }
  for (const [name, value] of entries) {
    const problem = problemOfHeader(name, value)
    if (problem !== undefined) return { problem }
  }
  return { value: all }
})
