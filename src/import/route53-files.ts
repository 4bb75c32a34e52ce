/** What the AWS command line exports and takes, as files in any mix: record sets and health checks of one or several zones. */
import { nameToText } from '#wire/name.ts'
import { reportFields } from './field-report.ts'
import type { Findings } from './findings.ts'
import type { Input } from './input.ts'
import { JsonFields } from './json-fields.ts'
import { type Json, readJson } from './json-reader.ts'
import { CHANGE_FIELDS, CHECK_FIELDS, LISTING_FIELDS } from './route53-fields.ts'
import { type CheckConfig, readHealthCheck } from './route53-health-check.ts'
import { type RecordSet, readRecordSet } from './route53-record-set.ts'
import type { SourceRequest } from './source.ts'

export interface Listing {
  readonly sets: readonly RecordSet[]
  readonly checks: ReadonlyMap<string, CheckConfig>
  /** Checks without an ID: what create-health-check takes. */
  readonly bare: readonly CheckConfig[]
  /** Whether every file could be read: else nobody knows what is missing. */
  readonly isWhole: boolean
}

const MAX_SETS = 1_000_000

export function readListing({ inputs, findings, progress }: SourceRequest): Listing {
  const reader = new ListingReader(findings)
  for (const input of inputs) reader.file(input, part => progress(input, part))
  return reader
}

class ListingReader implements Listing {
  readonly checks = new Map<string, CheckConfig>()
  readonly bare: CheckConfig[] = []
  isWhole = true
  readonly #findings: Findings
  readonly #sets = new Map<string, RecordSet>()

  constructor(findings: Findings) {
    this.#findings = findings
  }

  get sets(): RecordSet[] {
    return [...this.#sets.values()]
  }

  file(input: Input, progress: (part: number) => void): void {
    const value = readJson(input, {
      keys: ['ResourceRecordSets', 'Changes'],
      item: (key, item) => (key === 'Changes' ? this.#change(input, item) : this.#listed(input, item)),
      progress,
    })
    this.isWhole &&= value !== undefined
    if (value === undefined) return
    if (value.kind === 'array') for (const item of value.items) this.#loose(input, item)
    else if (value.kind === 'object') this.#document(input, new JsonFields(input, value))
    else input.complain(value.offset, 'expected an object: a listing, a change batch or a health check')
  }

  #document(input: Input, fields: JsonFields): void {
    const isTruncated = fields.flag('IsTruncated') === true
    if (isTruncated || fields.has('NextToken'))
      input.complain(
        fields.offsetOf(isTruncated ? 'IsTruncated' : 'NextToken'),
        'this is a part of a listing only; export all of it (aws goes through all pages unless --no-paginate or --max-items say otherwise)',
      )
    const batch = fields.child('ChangeBatch') ?? fields
    if (batch.has('Changes') || batch.has('ResourceRecordSets')) {
      for (const key of ['Changes', 'ResourceRecordSets']) batch.items(key)
      this.#rest(fields, batch)
    } else if (fields.has('HealthChecks')) {
      for (const item of fields.items('HealthChecks')) this.#check(input, item)
      this.#rest(fields, fields)
    } else if (fields.has('HealthCheck')) {
      const check = fields.child('HealthCheck')
      if (check !== undefined) this.#checkOf(check)
    } else if (fields.has('HealthCheckConfig')) this.#checkOf(fields)
    else if (fields.has('Type') && !fields.has('Name')) this.#config(fields, undefined)
    else if (fields.has('ResourceRecordSet'))
      fields.complain('ResourceRecordSet', 'a single change stands in the list "Changes" of a change batch')
    else
      input.complain(
        fields.offset,
        'is none of what is known: list-resource-record-sets, a change batch, list-health-checks, or what create-health-check takes',
      )
  }

  /** An item of a list without anything around it, as `--query` leaves it. */
  #loose(input: Input, item: Json): void {
    if (item.kind !== 'object')
      input.complain(item.offset, 'expected a record set or a health check, an object in braces')
    else if (item.members.has('HealthCheckConfig')) this.#check(input, item)
    else if (item.members.has('Action')) this.#change(input, item)
    else this.#listed(input, item)
  }

  #check(input: Input, item: Json): void {
    const fields = JsonFields.of(input, item, 'a health check')
    if (fields !== undefined) this.#checkOf(fields)
  }

  #checkOf(fields: JsonFields): void {
    const config = fields.child('HealthCheckConfig')
    const id = fields.text('Id', 64)
    if (config !== undefined) this.#config(config, id)
    else if (!fields.has('HealthCheckConfig'))
      fields.input.complain(fields.offset, 'HealthCheckConfig is missing')
    if (fields.has('LinkedService'))
      this.#findings.note(
        'LinkedService',
        'the check was made by another service of AWS',
        fields.at('LinkedService'),
      )
    fields.skip(
      'CallerReference',
      'HealthCheckVersion',
      'CloudWatchAlarmConfiguration',
      'HealthCheckTags',
      'LinkedService',
    )
    for (const key of fields.unread)
      this.#findings.note(`${key} of a health check`, 'is not known, and passed over', fields.at(key))
    reportFields(fields, CHECK_FIELDS, this.#findings)
  }

  #config(fields: JsonFields, id: string | undefined): void {
    const config = readHealthCheck(
      fields,
      id === undefined ? 'HealthCheckConfig' : `health check ${id}`,
      this.#findings,
    )
    if (config === undefined) return
    if (id === undefined) this.bare.push(config)
    else if (this.checks.has(id))
      fields.input.complain(
        fields.offset,
        `health check ${id} is in ${this.checks.get(id)?.from.replace(/^.*, /, '')} already`,
      )
    else this.checks.set(id, config)
  }

  #listed(input: Input, item: Json): void {
    const set = readRecordSet(input, item, this.#findings)
    if (set !== undefined) this.#put(set, 'listed')
  }

  #change(input: Input, item: Json): void {
    const fields = JsonFields.of(input, item, 'a change')
    const action = fields?.choice('Action', ['CREATE', 'DELETE', 'UPSERT'])
    const child = fields?.child('ResourceRecordSet')
    if (fields === undefined) return
    reportFields(fields, CHANGE_FIELDS, this.#findings)
    if (child === undefined || action === undefined) {
      if (!fields.has('ResourceRecordSet')) input.complain(fields.offset, 'ResourceRecordSet is missing')
      if (!fields.has('Action')) input.complain(fields.offset, 'Action is missing')
      return
    }
    if (item.kind !== 'object') return
    const value = item.members.get('ResourceRecordSet')?.value
    const set = value === undefined ? undefined : readRecordSet(input, value, this.#findings)
    if (set === undefined) return
    if (action !== 'DELETE') this.#put(set, action)
    else if (!this.#sets.delete(keyOf(set)))
      this.#findings.note(
        `DELETE of ${nameToText(set.name)} ${set.type}`,
        'there is nothing of it in the files before',
        input.at(set.offset),
      )
  }

  #put(set: RecordSet, action: 'listed' | 'CREATE' | 'UPSERT'): void {
    const key = keyOf(set)
    const known = this.#sets.get(key)
    if (known !== undefined && action !== 'UPSERT') {
      const id = set.id === undefined ? '' : ` ${JSON.stringify(set.id)}`
      set.input.complain(
        set.offset,
        `${nameToText(set.name)} ${set.type}${id} is in ${known.input.at(known.offset)} already`,
      )
      return
    }
    if (known === undefined && this.#sets.size === MAX_SETS)
      set.input.complain(set.offset, `more than ${MAX_SETS} record sets`)
    if (this.#sets.size < MAX_SETS || known !== undefined) this.#sets.set(key, set)
  }

  /** Fields of the page, and of the request. */
  #rest(fields: JsonFields, batch: JsonFields): void {
    if (batch.has('Comment')) this.#findings.note('Comment', 'is not kept', batch.at('Comment'))
    for (const one of new Set([fields, batch])) {
      one.skip(
        'ChangeBatch',
        'HostedZoneId',
        'MaxItems',
        'Marker',
        'NextMarker',
        'NextRecordName',
        'NextRecordType',
        'NextRecordIdentifier',
        'ResourceRecordSets',
        'Changes',
        'HealthChecks',
        'IsTruncated',
      )
      for (const key of one.unread) this.#findings.note(key, 'is not known, and passed over', one.at(key))
      reportFields(one, LISTING_FIELDS, this.#findings)
    }
  }
}

function keyOf({ name, type, id }: RecordSet): string {
  return `${name}\n${type}\n${id ?? ''}`
}
