/** `understudy complete`: what may stand at the cursor of a command line. The scripts of `understudy completion` ask it. */
import type { Command, Option } from 'commander'
import { type Candidate, knownNames, type NameKind } from './known-names.ts'
import { DEFAULT_SERVERS } from './servers.ts'
import { oneLine } from './text-width.ts'

/** The shell knows files and folders itself. */
export type Completions = readonly Candidate[] | 'files' | 'folders'

type Source = NameKind | 'files' | 'folders' | 'durations' | 'record-types'

/** Of each command, what its arguments are; nothing is known of others, unless they have choices. */
const ARGUMENTS: Readonly<Record<string, readonly (Source | undefined)[]>> = {
  check: ['files'],
  status: ['status-name'],
  explain: ['managed-name', 'record-types'],
  history: ['status-name'],
  drain: ['endpoint'],
  force: ['endpoint'],
  pin: ['endpoint'],
  release: ['override-target'],
  failback: ['pool'],
  drill: ['pool'],
  backtest: ['check'],
  doctor: ['zone'],
  test: ['receiver'],
  import: [undefined, 'files'],
}

/** Of options, whichever command has them. */
const OPTIONS: Readonly<Record<string, Source>> = {
  '--config': 'files',
  '--out': 'folders',
  '--state': 'files',
  '--token-file': 'files',
  '--zones': 'folders',
  '--for': 'durations',
  '--since': 'durations',
}

const WORDS: Readonly<Record<string, readonly string[]>> = {
  durations: ['10m', '30m', '1h', '2h', '24h', '7d'],
  'record-types': ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'SOA', 'SRV', 'TXT', 'HTTPS', 'CAA', 'PTR'],
}

/** What the words before the one at the cursor have said. */
interface Place {
  readonly command: Command
  /** How many arguments the command has already. */
  readonly given: number
  /** Whose value the word at the cursor is. */
  readonly option: Option | undefined
  readonly servers: readonly string[]
  readonly tokenFile: string | undefined
  /** Whether `--` has been said. */
  readonly isOnlyArguments: boolean
}

/** @param words those behind the name of the program, the one at the cursor last */
export async function complete(root: Command, words: readonly string[]): Promise<Completions> {
  const typed = words.at(-1) ?? ''
  const place = placeOf(root, words.slice(0, -1))
  if (place === undefined) return []
  const { command, option, given } = place
  if (option !== undefined && !(option.variadic && typed.startsWith('-')))
    return valuesOf(option, typed, place)
  if (typed.startsWith('-') && !place.isOnlyArguments) return await optionsAt(typed, place)
  if (command.commands.length > 0) return commandsOf(command).filter(({ value }) => value.startsWith(typed))
  const last = command.registeredArguments.length - 1
  const at = command.registeredArguments[last]?.variadic === true ? Math.min(given, last) : given
  const choices = command.registeredArguments[at]?.argChoices
  if (choices !== undefined) return starting(choices, typed)
  return fromSource(ARGUMENTS[command.name()]?.[at], typed, place)
}

/** As the scripts read it: a line for each, `VALUE` TAB `DESCRIPTION`; `:files` and `:folders` are for the shell to find. */
export function completionText(completions: Completions): string {
  if (typeof completions === 'string') return `:${completions}\n`
  return completions.map(({ value, description }) => `${value}\t${oneLine(description)}\n`).join('')
}

/** Undefined behind a command that there is not. */
function placeOf(root: Command, words: readonly string[]): Place | undefined {
  let place: Place = {
    command: root,
    given: 0,
    option: undefined,
    servers: [],
    tokenFile: undefined,
    isOnlyArguments: false,
  }
  for (const word of words) {
    const after = behind(place, word)
    if (after === undefined) return undefined
    place = after
  }
  return place
}

function behind(place: Place, word: string): Place | undefined {
  const { command, option } = place
  const isOption = word.startsWith('-') && !place.isOnlyArguments
  if (option !== undefined && !(option.variadic && isOption))
    return { ...withValue(place, option, word), option: option.variadic ? option : undefined }
  if (word === '--') return { ...place, option: undefined, isOnlyArguments: true }
  if (isOption) {
    const [name, value] = splitOption(word)
    const found = findOption(command, name)
    if (found === undefined || value !== undefined)
      return { ...withValue(place, found, value ?? ''), option: undefined }
    return { ...place, option: found.required || found.optional ? found : undefined }
  }
  if (command.commands.length === 0) return { ...place, option: undefined, given: place.given + 1 }
  const found = command.commands.find(one => one.name() === word)
  return found === undefined ? undefined : { ...place, command: found, option: undefined }
}

function withValue(place: Place, option: Option | undefined, value: string): Place {
  if (option?.long === '--server') return { ...place, servers: [...place.servers, value] }
  return option?.long === '--token-file' ? { ...place, tokenFile: value } : place
}

/** `--for=30m` in its two parts. */
function splitOption(word: string): [string, string | undefined] {
  const equals = word.indexOf('=')
  return equals === -1 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)]
}

function findOption(command: Command, name: string): Option | undefined {
  return command.options.find(({ long, short }) => long === name || short === name)
}

async function optionsAt(typed: string, place: Place): Promise<Completions> {
  const [name, value] = splitOption(typed)
  const options = place.command.createHelp().visibleOptions(place.command)
  if (value === undefined)
    return options.flatMap(({ long, description }) =>
      long?.startsWith(typed) === true ? [{ value: long, description }] : [],
    )
  const option = findOption(place.command, name)
  const values = option === undefined ? [] : await valuesOf(option, value, place)
  if (typeof values === 'string') return values
  return values.map(one => ({ ...one, value: `${name}=${one.value}` }))
}

function valuesOf(option: Option, typed: string, place: Place): Promise<Completions> {
  if (option.argChoices !== undefined) return Promise.resolve(starting(option.argChoices, typed))
  return fromSource(OPTIONS[option.long ?? ''], typed, place)
}

function commandsOf(parent: Command): Candidate[] {
  const commands = parent.createHelp().visibleCommands(parent)
  return commands.map(command => ({ value: command.name(), description: command.description() }))
}

async function fromSource(source: Source | undefined, typed: string, place: Place): Promise<Completions> {
  if (source === undefined || source === 'files' || source === 'folders') return source ?? []
  const words = WORDS[source]
  if (words !== undefined) return starting(words, typed)
  const { servers, tokenFile } = place
  return await knownNames(source as NameKind, typed, {
    server: servers.length === 0 ? DEFAULT_SERVERS : servers,
    ...(tokenFile === undefined ? {} : { tokenFile }),
  })
}

function starting(words: readonly string[], typed: string): Candidate[] {
  return words.filter(word => word.startsWith(typed)).map(value => ({ value, description: '' }))
}
