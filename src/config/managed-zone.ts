/** A zone file in YAML: its settings and pools joined with its static data. */
import { dirname, resolve } from 'node:path'
import { lowerCase, type Name, parseName, ROOT } from '#wire/name.ts'
import { MAX_SOURCE_BYTES } from '#zone/sources.ts'
import type { Zone } from '#zone/zone.ts'
import { checkMap } from './check-forms.ts'
import { readChecks } from './checks.ts'
import type { ManagedName } from './configuration.ts'
import { complainOfConflicts } from './conflicts.ts'
import type { Files, SourceFile } from './files.ts'
import { readTokens } from './heartbeat-tokens.ts'
import { linkPools } from './link.ts'
import { readMaintenance, windowList } from './maintenance.ts'
import { type MasterRead, readMaster } from './master.ts'
import { type NameDraft, nameMap, readNames } from './names.ts'
import { originOfFile, type ReadZone } from './plain-zone.ts'
import { poolMap } from './pool-shape.ts'
import { readPools } from './pools.ts'
import { readSecrets } from './secrets.ts'
import { demand, notSupported, readSection, type Section } from './section.ts'
import { makeZone, nameserverMap, SOA_SHAPE } from './soa.ts'
import { text } from './values.ts'
import { show } from './words.ts'
import { said, section } from './written.ts'
import type { YamlSource } from './yaml-source.ts'

/** All of a zone file in YAML. */
export const ZONE_SHAPE = {
  zone: said(text(1024), "The zone's name.", { isNeeded: true }),
  records: said(
    text(4096),
    'Instead of nameservers and soa: a master file (RFC 1035), which then belongs to this zone and is not served by itself.',
  ),
  nameservers: said(
    nameserverMap,
    'Names, relative to the zone, each with an address or a list of them; makes the SOA, NS, A and AAAA records.',
  ),
  soa: said(section(SOA_SHAPE), 'Fields of a made SOA.'),
  checks: said(checkMap, 'Health checks by name.'),
  pools: said(poolMap, 'Pools by name.'),
  names: said(nameMap, 'Managed names, relative to the zone.'),
  maintenance: said(windowList, 'Times at which endpoints are drained.'),
} as const
const LATER_KEYS = notSupported('references')

/** Whether these are the keys of a zone, and not of a server configuration. */
export function looksLikeZone(source: YamlSource): boolean {
  const ofZone = Object.keys(ZONE_SHAPE)
  return source.topKeys.some(key => ofZone.includes(key))
}

/** Reads a zone with managed names, and the master file that it names. */
export async function readManagedZone(
  { path, file, modifiedSeconds }: SourceFile,
  source: YamlSource,
  files: Files,
): Promise<ReadZone> {
  const { complaints } = source
  const records = source.get(['records'])
  const recordsPath =
    typeof records === 'string' && records !== '' ? resolve(dirname(path), records) : undefined
  const said = originIn(source)
  const origin = said ?? originOfFile(path)
  const broken = {
    file,
    origin,
    guessed: said === undefined,
    recordsPath,
    included: [],
    complaints,
    configured: undefined,
  }
  if (!source.sound) return broken
  const section = readSection(source, [], ZONE_SHAPE, LATER_KEYS)
  if (said === undefined) complainOfOrigin(source, section)
  const known = origin ?? ROOT
  if (recordsPath === undefined) complainOfNobody(source, section)
  const checks = await readSecrets(source, readChecks(source), dirname(path), files)
  const pools = readPools(source)
  const drafts = readNames(source, known, pools)
  const given =
    recordsPath === undefined
      ? undefined
      : await readRecords(source, recordsPath, files, { root: dirname(path), origin: known, drafts })
  const zone = recordsPath === undefined ? makeZone(source, known, modifiedSeconds) : given?.zone
  const maintenance = readMaintenance(source, pools)
  const mayBeAlias = (name: Name): boolean => name !== lowerCase(known) && isBare(name, zone)
  const joined = linkPools(source, { origin: known, checks, pools, names: drafts, mayBeAlias })
  const linked = await readTokens(source, joined, pools, dirname(path), files)
  if (zone !== undefined) complainOfConflicts(source, drafts, zone, given)
  const read = { ...broken, included: given?.included ?? [] }
  if (zone === undefined || complaints.hasErrors) return read
  return { ...read, configured: { file, zone, pools: linked, names: managedNames(drafts), maintenance } }
}

/** Whether no data stands at the name. */
function isBare(name: Name, zone: Zone | undefined): boolean {
  return (zone?.nodes.get(name)?.size ?? 0) === 0
}

/** Of a file with faults in its syntax as well, if it can be made out. */
function originIn(source: YamlSource): Name | undefined {
  const written = source.get(['zone'])
  const parsed = typeof written === 'string' && written !== '@' ? parseName(written) : undefined
  return parsed !== undefined && 'name' in parsed ? lowerCase(parsed.name) : undefined
}

function complainOfOrigin(source: YamlSource, section: Section<typeof ZONE_SHAPE>): void {
  const { zone } = section.values
  demand(source, [], section, 'zone')
  if (zone !== undefined) source.complain(['zone'], `${show(zone)} is not a name`)
}

function complainOfNobody(source: YamlSource, { values, bad }: Section<typeof ZONE_SHAPE>): void {
  if (values.nameservers === undefined && !bad.has('records'))
    source.warn(['zone'], 'has neither nameservers: nor records:, so nobody can delegate to it')
}

function managedNames(drafts: readonly NameDraft[]): ManagedName[] {
  return drafts.map(({ name, pool = '', ttlSeconds, ttlMinSeconds }) => ({
    name,
    pool,
    ttlSeconds,
    ttlMinSeconds,
  }))
}

/** The master file, whose records are then in this zone and not in one of their own. */
async function readRecords(
  source: YamlSource,
  path: string,
  files: Files,
  { root, origin, drafts }: { root: string; origin: Name; drafts: readonly NameDraft[] },
): Promise<(MasterRead & { readonly file: string }) | undefined> {
  for (const key of ['nameservers', 'soa']) {
    if (source.get([key]) !== undefined)
      source.complain([key], 'is in the master file (records:) already; leave out one of the two', 'key')
  }
  const records = await files.read(path, MAX_SOURCE_BYTES)
  if ('problem' in records) {
    source.complain(['records'], `${files.shown(path)}: ${records.problem}`)
    return undefined
  }
  const elsewhere = new Set(drafts.map(({ name }) => lowerCase(name)))
  const read = await readMaster(records, files, root, { origin, expectOrigin: origin, elsewhere })
  source.complaints.add(...read.complaints)
  return { ...read, file: records.file }
}
