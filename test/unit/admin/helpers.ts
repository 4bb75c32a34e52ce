/** A server's view of itself as plain data, and the admin listener over it. */
import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http'
import type { AccessSettings } from '#admin/access.ts'
import type { AlertTests } from '#admin/alerts.ts'
import type { Audit } from '#admin/audited.ts'
import type { ReloadActions } from '#admin/changes.ts'
import type { DrillActions } from '#admin/drills.ts'
import type { HeartbeatReports } from '#admin/heartbeats.ts'
import { LiveEvents } from '#admin/live-events.ts'
import { createMetrics, type Metrics } from '#admin/metrics.ts'
import type { OperatorActions } from '#admin/operations.ts'
import { type Admin, type AdminOptions, startAdmin } from '#admin/server.ts'
import { formatSocketAddr, parseSocketAddr, type SocketAddr } from '#base/address.ts'
import type { Explainer, Explanation } from '#control/explanation.ts'
import { plainName } from '#control/plan.ts'
import type { ProbeHistoryPage } from '#control/probe-history-view.ts'
import { Refusal } from '#control/refusals.ts'
import type { ControlView, PoolView, ServerView, TransitionView } from '#control/view.ts'
import { typeToText } from '#wire/types.ts'

export const SERVER: ServerView = {
  node: 'ns1',
  version: '0.1.0',
  configDigest: 'abc123',
  zones: [
    { zone: 'lb.example', file: 'zones/lb.example.yaml', serial: 1_795_000_000, records: 12, broken: false },
    { zone: 'bad.example', file: 'zones/bad.example.zone', records: 0, broken: true },
  ],
  queries: [
    { transport: 'udp', label: 'A', value: 41 },
    { transport: 'tcp', label: 'AAAA', value: 2 },
  ],
  responses: [{ transport: 'udp', label: 'NOERROR', value: 40 }],
  refused: [{ transport: 'udp', label: 'outside', value: 4 }],
  limited: [{ transport: 'udp', label: 'drop', value: 5 }],
  dropped: [
    { transport: 'udp', label: 'malformed', value: 3 },
    { transport: 'tcp', label: 'malformed', value: 1 },
  ],
  socketDrops: 5,
  responderRestarts: 1,
  storeErrors: 2,
  probeLagSeconds: 0.004,
  frozen: false,
  lastReloadSuccessSeconds: 1_795_000_100,
  ready: true,
  alarms: [],
}

const up = { verdict: 'up', passes: 2, fails: 0, selected: false } as const
const down = { verdict: 'down', passes: 0, fails: 0, selected: false } as const

export const POOL: PoolView = {
  zone: '0/25.2.0.192.in-addr.arpa',
  pool: 'www',
  policy: 'failover',
  names: [{ name: 'www.lb.example', ttl: 30, ttlMin: 5, ttlNow: { ipv4: 30 } }],
  overrides: [
    {
      kind: 'drain',
      endpoint: 'primary',
      reason: 'new disks',
      author: 'alice',
      since: '2026-11-24T12:00:00.000Z',
      expires: '2026-11-24T12:30:00.000Z',
      volatile: false,
    },
  ],
  selections: [
    {
      family: 'ipv4',
      mode: 'serving',
      endpoints: ['backup'],
      addresses: ['192.0.2.2'],
      reason: { kind: 'failover', cause: 'down', from: 'primary' },
      why: 'primary is down',
      since: '2026-11-24T12:00:00.000Z',
    },
    {
      family: 'ipv6',
      mode: 'all-down',
      endpoints: ['primary'],
      addresses: ['2001:db8::1'],
      reason: { kind: 'all-down', rule: 'primary' },
      why: 'every endpoint is down',
      since: '2026-11-24T12:00:00.000Z',
    },
  ],
  endpoints: [
    {
      name: 'primary',
      addresses: [
        { address: '192.0.2.1', family: 'ipv4', ...down, verdictAgeSeconds: 1.5 },
        { address: '192.0.2.11', family: 'ipv4', ...down, verdictAgeSeconds: 4 },
        { address: '2001:db8::1', family: 'ipv6', verdict: 'unknown', passes: 0, fails: 1, selected: true },
      ],
    },
    {
      name: 'backup',
      addresses: [{ address: '192.0.2.2', family: 'ipv4', ...up, selected: true, verdictAgeSeconds: 0.5 }],
    },
  ],
}

export const TRANSITION: TransitionView = {
  at: '2026-11-24T12:00:00.000Z',
  kind: 'selection',
  zone: 'lb.example',
  pool: 'www',
  family: 'ipv4',
  from: 'primary',
  to: 'backup',
  why: 'primary is down',
  reason: { kind: 'failover', cause: 'down', from: 'primary' },
}

export const HISTORY: ProbeHistoryPage = {
  zone: 'lb.example',
  check: 'web',
  type: 'http',
  series: [
    {
      key: '0123456789abcdef0123456789abcdef',
      endpoints: ['lb.example/www/primary 192.0.2.1'],
      timing: {
        intervalMs: 10_000,
        fastIntervalMs: 1000,
        downIntervalMs: 30_000,
        timeoutMs: 3000,
        rise: 2,
        fall: 3,
      },
      damping: { dwellMs: 60_000, flap: { limit: 3, halfLifeMs: 900_000 } },
      runs: [
        {
          firstMs: Date.UTC(2026, 10, 24, 12),
          lastMs: Date.UTC(2026, 10, 24, 12, 1),
          count: 7,
          seen: 'pass',
          reason: 'ok',
          latency: { minMs: 1.25, meanMs: 2, maxMs: 3.5 },
          fresh: true,
        },
      ],
    },
  ],
}

export const EXPLANATION: Explanation = {
  node: 'ns1',
  at: '2026-11-24T12:00:00.000Z',
  name: 'www.lb.example',
  type: 'A',
  steps: [{ kind: 'outside', name: 'www.lb.example', why: 'in no zone of this server' }],
  answer: { rcode: 'REFUSED', flags: ['qr'], answer: [], authority: [], additional: [], bytes: 50 },
}

type TransitionsQuery = Parameters<ControlView['transitions']>[0]

export interface World extends ControlView, Explainer {
  /** What was asked of the history. */
  readonly asked: TransitionsQuery[]
}

export function world(
  said: Partial<ServerView> = {},
  pools: readonly PoolView[] = [POOL],
  broken?: Error,
): World {
  const asked: TransitionsQuery[] = []
  return {
    asked,
    server: () => ({ ...SERVER, ...said }),
    pools: () => pools,
    drills: () => [],
    pool: (zone, name) => pools.find(one => one.zone === zone && one.pool === name),
    overrides: () =>
      pools.flatMap(({ zone, pool, overrides }) => overrides.map(one => ({ zone, pool, ...one }))),
    explain: ({ name, type }) => ({ ...EXPLANATION, name: plainName(name), type: typeToText(type) }),
    alerts: () => ({ receivers: [], alerts: [] }),
    async transitions(query) {
      asked.push(query)
      if (broken !== undefined) throw broken
      return [TRANSITION]
    },
    async probeHistory(query) {
      if (broken !== undefined) throw broken
      if (query.check !== HISTORY.check) throw new Refusal('not-found', `no pool has a check ${query.check}`)
      return { ...HISTORY, next: JSON.stringify(query) }
    },
  }
}

export function socketAddr(text: string): SocketAddr {
  const parsed = parseSocketAddr(text)
  if (parsed === undefined) throw new Error(`${text} is no socket address`)
  return parsed
}

/** Where there are no receivers. */
export const NO_TESTS: AlertTests = {
  test: receiver => Promise.reject(new Refusal('not-found', `no receiver is called ${receiver}`)),
}

export interface Started extends AsyncDisposable {
  readonly admin: Admin
  readonly live: LiveEvents
  readonly metrics: Metrics
  /** Faults told to the log. */
  readonly logged: string[]
  ask(path: string, headers?: OutgoingHttpHeaders, method?: string, body?: string): Promise<Answer>
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

/** What there is nothing of. */
export const NO_ACTIONS: OperatorActions = {
  override: ({ target }) => Promise.reject(new Refusal('not-found', `nothing is called ${target}`)),
  release: target => Promise.reject(new Refusal('conflict', `nothing is on ${target}`)),
  failBack(target) {
    throw new Refusal('store', `the disk of ${target} is full`)
  },
  forceBack: (target, { forMs }) =>
    Promise.reject(new Refusal('conflict', `${target} is not forced for ${forMs} ms`)),
}

/** Of which none can be begun. */
export const NO_DRILLS: DrillActions = {
  start(target, { forMs }) {
    if (forMs < 5000) throw new Refusal('conflict', 'too short', 'for')
    throw new Refusal('conflict', `no other endpoint of ${target} is up`)
  },
  stop(id) {
    throw new Refusal('not-found', `no drill ${id} is running`)
  },
}

/** Where no endpoint reports in. */
export const NO_REPORTS: HeartbeatReports = { accepts: () => false, report: () => undefined }

/** Where nothing is reloaded, and what is changed is only remembered. */
export const NO_RELOADING: ReloadActions = {
  reload: () => Promise.reject(new Error('nothing can be read')),
  preview: () => Promise.reject(new Error('nothing can be read')),
}

export interface Remembered extends Audit {
  readonly entries: Parameters<Audit['add']>[0][]
}

export function audit(): Remembered {
  const entries: Remembered['entries'] = []
  return {
    entries,
    add: entry => void entries.push(entry),
    list: async () => entries.map(entry => ({ at: TRANSITION.at, ...entry })),
  }
}

/** For this host, without a token. */
export const OPEN_ACCESS: AccessSettings = { tokens: [], adminNames: [], adminTls: undefined }

/** The listeners on ports of their own, closed at the end of the scope. */
export async function started(
  control: ControlView & Explainer,
  listen = '127.0.0.1:0',
  heartbeats = NO_REPORTS,
  settings: () => AccessSettings = () => OPEN_ACCESS,
  more: Partial<Pick<AdminOptions, 'audit' | 'reloading' | 'actions' | 'alerts'>> = {},
): Promise<Started> {
  const metrics = createMetrics()
  const live = new LiveEvents()
  const logged: string[] = []
  const admin = await startAdmin({
    admin: socketAddr(listen),
    metrics: socketAddr('127.0.0.1:0'),
    control,
    actions: NO_ACTIONS,
    heartbeats,
    alerts: NO_TESTS,
    drills: NO_DRILLS,
    live,
    audit: audit(),
    reloading: NO_RELOADING,
    ...more,
    render: () => metrics.render(control),
    settings,
    onDenied: why => metrics.denied(why),
    log: {
      warn: (_data, message) => logged.push(message),
      error: (_data, message) => logged.push(message),
    },
  })
  return {
    admin,
    live,
    metrics,
    logged,
    ask: (path, headers, method, body) => ask(admin.bound, path, headers, method, body),
    [Symbol.asyncDispose]: () => admin.close(),
  }
}

/** By node:http, which sends a Host header as it is told and a path as it is written. */
export function ask(
  to: SocketAddr,
  path: string,
  headers: OutgoingHttpHeaders = {},
  method = 'GET',
  requestBody = '',
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const options = { host: to.address.text, port: to.port, path, method, agent: false }
  const sent = httpRequest({ ...options, headers: { host: formatSocketAddr(to), ...headers } }, response => {
    let body = ''
    response.setEncoding('utf8')
    response.on('data', chunk => {
      body += chunk
    })
    response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    response.on('error', reject)
  })
  sent.on('error', reject)
  sent.end(requestBody)
  return promise
}
