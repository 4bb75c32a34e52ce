/** A HealthCheckConfig of Route 53. */
import { isUnicast, parseAddress } from '#base/address.ts'
import { isHost } from '#config/values.ts'
import { reportFields } from './field-report.ts'
import type { Findings } from './findings.ts'
import type { JsonFields } from './json-fields.ts'
import { CONFIG_FIELDS } from './route53-fields.ts'

const TYPES = [
  'HTTP',
  'HTTPS',
  'HTTP_STR_MATCH',
  'HTTPS_STR_MATCH',
  'TCP',
  'CALCULATED',
  'CLOUDWATCH_METRIC',
  'RECOVERY_CONTROL',
] as const
export type CheckType = (typeof TYPES)[number]

/** Where it stands, as comments and findings say. */
interface Placed {
  /** `health check ID, FILE:LINE`. */
  readonly from: string
  readonly fields: JsonFields
  readonly isInverted: boolean
  readonly isDisabled: boolean
}

export interface ProbeConfig extends Placed {
  readonly kind: 'probe'
  readonly type: 'http' | 'https' | 'tcp'
  readonly address: string | undefined
  readonly port: number
  readonly path: string
  /** What the Host header says, without a port. */
  readonly host: string | undefined
  readonly search: string | undefined
  /** Seconds. */
  readonly interval: number
  readonly threshold: number
}

export interface CalculatedConfig extends Placed {
  readonly kind: 'calculated'
  readonly threshold: number
  readonly children: readonly { readonly text: string; readonly offset: number }[]
}

/** What only AWS can know. */
export interface ForeignConfig extends Placed {
  readonly kind: 'foreign'
  readonly type: CheckType
}

export type CheckConfig = ProbeConfig | CalculatedConfig | ForeignConfig

/** Undefined after a complaint. */
export function readHealthCheck(
  fields: JsonFields,
  label: string,
  findings: Findings,
): CheckConfig | undefined {
  const type = fields.choice('Type', TYPES)
  if (type === undefined) {
    if (!fields.has('Type')) fields.input.complain(fields.offset, 'Type is missing')
    return undefined
  }
  const from = `${label}, ${fields.at()}`
  const placed = {
    from,
    fields,
    isInverted: fields.flag('Inverted') ?? false,
    isDisabled: fields.flag('Disabled') ?? false,
  }
  const config =
    type === 'CALCULATED'
      ? readCalculated(fields, placed)
      : isForeign(type)
        ? { ...placed, kind: 'foreign' as const, type }
        : readProbe(fields, type, placed, findings)
  reportRest(fields, label, findings)
  reportFields(fields, CONFIG_FIELDS, findings)
  return config
}

function isForeign(type: CheckType): boolean {
  return type === 'CLOUDWATCH_METRIC' || type === 'RECOVERY_CONTROL'
}

function readCalculated(fields: JsonFields, placed: Placed): CalculatedConfig {
  const children = fields.texts('ChildHealthChecks')
  if (children.length > 256) fields.complain('ChildHealthChecks', `${children.length} are more than 256`)
  if (children.length === 0) fields.complain('ChildHealthChecks', 'a CALCULATED check needs some')
  const threshold = fields.whole('HealthThreshold', 0, 256) ?? children.length
  return { ...placed, kind: 'calculated', children, threshold }
}

function readProbe(fields: JsonFields, type: CheckType, placed: Placed, findings: Findings): ProbeConfig {
  const kind = type === 'TCP' ? 'tcp' : type.startsWith('HTTPS') ? 'https' : 'http'
  const address = readAddress(fields)
  const host = readHost(fields)
  if (
    address === undefined &&
    host === undefined &&
    !fields.has('IPAddress') &&
    !fields.has('FullyQualifiedDomainName')
  )
    fields.input.complain(fields.offset, 'has neither an IPAddress nor a FullyQualifiedDomainName')
  const search = fields.text('SearchString', 255)
  const wantsSearch = type.endsWith('STR_MATCH')
  if (wantsSearch && (search === undefined || search === ''))
    fields.complain('SearchString', `is missing, and type ${type} looks for it`)
  const port = fields.whole('Port', 1, 65_535)
  if (kind === 'tcp' && port === undefined && !fields.has('Port'))
    fields.input.complain(fields.offset, 'Port is missing')
  const interval = fields.whole('RequestInterval', 10, 30) ?? 30
  if (interval !== 10 && interval !== 30)
    fields.complain('RequestInterval', `${interval} is neither 10 nor 30`)
  return {
    ...placed,
    kind: 'probe',
    type: kind,
    address,
    port: port ?? (kind === 'https' ? 443 : 80),
    path: readPath(fields, findings),
    host,
    search: wantsSearch ? search : undefined,
    interval,
    threshold: fields.whole('FailureThreshold', 1, 10) ?? 3,
  }
}

function readAddress(fields: JsonFields): string | undefined {
  const text = fields.text('IPAddress', 45)
  const address = text === undefined ? undefined : parseAddress(text)
  if (text !== undefined && (address === undefined || !isUnicast(address)))
    fields.complain('IPAddress', `${JSON.stringify(text)} is not the address of one host`)
  return address?.text
}

function readHost(fields: JsonFields): string | undefined {
  const text = fields.text('FullyQualifiedDomainName', 255)
  const host = text?.replace(/\.$/, '')
  if (host !== undefined && !isHost(host))
    fields.complain('FullyQualifiedDomainName', `${JSON.stringify(host.slice(0, 60))} is not a host name`)
  return host
}

/** As it is sent: with a slash before it, and what no request may hold in percent-encoding. */
function readPath(fields: JsonFields, findings: Findings): string {
  const text = fields.text('ResourcePath', 255) ?? '/'
  const slashed = text.startsWith('/') ? text : `/${text}`
  const sent = slashed.replace(/[^\x21-\x22\x24-\x7e]/gu, char => encodeURIComponent(char))
  if (sent !== slashed)
    findings.changed(
      `ResourcePath ${JSON.stringify(text)}`,
      `is asked for as ${sent}`,
      fields.at('ResourcePath'),
    )
  return sent
}

/** What means nothing here, and what is not known. */
function reportRest(fields: JsonFields, label: string, findings: Findings): void {
  if (fields.flag('MeasureLatency') === true)
    findings.note(
      'MeasureLatency',
      'latencies are always measured: metric understudy_probe_duration_seconds',
      fields.at('MeasureLatency'),
    )
  const regions = fields.texts('Regions')
  if (regions.length > 0)
    findings.changed(
      'Regions',
      'probes come from this server alone, not from several regions of which 18 % must pass; references: keep it from judging while it is cut off',
      fields.at('Regions'),
    )
  if (fields.flag('EnableSNI') === false && fields.has('FullyQualifiedDomainName'))
    findings.changed(
      `EnableSNI false of ${label}`,
      'the host is always asked for by SNI',
      fields.at('EnableSNI'),
    )
  for (const key of ['AlarmIdentifier', 'InsufficientDataHealthStatus', 'RoutingControlArn'])
    if (fields.has(key)) findings.note(key, 'belongs to a check that AWS alone can make', fields.at(key))
  fields.skip(
    'Type',
    'IPAddress',
    'Port',
    'ResourcePath',
    'FullyQualifiedDomainName',
    'SearchString',
    'RequestInterval',
    'FailureThreshold',
    'HealthThreshold',
    'ChildHealthChecks',
  )
  for (const key of fields.unread)
    findings.note(`${key} of a health check`, 'is not known, and passed over', fields.at(key))
}
