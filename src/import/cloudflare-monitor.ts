/** Monitors of Cloudflare, as checks. */
import { isHost } from '#config/values.ts'
import { MONITOR_FIELDS } from './cloudflare-fields.ts'
import { expectEntries, headerEntry } from './cloudflare-request.ts'
import { hostOf, type Rest, reportRest } from './cloudflare-rest.ts'
import { timingEntries } from './cloudflare-timing.ts'
import { type Entry, entry, map, scalar } from './draft.ts'
import type { Findings } from './findings.ts'
import type { JsonFields } from './json-fields.ts'
import { PORT } from './limits.ts'

export interface Monitor {
  readonly id: string
  readonly fields: JsonFields
  /** What the check is called, where it can be. */
  readonly title: string
  /** Whether a Host is sent. */
  readonly isHttp: boolean
  readonly host: SentHost | undefined
  /** Whether endpoints must say their port. */
  readonly needsPort: boolean
  readonly head: readonly Entry[]
  readonly tail: readonly Entry[]
}

/** What is sent as Host, and where that comes from. */
export interface SentHost {
  readonly text: string
  readonly from: string
}

/** `about` is said of every monitor of the type. */
interface Kind {
  readonly type: 'http' | 'https' | 'tcp' | 'icmp'
  readonly port?: number
  readonly about?: string
}

const KINDS = {
  http: { type: 'http' },
  https: { type: 'https' },
  tcp: { type: 'tcp' },
  icmp_ping: { type: 'icmp' },
  udp_icmp: {
    type: 'icmp',
    about: 'is a ping alone: no UDP packet is sent to the port before it',
  },
  smtp: {
    type: 'tcp',
    port: 25,
    about: 'waits for the greeting 220 of the server, and says no HELO',
  },
  ldap: {
    type: 'tcp',
    port: 389,
    about: 'only looks whether the port accepts connections: LDAP is not spoken',
  },
} as const satisfies Readonly<Record<string, Kind>>
type MonitorType = keyof typeof KINDS

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
const GREETING = '220'
/** As many as `redirects:` takes. */
const MAX_REDIRECTS = 10

const REST: Rest = {
  probe_zone: [
    'changed',
    'probes go to the address directly, not as requests of the zone: Argo, Aegis and authenticated origin pulls have no part in them',
  ],
}

/** Undefined after a complaint. */
export function readMonitor(fields: JsonFields, findings: Findings): Monitor | undefined {
  const id = fields.text('id', 64)
  if (id === undefined) {
    if (!fields.has('id')) fields.input.complain(fields.offset, 'id of the monitor is missing')
    return undefined
  }
  const of = `monitor ${id}`
  const type: MonitorType = fields.has('type')
    ? (fields.choice('type', Object.keys(KINDS) as MonitorType[]) ?? 'http')
    : 'http'
  const kind: Kind = KINDS[type]
  if (kind.about !== undefined) findings.changed(`type ${type} of ${of}`, kind.about, fields.at('type'))
  const isHttp = kind.type === 'http' || kind.type === 'https'
  const port = fields.whole('port', 0, PORT.max) || undefined
  const path = isHttp ? pathOf(fields) : undefined
  const header = isHttp ? fields.child('header') : undefined
  const host = readHost(fields, header, of, findings)
  const method = readMethod(fields, isHttp)
  const head = [
    entry('type', scalar(kind.type, `type ${type}, ${fields.at('type')}`)),
    ...(method === undefined ? [] : [entry('method', scalar(method, fields.at('method')))]),
    ...(path === undefined ? [] : [entry('path', scalar(path, `path, ${fields.at('path')}`))]),
  ]
  const request = isHttp ? requestEntries(fields, header, method, kind.type === 'https', of, findings) : []
  if (type === 'smtp') request.push(entry('expect', scalar(GREETING, 'what an SMTP server begins with')))
  const tail = [...portEntries(fields, port, kind), ...request, ...timingEntries(fields, of, findings)]
  skipWhatIsNotOf(fields, isHttp)
  const title = fields.text('description', 1024) || `${type}${path === undefined || path === '/' ? '' : path}`
  reportRest(fields, of, REST, MONITOR_FIELDS, findings)
  const needsPort = type === 'tcp' && port === undefined
  return { id, fields, title, isHttp, host, needsPort, head, tail }
}

/** The check, with what is sent as Host. */
export function checkEntry({ fields, head, tail }: Monitor, name: string, host: SentHost | undefined): Entry {
  const sent = host === undefined ? undefined : entry('host', scalar(host.text, host.from))
  return entry(name, map(...head, sent, ...tail), [`The monitor at ${fields.at()}.`])
}

function portEntries(fields: JsonFields, port: number | undefined, { type, port: usual }: Kind): Entry[] {
  if (type === 'icmp') return []
  const used = port ?? usual
  if (used === undefined) return []
  return [
    entry('port', scalar(used, port === undefined ? 'the port of its type' : `port, ${fields.at('port')}`)),
  ]
}

function readMethod(fields: JsonFields, isHttp: boolean): string | undefined {
  const method = fields.text('method', 64)
  if (method === undefined || method === '' || !isHttp) return undefined
  const known = METHODS.find(one => one === method.toUpperCase())
  if (known === undefined)
    fields.complain('method', `${JSON.stringify(method)} is not one of ${METHODS.join(', ')}`)
  return known === 'GET' ? undefined : known
}

function pathOf(fields: JsonFields): string {
  const path = fields.text('path', 2048) || '/'
  if (!/^\/[\x21\x22\x24-\x7e]*$/.test(path))
    fields.complain(
      'path',
      `${JSON.stringify(path.slice(0, 60))} is not a path: it begins with / and has no spaces, no # and nothing beyond ASCII`,
    )
  return path
}

function readHost(
  fields: JsonFields,
  header: JsonFields | undefined,
  of: string,
  findings: Findings,
): SentHost | undefined {
  const text = hostOf(header, of, findings)
  if (text === undefined) return undefined
  if (isHost(text)) return { text, from: `header Host, ${fields.at('header')}` }
  fields.complain('header', `Host: ${JSON.stringify(text.slice(0, 60))} is not a host name`)
  return undefined
}

function requestEntries(
  fields: JsonFields,
  header: JsonFields | undefined,
  method: string | undefined,
  isTls: boolean,
  of: string,
  findings: Findings,
): Entry[] {
  const entries = header === undefined ? [] : headerEntry(header, of, findings)
  entries.push(...expectEntries(fields, method, of, findings))
  if (fields.flag('follow_redirects') === true) {
    entries.push(
      entry('redirects', scalar(MAX_REDIRECTS, `follow_redirects, ${fields.at('follow_redirects')}`)),
    )
    findings.changed(
      `follow_redirects of ${of}`,
      'redirects are followed to the same scheme, host and port alone; one to elsewhere is a fail',
      fields.at('follow_redirects'),
    )
  }
  if (fields.flag('allow_insecure') === true && isTls)
    entries.push(entry('verify', scalar(false, `allow_insecure, ${fields.at('allow_insecure')}`)))
  return entries
}

/** Fields that Cloudflare itself passes over for the type. */
function skipWhatIsNotOf(fields: JsonFields, isHttp: boolean): void {
  if (isHttp) return
  fields.skip('path', 'header', 'expected_codes', 'expected_body', 'follow_redirects', 'allow_insecure')
}
