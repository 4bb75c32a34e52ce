/** From a draft to the files of the folder of zones. */
import { type Name, nameToText, ROOT } from '#wire/name.ts'
import type { Draft, ZoneDraft } from './draft.ts'
import { writeMaster } from './write-master.ts'
import { writeYaml } from './write-yaml.ts'

export interface OutputFile {
  /** Within the folder of zones. */
  readonly name: string
  readonly text: string
}

/** A master file comes before the YAML that names it. */
export function writeDraft({ zones }: Draft): OutputFile[] {
  return zones.flatMap(writeZone)
}

function writeZone(zone: ZoneDraft): OutputFile[] {
  const stem = stemOf(zone.origin)
  const master = writeMaster(zone)
  const files: OutputFile[] = master === undefined ? [] : [{ name: `${stem}.zone`, text: master }]
  const isManaged = zone.checks.length + zone.pools.length + zone.names.length > 0
  if (!isManaged && master !== undefined) return files
  const text = writeYaml(zone, master === undefined ? undefined : `${stem}.zone`)
  return [...files, { name: `${stem}.yaml`, text }]
}

/** What the files of the zone are called: the origin, without what no file name may hold. */
function stemOf(origin: Name): string {
  if (origin === ROOT) return 'root'
  return nameToText(origin)
    .slice(0, -1)
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^\./, '-')
}
