/** What is wrong with a zone as a whole, though each of its records is right. */
import {
  childOf,
  isAtOrBelow,
  lowerCase,
  type Name,
  nameFromBytes,
  nameToText,
  parentOf,
} from '#wire/name.ts'
import { nameFields } from '#wire/record-data.ts'
import { RrType, typeToText } from '#wire/types.ts'
import type { ComplaintList } from './complaint-list.ts'
import type { PlacedRecord } from './entry-reader.ts'
import type { Position } from './lexer.ts'
import type { Zone } from './zone.ts'

/**
 * Complains of CNAMEs beside other data (an error), and warns of what cannot work.
 *
 * @param noted the zone's NS, CNAME, MX, SRV, DNAME and DS records
 */
export function checkZone(
  zone: Zone,
  soaAt: Position,
  noted: readonly PlacedRecord[],
  complaints: ComplaintList,
): void {
  if (zone.rrset(zone.origin, RrType.NS) === undefined)
    complaints.warn(soaAt, `${nameToText(zone.origin)} has no NS records, so nobody can delegate to it`)
  const seen = new Set<string>()
  for (const placed of noted) {
    switch (placed.record.type) {
      case RrType.CNAME:
      case RrType.DNAME:
        checkAlone(zone, placed, seen, complaints)
        break
      case RrType.DS:
        if (lowerCase(placed.record.owner) === zone.origin)
          complaints.warn(placed.at, 'DS at the top of a zone: it belongs to the zone above (RFC 4035)')
        break
      default:
        checkTarget(zone, placed, complaints)
    }
  }
}

/** One CNAME and nothing beside it (RFC 1034 §3.6.2); one DNAME (RFC 6672 §2.4). */
function checkAlone(
  zone: Zone,
  { record, at }: PlacedRecord,
  seen: Set<string>,
  complaints: ComplaintList,
): void {
  const owner = lowerCase(record.owner)
  const key = `${record.type} ${owner}`
  if (seen.has(key)) return
  seen.add(key)
  const node = zone.nodes.get(owner)
  if ((node?.get(record.type)?.data.length ?? 0) > 1)
    complaints.error(at, `${nameToText(owner)} has more than one ${typeToText(record.type)}`)
  if (record.type !== RrType.CNAME || node === undefined || node.size === 1) return
  const others = [...node.keys()].filter(type => type !== RrType.CNAME).map(typeToText)
  complaints.error(at, `${nameToText(owner)} has a CNAME and other data too: ${others.join(', ')}`)
}

function checkTarget(zone: Zone, { record, at }: PlacedRecord, complaints: ComplaintList): void {
  const { type, data } = record
  const [field] = nameFields(type, data)
  const target = field === undefined ? undefined : nameFromBytes(data, field.offset)
  if (target === undefined || !isAtOrBelow(lowerCase(target), zone.origin)) return
  if (zone.rrset(target, RrType.CNAME) !== undefined) {
    complaints.warn(at, `${typeToText(type)} names ${nameToText(target)}, which is a CNAME (RFC 2181 §10.3)`)
    return
  }
  if (type === RrType.NS) checkAddresses(zone, { record, at }, lowerCase(target), complaints)
}

/** A server within the zone needs addresses there: its own, or glue where its name is below the delegation (RFC 9471). */
function checkAddresses(
  zone: Zone,
  { record, at }: PlacedRecord,
  target: Name,
  complaints: ComplaintList,
): void {
  if (zone.rrset(target, RrType.A) !== undefined || zone.rrset(target, RrType.AAAA) !== undefined) return
  const cut = cutAbove(zone, target)
  if (cut === lowerCase(record.owner))
    complaints.warn(
      at,
      `no glue: ${nameToText(target)} has no A or AAAA, so nobody finds the servers of ${nameToText(cut)}`,
    )
  else if (cut === undefined && !hasWildcard(zone, target))
    complaints.warn(at, `the nameserver ${nameToText(target)} has no A or AAAA`)
}

/** The delegation that the name is at or below. */
function cutAbove(zone: Zone, name: Name): Name | undefined {
  let cut: Name | undefined
  for (let at: Name | undefined = name; at !== undefined && at !== zone.origin; at = parentOf(at)) {
    if (zone.rrset(at, RrType.NS) !== undefined) cut = at
  }
  return cut
}

/** Whether a wildcard answers for the name, which does not exist (RFC 4592 §3.3.1). */
function hasWildcard(zone: Zone, name: Name): boolean {
  if (zone.nodes.has(name)) return false
  let encloser = parentOf(name)
  while (encloser !== undefined && !zone.nodes.has(encloser)) encloser = parentOf(encloser)
  const wildcard = encloser === undefined ? undefined : childOf('*', encloser)
  return wildcard !== undefined && zone.nodes.has(wildcard)
}
