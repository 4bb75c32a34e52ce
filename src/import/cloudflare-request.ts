/** What monitors of Cloudflare send beside the path, and what they expect of the answer. */
import { problemOfHeaderValue } from '#config/header-values.ts'
import { type Entry, entry, type InlineValue, inline, map } from './draft.ts'
import type { Findings } from './findings.ts'
import type { JsonFields } from './json-fields.ts'

/** So much of the body is looked at. */
const SEARCHED_BYTES = 10 * 1024
/** More cannot be looked for without regard to letter case within the time that a probe may take. */
const MAX_BODY_CHARACTERS = 500
const MAX_HEADERS = 64
/** These belong to the connection. */
const OF_CONNECTION = /^(connection|content-length|expect|keep-alive|transfer-encoding|upgrade)$/i
const SECRET = /^(authorization|cookie|proxy-authorization|.*(token|secret|key).*)$/i

/** Headers beside Host, which has been read. */
export function headerEntry(header: JsonFields, of: string, findings: Findings): Entry[] {
  const headers: Record<string, string> = {}
  const names = header.unread
  if (names.length > MAX_HEADERS)
    header.input.complain(header.offset, `${names.length} headers are more than ${MAX_HEADERS}`)
  for (const name of names) {
    const value = header
      .texts(name)
      .map(({ text }) => text)
      .join(', ')
    const problem = problemOfHeaderValue(value)
    if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/.test(name))
      header.complain(name, 'is not the name of a header')
    else if (problem !== undefined) header.complain(name, `the value ${problem}`)
    else if (OF_CONNECTION.test(name))
      findings.lost(`header ${name} of ${of}`, 'belongs to the connection, and is not sent', header.at(name))
    else {
      headers[name] = value
      if (SECRET.test(name))
        findings.note(
          `header ${name} of ${of}`,
          'seems to be a secret, and stands in the zone file now: put it where { file: PATH } or { env: NAME } says',
          header.at(name),
        )
    }
  }
  return Object.keys(headers).length === 0
    ? []
    : [entry('headers', inline(headers, `header, ${header.at()}`))]
}

export function expectEntries(
  fields: JsonFields,
  method: string | undefined,
  of: string,
  findings: Findings,
): Entry[] {
  const expect = [statusEntry(fields, of, findings)]
  const body = fields.text('expected_body', 100_000) ?? ''
  if (body !== '' && method === 'HEAD')
    findings.lost(
      `expected_body of ${of}`,
      'is left out: an answer to HEAD has no body, so that Cloudflare never found it',
      fields.at('expected_body'),
    )
  else if (body !== '') expect.push(bodyEntry(fields, body))
  const wanted = entry('expect', map(...expect))
  if (expect.length === 1) return [wanted]
  return [wanted, entry('max-body', inline(SEARCHED_BYTES, 'Cloudflare looks at the first 10 KB'))]
}

function statusEntry(fields: JsonFields, of: string, findings: Findings): Entry {
  const codes = fields.text('expected_codes', 1000) ?? ''
  if (codes === '') {
    findings.note(`expected_codes of ${of}`, 'there is none: 200-299 is taken', fields.at())
    return entry('status', inline(['200-299'], 'there is no expected_codes'))
  }
  const statuses = codes.split(',').map(code => statusOf(code.trim()))
  for (const [index, status] of statuses.entries())
    if (status === undefined)
      fields.complain(
        'expected_codes',
        `${JSON.stringify(codes.split(',')[index]?.trim().slice(0, 60))} is not a status such as 200, 2xx or 200-299, within 100-599`,
      )
  return entry(
    'status',
    inline(
      statuses.flatMap(status => status ?? []),
      `expected_codes, ${fields.at('expected_codes')}`,
    ),
  )
}

function statusOf(code: string): InlineValue | undefined {
  const [, hundred] = /^([1-5])xx$/i.exec(code) ?? []
  if (hundred !== undefined) return `${hundred}00-${hundred}99`
  const [, from, to] = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(code) ?? []
  if (from === undefined) return undefined
  if (to === undefined) return Number(from)
  return Number(from) <= Number(to) ? `${from}-${to}` : undefined
}

/** Without regard to letter case, as Cloudflare looks for it. */
function bodyEntry(fields: JsonFields, body: string): Entry {
  if (body.length > MAX_BODY_CHARACTERS || Buffer.byteLength(body) > 2 * MAX_BODY_CHARACTERS)
    fields.complain('expected_body', `is longer than ${MAX_BODY_CHARACTERS} characters`)
  const from = `expected_body, ${fields.at('expected_body')}`
  if (body.toLowerCase() === body.toUpperCase()) return entry('body', inline(body, from))
  const escaped = body.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')
  return entry('body-regex', inline(`(?i)${escaped}`, `${from}, in any letter case`))
}
