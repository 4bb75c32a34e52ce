/** The SOA, NS and address records of a zone without a master file: `nameservers:` and `soa:`. */
import { z } from 'zod'
import type { Address } from '#base/address.ts'
import { formatDuration } from '#base/duration.ts'
import { childOf, isAtOrBelow, lowerCase, type Name, nameToBytes, parseName } from '#wire/name.ts'
import { RrType } from '#wire/types.ts'
import { Zone } from '#zone/zone.ts'
import { readSection, readValue } from './section.ts'
import { address, integer, oneOrList, refine, seconds, text } from './values.ts'
import { show } from './words.ts'
import { formOf, mapOf, said } from './written.ts'
import { isPlainMap, type YamlSource } from './yaml-source.ts'

interface Nameserver {
  readonly name: Name
  readonly addresses: readonly Address[]
}

const YEAR_SECONDS = 31_536_000
/** Of the SOA and of what stands for the nameservers. */
const TTL_SECONDS = 3600

const TIMERS = { refresh: 7200, retry: 900, expire: 1_209_600, minimum: 300 } as const
const timer = seconds(1, YEAR_SECONDS)
const written = (count: number): string => formatDuration(count * 1000)
export const SOA_SHAPE = {
  mname: said(text(1024), 'The first name server; the first of nameservers unless said.'),
  rname: said(text(1024), 'Whom to write to: a name, or a mail address.', { default: 'hostmaster' }),
  serial: said(integer(0, 0xffffffff), "The time of the file's last change unless said."),
  ttl: said(seconds(0, YEAR_SECONDS), 'The TTL of the SOA record.', { default: written(TTL_SECONDS) }),
  refresh: said(timer, 'How often secondaries look for a new serial.', { default: written(TIMERS.refresh) }),
  retry: said(timer, 'How soon they look again after a failure.', { default: written(TIMERS.retry) }),
  expire: said(timer, 'How long they answer without having reached the primary.', {
    default: written(TIMERS.expire),
  }),
  minimum: said(seconds(0, YEAR_SECONDS), 'The TTL of negative answers.', {
    default: written(TIMERS.minimum),
  }),
} as const

/**
 * The static part of a zone that has no master file.
 *
 * @param serial unless `soa:` says one: when the zone was last changed, in seconds since 1970
 */
export function makeZone(source: YamlSource, origin: Name, serial: number): Zone {
  const zone = new Zone(origin)
  const servers = readNameservers(source, origin)
  const { values } = readSection(source, ['soa'], SOA_SHAPE)
  const mname = readName(source, 'mname', values.mname, origin) ?? servers[0]?.name ?? origin
  const rname = readMailbox(source, values.rname, origin)
  const numbers = [
    values.serial ?? serial,
    values.refresh ?? TIMERS.refresh,
    values.retry ?? TIMERS.retry,
    values.expire ?? TIMERS.expire,
    values.minimum ?? TIMERS.minimum,
  ]
  zone.add({
    owner: origin,
    type: RrType.SOA,
    ttl: values.ttl ?? TTL_SECONDS,
    data: soaData(mname, rname, numbers),
  })
  for (const server of servers) addServer(zone, server)
  return zone
}

function addServer(zone: Zone, { name, addresses }: Nameserver): void {
  zone.add({ owner: zone.origin, type: RrType.NS, ttl: TTL_SECONDS, data: nameToBytes(name) })
  for (const { family, bytes } of addresses) {
    const type = family === 'ipv4' ? RrType.A : RrType.AAAA
    zone.add({ owner: name, type, ttl: TTL_SECONDS, data: bytes })
  }
}

const addresses = oneOrList(address)
const noAddresses = refine(oneOrList(address.nullable()), list => ({
  value: list.filter(one => one !== null),
}))

/** `nameservers:`: those outside of the zone may go without addresses. */
export const nameserverMap = mapOf(() => ({
  anyOf: [formOf(address), { ...formOf(z.array(address)), minItems: 1 }, { type: 'null' }],
}))

function readNameservers(source: YamlSource, origin: Name): Nameserver[] {
  const servers: Nameserver[] = []
  const written = source.get(['nameservers']) ?? {}
  if (!isPlainMap(written))
    source.complain(['nameservers'], 'expected names with addresses, such as { ns1: 192.0.2.53 }')
  for (const key of source.keys(['nameservers'])) {
    const path = ['nameservers', key]
    const parsed = parseName(key, origin)
    if ('error' in parsed) {
      source.complain(path, `${show(key)} is not a name: ${parsed.error}`, 'key')
      continue
    }
    const name = lowerCase(parsed.name)
    const inside = isAtOrBelow(name, lowerCase(origin))
    const read = readValue(source, path, inside ? addresses : noAddresses)
    if (!inside && (read?.value.length ?? 0) > 0)
      source.warn(path, 'is outside of the zone: its addresses are left out')
    servers.push({ name, addresses: inside ? (read?.value ?? []) : [] })
  }
  return servers
}

function readName(
  source: YamlSource,
  key: string,
  written: string | undefined,
  origin: Name,
): Name | undefined {
  if (written === undefined) return undefined
  const parsed = parseName(written, origin)
  if (!('error' in parsed)) return parsed.name
  source.complain(['soa', key], `${show(written)} is not a name: ${parsed.error}`)
  return undefined
}

/** `hostmaster` of the zone by default; a name, or a mail address (RFC 1035 §8: its local part is one label). */
function readMailbox(source: YamlSource, written: string | undefined, origin: Name): Name {
  const byDefault = childOf('hostmaster', origin) ?? origin
  const mail = /^([^@]+)@([^@]+)$/.exec(written ?? '')
  if (mail === null) return readName(source, 'rname', written, origin) ?? byDefault
  const domain = parseName(`${mail[2]?.replace(/\.$/, '')}.`)
  const mailbox = 'error' in domain ? undefined : childOf(mail[1] ?? '', domain.name)
  if (mailbox === undefined) source.complain(['soa', 'rname'], `${show(written)} is not a mail address`)
  return mailbox ?? byDefault
}

/** RFC 1035 §3.3.13. */
function soaData(mname: Name, rname: Name, numbers: readonly number[]): Uint8Array {
  const tail = new DataView(new ArrayBuffer(4 * numbers.length))
  for (const [index, number] of numbers.entries()) tail.setUint32(4 * index, number)
  return Uint8Array.from([...nameToBytes(mname), ...nameToBytes(rname), ...new Uint8Array(tail.buffer)])
}
