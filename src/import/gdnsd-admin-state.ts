/** `admin_state` of gdnsd (gdnsd(8)): what operators say now. It is no configuration, so the commands are told that say the same here. */
import type { Findings } from './findings.ts'
import type { WrittenEndpoint } from './gdnsd-pools.ts'
import { matchesGlob } from './glob.ts'
import { plainName } from './relative-name.ts'
import type { Vscf, VscfEntry } from './vscf.ts'
import { complain, entriesOf, hashOf, placeOf, textOf } from './vscf-read.ts'

interface Line {
  readonly pattern: string
  readonly state: 'UP' | 'DOWN'
  readonly hasTtl: boolean
  readonly entry: VscfEntry
}

const MAX_COMMANDS = 20
/** As gdnsd does it also to the last address that is up. */
const FORCED = { UP: 'up', DOWN: 'down --force' } as const

/** Tells what each line would take. */
export function tellAdminState(node: Vscf, endpoints: readonly WrittenEndpoint[], findings: Findings): void {
  const lines = [...entriesOf(hashOf(node, 'admin_state')).values()].flatMap(entry => lineOf(entry) ?? [])
  const commands = new Map<Line, Set<string>>()
  for (const one of endpoints) {
    const ruling = rulingOn(one, lines)
    if (ruling === undefined) continue
    const said = commands.get(ruling.line) ?? new Set()
    commands.set(ruling.line, said.add(ruling.text))
  }
  for (const line of lines) {
    const what = `admin_state ${line.pattern} => ${line.state}`
    const place = placeOf(line.entry)
    const said = [...(commands.get(line) ?? [])]
    if (said.length === 0)
      findings.note(
        what,
        'is of no effect here: nothing that is carried over is called so, or another line says more',
        place,
      )
    else
      findings.lost(
        what,
        `is no configuration; ${shown(said)}${line.hasTtl ? '; its TTL is not carried over' : ''}`,
        place,
      )
  }
}

function shown(said: readonly string[]): string {
  const more = said.length > MAX_COMMANDS ? `; and ${said.length - MAX_COMMANDS} more` : ''
  return `${said.slice(0, MAX_COMMANDS).join('; ')}${more}`
}

function lineOf(entry: VscfEntry): Line | undefined {
  const value = textOf(entry.value, entry.key)
  if (value === undefined) return undefined
  const parts = /^(UP|DOWN)(\/\d{1,10})?$/i.exec(value.text)
  if (parts === null)
    return complain(
      value,
      `${JSON.stringify(value.text.slice(0, 60))} is not UP or DOWN, or one of them with /TTL`,
    )
  const state = parts[1]?.toUpperCase() === 'UP' ? 'UP' : 'DOWN'
  return { pattern: entry.key, state, hasTtl: parts[2] !== undefined, entry }
}

/** What the last lines that match say of the endpoint, and the line that says it. */
function rulingOn(
  { origin, pool, endpoint }: WrittenEndpoint,
  lines: readonly Line[],
): { readonly line: Line; readonly text: string } | undefined {
  const target = `${plainName(origin)}/${pool}/${endpoint.name}`
  const force = (line: Line, note = ''): { line: Line; text: string } => ({
    line,
    text: `understudy force ${target} ${FORCED[line.state]} --for 24h${note}`,
  })
  const last = (name: string): Line | undefined => lines.findLast(({ pattern }) => matchesGlob(pattern, name))
  const datacenter = endpoint.datacenters.map(last).find(line => line !== undefined)
  if (datacenter !== undefined) return force(datacenter)
  const monitored = endpoint.things.flatMap(thing => endpoint.types.map(type => last(`${thing}/${type}`)))
  const down = monitored.find(line => line?.state === 'DOWN')
  const isPart = endpoint.things.length > 1
  if (down !== undefined) return force(down, isPart ? ' (for all of its addresses)' : '')
  const [first] = monitored
  const some = monitored.find(line => line !== undefined)
  if (some === undefined) return undefined
  if (first !== undefined && monitored.every(line => line !== undefined)) return force(first)
  return { line: some, text: `one check of several of ${target} cannot be overridden by itself` }
}
