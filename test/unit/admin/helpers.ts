/** A server's view of itself as plain data, and the admin listener over it. */
import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http'
import type { AlertTests } from '#admin/alerts.ts'
import type { HeartbeatReports } from '#admin/heartbeats.ts'
import { createMetrics, type Metrics } from '#admin/metrics.ts'
import type { OperatorActions } from '#admin/operations.ts'
import { type Admin, startAdmin } from '#admin/server.ts'
import { formatSocketAddr, parseSocketAddr, type SocketAddr } from '#base/address.ts'
import { Refusal } from '#control/operations.ts'
import type { ControlView, PoolView, ServerView, TransitionView } from '#control/view.ts'

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

type TransitionsQuery = Parameters<ControlView['transitions']>[0]

export interface World extends ControlView {
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
    alerts: () => ({ receivers: [], alerts: [] }),
    async transitions(query) {
      asked.push(query)
      if (broken !== undefined) throw broken
      return [TRANSITION]
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

/** Where no endpoint reports in. */
export const NO_REPORTS: HeartbeatReports = { accepts: () => false, report: () => undefined }

/** The listeners on ports of their own, closed at the end of the scope. */
export async function started(
  control: ControlView,
  listen = '127.0.0.1:0',
  heartbeats = NO_REPORTS,
): Promise<Started> {
  const metrics = createMetrics()
  const logged: string[] = []
  const admin = await startAdmin({
    admin: socketAddr(listen),
    metrics: socketAddr('127.0.0.1:0'),
    control,
    actions: NO_ACTIONS,
    heartbeats,
    alerts: NO_TESTS,
    render: () => metrics.render(control),
    log: { error: (_data, message) => logged.push(message) },
  })
  return {
    admin,
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
