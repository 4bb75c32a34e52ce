/** Health checks: `checks:` of a zone, and URLs in their place. */
import { z } from 'zod'
import type { Address } from '#base/address.ts'
import { formatDuration } from '#base/duration.ts'
import { type DampingRule, NO_DAMPING } from '#health/damping.ts'
import type { CheckTiming } from '#health/timing.ts'
import type { Secrets } from '#probe/spec.ts'
import { DNS_KIND } from './check-dns.ts'
import { EXEC_KIND } from './check-exec.ts'
import {
  AIM_SHAPE,
  complainOfTiming,
  dampingOf,
  JUDGING_SHAPE,
  NO_KEYS,
  TIMING_SHAPE,
  timingOf,
} from './check-general.ts'
import { GRPC_KIND } from './check-grpc.ts'
import { HEARTBEAT_KIND } from './check-heartbeat.ts'
import { HTTP_KIND, httpSpecOfUrl } from './check-http.ts'
import { ICMP_KIND } from './check-icmp.ts'
import type { CheckKind, DraftSpec } from './check-kind.ts'
import { TCP_KIND } from './check-tcp.ts'
import { TLS_KIND } from './check-tls.ts'
import type { CompositeCheck } from './configuration.ts'
import { demand, keysOf, readSection, type Shape } from './section.ts'
import { choice, integer, problemOfName, text } from './values.ts'
import { show } from './words.ts'
import { said } from './written.ts'
import type { Path, YamlSource } from './yaml-source.ts'

/** A check before it is known which host a pool asks for. */
export interface ProbeDraft {
  readonly name: string
  readonly path: Path
  readonly spec: DraftSpec
  readonly timing: CheckTiming
  readonly damping: DampingRule
  /** What the spec refers to; undefined where it refers to nothing. */
  readonly secrets?: Secrets
  /** What is probed in place of the address that is served. */
  readonly probeAddress: Address | undefined
}

/** A check made of others, before these have been found. */
export interface CompositeDraft {
  readonly name: string
  readonly path: Path
  readonly kind: CompositeCheck['kind']
  /** Of `at-least`. */
  readonly count: number | undefined
  /** Names of checks. */
  readonly of: readonly string[]
  readonly inverted: boolean
  readonly damping: DampingRule
}

export type CheckDraft = ProbeDraft | CompositeDraft

export const KINDS: Readonly<Record<string, CheckKind>> = {
  http: HTTP_KIND,
  https: HTTP_KIND,
  tcp: TCP_KIND,
  tls: TLS_KIND,
  dns: DNS_KIND,
  icmp: ICMP_KIND,
  grpc: GRPC_KIND,
  exec: EXEC_KIND,
  heartbeat: HEARTBEAT_KIND,
}
export const COMPOSITES = ['all', 'any', 'at-least'] as const
const TYPES = [...Object.keys(KINDS), ...COMPOSITES]
const TYPE_WORDS = 'What it asks, or all, any or at-least of other checks.'

export const GENERAL_SHAPE = {
  type: said(choice(TYPES), TYPE_WORDS, { isNeeded: true }),
  ...TIMING_SHAPE,
  ...JUDGING_SHAPE,
  ...AIM_SHAPE,
} as const

const MAX_PARTS = 16
export const COMPOSITE_SHAPE = {
  type: said(choice(COMPOSITES), TYPE_WORDS, { isNeeded: true }),
  checks: said(z.array(text(63)).min(1).max(MAX_PARTS), 'The names of the checks that it is made of.', {
    isNeeded: true,
  }),
  count: said(integer(1, MAX_PARTS), 'Of at-least: how many must be up.'),
  ...JUDGING_SHAPE,
} as const

/** All of `checks:`, by name; a bad one is there too, so that nobody complains of it as missing, as if its bad keys were not written. */
export function readChecks(source: YamlSource): Map<string, CheckDraft> {
  const checks = new Map<string, CheckDraft>()
  for (const name of keysOf(source, ['checks'])) {
    const path = ['checks', name]
    const problem = problemOfName(name)
    if (problem !== undefined) source.complain(path, problem, 'key')
    checks.set(name, readCheck(source, path, name))
  }
  return checks
}

/** The check that a URL stands for: `http` or `https`, all else by default. */
export function checkOfUrl(source: YamlSource, path: Path, text: string): ProbeDraft {
  const url = URL.parse(text)
  const problem = problemOfUrl(url, text)
  if (problem !== undefined) source.complain(path, problem)
  return {
    name: text,
    path,
    spec: httpSpecOfUrl(url),
    timing: timingOf(NO_KEYS),
    damping: NO_DAMPING,
    probeAddress: undefined,
  }
}

function problemOfUrl(url: URL | null, text: string): string | undefined {
  if (url === null) return `${show(text)} is not a URL`
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return `${url.protocol}// is not supported; use http://, https:// or the name of a check`
  if (url.username !== '' || url.password !== '') return 'user and password in a URL are not sent'
  return url.hash === '' ? undefined : `${url.hash} is not sent to a server; leave it out`
}

function readCheck(source: YamlSource, path: Path, name: string): CheckDraft {
  const type = source.get([...path, 'type'])
  if (COMPOSITES.some(kind => kind === type)) return readComposite(source, path, name)
  const kind = typeof type === 'string' && Object.hasOwn(KINDS, type) ? KINDS[type] : undefined
  // Without a kind one cannot know the keys: those of any are taken.
  const shape: Shape = kind?.shape ?? Object.assign({}, ...Object.values(KINDS).map(one => one.shape))
  const section = readSection<Shape & typeof GENERAL_SHAPE>(
    source,
    path,
    { ...shape, ...generalShapeOf(kind) },
    foreignKeys(type, kind),
  )
  demand(source, path, section, 'type')
  const { values } = section
  const timing = kind?.ownTiming?.read(source, path, section) ?? timingOf(section)
  complainOfTiming(source, path, section)
  const latencyLimitMs = values['latency-limit']
  if (latencyLimitMs !== undefined && latencyLimitMs >= timing.timeoutMs)
    source.complain(
      [...path, 'latency-limit'],
      `${formatDuration(latencyLimitMs)} is not shorter than timeout ${formatDuration(timing.timeoutMs)}, and so never reached`,
    )
  const from = values['source-address']
  const spec =
    kind === undefined
      ? PLACEHOLDER
      : kind.read({ source, path, type: String(type), section, port: values.port })
  return {
    name,
    path,
    spec: {
      ...spec,
      ...(from === undefined ? {} : { sourceAddress: from.text }),
      ...(values.inverted === true ? { inverted: true } : {}),
      ...(latencyLimitMs === undefined ? {} : { latencyLimitMs }),
    },
    timing,
    damping: dampingOf(source, path, section),
    probeAddress: values['probe-address'],
  }
}

/** In place of a spec that could not be read. */
const PLACEHOLDER: DraftSpec = { type: 'tcp', port: 1 }

/** The keys that all have, but for those that mean nothing to the kind. */
function generalShapeOf(kind: CheckKind | undefined): typeof GENERAL_SHAPE {
  const without = kind?.ownTiming?.without ?? []
  const entries = Object.entries(GENERAL_SHAPE).filter(([key]) => !without.includes(key))
  return Object.fromEntries(entries) as typeof GENERAL_SHAPE
}

/** Keys of other kinds, and what is said of them. */
function foreignKeys(type: unknown, kind: CheckKind | undefined): Record<string, string> {
  if (kind === undefined) return {}
  const others = Object.values(KINDS).flatMap(({ shape }) => Object.keys(shape))
  const keys = [...others, ...(kind.ownTiming?.without ?? [])]
  return Object.fromEntries(
    keys.filter(key => !Object.hasOwn(kind.shape, key)).map(key => [key, `does not go with type ${type}`]),
  )
}

function readComposite(source: YamlSource, path: Path, name: string): CompositeDraft {
  const foreign = Object.keys({ ...TIMING_SHAPE, ...AIM_SHAPE })
  const says = Object.fromEntries(foreign.map(key => [key, 'is said by the checks that this one is made of']))
  const section = readSection(source, path, COMPOSITE_SHAPE, says)
  demand(source, path, section, 'checks')
  const { type: kind = 'all', checks = [], count, inverted = false } = section.values
  const countPath = [...path, 'count']
  if (kind === 'at-least') demand(source, path, section, 'count')
  else if (count !== undefined) source.complain(countPath, `does not go with type ${kind}`, 'key')
  if (kind === 'at-least' && count !== undefined && checks.length > 0 && count > checks.length)
    source.complain(countPath, `${count} is more than the ${checks.length} checks`)
  for (const [index, check] of checks.entries()) {
    if (checks.indexOf(check) !== index)
      source.complain([...path, 'checks', index], `${show(check)} is here twice`)
  }
  return { name, path, kind, count, of: checks, inverted, damping: dampingOf(source, path, section) }
}
