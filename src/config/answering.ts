/** How DNS is answered, beside the zones: limits, cookies, what the server tells of itself. */
import { z } from 'zod'
import { type Network, parseNetwork } from '#base/network.ts'
import { DEFAULT_STREAM_LIMITS } from '#serve/stream-limits.ts'
import type { AnsweringSettings } from './configuration.ts'
import { readSection, type Section, type Shape } from './section.ts'
import { choice, duration, integer, refine } from './values.ts'
import { show } from './words.ts'
import type { YamlSource } from './yaml-source.ts'

const network: z.ZodType<Network> = refine(z.string(), written => {
  const read = parseNetwork(written)
  return 'network' in read ? { value: read.network } : { problem: `${show(written)}: ${read.problem}` }
})

export const networkList: z.ZodType<Network[]> = z.array(network).max(1000)

const share: z.ZodType<number> = refine(z.number(), value =>
  value > 0 && value <= 1
    ? { value }
    : { problem: `${value} is not a part of all queries, such as 0.01, or 1 for all` },
)

const REVEAL_SHAPE = { id: z.boolean(), version: z.boolean() } as const
const RATE_SHAPE = {
  mode: choice(['off', 'log-only', 'on']),
  'responses-per-second': integer(1, 1_000_000),
  slip: integer(0, 10),
  'ipv4-prefix': integer(8, 32),
  'ipv6-prefix': integer(16, 128),
  exempt: networkList,
} as const
const LOG_SHAPE = { sample: share, 'per-second': integer(1, 10_000) } as const
const TCP_SHAPE = {
  idle: duration(200, 3_600_000),
  connections: integer(1, 100_000),
  'connections-per-client': integer(1, 100_000),
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
