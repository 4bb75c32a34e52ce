/** From a draft to the files of the folder of zones. */
import { type Name, nameToText, ROOT } from '#wire/name.ts'
import type { Draft, ZoneDraft } from './draft.ts'
import { uniqueIn } from './pool-names.ts'
import { writeMaster } from './write-master.ts'
import { writeYaml } from './write-yaml.ts'

export interface OutputFile {
  /** Within the folder of zones. */
  readonly name: string
  readonly text: string
}

/** Names of files have at most 255 bytes with what comes behind. */
const MAX_STEM = 200

/** A master file comes before the YAML that names it. */
export function writeDraft({ zones }: Draft): OutputFile[] {
  const taken = new Set<string>()
  return zones.flatMap(zone => writeZone(zone, uniqueIn(taken, stemOf(zone.origin))))
}

function writeZone(zone: ZoneDraft, stem: string): OutputFile[] {
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
    .slice(0, MAX_STEM)
}
