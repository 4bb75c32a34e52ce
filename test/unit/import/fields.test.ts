/** Every field of a source: golden/SOURCE/fields/ has them all, the import says what became of each, and docs/migrate.md has them too. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { importFiles } from '#import/import.ts'
import { reportLines } from '#import/report.ts'
import type { SourceName } from '#import/source-names.ts'
import { SOURCES } from '#import/sources.ts'
import { ROOT_FOLDER } from '#test/child.ts'

const PAGE = readFileSync(`${ROOT_FOLDER}docs/migrate.md`, 'utf8')

const FIELDS: Readonly<Record<SourceName, string>> = {
  bind: 'zone type file include directory view match-clients allow-query allow-transfer also-notify allow-update dnssec-policy recursion listen-on version rate-limit',
  cloudflare: `type method path header port timeout retries interval expected_codes expected_body follow_redirects allow_insecure consecutive_up consecutive_down probe_zone
    name origins address enabled weight flatten_cname minimum_origins check_regions origin_steering policy load_shedding default_percent default_policy session_percent session_policy
    latitude longitude monitor notification_filter default_pools fallback_pool steering_policy region_pools country_pools pop_pools random_steering default_weight pool_weights
    location_strategy mode prefer_ecs session_affinity ttl proxied`,
  gdnsd: `http_status tcp_connect vhost url_path ok_codes port interval timeout up_thresh ok_thresh down_thresh simplefo primary secondary multifo weighted metafo geoip
    admin_state`,
  route53: `Type IPAddress Port ResourcePath FullyQualifiedDomainName SearchString RequestInterval FailureThreshold MeasureLatency Inverted Disabled EnableSNI Regions HealthThreshold
    ChildHealthChecks AlarmIdentifier InsufficientDataHealthStatus Name SetIdentifier Failover Weight MultiValueAnswer Region GeoLocation GeoProximityLocation CidrRoutingConfig TTL
    ResourceRecords Value HealthCheckId AliasTarget HostedZoneId DNSName EvaluateTargetHealth Comment Id CallerReference HealthCheckConfig IsTruncated`,
  script:
    'PRIMARY_IP BACKUP_IP HOSTNAME MAX_FAILS CHECK_URL ZONE TTL curl --connect-timeout --max-time nsupdate cron',
}

/** Kinds and values that have a fate of their own, which the page tells. */
const VALUES: Readonly<Record<SourceName, string>> = {
  bind: 'secondary mirror forward stub hint',
  cloudflare: `http https tcp udp_icmp icmp_ping smtp connection_established random hash least_outstanding_requests least_connections off geo dynamic_latency proximity Host success`,
  gdnsd: 'extmon extfile static null direct DYNA DYNC addrs_v4 multi datacenters maps ignore_health',
  route53:
    'HTTP HTTPS HTTP_STR_MATCH HTTPS_STR_MATCH TCP CALCULATED CLOUDWATCH_METRIC RECOVERY_CONTROL PRIMARY SECONDARY CREATE DELETE UPSERT',
  script: 'nc ping sleep',
}

/** Of the YAML, whose values are not what the source calls them, the comments alone. */
async function told(source: SourceName): Promise<string> {
  const folder = new URL(`golden/${source}/fields/`, import.meta.url)
  const given = new URL('arguments.json', folder)
  const paths: readonly string[] = existsSync(given)
    ? JSON.parse(readFileSync(given, 'utf8')).files
    : readdirSync(folder).filter(name => name !== 'expected.txt')
  const { files, findings } = await importFiles({ source: SOURCES[source], paths, cwd: folder.pathname })
  const comments = files.flatMap(({ text }) => text.split('\n').map(line => /[#;] .*$/.exec(line)?.[0] ?? ''))
  return [...comments, ...reportLines(findings)].join('\n')
}

function missingIn(text: string, words: string): string[] {
  return words.split(/\s+/).filter(word => !new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(text))
}

for (const source of Object.keys(SOURCES) as SourceName[]) {
  describe(`import ${source}`, () => {
    it('says of every field what became of it', async () => {
      assert.deepEqual(missingIn(await told(source), FIELDS[source]), [])
    })

    it('has a section in docs/migrate.md with all of them', () => {
      const section = PAGE.split(/^## /m).find(text => text.startsWith(`\`${source}\``))
      assert.ok(section !== undefined, `there is no section ## \`${source}\``)
      assert.deepEqual(missingIn(section, `${FIELDS[source]} ${VALUES[source]}`), [])
    })
  })
}
