/** How DNS is answered, beside the zones: limits, cookies, what the server tells of itself. */
import { z } from 'zod'
import { formatDuration } from '#base/duration.ts'
import { type Network, parseNetwork } from '#base/network.ts'
import { DEFAULT_STREAM_LIMITS } from '#serve/stream-limits.ts'
import type { AnsweringSettings } from './configuration.ts'
import { readSection, type Section, type Shape } from './section.ts'
import { choice, duration, integer, refine } from './values.ts'
import { show } from './words.ts'
import { said, section, writtenAs } from './written.ts'
import type { YamlSource } from './yaml-source.ts'

const network: z.ZodType<Network> = writtenAs(
  refine(z.string(), written => {
    const read = parseNetwork(written)
    return 'network' in read ? { value: read.network } : { problem: `${show(written)}: ${read.problem}` }
  }),
  { type: 'string', pattern: '^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$' },
)

const networkList: z.ZodType<Network[]> = z.array(network).max(1000)

const share: z.ZodType<number> = writtenAs(
  refine(z.number(), value =>
    value > 0 && value <= 1
      ? { value }
      : { problem: `${value} is not a part of all queries, such as 0.01, or 1 for all` },
  ),
  { type: 'number', exclusiveMinimum: 0, maximum: 1 },
)

const REVEAL_SHAPE = {
  id: said(z.boolean(), "Whether the node's name is told (NSID, id.server).", { default: true }),
  version: said(z.boolean(), 'Whether the version is told (version.server).', { default: true }),
} as const
const RATE_SHAPE = {
  mode: said(choice(['off', 'log-only', 'on']), 'log-only counts, and answers all the same.', {
    default: 'on',
  }),
  'responses-per-second': said(
    integer(1, 1_000_000),
    'Equal UDP responses to one network; over it, responses are dropped or truncated.',
    { default: 200 },
  ),
  slip: said(
    integer(0, 10),
    'Every so many-th response over the limit is sent truncated (BADCOOKIE to a client with a cookie); 0 for none.',
    { default: 2 },
  ),
  'ipv4-prefix': said(integer(8, 32), 'What counts as one network, in bits.', { default: 24 }),
  'ipv6-prefix': said(integer(16, 128), 'What counts as one network, in bits.', { default: 56 }),
  exempt: said(networkList, 'Networks without a limit.', { default: ['127.0.0.0/8', '::1'] }),
} as const
const LOG_SHAPE = {
  sample: said(share, 'The part of all queries that is logged.', { default: 1 }),
  'per-second': said(integer(1, 10_000), 'At most so many a second by each thread.', { default: 100 }),
} as const
const TCP_SHAPE = {
  idle: said(duration(200, 3_600_000), 'How long a connection may be idle. Needs a restart.', {
    default: formatDuration(DEFAULT_STREAM_LIMITS.idleMs),
  }),
  connections: said(
    integer(1, 100_000),
    'The longest idle connection is closed first where there are more. Needs a restart.',
    { default: DEFAULT_STREAM_LIMITS.connections },
  ),
  'connections-per-client': said(
    integer(1, 100_000),
    'The same of one client: an IPv4 address or an IPv6 /64. Needs a restart.',
    { default: DEFAULT_STREAM_LIMITS.connectionsPerClient },
  ),
} as const

/** Of the settings. */
export const ANSWERING_SHAPE = {
  'minimal-responses': said(
    z.boolean(),
    'Leave out additional data that nobody needs to go on (addresses of MX, SRV, NS, SVCB and HTTPS targets).',
    { default: true },
  ),
  reveal: said(section(REVEAL_SHAPE), 'What clients that ask are told of this server.'),
  'rate-limit': said(section(RATE_SHAPE), 'Response rate limiting.'),
  'query-log': said(section(LOG_SHAPE), 'A log of some queries; none without this key.'),
  tcp: said(section(TCP_SHAPE), 'Limits of TCP connections.'),
  'introspection-from': said(
    networkList,
    'Networks whose clients are told by class CH TXT what the pool of a managed name answers, and why; an empty list for none.',
    { default: ['127.0.0.0/8', '::1'] },
  ),
} as const

const LOOPBACK: readonly Network[] = ['127.0.0.0/8', '::1'].flatMap(text => {
  const read = parseNetwork(text)
  return 'network' in read ? [read.network] : []
})

/** The settings as the file says them, or their defaults, but for what `readSecrets` finds. */
export function readAnswering(
  source: YamlSource | undefined,
  top: {
    readonly minimal: boolean | undefined
    readonly introspectionFrom: readonly Network[] | undefined
  },
): Omit<AnsweringSettings, 'cookieSecrets'> {
  const read = <S extends Shape>(key: string, shape: S): Partial<Section<S>['values']> =>
    source === undefined ? {} : readSection(source, [key], shape).values
  const reveal = read('reveal', REVEAL_SHAPE)
  const rate = read('rate-limit', RATE_SHAPE)
  const tcp = read('tcp', TCP_SHAPE)
  return {
    minimalResponses: top.minimal ?? true,
    introspectionFrom: top.introspectionFrom ?? LOOPBACK,
    reveal: { id: reveal.id ?? true, version: reveal.version ?? true },
    rateLimit: {
      mode: rate.mode ?? 'on',
      perSecond: rate['responses-per-second'] ?? 200,
      slip: rate.slip ?? 2,
      ipv4Prefix: rate['ipv4-prefix'] ?? 24,
      ipv6Prefix: rate['ipv6-prefix'] ?? 56,
      exempt: rate.exempt ?? LOOPBACK,
    },
    queryLog: source?.get(['query-log']) === undefined ? undefined : queryLogOf(read('query-log', LOG_SHAPE)),
    tcp: {
      idleMs: tcp.idle ?? DEFAULT_STREAM_LIMITS.idleMs,
      connections: tcp.connections ?? DEFAULT_STREAM_LIMITS.connections,
      connectionsPerClient: tcp['connections-per-client'] ?? DEFAULT_STREAM_LIMITS.connectionsPerClient,
    },
  }
}

function queryLogOf(values: Partial<Section<typeof LOG_SHAPE>['values']>): AnsweringSettings['queryLog'] {
  return { sample: values.sample ?? 1, perSecond: values['per-second'] ?? 100 }
}
