/** The monitoring plugins of gdnsd, each as the type of a check. */
import { didYouMean } from '#config/nearest.ts'
import { isHost } from '#config/values.ts'
import { type Entry, entry, inline, scalar } from './draft.ts'
import type { Remark } from './gdnsd-remarks.ts'
import { PORT } from './limits.ts'
import type { VscfHash, VscfText } from './vscf.ts'
import {
  booleanIn,
  complain,
  complainOfKeys,
  numberIn,
  placeOf,
  type Said,
  textOf,
  textsOf,
  valueIn,
} from './vscf-read.ts'

export interface GdnsdProbe {
  /** Of the check: its type and where it aims. */
  readonly entries: readonly Entry[]
  /** Whether each result is taken as final. */
  readonly isDirect: boolean
  /** Whether nothing says which host to ask for. */
  readonly lacksHost: boolean
  /** Whether it takes names as well as addresses. */
  readonly takesNames: boolean
}

interface ProbeRequest {
  readonly name: string
  readonly hash: VscfHash
  readonly remarks: Remark[]
}

interface Monitor {
  readonly keys: readonly string[]
  readonly read?: (request: ProbeRequest) => GdnsdProbe | undefined
  /** Of what never probes. */
  readonly fate?: (hash: VscfHash) => 'up' | 'down'
}

const MONITORS: Readonly<Record<string, Monitor>> = {
  http_status: { keys: ['port', 'url_path', 'vhost', 'ok_codes'], read: readHttp },
  tcp_connect: { keys: ['port'], read: readTcp },
  extmon: { keys: ['cmd', 'direct', 'max_proc'], read: readExtmon },
  extfile: { keys: ['file', 'direct', 'def_ttl', 'def_down'], read: readExtfile },
  static: { keys: ['state', 'ttl'], fate: fateOfStatic },
  null: { keys: [], fate: () => 'down' },
}

const MAX_STATUS = { min: 100, max: 599 } as const
const ITEM = '%%ITEM%%'
const MAX_ARGUMENTS = 64
const EXTFILE_FOLDER = '/var/lib/gdnsd/extfile/'

/**
 * Prints nothing, and exits with 0 where the file says UP of the address, or nothing of it and that means up. The file is a hash of vscf, one state on a line.
 */
const EXTFILE_AWK = `BEGIN { a = tolower(ENVIRON["UNDERSTUDY_ADDRESS"]); s = d }
{ sub(/[#;].*/, ""); gsub(/[",{} \\t\\r]/, ""); n = split($0, p, /=>?/) }
n > 1 && tolower(p[1]) == a { s = toupper(p[2]) }
END { exit s ~ /^UP/ ? 0 : 1 }`

export interface MonitorKind extends Pick<Monitor, 'read' | 'fate'> {
  complainOfKeys(hash: VscfHash, general: readonly string[]): void
}

/** The monitor that the plugin is; undefined after a complaint. */
export function checkKindOf(plugin: VscfText): MonitorKind | undefined {
  const monitor = Object.hasOwn(MONITORS, plugin.text) ? MONITORS[plugin.text] : undefined
  if (monitor === undefined)
    return complain(
      plugin,
      `${JSON.stringify(plugin.text)} is no plugin that monitors${didYouMean(plugin.text, Object.keys(MONITORS))}`,
    )
  return {
    ...monitor,
    complainOfKeys: (hash, general) =>
      complainOfKeys(hash, [...general, ...monitor.keys], `a service type of ${plugin.text}`),
  }
}

function readHttp({ name, hash, remarks }: ProbeRequest): GdnsdProbe {
  const path = said(hash, 'url_path')
  const pathNode = valueIn(hash, 'url_path')
  if (pathNode !== undefined && path !== undefined && !/^\/[\x21\x22\x24-\x7e]*$/.test(path.value))
    complain(pathNode, 'url_path: begins with / and has no spaces, no # and nothing beyond ASCII')
  const codes = textsOf(valueIn(hash, 'ok_codes'), 'ok_codes').flatMap(text => {
    const code = /^\d{1,6}$/.test(text.text) ? Number(text.text) : 0
    if (code >= MAX_STATUS.min && code <= MAX_STATUS.max) return [code]
    complain(text, `ok_codes: ${JSON.stringify(text.text.slice(0, 60))} is not a status within 100-599`)
    return []
  })
  const codesNode = valueIn(hash, 'ok_codes')
  const host = hostEntries({ name, hash, remarks })
  const from = codesNode === undefined ? 'the default of gdnsd' : `ok_codes, ${placeOf(codesNode)}`
  return {
    entries: [
      entry('type', scalar('http', `http_status, ${placeOf(hash)}`)),
      ...portEntries(numberIn(hash, 'port', PORT)),
      ...(path === undefined ? [] : [entry('path', scalar(path.value, path.from))]),
      ...host,
      entry('expect', inline({ status: codes.length === 0 ? [200] : [...new Set(codes)] }, from)),
    ],
    isDirect: false,
    lacksHost: host.length === 0,
    takesNames: false,
  }
}

function hostEntries({ name, hash, remarks }: ProbeRequest): Entry[] {
  const node = textOf(valueIn(hash, 'vhost'), 'vhost')
  const place = placeOf(node ?? hash)
  if (node === undefined) {
    const became = 'is sent no Host by gdnsd, and here the managed name (host:)'
    remarks.push({ grade: 'changed', what: `service type ${name} without vhost`, became, place })
    return []
  }
  const host = node.text.replace(/:\d+$/, '')
  if (!isHost(host)) {
    complain(node, `vhost: ${JSON.stringify(node.text.slice(0, 60))} is not a host name`)
    return []
  }
  if (host !== node.text)
    remarks.push({
      grade: 'changed',
      what: `vhost ${node.text}`,
      became: 'is sent with the port of the check',
      place,
    })
  return [entry('host', scalar(host, `vhost, ${place}`))]
}

function readTcp({ name, hash }: ProbeRequest): GdnsdProbe | undefined {
  const port = numberIn(hash, 'port', PORT)
  if (port === undefined && valueIn(hash, 'port') === undefined)
    complain(hash, `service type ${name}: port is missing`)
  if (port === undefined) return undefined
  return {
    entries: [entry('type', scalar('tcp', `tcp_connect, ${placeOf(hash)}`)), ...portEntries(port)],
    isDirect: false,
    lacksHost: false,
    takesNames: false,
  }
}

function readExtmon({ name, hash, remarks }: ProbeRequest): GdnsdProbe | undefined {
  const node = valueIn(hash, 'cmd')
  const words = textsOf(node, 'cmd')
  if (node === undefined || words.length === 0)
    return complain(node ?? hash, `service type ${name}: cmd is missing or empty`)
  if (words.length > MAX_ARGUMENTS - 2)
    return complain(node, `cmd: more than ${MAX_ARGUMENTS - 2} arguments are not taken`)
  const program = words[0]?.text ?? ''
  if (!program.startsWith('/') && program.includes('/'))
    return complain(words[0] ?? node, `cmd: ${JSON.stringify(program)} is relative; write the whole path`)
  const place = placeOf(node)
  remarks.push({
    grade: 'note',
    what: `cmd of service type ${name}`,
    became: 'runs as the user of Understudy, in / and with its own few variables (docs/health.md, exec)',
    place,
  })
  if (valueIn(hash, 'max_proc') !== undefined)
    remarks.push({
      grade: 'changed',
      what: `max_proc of service type ${name}`,
      became: 'at most 16 commands run at once, of all checks together',
      place,
    })
  return {
    entries: [
      entry('type', scalar('exec', `extmon, ${placeOf(hash)}`)),
      entry('command', inline(commandOf(words.map(({ text }) => text)), `cmd, ${place}`)),
    ],
    isDirect: booleanIn(hash, 'direct') === true,
    lacksHost: false,
    takesNames: true,
  }
}

/** As it is, or by a shell that puts the address in where it is not known before. */
function commandOf(words: readonly string[]): string[] {
  if (!words.some(word => word.includes(ITEM))) return [...words]
  const quoted = words.map(word =>
    word
      .split(ITEM)
      .map(part => (part === '' ? '' : `'${part.replaceAll("'", `'\\''`)}'`))
      .join('"$UNDERSTUDY_ADDRESS"'),
  )
  return ['/bin/sh', '-c', `exec ${quoted.map(word => word || "''").join(' ')}`]
}

function readExtfile({ name, hash, remarks }: ProbeRequest): GdnsdProbe | undefined {
  const node = textOf(valueIn(hash, 'file'), 'file')
  if (node === undefined || node.text === '')
    return complain(node ?? hash, `service type ${name}: file is missing`)
  const path = node.text.startsWith('/') ? node.text : `${EXTFILE_FOLDER}${node.text}`
  const place = placeOf(node)
  remarks.push({
    grade: 'changed',
    what: `extfile ${path}`,
    became:
      'is read by awk with every probe: one state on a line, TTLs in it do not count; a file that is not there is a fail',
    place,
  })
  const fate = booleanIn(hash, 'def_down') === true ? 'DOWN' : 'UP'
  return {
    entries: [
      entry('type', scalar('exec', `extfile, ${placeOf(hash)}`)),
      entry('command', inline(['awk', '-v', `d=${fate}`, EXTFILE_AWK, path], `file, ${place}`)),
    ],
    isDirect: booleanIn(hash, 'direct') === true,
    lacksHost: false,
    takesNames: true,
  }
}

function fateOfStatic(hash: VscfHash): 'up' | 'down' {
  const node = textOf(valueIn(hash, 'state'), 'state')
  const word = node?.text.toUpperCase() ?? 'UP'
  if (word !== 'UP' && word !== 'DOWN' && node !== undefined)
    complain(node, `state: ${JSON.stringify(node.text.slice(0, 60))} is not UP or DOWN`)
  return word === 'DOWN' ? 'down' : 'up'
}

function portEntries(port: Said<number> | undefined): Entry[] {
  return port === undefined ? [] : [entry('port', scalar(port.value, port.from))]
}

function said(hash: VscfHash, key: string): Said<string> | undefined {
  const node = textOf(valueIn(hash, key), key)
  return node === undefined ? undefined : { value: node.text, from: `${key}, ${placeOf(node)}` }
}
