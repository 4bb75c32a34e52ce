/** What zod finds wrong with a value, said so that a person understands it. */
import type { z } from 'zod'

type Issue = Parameters<z.core.$ZodErrorMap>[0]

/** The message for an issue; undefined leaves zod's own. */
export function words(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue.expected, issue.input)
    case 'too_small':
      if (Array.isArray(issue.input)) return 'is empty'
      return `${show(issue.input)} is less than ${issue.minimum}`
    case 'too_big':
      if (Array.isArray(issue.input)) return `${issue.input.length} are too many; at most ${issue.maximum}`
      return `${show(issue.input)} is more than ${issue.maximum}`
    default:
      return undefined
  }
}

/** A value as it is shown in a message: on one line, and not too long. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return `{ ${Object.keys(value).join(', ').slice(0, 60)} }`
  const text = String(value)
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text
  return /^[\x21-\x7e][\x20-\x7e…]*$/.test(short) ? short : JSON.stringify(short)
}

/** `a`, or `one of a, b`. */
export function oneOf(values: readonly string[]): string {
  return values.length === 1 ? `${values[0]}` : `one of ${values.join(', ')}`
}

function wrongType(expected: string, input: unknown): string {
  if (input === null || input === undefined) return 'is empty'
  const wanted = WANTED[expected] ?? expected
  if (expected === 'int') return `${show(input)} is not a whole number`
  if (expected === 'string' && typeof input !== 'object')
    return `${show(input)} is a ${typeof input}; put it in quotes`
  return `expected ${wanted}, found ${show(input)}`
}

const WANTED: Readonly<Record<string, string>> = {
  array: 'a list',
  record: 'keys with values',
  object: 'keys with values',
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
}
