/** The source `route53`: hosted zones of Route 53 and their health checks, as the AWS command line exports and takes them. */
import type { Name } from '#wire/name.ts'
import type { Draft, RecordDraft, ZoneDraft } from './draft.ts'
import type { Findings } from './findings.ts'
import { plainName } from './relative-name.ts'
import { CheckBook } from './route53-checks.ts'
import { type Listing, readListing } from './route53-files.ts'
import { type Plan, Planner } from './route53-plan.ts'
import { poolsOf } from './route53-pools.ts'
import type { RecordSet } from './route53-record-set.ts'
import type { ImportSource, SourceRequest } from './source.ts'
import { reportOutside, zoneHolding, zonesOf } from './zone-of.ts'

export const ROUTE53: ImportSource = {
  read: readRoute53,
}

function readRoute53(request: SourceRequest): Draft {
  const { inputs, findings, complaints } = request
  const read = readListing(request)
  if (!read.isWhole) return { zones: [] }
  const origins = originsOf(read.sets, request.zone)
  const sets = read.sets.filter(({ name }) => zoneHolding(name, origins) !== undefined)
  if (sets.length === 0 && !complaints.hasErrors)
    inputs[0]?.complainOfAll(
      read.sets.length === 0
        ? 'there is no record set in the files; add what list-resource-record-sets gives'
        : 'there is no record set at or below the zone that --zone names',
    )
  reportOutside(read.sets.length - sets.length, 'record sets', findings)
  const listing: Listing = { sets, checks: read.checks, bare: read.bare, isWhole: read.isWhole }
  const book = new CheckBook(listing, findings)
  const planned = new Planner(listing.sets, book, findings, name => zoneHolding(name, origins)).plan()
  book.reportUnused()
  const plans = byZone(planned.plans, ([name]) => name, origins)
  const records = byZone(planned.records, ({ owner }) => owner, origins)
  const files = inputs.map(({ file }) => file).join(', ')
  const zones = Array.from(origins, origin =>
    zoneDraft(
      origin,
      { plans: new Map(plans.get(origin)), records: records.get(origin) ?? [] },
      files,
      findings,
    ),
  )
  reportZones(listing, origins, new Set(records.keys()), request)
  return { zones: complaints.hasErrors ? [] : zones }
}

interface Contents {
  readonly plans: ReadonlyMap<Name, readonly Plan[]>
  readonly records: readonly RecordDraft[]
}

function zoneDraft(origin: Name, { plans, records }: Contents, files: string, findings: Findings): ZoneDraft {
  return {
    origin,
    above: [`Imported from ${files} by understudy import route53.`],
    ...(records.length === 0 ? {} : { records }),
    ...poolsOf(origin, plans, findings),
  }
}

/** Where the files have the SOA of a zone, that says where it begins. */
function originsOf(sets: readonly RecordSet[], zone: Name | undefined): Set<Name> {
  if (zone !== undefined) return new Set([zone])
  const apexes = new Set(sets.filter(({ type }) => type === 'SOA').map(({ name }) => name))
  const others = new Set<Name>()
  for (const { name } of sets) if (zoneHolding(name, apexes) === undefined) others.add(name)
  return new Set([...apexes, ...zonesOf(others)])
}

function byZone<T>(
  items: Iterable<T>,
  nameOf: (item: T) => Name,
  origins: ReadonlySet<Name>,
): Map<Name, T[]> {
  const zones = new Map<Name, T[]>()
  for (const item of items) {
    const origin = zoneHolding(nameOf(item), origins)
    if (origin === undefined) continue
    const known = zones.get(origin)
    if (known === undefined) zones.set(origin, [item])
    else known.push(item)
  }
  return zones
}

function reportZones(
  { sets }: Listing,
  origins: ReadonlySet<Name>,
  withRecords: ReadonlySet<Name>,
  { findings, zone }: SourceRequest,
): void {
  const at = (wanted: string): Map<Name, RecordSet> =>
    new Map(sets.filter(({ type, name }) => type === wanted && origins.has(name)).map(set => [set.name, set]))
  const [authorities, delegations] = [at('SOA'), at('NS')]
  for (const origin of origins) {
    const soa = authorities.get(origin)
    const servers = delegations.get(origin)
    const shown = `zone ${plainName(origin)}`
    if (soa === undefined && zone === undefined)
      findings.note(
        shown,
        'is taken from the names, since there is no SOA in the files, and holds nothing else; --zone says another (docs/migrate.md)',
      )
    if (servers === undefined)
      findings.note(
        shown,
        withRecords.has(origin)
          ? `has no name servers in the files: write its NS records into ${plainName(origin)}.zone before it is delegated`
          : 'has no name servers in the files: add nameservers: before it is delegated',
      )
    else
      findings.note(
        `SOA and NS of ${plainName(origin)}`,
        'are still those of Route 53: put your own servers in their place before the zone is delegated',
        servers.input.at(servers.offset),
      )
  }
}
