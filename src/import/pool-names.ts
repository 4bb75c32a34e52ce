/** What pools, checks and endpoints are called, where the source has no name that would do. */
import { problemOfName } from '#config/values.ts'
import type { Name } from '#wire/name.ts'
import { relativeName } from './relative-name.ts'

const MAX_CHARACTERS = 63

/** A text made fit for the name of a pool, a check or an endpoint. */
export function fitName(text: string, otherwise: string): string {
  const fit = text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .slice(0, MAX_CHARACTERS)
    .replace(/^[._-]+|[._-]+$/g, '')
  return fit === '' || problemOfName(fit) !== undefined ? otherwise : fit
}

/** What the pool of a managed name is called: `www`, `apex`, `wildcard.shop`. */
export function nameInPool(name: Name, origin: Name): string {
  const relative = relativeName(name, origin)
  return relative === '@' ? 'apex' : fitName(relative.replace(/^\*/, 'wildcard'), 'pool')
}

/** Of each set, the last number behind each name: thousands of names may be cut to the same one. */
const NUMBERS = new WeakMap<Set<string>, Map<string, number>>()

/** The name, with a number behind it if it is taken; takes it. */
export function uniqueIn(taken: Set<string>, name: string): string {
  const numbers = NUMBERS.get(taken) ?? new Map<string, number>()
  NUMBERS.set(taken, numbers)
  let unique = name
  let number = numbers.get(name) ?? 1
  while (taken.has(unique)) {
    const tail = `-${++number}`
    unique = `${name.slice(0, MAX_CHARACTERS - tail.length)}${tail}`
  }
  numbers.set(name, number)
  taken.add(unique)
  return unique
}
