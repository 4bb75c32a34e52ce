/** Failover by the clock: the primary's process is killed under load, again and again; every query must be answered. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { seededRandom } from '#base/random.ts'
import { BACKUP, MANAGED, ORIGIN, PRIMARY } from './bench-zone.ts'
import type { FromPacedLoad, PacedLoadData } from './paced-load.ts'
import { managedZone, startServer } from './peers/understudy.ts'
import { freePort } from './ports.ts'
import { chooseProcessors } from './processors.ts'
import { untilAnswered } from './query.ts'
import { Stage } from './stage.ts'
import { startWeb, type WebServer } from './web.ts'

export interface Failover {
  /** From the kill to the receipt of the first answer that names the backup, in milliseconds. */
  readonly tookMs: number
  /** The least that the schedule allows: from the kill to the next probe without its jitter, then (fall − 1) × fast-interval. */
  readonly leastMs: number
}

export interface FailoverFigures {
  readonly failovers: readonly Failover[]
  readonly sent: number
  readonly answered: number
  readonly wrong: number
}

export const TIMING = { intervalMs: 2000, fastIntervalMs: 500, timeoutMs: 1000, fall: 3 } as const
export const QUERIES_PER_SECOND = 2000
const LIMIT_MS = 20_000
const POLL_MS = 5

/** Throws if the answer does not change, or does not come back when the primary is there again. */
export async function measureFailover(kills: number): Promise<FailoverFigures> {
  await using stage = await Stage.open()
  const { load: processor } = chooseProcessors()
  const port = await freePort([PRIMARY, BACKUP])
  const start = (address: string): Promise<WebServer> =>
    startWeb(stage, { port, addresses: [address], processor })
  await start(BACKUP)
  let primary = await start(PRIMARY)
  const dnsPort = await startDns(stage, port)
  const client = new Client({ port: dnsPort, name: MANAGED, perSecond: QUERIES_PER_SECOND })
  const random = seededRandom(kills)
  const failovers: Failover[] = []
  try {
    for (let i = 0; i < kills; i++) {
      await steady(primary, client)
      await pause(random() * TIMING.intervalMs)
      failovers.push(await kill(primary, client))
      process.stderr.write(`failover ${i + 1}/${kills}: ${Math.round(failovers.at(-1)?.tookMs ?? 0)} ms\n`)
      primary = await start(PRIMARY)
    }
    return { failovers, ...(await client.end()) }
  } finally {
    await client.stop()
  }
}

async function startDns(stage: Stage, webPort: number): Promise<number> {
  const timing = { interval: '2s', fastInterval: '500ms', timeout: '1s' }
  const zone = `nameservers: { ns1: ${PRIMARY} }\n${managedZone({ webPort, ...timing })}`
  await stage.file(`understudy/zones/${ORIGIN}.yaml`, zone)
  const port = await freePort()
  await startServer(stage, 'understudy', port)
  await untilAnswered(port, MANAGED, PRIMARY)
  return port
}

/** The primary is served, and the probes have gone back to the normal interval. */
async function steady(primary: WebServer, client: Client): Promise<void> {
  const between = (TIMING.fastIntervalMs + TIMING.intervalMs) / 2
  await until('the primary is served and probed at its interval', () => {
    const [before, last] = primary.askedNs.slice(-2)
    return (
      client.address === PRIMARY &&
      before !== undefined &&
      last !== undefined &&
      toMs(last - before) > between
    )
  })
}

async function kill(primary: WebServer, client: Client): Promise<Failover> {
  const exited = once(primary.child, 'exit')
  const killedNs = process.hrtime.bigint()
  primary.child.kill('SIGKILL')
  await until('the backup is served', () => client.address === BACKUP)
  await exited
  const sinceProbeMs = toMs(killedNs - (primary.askedNs.at(-1) ?? killedNs))
  const untilProbeMs = Math.max(0, TIMING.intervalMs - sinceProbeMs)
  const leastMs = untilProbeMs + (TIMING.fall - 1) * TIMING.fastIntervalMs
  return { tookMs: toMs(client.changedNs - killedNs), leastMs }
}

/** The load's thread, as this one sees it. */
class Client {
  /** What is answered now, and since when. */
  address: string | undefined
  changedNs = 0n
  readonly #worker: Worker

  constructor(data: PacedLoadData) {
    this.#worker = new Worker(new URL('./paced-load.ts', import.meta.url), { workerData: data })
    this.#worker.on('message', (message: FromPacedLoad) => {
      if (message.kind !== 'changed') return
      this.address = message.address
      this.changedNs = message.atNs
    })
  }

  async end(): Promise<{ sent: number; answered: number; wrong: number }> {
    this.#worker.postMessage('stop')
    for (;;) {
      const [message] = (await once(this.#worker, 'message')) as [FromPacedLoad]
      if (message.kind === 'ended') return message
    }
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const endMs = performance.now() + LIMIT_MS
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`not within ${LIMIT_MS} ms: ${what}`)
    await pause(POLL_MS)
  }
}

function toMs(nanoseconds: bigint): number {
  return Number(nanoseconds) / 1e6
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
