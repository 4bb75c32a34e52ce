/** What a server says of itself in class CH: who it is and which version (RFC 4892). */
import { name, nameToBytes } from '#wire/name.ts'
import { LOWER } from './hash.ts'
import type { AnswerPolicy } from './policy.ts'

/** `hostname.bind` and `version.bind` are the older names for the same. */
const ID_NAMES = ['id.server.', 'hostname.bind.'].map(toBytes)
const VERSION_NAMES = ['version.server.', 'version.bind.'].map(toBytes)

/** The text that is asked for at `bytes[at, at + length)`, empty where the operator keeps it back; undefined for any other name. */
export function chaosText(
  bytes: Uint8Array,
  at: number,
  length: number,
  policy: AnswerPolicy,
): string | undefined {
  const isOneOf = (names: readonly Uint8Array[]): boolean => names.some(one => isSame(one, bytes, at, length))
  if (isOneOf(ID_NAMES)) return policy.id ?? ''
  return isOneOf(VERSION_NAMES) ? (policy.version ?? '') : undefined
}

function toBytes(text: string): Uint8Array {
  return nameToBytes(name(text))
}

function isSame(name: Uint8Array, bytes: Uint8Array, at: number, length: number): boolean {
  return name.length === length && name.every((byte, i) => byte === LOWER[bytes[at + i]!])
}
