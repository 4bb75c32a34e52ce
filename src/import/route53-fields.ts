/** What becomes of each field of Route 53 of which no finding tells. */
import type { FieldTable } from './field-report.ts'

const OF_LISTING = 'of the page or the request, and not needed'
const OF_PROBE = 'where the check aims'

export const LISTING_FIELDS: FieldTable = {
  ResourceRecordSets: 'names and records',
  ChangeBatch: 'names and records',
  Changes: 'names and records',
  HealthChecks: 'checks',
  HealthCheck: 'checks',
  IsTruncated: OF_LISTING,
  HostedZoneId: OF_LISTING,
  MaxItems: OF_LISTING,
  Marker: OF_LISTING,
  NextMarker: OF_LISTING,
  NextRecordName: OF_LISTING,
  NextRecordType: OF_LISTING,
  NextRecordIdentifier: OF_LISTING,
}

export const CHANGE_FIELDS: FieldTable = {
  Action: 'CREATE and UPSERT are names and records, DELETE takes them away',
  ResourceRecordSet: 'names and records',
}

export const RECORD_SET_FIELDS: FieldTable = {
  Name: 'names, and owners of records',
  Type: 'addresses, hostnames or records; of a health check its type',
  SetIdentifier: 'the names of endpoints',
  Failover: 'policy failover, the PRIMARY first',
  Weight: 'policy weighted, and weight',
  MultiValueAnswer: 'policy all',
  Region: 'the order of a failover',
  GeoLocation: 'the order of a failover',
  GeoProximityLocation: 'the order of a failover',
  CidrRoutingConfig: 'the order of a failover',
  TTL: 'ttl, or that of records',
  ResourceRecords: 'addresses, hostnames or records',
  HealthCheckId: 'check',
  AliasTarget: 'the pool of its name, a copy of its records, or a hostname',
}

export const VALUE_FIELDS: FieldTable = { Value: 'addresses, hostnames or records' }

export const ALIAS_FIELDS: FieldTable = {
  DNSName: 'the pool of its name, a copy of its records, or a hostname',
  HostedZoneId: OF_LISTING,
  EvaluateTargetHealth: 'the health of the pool that the alias leads to',
}

export const CHECK_FIELDS: FieldTable = {
  Id: 'comments say which check a value is of',
  HealthCheckConfig: 'checks',
  CallerReference: OF_LISTING,
  HealthCheckVersion: OF_LISTING,
  CloudWatchAlarmConfiguration: OF_LISTING,
  HealthCheckTags: OF_LISTING,
}

export const CONFIG_FIELDS: FieldTable = {
  Type: 'addresses, hostnames or records; of a health check its type',
  IPAddress: `${OF_PROBE}: the endpoint's own address, or probe-address`,
  Port: `${OF_PROBE}: port`,
  ResourcePath: `${OF_PROBE}: path`,
  FullyQualifiedDomainName: `${OF_PROBE}: host`,
  SearchString: 'expect.body',
  RequestInterval: 'interval and fast-interval',
  FailureThreshold: 'fall and rise',
  Inverted: 'inverted',
  Disabled: 'no check where it is true',
  MeasureLatency: 'always so, by understudy_probe_duration_seconds',
  EnableSNI: 'always so',
  HealthThreshold: 'count of at-least',
  ChildHealthChecks: 'checks of at-least',
}
