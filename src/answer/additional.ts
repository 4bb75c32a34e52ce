/** Additional data: the addresses of what an answer names, so that nobody has to ask for them (RFC 1034 §3.7, RFC 2782, RFC 9460 §4.1). */
import { type Name, nameFromBytes, ROOT } from '#wire/name.ts'
import { nameFields } from '#wire/record-data.ts'
import { RrType } from '#wire/types.ts'
import type { RRset } from '#zone/zone.ts'
import type { Catalog } from './catalog.ts'
import type { FragmentWriter, Owner } from './fragment.ts'

/** Types whose data names a host that is then connected to: NS, MX, AFSDB, SRV, KX, SVCB, HTTPS. */
const NAMING: ReadonlySet<number> = new Set([2, 15, 18, 33, 36, 64, 65])
const ADDRESSES = [RrType.A, RrType.AAAA]

/**
 * Writes the addresses that this server has for the targets of the set, as far as they are not the answer itself.
 *
 * @param name where the set stands in its zone; in the answer its owner is `answerOwner`
 */
export function writeAdditional(
  writer: FragmentWriter,
  catalog: Catalog,
  name: Name,
  answerOwner: Owner,
  rrset: RRset,
): void {
  if (!NAMING.has(rrset.type)) return
  writer.optionalFromHere()
  const inserts: { owner: Owner; slot: number }[] = []
  for (const target of targetsOf(name, rrset)) {
    const owner = target === name ? answerOwner : target
    const found = catalog.find(target)
    if (found.kind !== 'exact' && found.kind !== 'wildcard') continue
    for (const type of ADDRESSES) {
      const addresses = found.served.zone.rrset(found.owner, type)
      if (addresses !== undefined) writer.rrset('additional', owner, addresses)
    }
    for (const { slot } of catalog.managedAt(found.served, found.owner)?.slots ?? [])
      inserts.push({ owner, slot })
  }
  // What comes from the board stands behind all else.
  for (const { owner, slot } of inserts)
    if (owner === undefined || writer.targetOf(owner) !== undefined) writer.insert('additional', owner, slot)
}

/** Each once. A target that is the root is the owner itself in service mode (RFC 9460 §2.5.2), and nothing elsewhere. */
function targetsOf(owner: Name, { type, data }: RRset): Set<Name> {
  const targets = new Set<Name>()
  for (const one of data) {
    const [field] = nameFields(type, one)
    const target = field === undefined ? undefined : nameFromBytes(one, field.offset)
    if (target === undefined) continue
    if (target !== ROOT) targets.add(target)
    else if (type >= 64 && ((one[0] ?? 0) << 8) + (one[1] ?? 0) > 0) targets.add(owner)
  }
  return targets
}
