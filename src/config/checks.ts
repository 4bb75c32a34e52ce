/** Health checks: `checks:` of a zone, and URLs in their place. */
import { formatDuration } from '#base/duration.ts'
import type { CheckTiming } from '#health/timing.ts'
import type { HttpSpec, TcpSpec } from '#probe/spec.ts'
import { expectation, HTTP_SHAPE, type HttpSection, LATER_CHECK_KEYS, TIMING_SHAPE } from './check-shape.ts'
import { demand, readSection, type Section } from './section.ts'
import { address, choice, integer, notYet, problemOfName } from './values.ts'
import { show } from './words.ts'
import type { Path, YamlSource } from './yaml-source.ts'

/** A check before it is known which host a pool asks for. */
export interface CheckDraft {
  readonly name: string
  readonly spec: TcpSpec | (Omit<HttpSpec, 'host'> & { readonly host: string | undefined })
  readonly timing: CheckTiming
}

const TYPES = ['http', 'https', 'tcp'] as const
const LATER_TYPES = ['tls', 'dns', 'icmp', 'grpc', 'exec', 'heartbeat', 'all', 'any', 'at-least']

const SHAPE = {
  type: choice(TYPES, LATER_TYPES),
  ...TIMING_SHAPE,
  port: integer(1, 65535),
  'source-address': address,
  ...HTTP_SHAPE,
} as const

type CheckSection = Section<typeof SHAPE>

const DEFAULT_INTERVAL_MS = 10_000
const DEFAULT_TIMEOUT_MS = 4000
const DEFAULT_FAST_INTERVAL_MS = 1000
const DEFAULT_FALL = 3
const DEFAULT_RISE = 2
const DEFAULT_BODY_BYTES = 65_536
const DEFAULT_PORT = { http: 80, https: 443 } as const

/** All of `checks:`, by name; a bad one is there too, so that nobody complains of it as missing, as if its bad keys were not written. */
export function readChecks(source: YamlSource): Map<string, CheckDraft> {
  const checks = new Map<string, CheckDraft>()
  for (const name of source.keys(['checks'])) {
    const path = ['checks', name]
    const problem = problemOfName(name)
    if (problem !== undefined) source.complain(path, problem, 'key')
    checks.set(name, readCheck(source, path, name))
  }
  return checks
}

/** The check that a URL stands for: `http` or `https`, all else by default. */
export function checkOfUrl(source: YamlSource, path: Path, text: string): CheckDraft {
  const url = URL.parse(text)
  const type = url?.protocol === 'http:' ? 'http' : 'https'
  const problem = problemOfUrl(url, text)
  if (problem !== undefined) source.complain(path, problem)
  const spec = {
    type,
    method: 'GET',
    path: url === null ? '/' : `${url.pathname}${url.search}`,
    host: url === null || url.hostname === '' ? undefined : url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url?.port) || DEFAULT_PORT[type],
    headers: {},
    ...expectation(source, path, undefined),
    maxBodyBytes: DEFAULT_BODY_BYTES,
    redirects: 0,
    verify: type === 'https',
  } as const
  return { name: text, spec, timing: timingOf({ values: {}, bad: new Set() }) }
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
  if (typeof type === 'string' && LATER_TYPES.includes(type)) {
    // Its keys are of a version to come as well: one complaint is enough.
    source.complain([...path, 'type'], notYet(type, TYPES))
    return { name, spec: { type: 'tcp', port: 1 }, timing: timingOf({ values: {}, bad: new Set() }) }
  }
  const section = readSection(source, path, SHAPE, LATER_CHECK_KEYS)
  demand(source, path, section, 'type')
  complainOfTiming(source, path, section)
  const from = section.values['source-address']
  const sourceAddress = from === undefined ? {} : { sourceAddress: from.text }
  const timing = timingOf(section)
  if (section.values.type === 'tcp') {
    complainOfForeignKeys(source, path, 'tcp', Object.keys(HTTP_SHAPE))
    demand(source, path, section, 'port')
    return { name, spec: { type: 'tcp', port: section.values.port ?? 1, ...sourceAddress }, timing }
  }
  const httpType = section.values.type ?? 'https'
  if (httpType === 'http') complainOfForeignKeys(source, path, 'http', ['verify'])
  return { name, spec: { ...httpSpec(source, path, httpType, section), ...sourceAddress }, timing }
}

function httpSpec(source: YamlSource, path: Path, type: 'http' | 'https', { values }: CheckSection) {
  const expected = expectation(source, path, (values as HttpSection).expect)
  const maxBodyBytes = values['max-body'] ?? DEFAULT_BODY_BYTES
  if (expected.body !== undefined && values.method === 'HEAD')
    source.complain([...path, 'expect', 'body'], 'there is no body in an answer to HEAD; use GET')
  if (expected.body !== undefined && Buffer.byteLength(expected.body) > maxBodyBytes)
    source.complain([...path, 'expect', 'body'], `is longer than max-body ${maxBodyBytes}`)
  return {
    type,
    method: values.method ?? 'GET',
    path: values.path ?? '/',
    host: values.host,
    port: values.port ?? DEFAULT_PORT[type],
    headers: values.headers ?? {},
    ...expected,
    maxBodyBytes,
    redirects: values.redirects ?? 0,
    verify: values.verify ?? type === 'https',
  } as const
}

function complainOfForeignKeys(source: YamlSource, path: Path, type: string, keys: readonly string[]): void {
  for (const key of source.keys(path)) {
    if (keys.includes(key)) source.complain([...path, key], `does not go with type ${type}`, 'key')
  }
}

type TimingSection = Pick<Section<typeof TIMING_SHAPE>, 'bad'> & {
  readonly values: Partial<Section<typeof TIMING_SHAPE>['values']>
}

function timingOf({ values }: TimingSection): CheckTiming {
  const intervalMs = values.interval ?? DEFAULT_INTERVAL_MS
  return {
    intervalMs,
    fastIntervalMs: values['fast-interval'] ?? Math.min(DEFAULT_FAST_INTERVAL_MS, intervalMs),
    timeoutMs: values.timeout ?? Math.min(DEFAULT_TIMEOUT_MS, Math.floor(intervalMs / 2)),
    rise: values.rise ?? DEFAULT_RISE,
    fall: values.fall ?? DEFAULT_FALL,
  }
}

function complainOfTiming(source: YamlSource, path: Path, section: TimingSection): void {
  if (section.bad.has('interval')) return
  const { intervalMs, fastIntervalMs, timeoutMs } = timingOf(section)
  const interval = `interval ${formatDuration(intervalMs)}`
  if (timeoutMs >= intervalMs)
    source.complain([...path, 'timeout'], `${formatDuration(timeoutMs)} is not shorter than ${interval}`)
  if (fastIntervalMs > intervalMs)
    source.complain(
      [...path, 'fast-interval'],
      `${formatDuration(fastIntervalMs)} is longer than ${interval}`,
    )
}
