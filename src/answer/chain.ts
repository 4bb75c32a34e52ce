/** Follows aliases through all zones of the server (RFC 1034 §3.6.2), ahead of any query. */
import { type Name, nameFromBytes } from '#wire/name.ts'
import { RrType } from '#wire/types.ts'
import type { RRset } from '#zone/zone.ts'
import type { Catalog, Found } from './catalog.ts'

export interface Link {
  /** Undefined for the query name. */
  readonly owner: Name | undefined
  readonly alias: RRset
}

export interface Chain {
  readonly links: readonly Link[]
  /** The name that the last link leads to. */
  readonly target: Name
  readonly end: Found
}

/** Longer chains are cut off, and the client follows the rest by itself. */
const MAX_LINKS = 16

/** The chain that begins with the alias. A loop ends, as an answer without its end, where a record would come again (RFC 2181 §5). */
export function followChain(catalog: Catalog, alias: RRset): Chain {
  const links: Link[] = [{ owner: undefined, alias }]
  for (;;) {
    const target = targetOf(links.at(-1)?.alias)
    const end = catalog.find(target)
    const next =
      end.kind === 'exact' || end.kind === 'wildcard'
        ? end.served.zone.rrset(end.owner, RrType.CNAME)
        : undefined
    if (next === undefined) return { links, target, end }
    if (links.length === MAX_LINKS || links.some(({ alias: earlier }) => earlier === next))
      return { links, target, end: { kind: 'outside' } }
    links.push({ owner: target, alias: next })
  }
}

function targetOf(alias: RRset | undefined): Name {
  const target = alias?.data[0] === undefined ? undefined : nameFromBytes(alias.data[0])
  if (target === undefined) throw new RangeError('a CNAME without a name')
  return target
}
