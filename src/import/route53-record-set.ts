/** A ResourceRecordSet of Route 53. */
import { lowerCase, type Name, parseName } from '#wire/name.ts'
import { typeFromText } from '#wire/types.ts'
import { reportFields } from './field-report.ts'
import type { Findings } from './findings.ts'
import type { Input } from './input.ts'
import { JsonFields } from './json-fields.ts'
import type { Json } from './json-reader.ts'
import { ALIAS_FIELDS, RECORD_SET_FIELDS, VALUE_FIELDS } from './route53-fields.ts'

/** `place`: geolocation, latency, geoproximity and cidr, which choose by where the client is. */
export type Routing =
  | { readonly kind: 'simple' }
  | { readonly kind: 'failover'; readonly isPrimary: boolean }
  | { readonly kind: 'weighted'; readonly weight: number }
  | { readonly kind: 'multivalue' }
  | { readonly kind: 'place'; readonly field: string; readonly isDefault: boolean }

export interface AliasTarget {
  readonly name: Name
  readonly offset: number
  readonly isEvaluated: boolean
}

export interface RecordSet {
  readonly input: Input
  readonly offset: number
  /** In lower case. */
  readonly name: Name
  /** As `typeToText` has it. */
  readonly type: string
  readonly id: string | undefined
  readonly routing: Routing
  /** Seconds; undefined for an alias. */
  readonly ttl: number | undefined
  readonly values: readonly { readonly text: string; readonly offset: number }[]
  readonly check: { readonly id: string; readonly offset: number } | undefined
  readonly alias: AliasTarget | undefined
}

const MAX_TTL_SECONDS = 2 ** 31 - 1
const PLACES = ['Region', 'GeoLocation', 'GeoProximityLocation', 'CidrRoutingConfig'] as const
const ROUTINGS = ['Failover', 'Weight', 'MultiValueAnswer', ...PLACES] as const

/** Undefined after a complaint. */
export function readRecordSet(input: Input, value: Json, findings: Findings): RecordSet | undefined {
  const fields = JsonFields.of(input, value, 'a ResourceRecordSet')
  if (fields === undefined) return undefined
  const name = readName(fields, 'Name')
  const type = readType(fields)
  const id = fields.text('SetIdentifier', 128)
  if (id === '') fields.complain('SetIdentifier', 'is empty')
  const routing = readRouting(fields, id)
  const alias = readAlias(fields, findings)
  const ttl = fields.whole('TTL', 0, MAX_TTL_SECONDS)
  const values = valuesOf(fields, findings)
  if (alias === undefined && values.length === 0 && !fields.has('AliasTarget'))
    input.complain(fields.offset, 'has neither ResourceRecords nor an AliasTarget')
  if (alias !== undefined && values.length > 0)
    fields.complain('ResourceRecords', 'does not go with AliasTarget')
  if (alias === undefined && ttl === undefined && values.length > 0 && !fields.has('TTL'))
    input.complain(fields.offset, 'TTL is missing')
  const check = fields.text('HealthCheckId', 64)
  if (fields.has('TrafficPolicyInstanceId'))
    findings.note(
      'TrafficPolicyInstanceId',
      'the record set is taken as it stands; the traffic policy that made it is not in the files',
      fields.at('TrafficPolicyInstanceId'),
    )
  fields.skip('ResourceRecords', 'TrafficPolicyInstanceId')
  for (const key of fields.unread)
    findings.note(`${key} of a record set`, 'is not known, and passed over', fields.at(key))
  reportFields(fields, RECORD_SET_FIELDS, findings)
  if (name === undefined || type === undefined || routing === undefined) return undefined
  return {
    input,
    offset: fields.offset,
    name,
    type,
    id,
    routing,
    ttl,
    values,
    check: check === undefined ? undefined : { id: check, offset: fields.offsetOf('HealthCheckId') },
    alias,
  }
}

/** Route 53 writes what is no letter, digit or hyphen as three octal digits. */
export function parseRoute53Name(text: string): ReturnType<typeof parseName> {
  return parseName(decimalEscapes(text))
}

/** `\052` in octal, as Route 53 has it, to `\042` in decimal, as master files have it (RFC 1035 section 5.1). */
export function decimalEscapes(text: string): string {
  return text.replace(/\\([0-3][0-7]{2}|[^0-9])/gs, (whole, code: string) =>
    code.length === 3 ? `\\${Number.parseInt(code, 8).toString().padStart(3, '0')}` : whole,
  )
}

/** `www.example.com. A "blue"`, for people. */
export function shownSet({ name, type, id }: RecordSet, show: (name: Name) => string): string {
  return `${show(name)} ${type}${id === undefined ? '' : ` ${JSON.stringify(id)}`}`
}

function readName(fields: JsonFields, key: string): Name | undefined {
  const text = fields.text(key, 1024)
  if (text === undefined) {
    if (!fields.has(key)) fields.input.complain(fields.offset, `${key} is missing`)
    return undefined
  }
  const parsed = parseRoute53Name(text)
  if ('name' in parsed) return lowerCase(parsed.name)
  fields.complain(key, `${JSON.stringify(text.slice(0, 60))} is not a name: ${parsed.error}`)
  return undefined
}

function readType(fields: JsonFields): string | undefined {
  const text = fields.text('Type', 16)
  if (text === undefined) {
    if (!fields.has('Type')) fields.input.complain(fields.offset, 'Type is missing')
    return undefined
  }
  if (typeFromText(text) !== undefined) return text.toUpperCase()
  fields.complain('Type', `${JSON.stringify(text)} is not a record type that is known`)
  return undefined
}

function readRouting(fields: JsonFields, id: string | undefined): Routing | undefined {
  const said = ROUTINGS.filter(key =>
    key === 'MultiValueAnswer' ? fields.flag(key) === true : fields.has(key),
  )
  const [key, second] = said
  if (second !== undefined) {
    fields.complain(second, `does not go with ${key}: a record set has one routing policy`)
    return undefined
  }
  if (key === undefined) return { kind: 'simple' }
  if (id === undefined && !fields.has('SetIdentifier'))
    fields.complain(key, 'needs a SetIdentifier beside it')
  switch (key) {
    case 'Failover': {
      const role = fields.choice('Failover', ['PRIMARY', 'SECONDARY'])
      return role === undefined ? undefined : { kind: 'failover', isPrimary: role === 'PRIMARY' }
    }
    case 'Weight': {
      const weight = fields.whole('Weight', 0, 255)
      return weight === undefined ? undefined : { kind: 'weighted', weight }
    }
    case 'MultiValueAnswer':
      return { kind: 'multivalue' }
    default:
      return {
        kind: 'place',
        field: key,
        isDefault: key === 'GeoLocation' && fields.child(key)?.text('CountryCode') === '*',
      }
  }
}

function readAlias(fields: JsonFields, findings: Findings): AliasTarget | undefined {
  const target = fields.child('AliasTarget')
  if (target === undefined) return undefined
  if (fields.has('TTL')) fields.complain('TTL', 'does not go with AliasTarget')
  const name = readName(target, 'DNSName')
  const isEvaluated = target.flag('EvaluateTargetHealth') ?? false
  target.text('HostedZoneId', 64)
  reportFields(target, ALIAS_FIELDS, findings)
  return name === undefined ? undefined : { name, offset: target.offsetOf('DNSName'), isEvaluated }
}

function valuesOf(fields: JsonFields, findings: Findings): { text: string; offset: number }[] {
  return fields.items('ResourceRecords').flatMap(item => {
    const record = JsonFields.of(fields.input, item, '{ "Value": … }')
    const text = record?.text('Value', 65_535)
    if (record !== undefined && text === undefined && !record.has('Value'))
      fields.input.complain(item.offset, 'Value is missing')
    reportFields(record, VALUE_FIELDS, findings)
    return text === undefined || record === undefined ? [] : { text, offset: record.offsetOf('Value') }
  })
}
