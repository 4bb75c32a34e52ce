/** The keys of a pool and of its endpoints. */
import { z } from 'zod'
import type { Failback, Pool, WhenAllDown } from '#steering/pool.ts'
import { secretOnly } from './header-values.ts'
import {
  address,
  addressOr,
  choice,
  duration,
  hostname,
  integer,
  nested,
  oneOrList,
  refine,
  text,
} from './values.ts'
import { show, words } from './words.ts'
import { isPlainMap } from './yaml-source.ts'

export const MAX_ENDPOINTS = 1000
/** What a responder can add up without losing anything. */
const MAX_WEIGHT = 65_535
const YEAR_MS = 365 * 86_400_000

type Refined<T> = { value: T } | { problem: string }

const FAILBACKS = ['auto', 'manual'] as const
const RULES = ['primary', 'last', 'all', 'nodata', 'servfail'] as const

/** `auto`, `manual`, or `{ after: 5m }`. */
const failback: z.ZodType<Failback> = refine(z.unknown(), (written): Refined<Failback> => {
  if (!isPlainMap(written)) return kindOf(written, FAILBACKS, '{ after: 5m }')
  const only = onlyKey(written, 'after')
  if (only !== undefined) return { problem: only }
  const read = duration(0, YEAR_MS).safeParse(written['after'], { error: words, reportInput: true })
  return read.success
    ? { value: { kind: 'after', afterMs: read.data } }
    : { problem: `after: ${read.error.issues[0]?.message}` }
})

/** One of the rules, or `{ addresses: [192.0.2.1] }`. */
const whenAllDown: z.ZodType<WhenAllDown> = refine(z.unknown(), (written): Refined<WhenAllDown> => {
  if (!isPlainMap(written)) return kindOf(written, RULES, '{ addresses: [192.0.2.1] }')
  const only = onlyKey(written, 'addresses')
  if (only !== undefined) return { problem: only }
  const list = oneOrList(address).safeParse(written['addresses'], { error: words, reportInput: true })
  return list.success
    ? { value: { kind: 'addresses', addresses: list.data } }
    : { problem: `addresses: ${list.error.issues[0]?.message}` }
})

export const checkText = text(2048)
export const weight = integer(0, MAX_WEIGHT)

export const POOL_SHAPE = {
  policy: choice(['failover', 'weighted', 'all']),
  check: checkText,
  endpoints: z.array(z.unknown()).min(1).max(MAX_ENDPOINTS),
  failback,
  'when-all-down': whenAllDown,
  families: choice(['apart', 'together']),
  'min-healthy': integer(1, MAX_ENDPOINTS),
  answers: integer(1, MAX_ENDPOINTS),
  'max-answers': integer(1, MAX_ENDPOINTS),
} as const

/** What only some policies know. */
export const KEYS_OF_POLICY: Readonly<Record<string, readonly Pool['policy'][]>> = {
  failback: ['failover'],
  'min-healthy': ['weighted', 'all'],
  answers: ['weighted'],
  'max-answers': ['all'],
}

export const ENDPOINT_SHAPE = {
  name: nested,
  address: oneOrList(addressOr('; a host name goes under hostname:')),
  hostname,
  pool: text(64),
  weight,
  'probe-address': address,
  port: integer(1, 65_535),
  token: secretOnly,
} as const

/** What an endpoint is: it has one of these. */
export const ENDPOINT_FORMS = ['address', 'hostname', 'pool'] as const

function kindOf<const T extends string>(
  written: unknown,
  kinds: readonly T[],
  form: string,
): { value: { kind: T } } | { problem: string } {
  const found = kinds.find(kind => kind === written)
  return found === undefined
    ? { problem: `${show(written)} is not ${kinds.join(', ')} or ${form}` }
    : { value: { kind: found } }
}

function onlyKey(map: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const other = Object.keys(map).find(one => one !== key)
  if (other !== undefined) return `${show(other)} is unknown here; write { ${key}: … }`
  return key in map ? undefined : `expected { ${key}: … }`
}
