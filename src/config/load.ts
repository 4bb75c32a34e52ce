/** From files, command line and environment to one typed configuration. */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Complaint } from '#base/complaint.ts'
import { readAdminTls } from './admin-tls.ts'
import { readAlerts, warnOfUnknownPools } from './alerts.ts'
import { Complaints } from './complaints.ts'
import type { Configuration, ServerSettings } from './configuration.ts'
import { readCookieSecrets } from './cookie-secrets.ts'
import { decodeText, Files, MAX_YAML_BYTES, problemOf } from './files.ts'
import { looksLikeZone } from './managed-zone.ts'
import { type CommandLine, readSettings } from './settings.ts'
import { type SettingsFile, YamlSource } from './yaml-source.ts'
import { isMaster, isYaml, joinZones, type ReadZones, readZone, readZonesFolder } from './zones-folder.ts'

export interface LoadRequest extends Surroundings, CommandLine {
  /** Else `UNDERSTUDY_CONFIG`, else `understudy.yaml` of the working folder if there is one. */
  readonly configFile?: string
}

interface Surroundings {
  /** Absolute. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface Loaded {
  /**
   * Undefined if the settings themselves are wrong, or there is no folder of zones. Zones that are wrong are listed as broken in it; who wants all or nothing
   * looks for complaints of severity `error`.
   */
  readonly configuration: Configuration | undefined
  /** By file and position. */
  readonly complaints: readonly Complaint[]
}

const DEFAULT_FILE = 'understudy.yaml'

/** Reads everything that the server needs. Never throws: what is wrong is complained of, all at once. */
export async function loadConfiguration(request: LoadRequest): Promise<Loaded> {
  const loading = new Loading(request)
  const path = await configPath(request)
  const file = path === undefined ? undefined : await loading.readYaml(path)
  // Where the zones are, an unreadable file does not say.
  if (path !== undefined && file?.source.sound !== true) return loading.finish(undefined, undefined)
  const cookieSecrets = await readCookieSecrets(file, request.env, loading.files, loading.complaints)
  const adminTls = await readAdminTls(file, loading.files)
  const alerts = await readAlerts(file, loading.files)
  const ready = { cookieSecrets, adminTls, alerts }
  const settings = readSettings(file, request, request.cwd, loading.complaints, ready)
  const sound = !loading.complaints.hasErrors
  const zones = await readZonesFolder(settings.zonesPath, loading.files, loading.complaints)
  if (zones !== undefined) warnOfUnknownPools(file, zones.zones)
  return loading.finish(sound ? settings : undefined, zones)
}

/** Reads what the path names, for `understudy check PATH`: a folder of zones, one zone, or a server configuration with its zones. */
export async function checkPath(path: string, { cwd, env }: Surroundings): Promise<Loaded> {
  const full = resolve(cwd, path)
  const loading = new Loading({ cwd, env })
  const settings = readSettings(undefined, {}, cwd, loading.complaints)
  const kind = await kindOf(full, loading)
  if (kind === 'folder')
    return loading.finish(settings, await readZonesFolder(full, loading.files, loading.complaints))
  if (kind === 'zone') {
    const zones = joinZones([await readZone(full, loading.files)], loading.complaints)
    return loading.finish(settings, zones)
  }
  return kind === 'settings'
    ? await loadConfiguration({ configFile: full, cwd, env })
    : loading.finish(undefined, undefined)
}

class Loading {
  readonly files: Files
  readonly complaints = new Complaints()

  constructor({ cwd, env }: Surroundings) {
    this.files = new Files(cwd, env)
  }

  async readYaml(path: string): Promise<SettingsFile | undefined> {
    const read = await this.files.read(path, MAX_YAML_BYTES)
    const text = 'problem' in read ? undefined : decodeText(read.bytes)
    if (text !== undefined)
      return { path, source: new YamlSource(text, this.files.shown(path), this.complaints) }
    this.complaints.ofWhole(this.files.shown(path), 'problem' in read ? read.problem : 'is not text in UTF-8')
    return undefined
  }

  finish(settings: ServerSettings | undefined, zones: ReadZones | undefined): Loaded {
    const complaints = this.complaints.sorted()
    if (settings === undefined || zones === undefined) return { configuration: undefined, complaints }
    return { configuration: { settings, ...zones, digest: this.files.digest() }, complaints }
  }
}

/** Absolute; undefined without a configuration file. */
export async function configPath({ configFile, cwd, env }: LoadRequest): Promise<string | undefined> {
  const named = configFile ?? (env['UNDERSTUDY_CONFIG'] || undefined)
  if (named !== undefined) return resolve(cwd, named)
  const path = resolve(cwd, DEFAULT_FILE)
  return (await exists(path)) ? path : undefined
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    // What is there but cannot be looked at must not be passed over.
    return (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}

async function kindOf(
  path: string,
  { files, complaints }: Loading,
): Promise<'folder' | 'zone' | 'settings' | undefined> {
  try {
    if ((await stat(path)).isDirectory()) return 'folder'
  } catch (error) {
    complaints.ofWhole(files.shown(path), problemOf(error))
    return undefined
  }
  if (isMaster(path)) return 'zone'
  if (!isYaml(path)) {
    complaints.ofWhole(files.shown(path), 'is neither a folder nor a *.yaml or *.zone file')
    return undefined
  }
  const look = await new Loading({ cwd: '/', env: {} }).readYaml(path)
  return look !== undefined && looksLikeZone(look.source) ? 'zone' : 'settings'
}
