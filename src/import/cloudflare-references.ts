/** What the files of Cloudflare refer to must be in them, and must not lead back to itself. */
import { lowerCase, type Name, parseName } from '#wire/name.ts'
import type { Balancer } from './cloudflare-balancer.ts'
import type { Listing } from './cloudflare-files.ts'
import type { Origin, Pool } from './cloudflare-pool.ts'
import { plainName } from './relative-name.ts'

/** Of load balancers whose origins are load balancers. */
const MAX_DEPTH = 16

export function complainOfReferences(listing: Listing): void {
  for (const { monitor, name, fields } of listing.pools.values())
    if (monitor !== undefined && !listing.monitors.has(monitor))
      fields.complain('monitor', `monitor ${monitor} of pool ${name} is in none of the files`)
  for (const { defaults, fallback, fields, isEnabled } of listing.balancers) {
    if (!isEnabled) continue
    for (const { id, offset } of [...defaults, fallback])
      if (!listing.pools.has(id)) fields.input.complain(offset, `pool ${id} is in none of the files`)
  }
  complainOfCycles(listing)
}

/** Origins may be names of load balancers; none may lead back to the load balancer that answers with it. */
function complainOfCycles({ balancers, pools }: Listing): void {
  const byName = new Map(balancers.filter(one => one.isEnabled).map(one => [one.name, one]))
  const done = new Set<Balancer>()
  const visit = (one: Balancer, above: readonly Balancer[]): void => {
    if (done.has(one)) return
    for (const { origin, name } of originsOf(one, pools)) {
      const next = byName.get(name)
      if (next === undefined) continue
      if (next === one || above.includes(next))
        origin.fields.complain(
          'address',
          `${plainName(name)} is a load balancer that answers with this origin itself`,
        )
      else if (above.length === MAX_DEPTH)
        origin.fields.complain('address', `load balancers lie more than ${MAX_DEPTH} deep in each other`)
      else visit(next, [...above, one])
    }
    done.add(one)
  }
  for (const one of balancers) if (one.isEnabled) visit(one, [])
}

function originsOf(
  { defaults, fallback }: Balancer,
  pools: ReadonlyMap<string, Pool>,
): { readonly origin: Origin; readonly name: Name }[] {
  const ids = new Set([...defaults, fallback].map(({ id }) => id))
  return [...ids]
    .flatMap(id => pools.get(id)?.origins ?? [])
    .flatMap(origin => {
      const parsed = 'hostname' in origin.target ? parseName(origin.target.hostname) : undefined
      return parsed !== undefined && 'name' in parsed ? [{ origin, name: lowerCase(parsed.name) }] : []
    })
}
