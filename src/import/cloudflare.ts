/** The source `cloudflare`: monitors, pools and load balancers of Cloudflare, as its API returns them. */
import { isAtOrBelow } from '#wire/name.ts'
import type { Balancer } from './cloudflare-balancer.ts'
import { type Listing, readListing } from './cloudflare-files.ts'
import { complainOfReferences } from './cloudflare-references.ts'
import { CloudflareZone } from './cloudflare-zone.ts'
import type { Draft } from './draft.ts'
import type { Findings } from './findings.ts'
import { plainName } from './relative-name.ts'
import type { ImportSource, SourceRequest } from './source.ts'
import { reportOutside, zonesOf } from './zone-of.ts'

export const CLOUDFLARE: ImportSource = {
  read: readCloudflare,
}

function readCloudflare(request: SourceRequest): Draft {
  const { inputs, zone, findings, complaints } = request
  const listing = readListing(request)
  const served = listing.balancers.filter(one => isServed(one, findings))
  const balancers = served.filter(({ name }) => zone === undefined || isAtOrBelow(name, zone))
  if (!complaints.hasErrors && balancers.length === 0)
    inputs[0]?.complainOfAll(
      served.length === 0
        ? 'there is no load balancer in the files, so there is no name to answer for'
        : 'there is no load balancer at or below the zone that --zone names',
    )
  reportOutside(served.length - balancers.length, 'load balancers', findings)
  complainOfReferences(listing)
  const origins = zone === undefined ? zonesOf(balancers.map(({ name }) => name)) : [zone]
  if (complaints.hasErrors) return { zones: [] }
  reportUnused(listing, balancers, findings)
  reportHealth(listing, findings)
  const above = [
    `Imported from ${inputs.map(({ file }) => file).join(', ')} by understudy import cloudflare.`,
  ]
  return {
    zones: origins.map(origin => {
      findings.note(
        `zone ${plainName(origin)}`,
        zone === undefined
          ? 'taken from the names; --zone says another. The files have no name servers: add nameservers: before it is delegated'
          : 'the files have no name servers: add nameservers: before it is delegated',
      )
      const inside = balancers.filter(({ name }) => isAtOrBelow(name, origin))
      return new CloudflareZone(origin, inside, listing, findings).draft(above)
    }),
  }
}

function isServed({ isEnabled, title, fields }: Balancer, findings: Findings): boolean {
  if (!isEnabled)
    findings.note(`load balancer ${title}`, 'is not enabled: it is left out', fields.at('enabled'))
  return isEnabled
}

function reportUnused(
  { pools, monitors }: Listing,
  balancers: readonly Balancer[],
  findings: Findings,
): void {
  const used = new Set(
    balancers.flatMap(({ defaults, fallback }) => [...defaults, fallback]).map(({ id }) => id),
  )
  const probing = new Set(
    [...pools.values()].flatMap(({ id, monitor }) => (used.has(id) ? (monitor ?? []) : [])),
  )
  for (const { id, name, fields } of pools.values())
    if (!used.has(id))
      findings.note(
        `pool ${name}`,
        'no load balancer of the files answers with it: it is left out',
        fields.at(),
      )
  for (const { id, fields } of monitors.values())
    if (!probing.has(id))
      findings.note(`monitor ${id}`, 'no pool that is imported is probed by it: it is left out', fields.at())
}

function reportHealth({ monitors }: Listing, findings: Findings): void {
  if (monitors.size === 0) return
  findings.changed(
    'health that is not known yet',
    'counts as good where nothing is better; Cloudflare takes it for down until a monitor has passed',
  )
}
