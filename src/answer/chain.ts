/** Follows aliases through all zones of the server (RFC 1034 §3.6.2, RFC 6672 §3.2), ahead of any query. */
import { MAX_NAME_BYTES, type Name, nameFromBytes, nameToBytes } from '#wire/name.ts'
import { RrType } from '#wire/types.ts'
import type { RRset } from '#zone/zone.ts'
import type { Catalog, Found } from './catalog.ts'

export interface Link {
  /** Undefined for the query name. */
  readonly owner: Name | undefined
  /** A CNAME, found or made, or the DNAME from which the next link is made. */
  readonly alias: RRset
}

export interface Chain {
  readonly links: readonly Link[]
  /** The name that the last link leads to. */
  readonly target: Name
  /** `too-long`: by a DNAME the target would be longer than a name can be. */
  readonly end: Found | { readonly kind: 'too-long' }
}

/** Longer chains are cut off, and the client follows the rest by itself. */
const MAX_LINKS = 16

/** The chain that begins with the alias. A loop ends, as an answer without its end, where a record would come again (RFC 2181 §5). */
export function followChain(catalog: Catalog, alias: RRset): Chain {
  const links: Link[] = [{ owner: undefined, alias }]
  let target = targetOf(alias)
  for (;;) {
    const end = catalog.find(target)
    const next = nextLinks(end, target)
    if (next.length === 0) return { links, target, end }
    const again = links.some(({ alias: earlier }) => next.some(({ alias: later }) => earlier === later))
    if (links.length + next.length > MAX_LINKS || again) return { links, target, end: { kind: 'outside' } }
    links.push(...next)
    const renamed = next.at(-1)?.alias
    if (renamed === undefined || renamed.type !== RrType.CNAME)
      return { links, target, end: { kind: 'too-long' } }
    target = targetOf(renamed)
  }
}

/** What leads on from the name: nothing, its CNAME, or a DNAME and the CNAME made from it, which is missing where it would be too long. */
function nextLinks(end: Found, name: Name): Link[] {
  if (end.kind === 'renamed') {
    const made = renamed(name, end.owner, end.dname)
    return [
      { owner: end.owner, alias: end.dname },
      ...(made === undefined ? [] : [{ owner: name, alias: made }]),
    ]
  }
  if (end.kind !== 'exact' && end.kind !== 'wildcard') return []
  const alias = end.served.zone.rrset(end.owner, RrType.CNAME)
  return alias === undefined ? [] : [{ owner: name, alias }]
}

/** The CNAME that the DNAME makes of the name below it, with the DNAME's TTL (RFC 6672 §3.1). */
function renamed(name: Name, owner: Name, { ttl, data }: RRset): RRset | undefined {
  const target =
    `${name.slice(0, name.length - owner.length)}${nameFromBytes(data[0] ?? new Uint8Array())}` as Name
  return target.length > MAX_NAME_BYTES ? undefined : { type: RrType.CNAME, ttl, data: [nameToBytes(target)] }
}

function targetOf(alias: RRset | undefined): Name {
  const target = alias?.data[0] === undefined ? undefined : nameFromBytes(alias.data[0])
  if (target === undefined) throw new RangeError('a CNAME without a name')
  return target
}
