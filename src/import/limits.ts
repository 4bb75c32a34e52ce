/** Numbers of a source that must fit the configuration; what does not is complained of where it stands. */
import type { Input } from './input.ts'

/** What `checks:` takes. */
export const THRESHOLD = { min: 1, max: 100 } as const
export const PORT = { min: 1, max: 65_535 } as const
/** Seconds. */
export const TTL = { min: 0, max: 604_800 } as const
export const INTERVAL = { min: 1, max: 86_400 } as const

/** The whole number that the text is; undefined after a complaint. */
export function wholeNumber(
  input: Input,
  offset: number,
  what: string,
  text: string,
  { min, max }: { readonly min: number; readonly max: number },
): number | undefined {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : undefined
  if (value === undefined)
    input.complain(offset, `${what}: ${JSON.stringify(text.slice(0, 60))} is not a whole number`)
  else if (value < min) input.complain(offset, `${what}: ${value} is less than ${min}`)
  else if (value > max) input.complain(offset, `${what}: ${value} is more than ${max}`)
  else return value
  return undefined
}
