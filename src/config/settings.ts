/** The server's own settings: `understudy.yaml`, and what the command line says instead. */
import { hostname } from 'node:os'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import type { Receiver } from '#alert/receiver.ts'
import { formatSocketAddr, parseSocketAddr, type SocketAddr } from '#base/address.ts'
import { DEFAULT_HISTORY } from '#store/probe-history.ts'
import { adminNames, complainOfReach } from './admin-reach.ts'
import { networkList, readAnswering } from './answering.ts'
import type { Complaints } from './complaints.ts'
import type { AdminTls, ServerSettings } from './configuration.ts'
import { referenceList } from './references.ts'
import { resolverList } from './resolvers.ts'
import { readSection, type Section } from './section.ts'
import { readAdminTokens } from './tokens.ts'
import { choice, integer, nested, oneOrList, refine, socketAddr, text } from './values.ts'
import { show } from './words.ts'
import type { YamlSource } from './yaml-source.ts'

/** Values of the command line, which outrank those of the file. */
export interface CommandLine {
  readonly zones?: string
  readonly state?: string
  readonly listen?: readonly string[]
  readonly admin?: string
}

const PATH_BYTES = 4096
const node = refine(text(63), name =>
  /^[\x21-\x7e]+$/.test(name)
    ? { value: name }
    : { problem: `${show(name)} has spaces, or characters beyond ASCII` },
)

const SHAPE = {
  node,
  listen: nested,
  zones: text(PATH_BYTES),
  state: text(PATH_BYTES),
  responders: integer(1, 64),
  udp: choice(['auto', 'batch', 'portable']),
  log: nested,
  history: nested,
  'minimal-responses': z.boolean(),
  reveal: nested,
  cookies: nested,
  'rate-limit': nested,
  'query-log': nested,
  tcp: nested,
  references: referenceList,
  'while-cut-off': choice(['serve', 'servfail']),
  resolvers: resolverList,
  alerts: nested,
  watch: z.boolean(),
  tokens: nested,
  'introspection-from': networkList,
} as const
const LISTEN_SHAPE = {
  dns: oneOrList(socketAddr),
  admin: socketAddr,
  'admin-names': adminNames,
  'admin-tls': nested,
  metrics: socketAddr,
} as const
const LOG_SHAPE = {
  level: choice(['debug', 'info', 'warn', 'error']),
  format: choice(['auto', 'json', 'pretty']),
} as const

const HISTORY_SHAPE = { days: integer(0, 366), rows: integer(1000, 100_000_000) } as const

/** What complaints of the command line call their file. */
const COMMAND_LINE = 'command line'

/** A configuration file, if there is one. */
export interface SettingsFile {
  /** Absolute. */
  readonly path: string
  readonly source: YamlSource
}

/** What stands in files of its own, and has been read. */
export interface SettingsSecrets {
  readonly cookieSecrets?: readonly Uint8Array[] | undefined
  readonly adminTls?: AdminTls | undefined
  readonly alerts?: readonly Receiver[] | undefined
}

/** The settings as defaults, file and command line say them. What cannot be used is complained of, and the default stands. */
export function readSettings(
  file: SettingsFile | undefined,
  line: CommandLine,
  cwd: string,
  complaints: Complaints,
  { cookieSecrets, adminTls, alerts = [] }: SettingsSecrets = {},
): ServerSettings {
  const { top, listen, log, history } = file === undefined ? NOTHING : readFile(file.source)
  const base = file === undefined ? cwd : dirname(file.path)
  const dns = fromLine(line.listen, '--listen', complaints) ?? listen.dns ?? [LOOPBACK_DNS]
  const admin = fromLine(line.admin === undefined ? undefined : [line.admin], '--admin', complaints)?.[0]
  const tokens = readAdminTokens(file?.source)
  complainOfReach({ source: file?.source, complaints, line: admin, file: listen.admin })
  complainOfTwice(dns, line.listen === undefined ? file?.source : undefined, complaints)
  return {
    node: top.node ?? (hostname() || 'understudy'),
    dns,
    admin: admin ?? listen.admin ?? LOOPBACK_ADMIN,
    adminNames: listen['admin-names'] ?? [],
    adminTls,
    tokens,
    metrics: listen.metrics,
    responders: top.responders,
    udp: top.udp ?? 'auto',
    zonesPath: line.zones === undefined ? resolve(base, top.zones ?? 'zones') : resolve(cwd, line.zones),
    statePath:
      line.state === undefined ? resolve(base, top.state ?? 'state/understudy.db') : resolve(cwd, line.state),
    history: { days: history.days ?? DEFAULT_HISTORY.days, rows: history.rows ?? DEFAULT_HISTORY.rows },
    logLevel: log.level ?? 'info',
    logFormat: log.format ?? 'auto',
    references: top.references ?? [],
    whileCutOff: top['while-cut-off'] ?? 'serve',
    resolvers: top.resolvers,
    alerts,
    watch: top.watch ?? true,
    answering: {
      ...readAnswering(file?.source, {
        minimal: top['minimal-responses'],
        introspectionFrom: top['introspection-from'],
      }),
      cookieSecrets,
    },
  }
}

interface Read {
  readonly top: Partial<Section<typeof SHAPE>['values']>
  readonly listen: Partial<Section<typeof LISTEN_SHAPE>['values']>
  readonly log: Partial<Section<typeof LOG_SHAPE>['values']>
  readonly history: Partial<Section<typeof HISTORY_SHAPE>['values']>
}

const NOTHING: Read = { top: {}, listen: {}, log: {}, history: {} }

function readFile(source: YamlSource): Read {
  const top = readSection(source, [], SHAPE).values
  const listen = readSection(source, ['listen'], LISTEN_SHAPE).values
  const log = readSection(source, ['log'], LOG_SHAPE).values
  const history = readSection(source, ['history'], HISTORY_SHAPE).values
  const { admin, metrics } = listen
  if (admin !== undefined && metrics !== undefined && admin.port !== 0 && isSame(admin, metrics))
    source.complain(
      ['listen', 'metrics'],
      'is the address of listen.admin, which has /metrics already; leave it out',
    )
  return { top, listen, log, history }
}

function fromLine(
  texts: readonly string[] | undefined,
  option: string,
  complaints: Complaints,
): SocketAddr[] | undefined {
  return texts?.flatMap(text => {
    const parsed = socketAddr.safeParse(text)
    if (parsed.success) return [parsed.data]
    complaints.ofWhole(COMMAND_LINE, `${option}: ${parsed.error.issues[0]?.message}`)
    return []
  })
}

function complainOfTwice(
  dns: readonly SocketAddr[],
  source: YamlSource | undefined,
  complaints: Complaints,
): void {
  for (const [index, address] of dns.entries()) {
    if (address.port === 0 || dns.findIndex(other => isSame(other, address)) === index) continue
    const problem = `${formatSocketAddr(address)} is here twice`
    if (source === undefined) complaints.ofWhole(COMMAND_LINE, `--listen: ${problem}`)
    else source.complain(['listen', 'dns', index], problem)
  }
}

function isSame(a: SocketAddr, b: SocketAddr): boolean {
  return formatSocketAddr(a) === formatSocketAddr(b)
}

function loopback(port: number): SocketAddr {
  const parsed = parseSocketAddr(`127.0.0.1:${port}`)
  if (parsed === undefined) throw new RangeError(`${port} is not a port`)
  return parsed
}

const LOOPBACK_DNS = loopback(5300)
const LOOPBACK_ADMIN = loopback(8053)
