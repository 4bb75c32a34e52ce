/** What it does to queries that the same server probes: their latency with many probes and with none, in turn. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { MANAGED, ORIGIN } from './bench-zone.ts'
import { endpointAddress } from './endpoint-address.ts'
import type { FromPacedLoad, PacedLoadData, PacedLoadSeen } from './paced-load.ts'
import { startServer } from './peers/understudy.ts'
import { freePort } from './ports.ts'
import { chooseProcessors, pinned } from './processors.ts'
import { untilAnswered } from './query.ts'
import { Stage } from './stage.ts'
import { quantile } from './statistics.ts'

/** Round trips of one round, in milliseconds. */
export interface RoundTrips {
  readonly median: number
  readonly p99: number
}

export interface ProbedQueries {
  readonly probed: readonly RoundTrips[]
  readonly quiet: readonly RoundTrips[]
}

export const PER_SECOND = 2000
/** Of `http` over fresh connections. */
export const ENDPOINTS = 10_000
const PER_POOL = 1000
/** `quiet`: the first probes are over within a second, and the next come in the course of a day. */
const INTERVALS = { probed: '10s', quiet: '1d' } as const
const WARM_UP_MS = 3000
const MEASURED_MS = 3000

/** Throws if a query is not answered. */
export async function measureProbedQueries(rounds: number, httpPort: number): Promise<ProbedQueries> {
  const figures = { probed: [] as RoundTrips[], quiet: [] as RoundTrips[] }
  for (let round = 0; round < rounds; round++) {
    for (const which of round % 2 === 0 ? (['probed', 'quiet'] as const) : (['quiet', 'probed'] as const))
      figures[which].push(await measureOnce(INTERVALS[which], httpPort))
  }
  return figures
}

async function measureOnce(interval: string, httpPort: number): Promise<RoundTrips> {
  await using stage = await Stage.open()
  await stage.file(`understudy/zones/${ORIGIN}.yaml`, zoneWith(interval, httpPort))
  const port = await freePort()
  await startServer(stage, 'understudy', port, {
    pin: command => pinned(chooseProcessors().server, command),
  })
  await untilAnswered(port, MANAGED, endpointAddress(0))
  await pause(WARM_UP_MS)
  const { sent, answered, roundTripsMs } = await load({ port, name: MANAGED, perSecond: PER_SECOND })
  if (answered < sent) throw new Error(`${sent - answered} of ${sent} queries were not answered`)
  return { median: quantile(roundTripsMs, 0.5), p99: quantile(roundTripsMs, 0.99) }
}

async function load(workerData: PacedLoadData): Promise<PacedLoadSeen> {
  const worker = new Worker(new URL('./paced-load.ts', import.meta.url), { workerData })
  try {
    await pause(MEASURED_MS)
    worker.postMessage('stop')
    for (;;) {
      const [message] = (await once(worker, 'message')) as [FromPacedLoad]
      if (message.kind === 'ended') return message
    }
  } finally {
    await worker.terminate()
  }
}

function zoneWith(interval: string, httpPort: number): string {
  const pools = Array.from({ length: ENDPOINTS / PER_POOL }, (_, pool) => {
    const list = Array.from({ length: PER_POOL }, (_unused, i) => {
      const number = pool * PER_POOL + i
      return `      - { name: e${number}, address: ${endpointAddress(number)} }`
    })
    return `  p${pool}:\n    check: web\n    endpoints:\n${list.join('\n')}\n`
  })
  return `zone: ${ORIGIN}
nameservers: { ns1: 127.0.0.1 }
checks:
  web: { type: http, port: ${httpPort}, path: /health, interval: ${interval}, timeout: 2s }
pools:
${pools.join('')}names:
  ${MANAGED.slice(0, -ORIGIN.length - 1)}: { pool: p0 }
`
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
