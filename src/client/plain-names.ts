/** Names as people compare them: in lower case, without the final dot; the root is a dot. */
import { lowerCase, type Name, nameFromBytes, nameToText } from '#wire/name.ts'

export function plainName(name: Name): string {
  return name.length === 1 ? '.' : nameToText(lowerCase(name)).slice(0, -1)
}

/** Of record data that is, or begins with, a name; empty where it does not. */
export function plainNameIn(data: Uint8Array): string {
  const name = nameFromBytes(data)
  return name === undefined ? '' : plainName(name)
}

/** Whether the name is the zone or below it. Both plain. */
export function isWithin(name: string, zone: string): boolean {
  return zone === '.' || name === zone || name.endsWith(`.${zone}`)
}

/** The name without its first label; undefined for the root. */
export function parentOfPlain(name: string): string | undefined {
  if (name === '.') return undefined
  const dot = name.indexOf('.')
  return dot === -1 ? '.' : name.slice(dot + 1)
}
