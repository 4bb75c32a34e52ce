/** The zones that all servers load, each from the very same file. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const ZONES_FOLDER = fileURLToPath(new URL('./zones', import.meta.url))

/** Their names, from those of the files. */
export const ZONES: readonly string[] = readdirSync(ZONES_FOLDER)
  .filter(file => file.endsWith('.zone'))
  .map(file => file.replace(/\.zone$/, ''))
  .sort()

/** The files by name, as a server under test gets them. */
export function zoneFiles(): Record<string, string> {
  return Object.fromEntries(
    ZONES.map(zone => [`${zone}.zone`, readFileSync(`${ZONES_FOLDER}/${zone}.zone`, 'utf8')]),
  )
}
