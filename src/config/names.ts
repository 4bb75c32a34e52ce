/** Managed names: `names:` of a zone. */
import { formatDuration } from '#base/duration.ts'
import { isAtOrBelow, lowerCase, type Name, parseName } from '#wire/name.ts'
import { checkText } from './pool-shape.ts'
import type { PoolDraft } from './pools.ts'
import { keysOf, readSection, type Section } from './section.ts'
import { readShortPool, SHORT_FORMS, shortList, shortWeights } from './short-pools.ts'
import { seconds, text } from './values.ts'
import { show } from './words.ts'
import { mapOf, objectOf, said } from './written.ts'
import type { Path, YamlSource } from './yaml-source.ts'

export interface NameDraft {
  readonly name: Name
  readonly path: Path
  /** Undefined after a complaint. */
  readonly pool: string | undefined
  readonly ttlSeconds: number
  readonly ttlMinSeconds: number
}

const WEEK_SECONDS = 604_800
const DEFAULT_TTL_SECONDS = 30
const DEFAULT_TTL_MIN_SECONDS = 5

const SHAPE = {
  pool: said(text(64), 'A pool of this zone.'),
  failover: said(
    shortList,
    'Instead of pool: endpoints, called primary, backup, backup-2, …; each an address, a list of addresses, or a host name.',
  ),
  all: said(shortList, 'Instead of pool: endpoints as under failover, answered all together.'),
  weighted: said(
    shortWeights,
    'Instead of pool: addresses or host names with their weights, as in { 192.0.2.1: 3, 192.0.2.2: 1 }.',
  ),
  check: said(checkText, 'With failover, all and weighted: a URL (http, https), or the name of a check.'),
  ttl: said(seconds(0, WEEK_SECONDS), 'The TTL while all is well.', {
    default: formatDuration(DEFAULT_TTL_SECONDS * 1000),
  }),
  'ttl-min': said(
    seconds(0, WEEK_SECONDS),
    'The least TTL, once a probe of what is served has failed; also the TTL of negative answers for the name.',
    { default: formatDuration(DEFAULT_TTL_MIN_SECONDS * 1000) },
  ),
} as const

/** `names:`. */
export const nameMap = mapOf(() => ({
  ...objectOf(SHAPE),
  type: 'object',
  oneOf: ['pool', ...SHORT_FORMS].map(form => ({ required: [form] })),
}))

/** All of `names:`. Pools of short forms are added to `pools`. */
export function readNames(source: YamlSource, origin: Name, pools: Map<string, PoolDraft>): NameDraft[] {
  const drafts: NameDraft[] = []
  const seen = new Set<Name>()
  for (const key of keysOf(source, ['names'])) {
    const path = ['names', key]
    const name = readOwner(source, path, key, origin)
    if (name !== undefined && seen.has(name)) source.complain(path, 'another key means the same name', 'key')
    const draft = readName(source, path, key, pools)
    if (name === undefined) continue
    seen.add(name)
    drafts.push({ ...draft, name })
  }
  return drafts
}

function readOwner(source: YamlSource, path: Path, key: string, origin: Name): Name | undefined {
  const parsed = parseName(key, origin)
  if ('error' in parsed) {
    source.complain(path, `${show(key)} is not a name: ${parsed.error}`, 'key')
    return undefined
  }
  const name = lowerCase(parsed.name)
  if (isAtOrBelow(name, lowerCase(origin))) return name
  source.complain(path, 'is outside of the zone', 'key')
  return undefined
}

function readName(
  source: YamlSource,
  path: Path,
  key: string,
  pools: Map<string, PoolDraft>,
): Omit<NameDraft, 'name'> {
  const section = readSection(source, path, SHAPE)
  return { path, pool: readPoolOf(source, path, key, section, pools), ...readTtl(source, path, section) }
}

function readPoolOf(
  source: YamlSource,
  path: Path,
  key: string,
  section: Section<typeof SHAPE>,
  pools: Map<string, PoolDraft>,
): string | undefined {
  const { pool, check } = section.values
  const written = source.keys(path)
  const forms = SHORT_FORMS.filter(form => written.includes(form))
  const [form, second] = forms
  if (form === undefined && !written.includes('pool')) {
    source.complain(path, 'needs a pool:, or a list under failover:, all: or weighted:', 'key')
    return undefined
  }
  if (written.includes('pool')) {
    for (const other of [...forms, 'check']) {
      if (written.includes(other)) source.complain([...path, other], 'does not go with pool:', 'key')
    }
    return pool
  }
  if (form === undefined) return undefined
  if (second !== undefined) source.complain([...path, second], `does not go with ${form}:`, 'key')
  const name = poolNameOf(key)
  if (pools.has(name))
    source.complain(path, `there is a pool named ${name} already; use pool: ${name}`, 'key')
  const draft = readShortPool(source, path, form, name, check)
  if (draft === undefined) return undefined
  pools.set(name, draft)
  return name
}

type Ttls = Pick<NameDraft, 'ttlSeconds' | 'ttlMinSeconds'>

function readTtl(source: YamlSource, path: Path, { values, bad }: Section<typeof SHAPE>): Ttls {
  const ttlSeconds = values.ttl ?? DEFAULT_TTL_SECONDS
  const ttlMinSeconds = values['ttl-min'] ?? Math.min(DEFAULT_TTL_MIN_SECONDS, ttlSeconds)
  if (ttlMinSeconds > ttlSeconds && !bad.has('ttl')) {
    const [min, ttl] = [formatDuration(ttlMinSeconds * 1000), formatDuration(ttlSeconds * 1000)]
    source.complain([...path, 'ttl-min'], `${min} is longer than ttl ${ttl}`)
  }
  return { ttlSeconds, ttlMinSeconds }
}

/** What the pool of a short form is called: the name as written, made fit for metrics and paths. */
function poolNameOf(key: string): string {
  if (key === '@') return 'apex'
  const words = key
    .replace(/^\*/, 'wildcard')
    .replace(/\.$/, '')
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 63)
  return words.replace(/^[._-]+|[._-]+$/g, '') || 'name'
}
