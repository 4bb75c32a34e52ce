/** The health checks `http` and `https`. */
import { z } from 'zod'
import type { HttpSpec } from '#probe/spec.ts'
import { bodyRegex, problemOfCost } from './body-regex.ts'
import { CERTIFICATE_DAYS, certificateDaysOf } from './certificate-days.ts'
import { checkKind, type DraftSpec } from './check-kind.ts'
import { CLIENT_CERTIFICATE, clientCertificateOf } from './client-certificate.ts'
import { headers } from './header-values.ts'
import { readSection } from './section.ts'
import { choice, host, integer, oneOrList, refine, text } from './values.ts'
import { show } from './words.ts'
import { said, section, writtenAs } from './written.ts'
import type { Path, YamlSource } from './yaml-source.ts'

const requestPath = refine(text(2048), path =>
  /^\/[\x21-\x22\x24-\x7e]*$/.test(path)
    ? { value: path }
    : {
        problem: `${show(path)} is not a path: it begins with / and has no spaces, no # and nothing beyond ASCII`,
      },
)

const MAX_BODY_TEXT = 4096
const DEFAULT_BODY_BYTES = 65_536

type Range = HttpSpec['status'][number]

const statusRange: z.ZodType<Range> = writtenAs(
  refine(z.unknown(), status => {
    const parts = /^(\d{3})(?:-(\d{3}))?$/.exec(String(status))
    if (parts === null)
      return { problem: `${show(status)} is not a status such as 200, or a range such as 200-299` }
    const [from, to] = [Number(parts[1]), Number(parts[2] ?? parts[1])]
    if (from < 100 || to > 599) return { problem: `${show(status)} is not within 100-599` }
    return from > to ? { problem: `${show(status)} ends before it begins` } : { value: [from, to] as const }
  }),
  {
    anyOf: [
      { type: 'integer', minimum: 100, maximum: 599 },
      { type: 'string', pattern: '^[1-5][0-9]{2}(-[1-5][0-9]{2})?$' },
    ],
  },
)

const EXPECT_SHAPE = {
  status: said(oneOrList(statusRange), 'Statuses and ranges that pass: one or a list.', {
    default: '200-299',
  }),
  body: said(text(MAX_BODY_TEXT), 'A text that must occur in the body, byte for byte.'),
  'body-regex': said(
    bodyRegex,
    'Instead of body: a regular expression of RE2 that must fit a part of the body.',
  ),
} as const

const HTTP_SHAPE = {
  method: said(
    choice(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']),
    'The method of the request.',
    {
      default: 'GET',
    },
  ),
  'request-body': said(text(65_536), 'Sent with the request; not with GET and HEAD.'),
  'certificate-days': CERTIFICATE_DAYS,
  'client-certificate': CLIENT_CERTIFICATE,
  'keep-alive': said(
    z.boolean(),
    'Whether the connection is kept for the next probe; not with POST and PATCH.',
    { default: false },
  ),
  path: said(requestPath, 'What is asked for, with query.', { default: '/' }),
  host: said(
    host,
    'The Host header, and of https SNI and the name in the certificate; the first managed name of the pool unless said.',
  ),
  headers: said(headers, 'Further headers; in place of a text { env: NAME } or { file: PATH } for a secret.'),
  expect: said(section(EXPECT_SHAPE), 'What passes.'),
  redirects: said(
    integer(0, 10),
    'So many redirects are followed, to the same endpoint only; 0 takes a 3xx for the answer.',
    { default: 0 },
  ),
  verify: said(z.boolean(), 'Whether the certificate must be valid.', { default: true }),
  'max-body': said(integer(1, 16 * 1024 * 1024), 'Only so many bytes of the body are looked at.', {
    default: DEFAULT_BODY_BYTES,
  }),
} as const
const DEFAULT_STATUS: readonly Range[] = [[200, 299]]

/** Both; `verify` is of https alone. */
export const HTTP_KIND = checkKind(HTTP_SHAPE, ({ source, path, type, section: { values }, port }) => {
  const isTls = type === 'https'
  const expected = expectation(source, path, values.expect)
  const maxBodyBytes = values['max-body'] ?? DEFAULT_BODY_BYTES
  if (expected.body !== undefined && Buffer.byteLength(expected.body) > maxBodyBytes)
    source.complain([...path, 'expect', 'body'], `is longer than max-body ${maxBodyBytes}`)
  for (const key of ['verify', 'certificate-days', 'client-certificate']) {
    if (!isTls && source.keys(path).includes(key))
      source.complain([...path, key], 'does not go with type http', 'key')
  }
  complainOfBodies(source, path, values.method ?? 'GET', maxBodyBytes, expected)
  // RFC 9110 section 9.2.2: what meets a connection that has just been closed is sent again.
  if (values['keep-alive'] === true && ['POST', 'PATCH'].includes(values.method ?? ''))
    source.complain(
      [...path, 'keep-alive'],
      `does not go with method ${values.method}, which is never sent twice`,
      'key',
    )
  const requestBody = values['request-body']
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
    ...(values['keep-alive'] === true ? { keepAlive: true } : {}),
    ...(requestBody === undefined ? {} : { requestBody }),
    ...(isTls ? certificateDaysOf(source, path, values['certificate-days']) : {}),
    ...(isTls ? clientCertificateOf(source, path, values['client-certificate']) : {}),
  }
})

function complainOfBodies(
  source: YamlSource,
  path: Path,
  method: string,
  maxBodyBytes: number,
  { body, bodyRegex: regex }: Pick<HttpSpec, 'body' | 'bodyRegex'>,
): void {
  if (['GET', 'HEAD'].includes(method) && source.keys(path).includes('request-body'))
    source.complain([...path, 'request-body'], `does not go with method ${method}; use POST`, 'key')
  for (const [key, expected] of [
    ['body', body],
    ['body-regex', regex],
  ] as const) {
    if (expected !== undefined && method === 'HEAD')
      source.complain([...path, 'expect', key], 'there is no body in an answer to HEAD; use GET')
  }
  if (body !== undefined && regex !== undefined)
    source.complain([...path, 'expect', 'body-regex'], 'does not go with body:; say it all in one', 'key')
  const cost = regex === undefined ? undefined : problemOfCost(regex, maxBodyBytes)
  if (cost !== undefined) source.complain([...path, 'expect', 'body-regex'], cost)
}

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
function expectation(
  source: YamlSource,
  path: Path,
  written: unknown,
): Pick<HttpSpec, 'status' | 'body' | 'bodyRegex'> {
  if (written === undefined) return { status: DEFAULT_STATUS }
  const { values } = readSection(source, [...path, 'expect'], EXPECT_SHAPE)
  const status = values.status ?? DEFAULT_STATUS
  const { body, 'body-regex': regex } = values
  return {
    status,
    ...(body === undefined ? {} : { body }),
    ...(regex === undefined ? {} : { bodyRegex: regex }),
  }
}
