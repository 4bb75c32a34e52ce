/** `understudy check`: reads everything as the server would, and says what is wrong, or what is promised. */
import { formatDuration } from '#base/duration.ts'
import type {
  AnyCheck,
  Configuration,
  ConfiguredPool,
  ConfiguredZone,
  HealthCheck,
  ManagedName,
} from '#config/configuration.ts'
import { checkPath, loadConfiguration } from '#config/load.ts'
import { plainName } from '#control/plan.ts'
import { slowestOf, worstOf } from '#control/worst-case.ts'
import { jitterMs } from '#health/timing.ts'
import { countComplaints, printComplaints } from './complaints.ts'

/** Gives the exit code: 1 where anything is wrong; warnings are shown and do not count. */
export async function check(path: string | undefined): Promise<number> {
  const at = { cwd: process.cwd(), env: process.env }
  const { configuration, complaints } = await (path === undefined
    ? loadConfiguration(at)
    : checkPath(path, at))
  printComplaints(complaints)
  if (configuration !== undefined) process.stdout.write(summary(configuration))
  const wrong = configuration === undefined || complaints.some(complaint => complaint.severity === 'error')
  process.stdout.write(`${wrong ? 'wrong' : 'good'}: ${countComplaints(complaints)}\n`)
  return wrong ? 1 : 0
}

function summary({ zones }: Configuration): string {
  return zones.map(zoneSummary).join('')
}

function zoneSummary(zone: ConfiguredZone): string {
  const serial = zone.zone.serial === undefined ? '' : `, serial ${zone.zone.serial}`
  const head = `${plainName(zone.zone.origin)} (${zone.file}): ${zone.zone.recordCount} records${serial}\n`
  return head + zone.names.map(name => nameSummary(zone, name)).join('')
}

function nameSummary(zone: ConfiguredZone, name: ManagedName): string {
  const pool = zone.pools.find(one => one.name === name.pool)
  if (pool === undefined) return ''
  const endpoints = pool.endpoints
    .map(({ name: one, weight }) => (pool.policy === 'weighted' ? `${one} (${weight})` : one))
    .join(pool.policy === 'failover' ? ' > ' : ', ')
  const alias = pool.kinds.includes('cname') ? ', as a CNAME' : ''
  const head = `  ${plainName(name.name)}: ${pool.policy} ${endpoints}${alias}`
  const checks = checksIn(pool, zone)
  if (checks.length === 0)
    return `${head}; no health check: always ${pool.policy === 'failover' ? 'the first' : 'all of them'}\n`
  const slowest = checks
    .map(slowestOf)
    .reduce((a, b) => (worstOf(a, name.ttlSeconds) >= worstOf(b, name.ttlSeconds) ? a : b))
  const parts = [...partsOf(slowest), `TTL ${formatDuration(name.ttlSeconds * 1000)}`]
  const worst = formatDuration(worstOf(slowest, name.ttlSeconds))
  return `${head}; failover within ${worst} at worst (${parts.join(' + ')})\n`
}

/** Of the pool, and of those that are endpoints of it. */
function checksIn(pool: ConfiguredPool, zone: ConfiguredZone): AnyCheck[] {
  const below = pool.endpoints.flatMap(endpoint => zone.pools.filter(({ name }) => name === endpoint.pool))
  return [...(pool.check === undefined ? [] : [pool.check]), ...below.flatMap(one => checksIn(one, zone))]
}

/** What the worst case is made of, but for the TTL. */
function partsOf({ spec, timing }: HealthCheck): string[] {
  const { intervalMs, fastIntervalMs, timeoutMs, fall } = timing
  const isReported = spec.type === 'heartbeat'
  const jitter = isReported ? [] : [`jitter ${formatDuration(jitterMs(timing))}`]
  return [
    `interval ${formatDuration(intervalMs)}`,
    ...jitter,
    `${isReported ? 'grace' : 'timeout'} ${formatDuration(timeoutMs)}`,
    `confirming ${formatDuration((fall - 1) * Math.max(fastIntervalMs, timeoutMs))}`,
  ]
}
