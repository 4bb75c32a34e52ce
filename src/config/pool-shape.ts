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
  NAME_FORM,
  oneOrList,
  refine,
  text,
} from './values.ts'
import { show, words } from './words.ts'
import { formOf, type Json, mapOf, objectOf, said, writtenAs } from './written.ts'
import { isPlainMap } from './yaml-source.ts'

export const MAX_ENDPOINTS = 1000
/** What a responder can add up without losing anything. */
const MAX_WEIGHT = 65_535
const YEAR_MS = 365 * 86_400_000

type Refined<T> = { value: T } | { problem: string }

const FAILBACKS = ['auto', 'manual'] as const
const RULES = ['primary', 'last', 'all', 'nodata', 'servfail'] as const

/** `auto`, `manual`, or `{ after: 5m }`. */
const failback: z.ZodType<Failback> = writtenAs(
  refine(z.unknown(), (written): Refined<Failback> => {
    if (!isPlainMap(written)) return kindOf(written, FAILBACKS, '{ after: 5m }')
    const only = onlyKey(written, 'after')
    if (only !== undefined) return { problem: only }
    const read = duration(0, YEAR_MS).safeParse(written['after'], { error: words, reportInput: true })
    return read.success
      ? { value: { kind: 'after', afterMs: read.data } }
      : { problem: `after: ${read.error.issues[0]?.message}` }
  }),
  () => ({ anyOf: [{ enum: FAILBACKS }, onlyForm('after', duration(0, YEAR_MS))] }),
)

/** One of the rules, or `{ addresses: [192.0.2.1] }`. */
const whenAllDown: z.ZodType<WhenAllDown> = writtenAs(
  refine(z.unknown(), (written): Refined<WhenAllDown> => {
    if (!isPlainMap(written)) return kindOf(written, RULES, '{ addresses: [192.0.2.1] }')
    const only = onlyKey(written, 'addresses')
    if (only !== undefined) return { problem: only }
    const list = oneOrList(address).safeParse(written['addresses'], { error: words, reportInput: true })
    return list.success
      ? { value: { kind: 'addresses', addresses: list.data } }
      : { problem: `addresses: ${list.error.issues[0]?.message}` }
  }),
  () => ({ anyOf: [{ enum: RULES }, onlyForm('addresses', oneOrList(address))] }),
)

export const checkText = text(2048)
export const weight = integer(0, MAX_WEIGHT)

export const ENDPOINT_SHAPE = {
  name: said(
    writtenAs(z.unknown(), { ...NAME_FORM, type: ['string', 'number'] }),
    'Stands in metrics, history and commands.',
    { isNeeded: true },
  ),
  address: said(
    oneOrList(addressOr('; a host name goes under hostname:')),
    'One or a list, IPv4 and IPv6; each is judged by itself.',
  ),
  hostname: said(
    hostname,
    'Instead of address: a host name in full, whose addresses are answered, or itself as a CNAME.',
  ),
  pool: said(text(64), 'Instead of address: another pool of this zone.'),
  weight: said(weight, 'With policy weighted: its part of the queries; 0 for a last resort.', { default: 1 }),
  'probe-address': said(address, 'What is probed in place of what is answered.'),
  port: said(integer(1, 65_535), "In place of the check's."),
  token: said(secretOnly, 'With a heartbeat: what this endpoint reports with.'),
} as const

/** What an endpoint is: it has one of these. */
export const ENDPOINT_FORMS = ['address', 'hostname', 'pool'] as const

const endpointList = writtenAs(z.array(z.unknown()).min(1).max(MAX_ENDPOINTS), () => ({
  type: 'array',
  items: {
    ...objectOf(ENDPOINT_SHAPE),
    oneOf: ENDPOINT_FORMS.map(form => ({ required: [form] })),
  },
  minItems: 1,
  maxItems: MAX_ENDPOINTS,
}))

export const POOL_SHAPE = {
  policy: said(
    choice(['failover', 'weighted', 'all']),
    'The first endpoint that can be served; some by weight for each query; or every one that can be served.',
    { default: 'failover' },
  ),
  check: said(checkText, 'A URL (http, https), or the name of a check; always up without one.'),
  endpoints: said(endpointList, 'The primary first.', { isNeeded: true }),
  failback: said(
    failback,
    'With policy failover: return to an endpoint of higher preference as soon as it is up, after so much unbroken health, or when asked.',
    { default: 'auto' },
  ),
  'when-all-down': said(whenAllDown, 'What is answered when no endpoint is up.', { default: 'primary' }),
  families: said(choice(['apart', 'together']), 'Whether A and AAAA may come from different endpoints.', {
    default: 'apart',
  }),
  'min-healthy': said(
    integer(1, MAX_ENDPOINTS),
    'With policies weighted and all: fewer usable endpoints count as all being down.',
    { default: 1 },
  ),
  answers: said(integer(1, MAX_ENDPOINTS), 'With policy weighted: so many endpoints in each response.', {
    default: 1,
  }),
  'max-answers': said(
    integer(1, MAX_ENDPOINTS),
    'With policy all: at most so many in a response; no limit unless said.',
  ),
} as const

/** `pools:`. */
export const poolMap = mapOf(() => objectOf(POOL_SHAPE), { propertyNames: NAME_FORM })

/** What only some policies know. */
export const KEYS_OF_POLICY: Readonly<Record<string, readonly Pool['policy'][]>> = {
  failback: ['failover'],
  'min-healthy': ['weighted', 'all'],
  answers: ['weighted'],
  'max-answers': ['all'],
}

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

function onlyForm(key: string, schema: z.ZodType): Json {
  return {
    type: 'object',
    properties: { [key]: formOf(schema) },
    required: [key],
    additionalProperties: false,
  }
}

function onlyKey(map: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const other = Object.keys(map).find(one => one !== key)
  if (other !== undefined) return `${show(other)} is unknown here; write { ${key}: … }`
  return key in map ? undefined : `expected { ${key}: … }`
}
