/** The keys of SVCB parameters by name and number (RFC 9460 §14.3, RFC 9461, RFC 9540). */
import {
  ALPN,
  DOH_PATH,
  ECH,
  IPV4_HINTS,
  IPV6_HINTS,
  NOTHING,
  OPAQUE,
  PORT,
  type SvcbValue,
} from './svcb-values.ts'

export const MANDATORY_KEY = 0
export const ALPN_KEY = 1
export const NO_DEFAULT_ALPN_KEY = 2

/** The keys that must be there (RFC 9460 §8): ascending, and never `mandatory` itself. */
const MANDATORY: SvcbValue = {
  what: 'keys between commas, each once and without mandatory itself',
  isValid: value => {
    const keys = mandatoryKeys(value)
    return value.length > 0 && value.length % 2 === 0 && keys.every((key, i) => key > (keys[i - 1] ?? 0))
  },
  toText: value => mandatoryKeys(value).map(keyToText).join(','),
  fromText: text => {
    const keys = text.split(',').map(keyFromText)
    const sorted = keys.flatMap(key => (key === undefined ? [] : [key])).sort((a, b) => a - b)
    return sorted.length === keys.length
      ? Uint8Array.from(sorted.flatMap(key => [key >> 8, key & 255]))
      : undefined
  },
}

/** By number. */
const KEYS: readonly { readonly name: string; readonly value: SvcbValue }[] = [
  { name: 'mandatory', value: MANDATORY },
  { name: 'alpn', value: ALPN },
  { name: 'no-default-alpn', value: NOTHING },
  { name: 'port', value: PORT },
  { name: 'ipv4hint', value: IPV4_HINTS },
  { name: 'ech', value: ECH },
  { name: 'ipv6hint', value: IPV6_HINTS },
  { name: 'dohpath', value: DOH_PATH },
  { name: 'ohttp', value: NOTHING },
]

/** How the key's value is read and written. */
export function formatOf(key: number): SvcbValue {
  return KEYS[key]?.value ?? OPAQUE
}

/** `alpn`, …, or `key667` for a key without a name here. */
export function keyToText(key: number): string {
  return KEYS[key]?.name ?? `key${key}`
}

/** The number of the key; undefined if the text names none. */
export function keyFromText(text: string): number | undefined {
  const named = KEYS.findIndex(({ name }) => name === text)
  return named === -1 ? numberOf(text) : named
}

/** Whether the text is `keyNNNNN`, behind which the value stands as its bytes, also where the key has a name. */
export function isNumbered(text: string): boolean {
  return numberOf(text) !== undefined
}

export function mandatoryKeys(value: Uint8Array): number[] {
  const keys: number[] = []
  for (let at = 0; at + 1 < value.length; at += 2) keys.push(((value[at] ?? 0) << 8) | (value[at + 1] ?? 0))
  return keys
}

function numberOf(text: string): number | undefined {
  const digits = /^key(0|[1-9]\d{0,4})$/.exec(text)?.[1]
  return digits !== undefined && Number(digits) <= 65535 ? Number(digits) : undefined
}
