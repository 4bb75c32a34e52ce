/** Managed names that cannot be answered, because of the static data of their zone. */
import { type Name, nameToText, parentOf } from '#wire/name.ts'
import { RrType, typeToText } from '#wire/types.ts'
import type { Zone } from '#zone/zone.ts'
import type { MasterRead } from './master.ts'
import type { NameDraft } from './names.ts'
import type { YamlSource } from './yaml-source.ts'

/**
 * Complains of managed names that have addresses or a CNAME in the static data too, and of those at or below a delegation. Both
 * places are named.
 *
 * @param records the master file, where there is one
 */
export function complainOfConflicts(
  source: YamlSource,
  names: readonly NameDraft[],
  zone: Zone,
  records: (Pick<MasterRead, 'complainOf'> & { readonly file: string }) | undefined,
): void {
  for (const { name, path } of names) {
    const where = records?.file ?? 'nameservers:'
    for (const type of [RrType.A, RrType.AAAA, RrType.CNAME]) {
      if (zone.rrset(name, type) === undefined) continue
      source.complain(
        path,
        `has ${typeToText(type)} records in ${where} too; a name is managed or static`,
        'key',
      )
      const message = `${nameToText(name)}: ${typeToText(type)} of a name that ${source.file} manages`
      if (records !== undefined) source.complaints.add(records.complainOf(name, type, message))
    }
    const cut = cutOver(name, zone)
    if (cut === undefined) continue
    const { owner, type } = cut
    source.complain(path, `lies in ${nameToText(owner)}, which ${where} gives to other servers`, 'key')
    const message = `${nameToText(owner)}: delegation of a name that ${source.file} manages`
    if (records !== undefined) source.complaints.add(records.complainOf(owner, type, message))
  }
}

/** The delegation or DNAME at or above the name. */
function cutOver(name: Name, zone: Zone): { owner: Name; type: number } | undefined {
  for (let at: Name | undefined = name; at !== undefined && at !== zone.origin; at = parentOf(at)) {
    if (zone.rrset(at, RrType.NS) !== undefined) return { owner: at, type: RrType.NS }
    if (at !== name && zone.rrset(at, RrType.DNAME) !== undefined) return { owner: at, type: RrType.DNAME }
  }
  return undefined
}
