/** A master file that is served as it is. */
import { basename, dirname } from 'node:path'
import { lowerCase, type Name, parseName, ROOT } from '#wire/name.ts'
import { Complaints } from './complaints.ts'
import type { ConfiguredZone } from './configuration.ts'
import type { Files, SourceFile } from './files.ts'
import { readMaster } from './master.ts'

/** What came of one zone file. */
export interface ReadZone {
  readonly file: string
  /** Undefined where neither the file nor its name tells. */
  readonly origin: Name | undefined
  /** Whether the origin comes from the name of a file that is too broken to say it. */
  readonly guessed: boolean
  /** Undefined if the zone is broken: the complaints say why. */
  readonly configured: ConfiguredZone | undefined
  /** Absolute path of the master file that belongs to it. */
  readonly recordsPath: string | undefined
  /** Absolute paths, without links, of the files that it includes. */
  readonly included: readonly string[]
  readonly complaints: Complaints
}

/** Reads a plain master file. Relative names in it start from the name of the file without `.zone`. */
export async function readPlainZone(source: SourceFile, files: Files): Promise<ReadZone> {
  const { path, file } = source
  const complaints = new Complaints()
  const fallback = originOfFile(path)
  const read = await readMaster(source, files, dirname(path), { origin: fallback ?? ROOT })
  const { zone, origin, included } = read
  complaints.add(...read.complaints)
  const good = zone !== undefined && !complaints.hasErrors
  const configured = good ? { file, zone, pools: [], names: [], maintenance: [] } : undefined
  const guessed = origin === undefined
  return {
    file,
    origin: origin ?? fallback,
    guessed,
    configured,
    recordsPath: undefined,
    included,
    complaints,
  }
}

/** The name that the file's name spells, the root for `root.zone`; undefined where it spells none. */
export function originOfFile(path: string): Name | undefined {
  const stem = basename(path).replace(/\.(zone|yaml|yml)$/, '')
  const parsed = parseName(stem === 'root' ? '.' : stem)
  return 'name' in parsed ? lowerCase(parsed.name) : undefined
}
