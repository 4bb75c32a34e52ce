/** All zones of a folder. */
import { readdir, realpath } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { type Name, nameToText } from '#wire/name.ts'
import { MAX_SOURCE_BYTES } from '#zone/sources.ts'
import { Complaints } from './complaints.ts'
import type { BrokenZone, ConfiguredZone } from './configuration.ts'
import { decodeText, type Files, MAX_YAML_BYTES, problemOf } from './files.ts'
import { readManagedZone } from './managed-zone.ts'
import { originOfFile, type ReadZone, readPlainZone } from './plain-zone.ts'
import { YamlSource } from './yaml-source.ts'

export interface ReadZones {
  readonly zones: readonly ConfiguredZone[]
  readonly broken: readonly BrokenZone[]
}

/** Reads `*.yaml`, `*.yml` and `*.zone`, in the order of their names. Undefined if there is no such folder. */
export async function readZonesFolder(
  folder: string,
  files: Files,
  complaints: Complaints,
): Promise<ReadZones | undefined> {
  const names = await listFolder(folder, files, complaints)
  if (names === undefined) return undefined
  const read: ReadZone[] = []
  const parts = new Set<string>()
  for (const name of names.filter(isYaml)) {
    const zone = await readZone(join(folder, name), files)
    read.push(zone)
    if (zone.recordsPath !== undefined) parts.add(await realPath(zone.recordsPath))
  }
  for (const name of names.filter(isMaster)) {
    const path = join(folder, name)
    if (!parts.has(await realPath(path))) read.push(await readZone(path, files))
  }
  if (read.length === 0)
    complaints.ofWhole(files.shown(folder), 'holds no zones: no *.yaml and no *.zone', 'warning')
  return joinZones(await withoutParts(read, folder), complaints)
}

/** Without the master files that are no zones, because they have no SOA, and that others include. */
async function withoutParts(read: readonly ReadZone[], folder: string): Promise<ReadZone[]> {
  const included = new Set(read.flatMap(zone => zone.included))
  if (included.size === 0) return [...read]
  const kept: ReadZone[] = []
  for (const zone of read) {
    const mayBePart = zone.guessed && isMaster(zone.file)
    if (!mayBePart || !included.has(await realPath(join(folder, basename(zone.file))))) kept.push(zone)
  }
  return kept
}

/** Reads one zone file; what kind it is, its name tells. */
export async function readZone(path: string, files: Files): Promise<ReadZone> {
  const master = isMaster(path)
  const complaints = new Complaints()
  const broken = {
    file: files.shown(path),
    origin: originOfFile(path),
    guessed: true,
    configured: undefined,
    recordsPath: undefined,
    included: [],
    complaints,
  }
  const read = await files.read(path, master ? MAX_SOURCE_BYTES : MAX_YAML_BYTES)
  if ('problem' in read) {
    complaints.ofWhole(broken.file, read.problem)
    return broken
  }
  if (master) return await readPlainZone(read, files)
  const text = decodeText(read.bytes)
  if (text === undefined) {
    complaints.ofWhole(broken.file, 'is not text in UTF-8')
    return broken
  }
  return await readManagedZone(read, new YamlSource(text, read.file, complaints), files)
}

/** One zone for each origin; an origin that two files claim is broken. */
export function joinZones(read: readonly ReadZone[], complaints: Complaints): ReadZones {
  const byOrigin = new Map<Name, ReadZone>()
  const twice = new Set<Name>()
  // Guesses last: they put nothing aside but a master file, which may be a part of them.
  const guesses = read.filter(({ guessed }) => guessed)
  for (const zone of [...read.filter(({ guessed }) => !guessed), ...guesses]) {
    const { origin } = zone
    const first = origin === undefined ? undefined : byOrigin.get(origin)
    if (first !== undefined && isOrphan(zone, first)) continue
    if (first !== undefined && origin !== undefined && !zone.guessed) {
      twice.add(origin)
      zone.complaints.ofWhole(zone.file, `${nameToText(origin)} is the zone of ${first.file} already`)
    }
    complaints.add(...zone.complaints.sorted())
    if (origin !== undefined && (first === undefined || isOrphan(first, zone))) byOrigin.set(origin, zone)
  }
  const all = [...byOrigin].map(([origin, { file, configured }]) => ({
    broken: { file, origin },
    configured: twice.has(origin) ? undefined : configured,
  }))
  return {
    zones: all.flatMap(({ configured }) => configured ?? []),
    broken: all.flatMap(({ broken, configured }) => (configured === undefined ? broken : [])),
  }
}

/** A master file that may belong to a zone which could not be read, so that nobody knows. */
function isOrphan(zone: ReadZone, first: ReadZone): boolean {
  return isMaster(zone.file) && isYaml(first.file) && first.configured === undefined
}

export function isYaml(path: string): boolean {
  return ['.yaml', '.yml'].includes(extname(path))
}

export function isMaster(path: string): boolean {
  return extname(path) === '.zone'
}

async function listFolder(
  folder: string,
  files: Files,
  complaints: Complaints,
): Promise<string[] | undefined> {
  try {
    const names = await readdir(folder)
    return names.filter(name => !name.startsWith('.')).sort()
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    const problem = missing
      ? 'there is no such folder; make it and put zone files into it, or name another with --zones or zones:'
      : problemOf(error)
    complaints.ofWhole(files.shown(folder), problem)
    return undefined
  }
}

async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    return path
  }
}
