/** The health check of a script as `checks:` has it. */
import { parseAddress } from '#base/address.ts'
import { formatDuration } from '#base/duration.ts'
import { isHost } from '#config/values.ts'
import { type Entry, entry, type InlineValue, inline, map, scalar, type Value } from './draft.ts'
import type { Findings } from './findings.ts'
import { PORT, THRESHOLD, wholeNumber } from './limits.ts'
import type { ScriptCheck } from './script-check.ts'
import { hostOf } from './script-check.ts'
import type { Fact, Script } from './script-facts.ts'
import { secondsOf } from './script-schedule.ts'
import { bodyOf, fallOf, riseOf, statusOf } from './script-verdict.ts'
import { UNKNOWN } from './shell-values.ts'

const DEFAULT_FALL = 1
const CURL_UNLIMITED_SECONDS = 30

type Curl = Extract<ScriptCheck, { kind: 'curl' }>

/** The check's entries. */
export function checkValue(
  script: Script,
  check: ScriptCheck,
  interval: Fact<number>,
  findings: Findings,
): Value {
  const timing = timingEntries(script, check, interval, findings)
  if (check.kind === 'tcp') {
    const port = wholeNumber(script.input, check.port.offset, 'the port', check.port.value, PORT)
    return map(
      entry('type', scalar('tcp', check.port.from)),
      entry('port', scalar(port ?? 1, check.port.from)),
      ...timing,
    )
  }
  const place = script.input.at(check.kind === 'curl' ? check.request.offset : check.call.command.offset)
  if (check.kind === 'icmp') {
    const count = wholeNumber(script.input, check.call.command.offset, 'ping -c', check.count ?? '1', {
      min: 1,
      max: 100,
    })
    return map(
      entry('type', scalar('icmp', `ping, ${place}`)),
      count === 1 ? undefined : entry('count', scalar(count ?? 1, `ping -c, ${place}`)),
      // One reply is enough for ping to end well.
      count === 1 ? undefined : entry('max-loss', scalar('99%')),
      ...timing,
    )
  }
  return map(...httpEntries(script, check, findings), ...timing)
}

function httpEntries(script: Script, check: Curl, findings: Findings): (Entry | undefined)[] {
  const { request, from } = check
  const url = urlParts(script, request.url, request.offset)
  if (url === undefined) return []
  complainOfCurl(script, check, findings)
  const headers = headerValues(script, check, findings)
  return [
    entry('type', scalar(url.isTls ? 'https' : 'http', from)),
    url.port === undefined ? undefined : entry('port', scalar(url.port, from)),
    entry('path', scalar(url.path, from)),
    hostEntry(script, check, findings),
    request.method === undefined || request.method === 'GET'
      ? undefined
      : entry('method', scalar(request.method, from)),
    headers === undefined ? undefined : entry('headers', inline(headers, from)),
    expectEntry(script, check, findings),
    request.followsRedirects
      ? entry('redirects', scalar(10, `curl -L, ${script.input.at(request.offset)}`))
      : undefined,
    request.isInsecure && url.isTls
      ? entry('verify', scalar(false, `curl -k, ${script.input.at(request.offset)}`))
      : undefined,
  ]
}

interface UrlParts {
  readonly isTls: boolean
  readonly port: number | undefined
  readonly path: string
}

/** The host may be one that only a run of the script would tell. */
function urlParts(script: Script, text: string, offset: number): UrlParts | undefined {
  const [, scheme = 'http', rest = ''] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(text) ?? []
  if (!['http', 'https'].includes(scheme.toLowerCase())) {
    script.input.complain(offset, `${scheme}:// is no health check that can be imported; http and https are`)
    return undefined
  }
  const [, port, path] = /^(?:\[[^\]]*\]|[^/?#:]*)(?::([^/?#]*))?([^#]*)/s.exec(rest) ?? []
  if (path?.includes(UNKNOWN) === true || port?.includes(UNKNOWN) === true) {
    script.input.complain(
      offset,
      'a part of the URL is known only when the script runs; write it out in the script',
    )
    return undefined
  }
  const isTls = scheme.toLowerCase() === 'https'
  const number = port === undefined ? undefined : wholeNumber(script.input, offset, 'the port', port, PORT)
  const slashed = path === undefined || path === '' ? '/' : path.startsWith('/') ? path : `/${path}`
  if (!/^\/[\x21-\x22\x24-\x7e]*$/.test(slashed))
    script.input.complain(offset, 'the path of the URL has characters that no request may have')
  return { isTls, port: number === (isTls ? 443 : 80) ? undefined : number, path: slashed }
}

/** The Host header: the one that is said, else that of the URL; by default the managed name is asked for. */
function hostEntry(script: Script, { request, from }: Curl, findings: Findings): Entry | undefined {
  const said = request.host ?? hostOf(request.url)
  const place = script.input.at(request.offset)
  const host = said.replace(/:\d+$/, '')
  if (host.includes(UNKNOWN) || parseAddress(host) !== undefined) {
    findings.changed(
      'the Host header of the check',
      'the script sends the address; here it is the managed name, as visitors send it (host: would be another)',
      place,
    )
    return undefined
  }
  if (!isHost(host)) {
    script.input.complain(request.offset, `${JSON.stringify(host.slice(0, 60))} is not a host name`)
    return undefined
  }
  return entry('host', scalar(host, request.host === undefined ? from : `curl -H Host, ${place}`))
}

function headerValues(
  script: Script,
  { request }: Curl,
  findings: Findings,
): Record<string, string> | undefined {
  const place = script.input.at(request.offset)
  const headers: Record<string, string> = {}
  for (const [name, value] of request.headers) {
    if (/^(authorization|cookie|proxy-authorization|x-api-key|.*token.*|.*secret.*)$/i.test(name))
      findings.lost(
        `header ${name} of the check`,
        'a secret is not copied; put it into a file and write headers: { NAME: { file: PATH } }',
        place,
      )
    else if (value.includes(UNKNOWN))
      findings.lost(`header ${name} of the check`, 'its value is known only when the script runs', place)
    else headers[name] = value
  }
  return Object.keys(headers).length === 0 ? undefined : headers
}

function expectEntry(script: Script, { request, call, from }: Curl, findings: Findings): Entry {
  const status = statusOf(script, request)
  const body = bodyOf(script, call)
  if (status === undefined)
    findings.changed(
      'the status that passes',
      'it is not seen what the script compares it with: 200-299 is taken',
      script.input.at(request.offset),
    )
  const expect: Record<string, InlineValue> = { status: [...(status?.value ?? ['200-299'])] }
  if (body !== undefined) {
    if (body.isPattern || body.ignoresCase)
      expect['body-regex'] = `${body.ignoresCase ? '(?i)' : ''}${body.value}`
    else expect['body'] = body.value
  }
  return entry(
    'expect',
    inline(expect, [status?.from ?? from, body?.from].filter(one => one !== undefined).join('; ')),
  )
}

function complainOfCurl(script: Script, { request }: Curl, findings: Findings): void {
  const place = script.input.at(request.offset)
  for (const option of request.others) {
    const became = OPTION_WORDS[option] ?? 'has no place in a health check here'
    const isHarmless = option.startsWith('retry')
    if (isHarmless)
      findings.changed(`curl --${option}`, 'a probe is made once; fall says how many fails count', place)
    else findings.lost(`curl --${option}`, became, place)
  }
}

const OPTION_WORDS: Readonly<Record<string, string>> = {
  user: 'a secret is not copied; put "Basic …" into a file and write headers: { Authorization: { file: PATH } }',
  cacert: 'certificates are checked by those that this host trusts',
  cert: 'write client-certificate: { cert: FILE, key: FILE }',
  key: 'write client-certificate: { cert: FILE, key: FILE }',
  proxy: 'probes never use a proxy',
  interface: 'write source-address: ADDRESS',
  ipv4: 'each endpoint is probed at its own addresses',
  ipv6: 'each endpoint is probed at its own addresses',
}

function timingEntries(
  script: Script,
  check: ScriptCheck,
  interval: Fact<number>,
  findings: Findings,
): Entry[] {
  const fall = fallOf(script)
  const rise = riseOf(script)
  const duration = formatDuration(interval.value * 1000)
  const number = (fact: Fact<string> | undefined, what: string): number | undefined =>
    fact === undefined ? undefined : wholeNumber(script.input, fact.offset, what, fact.value, THRESHOLD)
  return [
    entry('interval', scalar(duration, interval.from)),
    entry(
      'fast-interval',
      scalar(duration, 'the script is no faster while it counts fails; the default would be 1s'),
    ),
    timeoutEntry(script, check, interval, findings),
    entry(
      'fall',
      scalar(
        number(fall, 'fails in a row') ?? DEFAULT_FALL,
        fall?.from ?? 'the script goes by each single fail',
      ),
    ),
    entry(
      'rise',
      scalar(number(rise, 'passes in a row') ?? 1, rise?.from ?? 'the script returns at the first pass'),
    ),
  ]
}

/** Of the whole probe, and shorter than the interval. */
function timeoutEntry(script: Script, check: ScriptCheck, interval: Fact<number>, findings: Findings): Entry {
  const { text, from, offset } = timeoutOf(script, check, findings)
  const seconds = text === undefined ? undefined : secondsOf(text)
  if (text !== undefined && (seconds === undefined || seconds <= 0))
    script.input.complain(offset, `${JSON.stringify(text.slice(0, 60))} is not a number of seconds`)
  const wanted = seconds ?? CURL_UNLIMITED_SECONDS
  const limit = interval.value * 0.9
  if (wanted < interval.value) return entry('timeout', scalar(formatDuration(wanted * 1000), from))
  findings.changed(
    'the time that a probe may take',
    `${formatDuration(limit * 1000)} in place of ${formatDuration(wanted * 1000)}, since it must be shorter than the interval`,
    script.input.at(offset),
  )
  return entry('timeout', scalar(formatDuration(limit * 1000), from))
}

function timeoutOf(
  script: Script,
  check: ScriptCheck,
  findings: Findings,
): { text: string | undefined; from: string; offset: number } {
  if (check.kind !== 'curl') {
    const { offset } = check.call.command
    return {
      text: check.timeout ?? (check.kind === 'tcp' ? undefined : '10'),
      from: `${check.call.name}, ${script.input.at(offset)}`,
      offset,
    }
  }
  const { request, call } = check
  const { offset } = request
  const place = script.input.at(offset)
  const total = request.maxTime ?? call?.limit
  if (request.connectTimeout !== undefined && total !== undefined)
    findings.changed(
      `--connect-timeout ${request.connectTimeout}`,
      `is not told apart: one timeout, that of --max-time, is for the whole probe`,
      place,
    )
  if (total !== undefined)
    return {
      text: total,
      from: `${request.maxTime === undefined ? 'timeout' : 'curl --max-time'}, ${place}`,
      offset,
    }
  findings.changed('the time that a probe may take', 'the script sets none; a limit has been chosen', place)
  return {
    text: request.connectTimeout,
    from: request.connectTimeout === undefined ? 'chosen' : `curl --connect-timeout, ${place}`,
    offset,
  }
}
