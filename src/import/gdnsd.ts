/** The source `gdnsd`: its configuration, its zone files and its admin_state, in any mix. */
import { basename } from 'node:path'
import { formatDuration } from '#base/duration.ts'
import { isHost } from '#config/values.ts'
import { isAtOrBelow, lowerCase, type Name, parseName, ROOT } from '#wire/name.ts'
import { type Draft, entry, map, type NameDraft, type RecordDraft, scalar, type ZoneDraft } from './draft.ts'
import type { Findings } from './findings.ts'
import { tellAdminState } from './gdnsd-admin-state.ts'
import { readOptions } from './gdnsd-options.ts'
import type { PoolPlan } from './gdnsd-plan.ts'
import { Plugins } from './gdnsd-plugins.ts'
import { ZonePools } from './gdnsd-pools.ts'
import { Teller } from './gdnsd-remarks.ts'
import { ServiceTypes } from './gdnsd-service-types.ts'
import { type DynamicName, type GdnsdZone, readGdnsdZone } from './gdnsd-zone.ts'
import type { Input } from './input.ts'
import { TTL } from './limits.ts'
import { plainName } from './relative-name.ts'
import type { ImportSource, SourceRequest } from './source.ts'
import { type Vscf, type VscfHash, VscfLoader } from './vscf.ts'
import { complainOfKeys, hashOf, valueIn } from './vscf-read.ts'

export const GDNSD: ImportSource = {
  ofFolder: ['config', 'zones/*', 'admin_state'],
  read: readGdnsd,
}

const SECTIONS = ['options', 'service_types', 'plugins'] as const
const SECTION = new RegExp(`^(?:\\s|[#;][^\\n]*\\n)*"?(?:(?:${SECTIONS.join('|')})"?\\s*=|\\$include\\{)`)
const ROOT_FILE = 'ROOT_ZONE'

async function readGdnsd(request: SourceRequest): Promise<Draft> {
  const { complaints, findings } = request
  const loader = new VscfLoader(request)
  const { configs, states, zones: rest } = sorted(request.inputs)
  const config = await loadConfig(configs, loader)
  // Without it nothing can be said of what the zones name.
  if (config === undefined && complaints.hasErrors) return { zones: [] }
  const options = readOptions(valueIn(config, 'options'), findings)
  const types = new ServiceTypes(valueIn(config, 'service_types'))
  const plugins = new Plugins(valueIn(config, 'plugins'), types)
  const files = zoneFiles(
    rest.filter(({ path }) => !loader.included.has(path)),
    request.zone,
  )
  const read: GdnsdZone[] = []
  for (const { input, origin } of files) read.push(await readGdnsdZone(input, origin, options, request))
  const included = new Set(read.flatMap(one => [...one.included]))
  const zones = read.filter(({ input }) => !included.has(input.path))
  complainOfOverlap(zones)
  if (zones.length === 0) sayNoZones(request.inputs)
  const teller = new Teller(findings)
  const made = zones.map(zone => makeZone(zone, plugins, configs[0], teller))
  plugins.finish(findings)
  if (config !== undefined) tellOfConfig(types, states, configs[0], findings)
  for (const input of states) {
    const state = await loader.load(input)
    if (state !== undefined)
      tellAdminState(
        state,
        made.flatMap(({ pools }) => pools.written),
        findings,
      )
  }
  return { zones: made.map(({ draft }) => draft) }
}

interface Sorted {
  readonly configs: readonly Input[]
  readonly states: readonly Input[]
  readonly zones: readonly Input[]
}

/** By their names, and where these do not tell, by how they begin. */
function sorted(inputs: readonly Input[]): Sorted {
  const states = inputs.filter(({ path }) => basename(path) === 'admin_state')
  const configs = inputs.filter(
    input => !states.includes(input) && (basename(input.path) === 'config' || SECTION.test(input.text)),
  )
  return { configs, states, zones: inputs.filter(one => !states.includes(one) && !configs.includes(one)) }
}

/** Files that another one includes may be given too. */
async function loadConfig(inputs: readonly Input[], loader: VscfLoader): Promise<VscfHash | undefined> {
  const loaded: { input: Input; value: Vscf }[] = []
  for (const input of inputs) {
    const value = await loader.load(input)
    if (value !== undefined) loaded.push({ input, value })
  }
  const [first, second] = loaded.filter(({ input }) => !loader.included.has(input.path))
  second?.input.complainOfAll(`${first?.input.file} is the configuration already`)
  const config = hashOf(first?.value, 'the configuration')
  complainOfKeys(config, SECTIONS, 'the configuration')
  return config
}

interface ZoneFile {
  readonly input: Input
  readonly origin: Name
}

/** Zones are named by their files; of `--zone` only that one is taken. */
function zoneFiles(inputs: readonly Input[], wanted: Name | undefined): ZoneFile[] {
  const [first] = inputs
  const all = inputs.map(input => ({ input, origin: originOf(basename(input.path)) }))
  const named = all.filter(({ origin }) => wanted !== undefined && origin === wanted)
  if (wanted !== undefined && named.length === 0) {
    if (inputs.length === 1 && first !== undefined) return [{ input: first, origin: wanted }]
    first?.complainOfAll(`no file is called ${plainName(wanted)}, the zone that --zone names`)
    return []
  }
  return (wanted === undefined ? all : named).flatMap(({ input, origin }) => {
    if (origin !== undefined) return [{ input, origin }]
    input.complainOfAll(
      'is not called as a zone, and no configuration of gdnsd; --zone says which zone it is',
    )
    return []
  })
}

/** gdnsd(8), "ZONE FILES": a slash is an `@`. */
function originOf(file: string): Name | undefined {
  if (file === ROOT_FILE) return ROOT
  const parsed = parseName(file.replaceAll('@', '/'))
  return 'name' in parsed ? lowerCase(parsed.name) : undefined
}

function complainOfOverlap(zones: readonly GdnsdZone[]): void {
  for (const [index, { origin, input }] of zones.entries()) {
    const same = zones.slice(0, index).find(one => one.origin === origin)
    const above = zones.find(one => one.origin !== origin && isAtOrBelow(origin, one.origin))
    if (same !== undefined) input.complainOfAll(`${same.input.file} is the zone ${plainName(origin)} already`)
    else if (above !== undefined)
      input.complainOfAll(
        `${plainName(origin)} lies in the zone of ${above.input.file}, which gdnsd does not allow`,
      )
  }
}

function sayNoZones(inputs: readonly Input[]): void {
  inputs[0]?.complainOfAll('there is no zone file among the files; give the folder, or zones/ too')
}

interface Made {
  readonly draft: ZoneDraft
  readonly pools: ZonePools
}

function makeZone(zone: GdnsdZone, plugins: Plugins, config: Input | undefined, teller: Teller): Made {
  const { origin, input } = zone
  const pools = new ZonePools(origin, teller, hostOtherwise(zone))
  const names: NameDraft[] = []
  const records: RecordDraft[] = [...zone.records]
  for (const one of zone.dynamic) {
    const from = { kind: 'text', text: one.resource ?? '', input: one.input, offset: one.offset } as const
    const supply = plugins.resource(one.plugin, one.resource, from)
    if (supply?.kind === 'nothing') teller.tell(...supply.remarks)
    else if (supply?.kind === 'records') {
      complainOfAlias(
        one,
        supply.records.some(({ type }) => type === 'CNAME'),
      )
      for (const { type, data } of supply.records)
        records.push({ owner: one.name, ttl: one.ttl, type, data, from: supply.from })
    } else if (supply !== undefined) {
      complainOfAlias(one, supply.pool.hasNames)
      names.push(managed(one, supply.pool, pools, teller))
    }
  }
  const sources = [...new Set([input.file, ...(config === undefined ? [] : [config.file])])].join(', ')
  const above = [`Imported from ${sources} by understudy import gdnsd.`]
  const draft = { origin, above, records, checks: pools.checks.entries, pools: pools.entries, names }
  return { draft, pools }
}

/** Asked for where gdnsd sends no Host and a managed name cannot be one. */
function hostOtherwise({ origin, dynamic }: GdnsdZone): string | undefined {
  return dynamic.every(({ name }) => isHost(plainName(name))) ? undefined : plainName(origin)
}

function complainOfAlias({ isAlias, input, offset, plugin, resource }: DynamicName, hasNames: boolean): void {
  if (hasNames && !isAlias)
    input.complain(offset, `DYNA: ${plugin}!${resource ?? ''} may be answered with a name; write DYNC`)
}

function managed(one: DynamicName, pool: PoolPlan, pools: ZonePools, teller: Teller): NameDraft {
  const { seconds, from } = pool.steady
  const steady = Math.max(one.ttlMin, Math.min(one.ttl, seconds))
  const ttl = Math.min(steady, TTL.max)
  if (ttl < steady)
    teller.tell({
      grade: 'changed',
      what: `the TTL ${steady}`,
      became: `is ${TTL.max}, the most that a managed name has`,
      place: one.input.at(one.offset),
    })
  const ttlMin = Math.min(one.ttlMin, ttl)
  const why = steady < one.ttl ? `: what gdnsd says while all is well (${from})` : ''
  return {
    name: one.name,
    value: map(
      entry('pool', scalar(pools.nameOf(pool))),
      entry('ttl', scalar(formatDuration(ttl * 1000), `${one.ttlFrom}${why}`)),
      entry('ttl-min', scalar(formatDuration(ttlMin * 1000), one.ttlFrom)),
    ),
  }
}

function tellOfConfig(
  types: ServiceTypes,
  states: readonly Input[],
  config: Input | undefined,
  findings: Findings,
): void {
  for (const { name, place } of types.unused)
    findings.note(`service type ${name}`, 'nothing is monitored by it, and it is not carried over', place)
  if (states.length === 0)
    findings.note(
      'admin_state',
      'is not among the files; where it has lines in force, give it too (/var/lib/gdnsd/admin_state)',
      config?.file,
    )
}
