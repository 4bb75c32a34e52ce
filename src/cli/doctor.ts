/** `understudy doctor`: walks along the delegation of zones and says what is wrong with it, and what to do. */
import { addressFromBytes, formatSocketAddr, type SocketAddr } from '#base/address.ts'
import { walkDelegation } from '#client/delegation-walk.ts'
import type { ManagedQuestion } from '#client/managed-walk.ts'
import { plainName } from '#client/plain-names.ts'
import { systemResolvers } from '#client/system-resolvers.ts'
import type { Configuration, ConfiguredPool, ConfiguredZone } from '#config/configuration.ts'
import { loadConfiguration } from '#config/load.ts'
import type { HostAddress } from '#delegation/facts.ts'
import { countBySeverity } from '#delegation/finding.ts'
import { judge } from '#delegation/judge.ts'
import { lowerCase, nameFromBytes } from '#wire/name.ts'
import { RrType } from '#wire/types.ts'
import { countComplaints, printComplaints } from './complaints.ts'
import { type Examined, reportText } from './doctor-text.ts'

export interface DoctorOptions {
  readonly config?: string
  readonly resolver?: readonly SocketAddr[]
  readonly parent?: readonly SocketAddr[]
  /** Of the name servers. */
  readonly port: number
  readonly json?: boolean
}

const ADDRESS_TYPES = [RrType.A, RrType.AAAA]

/**
 * Gives the exit code: 1 where anything is wrong, or there is nothing to look at; warnings do not count.
 *
 * @param zone plain; undefined for all zones of the configuration
 */
export async function doctor(zone: string | undefined, options: DoctorOptions): Promise<number> {
  const configuration = await configurationFor(zone, options)
  if (configuration === 'wrong') return 1
  const configured = new Map(configuration?.zones.map(one => [plainName(one.zone.origin), one]))
  const zones = zone === undefined ? [...configured.keys()] : [zone]
  if (zones.length === 0) {
    process.stderr.write(
      'the configuration has no zones: name one, as in "understudy doctor lb.example.com"\n',
    )
    return 1
  }
  const examined: Examined[] = []
  for (const one of zones) {
    const result = await examineZone(one, configured.get(one), options, configuration)
    examined.push(result)
    if (options.json !== true) process.stdout.write(reportText(result))
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify({ zones: examined }, null, 2)}\n`)
  return examined.every(({ count }) => count.error === 0) ? 0 : 1
}

/** A zone that is named needs no configuration; without one its managed names are not known. */
async function configurationFor(
  zone: string | undefined,
  { config }: DoctorOptions,
): Promise<Configuration | undefined | 'wrong'> {
  const { configuration, complaints } = await loadConfiguration({
    ...(config === undefined ? {} : { configFile: config }),
    cwd: process.cwd(),
    env: process.env,
  })
  const isNeeded = zone === undefined || config !== undefined
  if (configuration !== undefined || !isNeeded) return configuration
  printComplaints(complaints)
  process.stderr.write(`wrong: ${countComplaints(complaints)}\n`)
  return 'wrong'
}

async function examineZone(
  zone: string,
  configured: ConfiguredZone | undefined,
  { resolver, parent, port }: DoctorOptions,
  configuration: Configuration | undefined,
): Promise<Examined> {
  const resolvers = resolver ?? configuration?.settings.resolvers ?? systemResolvers()
  const facts = await walkDelegation({
    zone,
    resolvers,
    parents: parent ?? [],
    port,
    configured: configured === undefined ? [] : nameserversOf(configured),
    managed: configured?.names.map(({ name, pool, ttlMinSeconds }): ManagedQuestion => {
      const picks = picksAnew(pool, configured.pools)
      return { name: plainName(name), ttlMinSeconds, picks }
    }),
  })
  const findings = judge(facts)
  return { zone, resolvers: resolvers.map(formatSocketAddr), count: countBySeverity(findings), findings }
}

/** The zone's NS records with those addresses that it has for them. */
function nameserversOf({ zone }: ConfiguredZone): HostAddress[] {
  const names = zone.rrset(zone.origin, RrType.NS)?.data.map(data => nameFromBytes(data)) ?? []
  return names.flatMap(name => {
    if (name === undefined) return []
    const data = ADDRESS_TYPES.flatMap(type => zone.rrset(lowerCase(name), type)?.data ?? [])
    return data.map(bytes => ({ name: plainName(name), address: addressFromBytes(bytes).text }))
  })
}

/** Whether two queries of one server may get different answers, in this pool or in one below it. */
function picksAnew(name: string, pools: readonly ConfiguredPool[]): boolean {
  const pool = pools.find(one => one.name === name)
  if (pool === undefined) return false
  if (pool.policy === 'weighted' || pool.maxAnswers !== undefined) return true
  return pool.endpoints.some(({ pool: below }) => below !== undefined && picksAnew(below, pools))
}
