/** docs/migrate.md names every field of the sources, with what becomes of it. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { SOURCES } from '#import/sources.ts'
import { ROOT_FOLDER } from '#test/child.ts'

const PAGE = readFileSync(`${ROOT_FOLDER}docs/migrate.md`, 'utf8')

const FIELDS: Readonly<Record<string, string>> = {
  route53: `Type IPAddress Port ResourcePath FullyQualifiedDomainName SearchString RequestInterval FailureThreshold MeasureLatency Inverted Disabled EnableSNI Regions HealthThreshold
    ChildHealthChecks AlarmIdentifier InsufficientDataHealthStatus HTTP HTTPS HTTP_STR_MATCH HTTPS_STR_MATCH TCP CALCULATED CLOUDWATCH_METRIC RECOVERY_CONTROL Name SetIdentifier Failover
    PRIMARY SECONDARY Weight MultiValueAnswer Region GeoLocation GeoProximityLocation CidrRoutingConfig TTL ResourceRecords Value HealthCheckId AliasTarget HostedZoneId DNSName
    EvaluateTargetHealth Comment CREATE DELETE UPSERT Id CallerReference HealthCheckConfig IsTruncated`,
}

describe('docs/migrate.md', () => {
  for (const source of Object.keys(SOURCES)) {
    it(`has a section of ${source} with all its fields`, () => {
      const section = PAGE.split(/^## /m).find(text => text.startsWith(`\`${source}\``))
      assert.ok(section !== undefined, `there is no section ## \`${source}\``)
      for (const field of (FIELDS[source] ?? '').split(/\s+/))
        assert.ok(field === '' || new RegExp(`\\b${field}\\b`).test(section), field)
    })
  }
})
