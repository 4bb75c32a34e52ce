/** The zone as all servers have it: SOA, and whether anybody can be asked at all. */
import { formatDuration } from '#base/duration.ts'
import type { ServerFacts, SoaFacts, ZoneFacts } from './facts.ts'
import { type Finding, Findings, listed } from './finding.ts'

/** RFC 2308 §5: values of one to three hours work well, more than a day has been found to be problematic. */
const LONG_NEGATIVE_SECONDS = 86_400

export function judgeZone({ zone, servers, mname }: ZoneFacts): readonly Finding[] {
  const findings = new Findings('zone')
  const soas = servers.flatMap(soaOf)
  if (soas.length === 0)
    findings.error(
      'authoritative',
      servers.length === 0 ? `no name server of ${zone} is known` : `no name server answers for ${zone}`,
      'delegate the zone, and start the servers; see the findings above',
    )
  judgeSerial(soas, findings)
  if (mname !== undefined) judgeMname(mname, findings)
  const longest = Math.max(...soas.map(({ soa }) => soa.negativeSeconds))
  if (soas.length === 0) return findings.list
  const words = `that a name does not exist is remembered for ${formatDuration(longest * 1000)}`
  if (longest <= LONG_NEGATIVE_SECONDS) findings.ok('negative-ttl', words)
  else
    findings.warning(
      'negative-ttl',
      `${words}: a new name is not seen for so long by those who have asked before`,
      'set soa.minimum to an hour or less',
    )
  return findings.list
}

interface OwnSoa {
  readonly address: string
  readonly soa: SoaFacts
}

function soaOf({ address, udp, tcp }: ServerFacts): OwnSoa[] {
  const reply = udp.kind === 'answer' ? udp : tcp
  if (reply.kind !== 'answer' || reply.soa === undefined || !reply.authoritative) return []
  return [{ address, soa: reply.soa }]
}

function judgeSerial(soas: readonly OwnSoa[], findings: Findings): void {
  const serials = new Set(soas.map(({ soa }) => soa.serial))
  if (serials.has(0))
    findings.warning(
      'serial',
      'the serial is 0, which some programs take for none',
      'give the SOA another one, such as today as YYYYMMDD01',
    )
  if (serials.size > 1)
    findings.warning(
      'serial',
      `serials differ: ${listed(soas.map(({ address, soa }) => `${soa.serial} at ${address}`))}`,
      'put the same zone file on all nodes and reload them; a serial that is made is the time of the file: copy it with its time (rsync -t), or set soa.serial',
    )
  else if (soas.length > 1) findings.ok('serial', `all servers have the serial ${[...serials][0]}`)
}

function judgeMname({ name, resolution }: NonNullable<ZoneFacts['mname']>, findings: Findings): void {
  if (resolution.kind === 'found')
    findings.ok('mname', `the SOA names ${name}, which is ${listed(resolution.addresses)}`)
  else
    findings.warning(
      'mname',
      `the SOA names ${name}, which ${resolution.kind === 'alias' ? `is an alias of ${resolution.target}` : `has no address: ${resolution.detail}`}`,
      'set soa.mname to the name of a name server; dynamic updates and NOTIFY go by it',
    )
}
