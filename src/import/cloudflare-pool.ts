/** Pools of Cloudflare and their origins. */
import { type Address, isUnicast, parseAddress } from '#base/address.ts'
import { isHost, looksLikeAddress } from '#config/values.ts'
import { ORIGIN_FIELDS, POOL_FIELDS, SHEDDING_FIELDS, STEERING_FIELDS } from './cloudflare-fields.ts'
import type { SentHost } from './cloudflare-monitor.ts'
import { hostOf, type Rest, reportRest } from './cloudflare-rest.ts'
import { reportFields } from './field-report.ts'
import type { Findings } from './findings.ts'
import { JsonFields } from './json-fields.ts'
import { PORT } from './limits.ts'
import { fitName, uniqueIn } from './pool-names.ts'

export interface Pool {
  readonly id: string
  readonly fields: JsonFields
  readonly name: string
  /** Those that are enabled, those of weight 0 last. */
  readonly origins: readonly Origin[]
  readonly isEnabled: boolean
  /** So many must be healthy. */
  readonly minimum: number
  /** ID of the monitor. */
  readonly monitor: string | undefined
}

export interface Origin {
  readonly fields: JsonFields
  readonly name: string
  readonly target: Address | { readonly hostname: string }
  /** In hundredths. */
  readonly weight: number
  readonly port: number | undefined
  readonly host: SentHost | undefined
  /** Whether clients get addresses and no CNAME. */
  readonly isFlat: boolean
}

const MAX_ORIGINS = 1000
const REGIONS =
  'this server alone probes, from where it is: Cloudflare asks for the majority of its data centres in these regions'

const REST: Rest = {
  check_regions: ['changed', REGIONS],
  monitor_group: ['lost', 'groups of monitors are not imported: give the pool a check'],
  notification_filter: [
    'lost',
    'nobody is told: say under alerts: of understudy.yaml who is (docs/alerts.md)',
  ],
  notification_email: [
    'lost',
    'nobody is told: say under alerts: of understudy.yaml who is (docs/alerts.md)',
  ],
  latitude: ['note', 'is of use for steering by proximity alone'],
  longitude: ['note', 'is of use for steering by proximity alone'],
}

const ORIGIN_REST: Rest = {
  virtual_network_id: [
    'lost',
    'the address is in a private network that Cloudflare reached by a tunnel: clients and probes do not',
  ],
}

/** Undefined after a complaint. */
export function readPool(fields: JsonFields, findings: Findings): Pool | undefined {
  const name = fields.text('name', 255)
  const id = fields.text('id', 64) ?? name
  if (id === undefined || name === undefined) {
    for (const key of ['id', 'name'])
      if (!fields.has(key)) fields.input.complain(fields.offset, `${key} of the pool is missing`)
    return undefined
  }
  const of = `pool ${name}`
  const items = fields.items('origins')
  if (items.length > MAX_ORIGINS) fields.complain('origins', `${items.length} are more than ${MAX_ORIGINS}`)
  const taken = new Set<string>()
  const origins = items.flatMap((item, index) => {
    const origin = JsonFields.of(fields.input, item, 'an origin')
    return origin === undefined ? [] : (readOrigin(origin, of, index, taken, findings) ?? [])
  })
  const isEnabled = fields.flag('enabled') ?? true
  const minimum = readMinimum(fields, of, findings)
  const monitor = fields.text('monitor', 64) || undefined
  reportSteering(fields, of, findings)
  reportShedding(fields, of, findings)
  fields.skip('networks', 'healthy', 'disabled_at')
  reportRest(fields, of, REST, POOL_FIELDS, findings)
  const distinct = withoutTwins(origins, of, findings)
  if (distinct.length > 1 && distinct.every(({ weight }) => weight === 0))
    findings.note(`weights of ${of}`, 'are all 0: each origin is as likely', fields.at('origins'))
  const sorted = [...distinct.filter(one => one.weight > 0), ...distinct.filter(one => one.weight === 0)]
  return { id, fields, name, origins: sorted, isEnabled, minimum, monitor }
}

/** Whether Cloudflare ever takes it for healthy. */
export function mayServe({ isEnabled, origins, minimum }: Pool): boolean {
  return isEnabled && origins.length > 0 && origins.length >= minimum
}

/** Undefined if it is disabled, or after a complaint. */
function readOrigin(
  fields: JsonFields,
  pool: string,
  index: number,
  taken: Set<string>,
  findings: Findings,
): Origin | undefined {
  const written = fields.text('name', 255) ?? `origin-${index + 1}`
  const of = `origin ${written} of ${pool}`
  const target = readTarget(fields)
  const weight = Math.round((fields.number('weight', 0, 1) ?? 1) * 100)
  const port = fields.whole('port', 0, PORT.max) || undefined
  const host = readHost(fields, of, findings)
  const isFlat = fields.flag('flatten_cname') ?? true
  const isEnabled = fields.flag('enabled') ?? true
  fields.skip('disabled_at', 'healthy', 'failure_reason')
  reportRest(fields, of, ORIGIN_REST, ORIGIN_FIELDS, findings)
  if (!isEnabled) {
    findings.note(of, 'is not enabled: it is left out', fields.at('enabled'))
    return undefined
  }
  if (target === undefined) return undefined
  const name = uniqueIn(taken, fitName(written, `origin-${index + 1}`))
  return { fields, name, target, weight, port, host, isFlat }
}

function readTarget(fields: JsonFields): Origin['target'] | undefined {
  const text = fields.text('address', 255)
  if (text === undefined) {
    if (!fields.has('address')) fields.input.complain(fields.offset, 'address of the origin is missing')
    return undefined
  }
  const address = parseAddress(text)
  if (address !== undefined && isUnicast(address)) return address
  const hostname = text.replace(/\.$/, '').toLowerCase()
  if (address === undefined && !looksLikeAddress(text) && isHost(hostname) && hostname.includes('.'))
    return { hostname }
  fields.complain(
    'address',
    `${JSON.stringify(text.slice(0, 80))} is neither the address of one host nor a host name in full`,
  )
  return undefined
}

function readHost(fields: JsonFields, of: string, findings: Findings): SentHost | undefined {
  const header = fields.child('header')
  const text = hostOf(header, of, findings)
  for (const key of header?.unread ?? [])
    findings.lost(`header ${key} of ${of}`, 'only Host can be said for an origin', header?.at(key))
  if (text === undefined) return undefined
  if (isHost(text)) return { text, from: `header Host of the origin, ${fields.at('header')}` }
  fields.complain('header', `Host: ${JSON.stringify(text.slice(0, 60))} is not a host name`)
  return undefined
}

function readMinimum(fields: JsonFields, of: string, findings: Findings): number {
  const minimum = fields.whole('minimum_origins', 0, MAX_ORIGINS) ?? 1
  if (minimum === 0)
    findings.changed(
      `minimum_origins of ${of}`,
      'is 1: with 0 the pool would be served with all origins down as well',
      fields.at('minimum_origins'),
    )
  return Math.max(1, minimum)
}

function reportSteering(fields: JsonFields, of: string, findings: Findings): void {
  const steering = fields.child('origin_steering')
  reportFields(steering, STEERING_FIELDS, findings)
  const policy = steering?.choice('policy', [
    'random',
    'hash',
    'least_outstanding_requests',
    'least_connections',
  ])
  const place = fields.at('origin_steering')
  if (policy === 'hash')
    findings.changed(
      `origin_steering hash of ${of}`,
      'each query picks by weight: a client may get another origin the next time',
      place,
    )
  else if (policy !== undefined && policy !== 'random')
    findings.changed(
      `origin_steering ${policy} of ${of}`,
      'each query picks by weight: how busy an origin is has no part in it',
      place,
    )
}

function reportShedding(fields: JsonFields, of: string, findings: Findings): void {
  const shedding = fields.child('load_shedding')
  if (shedding === undefined) return
  reportFields(shedding, SHEDDING_FIELDS, findings)
  const keys = ['default_percent', 'session_percent'] as const
  const percent = keys.map(key => shedding.number(key, 0, 100) ?? 0)
  if (percent.some(one => one > 0))
    findings.lost(
      `load_shedding of ${of}`,
      'all queries are answered with the pool; drain an endpoint, or give it less weight',
      shedding.at(),
    )
}

/** DNS tells clients an address and no port: two origins of one address are one. */
function withoutTwins(origins: readonly Origin[], of: string, findings: Findings): Origin[] {
  const seen = new Map<string, Origin>()
  return origins.filter(origin => {
    const key = 'hostname' in origin.target ? origin.target.hostname : origin.target.text
    const twin = seen.get(key)
    if (twin === undefined) {
      seen.set(key, origin)
      return true
    }
    findings.lost(
      `origin ${origin.name} of ${of}`,
      `has the address of ${twin.name}, and is left out: DNS tells no ports`,
      origin.fields.at('address'),
    )
    return false
  })
}
