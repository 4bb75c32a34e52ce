/** Managed names that cannot be answered, because of the static data of their zone. */
import { excerptOf } from '#base/complaint.ts'
import { lowerCase, type Name, nameToText, parentOf, parseName } from '#wire/name.ts'
import { RrType, typeToText } from '#wire/types.ts'
import type { Zone } from '#zone/zone.ts'
import type { SourceFile } from './files.ts'
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
  records: SourceFile | undefined,
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
      if (records !== undefined)
        complainInRecords(source, records, zone.origin, name, `${typeToText(type)} of`)
    }
    const cut = cutOver(name, zone)
    if (cut === undefined) continue
    source.complain(path, `lies in ${nameToText(cut)}, which ${where} gives to other servers`, 'key')
    if (records !== undefined) complainInRecords(source, records, zone.origin, cut, 'delegation of')
  }
}

/** The delegation or DNAME at or above the name. */
function cutOver(name: Name, zone: Zone): Name | undefined {
  for (let at: Name | undefined = name; at !== undefined && at !== zone.origin; at = parentOf(at)) {
    const renamed = at !== name && zone.rrset(at, RrType.DNAME) !== undefined
    if (renamed || zone.rrset(at, RrType.NS) !== undefined) return at
  }
  return undefined
}

function complainInRecords(
  source: YamlSource,
  records: SourceFile,
  origin: Name,
  owner: Name,
  what: string,
): void {
  const message = `${nameToText(owner)}: ${what} a name that ${source.file} manages`
  const { line, text } = findOwner(records, origin, owner)
  const { excerpt, column } = excerptOf(text, 1)
  const shown = line === 0 ? { column: 0 } : { column, excerpt }
  source.complaints.add({ severity: 'error', file: records.file, line, ...shown, message })
}

/** The first line that begins with the owner; a name that comes by `$GENERATE` or `$INCLUDE` has none. */
function findOwner({ bytes }: SourceFile, top: Name, owner: Name): { line: number; text: string } {
  let origin = top
  for (const [index, text] of new TextDecoder('latin1').decode(bytes).split('\n').entries()) {
    const [first = '', second = ''] = text.split(/[\s;]+/, 2)
    if (first.toUpperCase() === '$ORIGIN') origin = nameOf(second, origin) ?? origin
    else if (first !== '' && nameOf(first, origin) === owner) return { line: index + 1, text }
  }
  return { line: 0, text: '' }
}

function nameOf(text: string, origin: Name): Name | undefined {
  const parsed = parseName(text, origin)
  return 'name' in parsed ? lowerCase(parsed.name) : undefined
}
