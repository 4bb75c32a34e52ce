/** Managed names: `names:` of a zone. */
import { formatDuration } from '#base/duration.ts'
import { isAtOrBelow, lowerCase, type Name, parseName } from '#wire/name.ts'
import { checkText } from './pool-shape.ts'
import type { PoolDraft } from './pools.ts'
import { readSection, type Section } from './section.ts'
import { readShortPool, SHORT_FORMS } from './short-pools.ts'
import { nested, seconds, text } from './values.ts'
import { show } from './words.ts'
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
  pool: text(64),
  failover: nested,
  all: nested,
  weighted: nested,
  check: checkText,
  ttl: seconds(0, WEEK_SECONDS),
  'ttl-min': seconds(0, WEEK_SECONDS),
} as const

/** All of `names:`. Pools of short forms are added to `pools`. */
export function readNames(source: YamlSource, origin: Name, pools: Map<string, PoolDraft>): NameDraft[] {
  const drafts: NameDraft[] = []
  const seen = new Set<Name>()
  for (const key of source.keys(['names'])) {
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
