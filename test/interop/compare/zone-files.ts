/** The zones that all servers load, each from the very same file. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface ZoneSet {
  /** Its path, without a slash at the end. */
  readonly folder: string
  /** As a server's configuration names the zones, and the files in the folder. */
  readonly zones: readonly { readonly zone: string; readonly file: string }[]
}

/** Every hard case of lookups, and every record type. */
export const HARD_ZONES = zoneSet('zones')
/** The root zone and a child of its child. */
export const ROOT_ZONES = zoneSet('root-zones')

/** The files by name, as a server under test gets them. */
export function zoneFiles({ folder, zones }: ZoneSet): Record<string, string> {
  return Object.fromEntries(zones.map(({ file }) => [file, readFileSync(`${folder}/${file}`, 'utf8')]))
}

/** A file is named after its zone; that of the root `root.zone`. */
function zoneSet(name: string): ZoneSet {
  const folder = fileURLToPath(new URL(`./${name}`, import.meta.url))
  const files = readdirSync(folder)
    .filter(file => file.endsWith('.zone'))
    .sort()
  const zoneOf = (file: string): string => (file === 'root.zone' ? '.' : file.replace(/\.zone$/, ''))
  return { folder, zones: files.map(file => ({ zone: zoneOf(file), file })) }
}
