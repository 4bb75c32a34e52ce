/** The server's own settings: `understudy.yaml`, and what the command line says instead. */
import { hostname } from 'node:os'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import type { Receiver } from '#alert/receiver.ts'
import { formatSocketAddr, parseSocketAddr, type SocketAddr } from '#base/address.ts'
import { DEFAULT_HISTORY } from '#store/probe-history.ts'
import { adminNames, complainOfReach } from './admin-reach.ts'
import { ADMIN_TLS_SHAPE } from './admin-tls.ts'
import { receiverList } from './alert-shape.ts'
import { ANSWERING_SHAPE, readAnswering } from './answering.ts'
import type { Complaints } from './complaints.ts'
import type { AdminTls, ServerSettings } from './configuration.ts'
import { COOKIES_SHAPE } from './cookie-secrets.ts'
import { referenceList } from './references.ts'
import { resolverList } from './resolvers.ts'
import { readSection, type Section } from './section.ts'
import { adminTokens, readAdminTokens } from './tokens.ts'
import { choice, integer, oneOrList, refine, socketAddr, text } from './values.ts'
import { show } from './words.ts'
import { said, section } from './written.ts'
import type { SettingsFile, YamlSource } from './yaml-source.ts'

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

const LISTEN_SHAPE = {
  dns: said(
    oneOrList(socketAddr),
    'Where DNS is answered, UDP and TCP: one address with port, or a list; IPv6 as "[::]:53".',
    { default: '127.0.0.1:5300' },
  ),
  admin: said(
    socketAddr,
    'API, status page, metrics and health; beyond loopback only with tokens, and best with admin-tls.',
    { default: '127.0.0.1:8053' },
  ),
  'admin-names': said(
    adminNames,
    'By which names the admin listener may be asked beside its addresses, without a port: one or a list.',
  ),
  'admin-tls': said(section(ADMIN_TLS_SHAPE), 'Certificate and key of the admin listener.'),
  metrics: said(socketAddr, 'One more listener with /metrics and /livez alone, at any address.'),
} as const
const LOG_SHAPE = {
  level: said(choice(['debug', 'info', 'warn', 'error']), 'What is logged: this, and what is worse.', {
    default: 'info',
  }),
  format: said(choice(['auto', 'json', 'pretty']), 'auto is pretty on a terminal, and else json.', {
    default: 'auto',
  }),
} as const

const HISTORY_SHAPE = {
  days: said(
    integer(0, 366),
    'How many days what probes have seen is kept; 0 for nothing. Needs a restart.',
    {
      default: DEFAULT_HISTORY.days,
    },
  ),
  rows: said(integer(1000, 100_000_000), 'In how many rows at most, of some 70 bytes. Needs a restart.', {
    default: DEFAULT_HISTORY.rows,
  }),
} as const

/** All of `understudy.yaml`. */
export const SETTINGS_SHAPE = {
  node: said(node, "The name of this server, in its log, metrics and NSID; the host's name unless said."),
  listen: said(section(LISTEN_SHAPE), 'Addresses and ports.'),
  zones: said(text(PATH_BYTES), 'The folder of zones.', { default: './zones' }),
  state: said(
    text(PATH_BYTES),
    'The SQLite database of verdicts, selections and transitions; one server for each.',
    {
      default: './state/understudy.db',
    },
  ),
  responders: said(
    integer(1, 64),
    'Threads that answer UDP in batches; one less than there are processors unless said.',
  ),
  udp: said(
    choice(['auto', 'batch', 'portable']),
    'How UDP is listened to: batch (recvmmsg, Linux), portable (node:dgram), or the first where it is to be had.',
    { default: 'auto' },
  ),
  log: said(section(LOG_SHAPE), 'The log.'),
  history: said(section(HISTORY_SHAPE), 'How much is kept of what probes have seen.'),
  ...ANSWERING_SHAPE,
  cookies: said(section(COOKIES_SHAPE), 'DNS cookies.'),
  references: said(
    referenceList,
    "Addresses that answer when this node's network works: without one of the same family no endpoint is taken for down.",
  ),
  'while-cut-off': said(
    choice(['serve', 'servfail']),
    'What managed names are answered with while no reference is reached.',
    { default: 'serve' },
  ),
  resolvers: said(
    resolverList,
    'Who is asked for the addresses of hostnames: an address, with a port if that is not 53, or a list; those of the system unless said.',
  ),
  alerts: said(receiverList, 'Who is told of what happens.'),
  watch: said(
    z.boolean(),
    'Whether changed files are taken up by themselves, once they have been quiet for 2 s.',
    {
      default: true,
    },
  ),
  tokens: said(adminTokens, 'Who may use the admin listener.'),
} as const

/** What complaints of the command line call their file. */
const COMMAND_LINE = 'command line'

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
  readonly top: Partial<Section<typeof SETTINGS_SHAPE>['values']>
  readonly listen: Partial<Section<typeof LISTEN_SHAPE>['values']>
  readonly log: Partial<Section<typeof LOG_SHAPE>['values']>
  readonly history: Partial<Section<typeof HISTORY_SHAPE>['values']>
}

const NOTHING: Read = { top: {}, listen: {}, log: {}, history: {} }

function readFile(source: YamlSource): Read {
  const top = readSection(source, [], SETTINGS_SHAPE).values
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
