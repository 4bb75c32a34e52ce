/** `understudy check`: reads everything as the server would, and says what is wrong, or what is promised. */
import { formatDuration } from '#base/duration.ts'
import {
  type AnyCheck,
  type Configuration,
  type ConfiguredZone,
  isComposite,
  type ManagedName,
} from '#config/configuration.ts'
import { checkPath, loadConfiguration } from '#config/load.ts'
import { plainName } from '#control/plan.ts'
import { type CheckTiming, jitterMs, worstCaseMs } from '#health/timing.ts'
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
    .map(({ name, weight }) => (pool.policy === 'weighted' ? `${name} (${weight})` : name))
    .join(pool.policy === 'failover' ? ' > ' : ', ')
  const head = `  ${plainName(name.name)}: ${pool.policy} ${endpoints}`
  if (pool.check === undefined)
    return `${head}; no health check: always ${pool.policy === 'failover' ? 'the first' : 'all of them'}\n`
  const timing = slowestOf(pool.check, name.ttlSeconds)
  const confirm = (timing.fall - 1) * Math.max(timing.fastIntervalMs, timing.timeoutMs)
  const parts = [
    `interval ${formatDuration(timing.intervalMs)}`,
    `jitter ${formatDuration(jitterMs(timing))}`,
    `timeout ${formatDuration(timing.timeoutMs)}`,
    `confirming ${formatDuration(confirm)}`,
    `TTL ${formatDuration(name.ttlSeconds * 1000)}`,
  ]
  const worst = formatDuration(worstCaseMs(timing, name.ttlSeconds))
  return `${head}; failover within ${worst} at worst (${parts.join(' + ')})\n`
}

/** Of a composite check that part which takes longest to notice. */
function slowestOf(check: AnyCheck, ttlSeconds: number): CheckTiming {
  if (!isComposite(check)) return check.timing
  return check.of
    .map(part => slowestOf(part, ttlSeconds))
    .reduce((a, b) => (worstCaseMs(a, ttlSeconds) >= worstCaseMs(b, ttlSeconds) ? a : b))
}
