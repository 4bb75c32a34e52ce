/** Pools of one line, under the name that they answer for: `failover:`, `all:` and `weighted:`. */
import { z } from 'zod'
import type { Policy, PoolEndpoint } from '#steering/pool.ts'
import { MAX_ENDPOINTS, weight } from './pool-shape.ts'
import { complainOfAddresses, complainOfSize, DEFAULT_WEIGHT, type PoolDraft, plainPool } from './pools.ts'
import { readValue } from './section.ts'
import { addressOr, hostname, looksLikeAddress, oneOrList } from './values.ts'
import { words } from './words.ts'
import { formOf, mapOf, writtenAs } from './written.ts'
import { isPlainMap, type Path, type YamlSource } from './yaml-source.ts'

/** Read only when it is known which of them there is. */
export const SHORT_FORMS = ['failover', 'all', 'weighted'] as const satisfies readonly Policy[]

const address = addressOr('')
const LOUD = { error: words, reportInput: true } as const

type Target = Pick<PoolEndpoint, 'addresses' | 'hostname'>

/** One endpoint: a host name, an address, or a list of addresses. */
const item: z.ZodType<Target> = z.unknown().transform((written, context): Target => {
  const isName = typeof written === 'string' && !looksLikeAddress(written)
  const read = isName
    ? hostname.transform(name => ({ addresses: [], hostname: name })).safeParse(written, LOUD)
    : oneOrList(address)
        .transform(addresses => ({ addresses }))
        .safeParse(written, LOUD)
  if (read.success) return read.data
  for (const { message, path } of read.error.issues) context.addIssue({ code: 'custom', message, path })
  return z.NEVER
})
const list = z.array(item).min(1).max(MAX_ENDPOINTS)

/** `failover:` and `all:`. */
export const shortList = writtenAs(z.unknown(), () => ({
  type: 'array',
  items: { anyOf: [formOf(oneOrList(address)), formOf(hostname)] },
  minItems: 1,
  maxItems: MAX_ENDPOINTS,
}))

/** `weighted:`. */
export const shortWeights = mapOf(() => formOf(weight), {
  type: 'object',
  minProperties: 1,
  maxProperties: MAX_ENDPOINTS,
})

/** The pool of a short form; undefined after a complaint. */
export function readShortPool(
  source: YamlSource,
  path: Path,
  policy: (typeof SHORT_FORMS)[number],
  name: string,
  check: string | undefined,
): PoolDraft | undefined {
  const formPath = [...path, policy]
  const endpoints = policy === 'weighted' ? readWeights(source, formPath) : readList(source, formPath, policy)
  if (endpoints === undefined) return undefined
  const pool = plainPool(name, policy, endpoints)
  complainOfSize(source, formPath, pool)
  return { pool, path, check }
}

function readList(source: YamlSource, path: Path, policy: 'failover' | 'all'): PoolEndpoint[] | undefined {
  const read = readValue(source, path, list)
  const endpoints = read?.value.map((target, index) => ({
    name: policy === 'failover' ? preferenceName(index) : `endpoint-${index + 1}`,
    ...target,
    weight: DEFAULT_WEIGHT,
  }))
  if (endpoints !== undefined) complainOfAddresses(source, endpoints, index => [...path, index])
  return endpoints
}

/** `{ 192.0.2.1: 3, 192.0.2.2: 1 }`. */
function readWeights(source: YamlSource, path: Path): PoolEndpoint[] | undefined {
  const written = source.get(path)
  if (!isPlainMap(written) || Object.keys(written).length === 0) {
    source.complain(path, 'expected addresses with their weights, such as { 192.0.2.1: 3, 192.0.2.2: 1 }')
    return undefined
  }
  const seen = new Map<string, string>()
  const endpoints: PoolEndpoint[] = []
  for (const key of source.keys(path)) {
    const parsed = item.safeParse(key)
    const read = readValue(source, [...path, key], weight)
    if (!parsed.success) {
      source.complain([...path, key], parsed.error.issues[0]?.message ?? 'is not an address', 'key')
      continue
    }
    const target = parsed.data
    const text = target.hostname ?? target.addresses[0]?.text ?? ''
    if (seen.has(text)) source.complain([...path, key], `${text} is here twice`, 'key')
    seen.set(text, key)
    const name = `endpoint-${endpoints.length + 1}`
    endpoints.push({ name, ...target, weight: read?.value ?? DEFAULT_WEIGHT })
  }
  if (endpoints.length > MAX_ENDPOINTS)
    source.complain(path, `${endpoints.length} endpoints are too many; at most ${MAX_ENDPOINTS}`)
  if (endpoints.length > 0 && endpoints.every(one => one.weight === 0))
    source.complain(path, 'every weight is 0, which is for a last resort; give one a weight')
  return endpoints.length === 0 ? undefined : endpoints
}

function preferenceName(index: number): string {
  if (index < 2) return index === 0 ? 'primary' : 'backup'
  return `backup-${index}`
}
