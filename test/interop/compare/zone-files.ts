/** The zones that all servers load, each from the very same file. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface ZoneFile {
  /** Without the dot at its end, `.` for the root. */
  readonly zone: string
  readonly path: string
}

/** Zones that one server of each kind serves together. */
export const ZONE_SETS = { hard: zonesIn('hard'), root: zonesIn('root') } as const

/** The files' contents by name, as a server under test gets them. */
export function contentsOf(files: readonly ZoneFile[]): Record<string, string> {
  return Object.fromEntries(
    files.map(({ zone, path }) => [`${zone === '.' ? 'root' : zone}.zone`, readFileSync(path, 'utf8')]),
  )
}

/** The zones have the names of their files. */
function zonesIn(set: string): readonly ZoneFile[] {
  const folder = fileURLToPath(new URL(`./zones/${set}`, import.meta.url))
  return readdirSync(folder)
    .filter(file => file.endsWith('.zone'))
    .sort()
    .map(file => ({
      zone: file.replace(/\.zone$/, '').replace(/^root$/, '.'),
      path: `${folder}/${file}`,
    }))
}
