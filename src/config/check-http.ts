/** The health checks `http` and `https`. */
import { z } from 'zod'
import type { HttpSpec } from '#probe/spec.ts'
import { checkKind, type DraftSpec } from './check-kind.ts'
import { readSection } from './section.ts'
import { choice, host, integer, nested, oneOrList, refine, text } from './values.ts'
import { show } from './words.ts'
import type { Path, YamlSource } from './yaml-source.ts'

const MAX_HEADERS = 64

const requestPath = refine(text(2048), path =>
  /^\/[\x21-\x22\x24-\x7e]*$/.test(path)
    ? { value: path }
    : {
        problem: `${show(path)} is not a path: it begins with / and has no spaces, no # and nothing beyond ASCII`,
      },
)

const headers = refine(z.record(z.string(), z.string()), all => {
  const entries = Object.entries(all)
  if (entries.length > MAX_HEADERS)
    return { problem: `${entries.length} are too many; at most ${MAX_HEADERS}` }
  for (const [name, value] of entries) {
    const problem = problemOfHeader(name, value)
    if (problem !== undefined) return { problem }
  }
  return { value: all }
})

/** These belong to the connection, not to the request, or have a key of their own. */
const RESERVED = ['connection', 'content-length', 'expect', 'keep-alive', 'transfer-encoding', 'upgrade']

function problemOfHeader(name: string, value: string): string | undefined {
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/.test(name)) return `${show(name)} is not the name of a header`
  if (name.toLowerCase() === 'host') return 'Host is not set here; use host:'
  if (RESERVED.includes(name.toLowerCase())) return `${name} cannot be set`
  if (value.length > 4096) return `${name} is longer than 4096 characters`
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
    ? undefined
    : `the value of ${name} has characters that HTTP forbids`
}

const HTTP_SHAPE = {
  method: choice(['GET', 'HEAD']),
  path: requestPath,
  host,
  headers,
  expect: nested,
  redirects: integer(0, 10),
  verify: z.boolean(),
  'max-body': integer(1, 16 * 1024 * 1024),
} as const

const MAX_BODY_TEXT = 4096
const DEFAULT_BODY_BYTES = 65_536

type Range = HttpSpec['status'][number]

const statusRange: z.ZodType<Range> = refine(z.unknown(), status => {
  const parts = /^(\d{3})(?:-(\d{3}))?$/.exec(String(status))
  if (parts === null)
    return { problem: `${show(status)} is not a status such as 200, or a range such as 200-299` }
  const [from, to] = [Number(parts[1]), Number(parts[2] ?? parts[1])]
  if (from < 100 || to > 599) return { problem: `${show(status)} is not within 100-599` }
  return from > to ? { problem: `${show(status)} ends before it begins` } : { value: [from, to] as const }
})

const EXPECT_SHAPE = { status: oneOrList(statusRange), body: text(MAX_BODY_TEXT) } as const
const DEFAULT_STATUS: readonly Range[] = [[200, 299]]

/** Both; `verify` is of https alone. */
export const HTTP_KIND = checkKind(HTTP_SHAPE, ({ source, path, type, section: { values }, port }) => {
  const isTls = type === 'https'
  const expected = expectation(source, path, values.expect)
  const maxBodyBytes = values['max-body'] ?? DEFAULT_BODY_BYTES
  if (expected.body !== undefined && values.method === 'HEAD')
    source.complain([...path, 'expect', 'body'], 'there is no body in an answer to HEAD; use GET')
  if (expected.body !== undefined && Buffer.byteLength(expected.body) > maxBodyBytes)
    source.complain([...path, 'expect', 'body'], `is longer than max-body ${maxBodyBytes}`)
  if (!isTls && source.keys(path).includes('verify'))
    source.complain([...path, 'verify'], 'does not go with type http', 'key')
  return {
    type: isTls ? 'https' : 'http',
    method: values.method ?? 'GET',
    path: values.path ?? '/',
    host: values.host,
    port: port ?? defaultPort(isTls),
    headers: values.headers ?? {},
    ...expected,
    maxBodyBytes,
    redirects: values.redirects ?? 0,
    verify: values.verify ?? isTls,
  }
})

/** The spec that a URL stands for; of https where there is none. */
export function httpSpecOfUrl(url: URL | null): DraftSpec {
  const isTls = url?.protocol !== 'http:'
  return {
    type: isTls ? 'https' : 'http',
    method: 'GET',
    path: url === null ? '/' : `${url.pathname}${url.search}`,
    host: url === null || url.hostname === '' ? undefined : url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url?.port) || defaultPort(isTls),
    headers: {},
    status: DEFAULT_STATUS,
    maxBodyBytes: DEFAULT_BODY_BYTES,
    redirects: 0,
    verify: isTls,
  }
}

function defaultPort(isTls: boolean): number {
  return isTls ? 443 : 80
}

/** `expect:` of the check at the path; the default if there is none. */
function expectation(source: YamlSource, path: Path, written: unknown): Pick<HttpSpec, 'status' | 'body'> {
  if (written === undefined) return { status: DEFAULT_STATUS }
  const { values } = readSection(source, [...path, 'expect'], EXPECT_SHAPE)
  const status = values.status ?? DEFAULT_STATUS
  return values.body === undefined ? { status } : { status, body: values.body }
}
