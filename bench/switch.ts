/**
 * The switch: from the deciding outcome's arrival in control to the first changed UDP answer. The server's own parts (judging, board,
 * responder, store) run in this process; only the prober is left out, whose outcomes are handed in by hand.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { systemClock } from '#base/clock.ts'
import { formatComplaint } from '#base/complaint.ts'
import { seededRandom } from '#base/random.ts'
import type { Configuration } from '#config/configuration.ts'
import { loadConfiguration } from '#config/load.ts'
import { createGeneration, Generations } from '#control/generation.ts'
import { Judging } from '#control/judging.ts'
import { OverrideBook } from '#control/overrides.ts'
import { PolicyMaker } from '#control/policy.ts'
import { startListeners } from '#serve/listeners.ts'
import { openStore } from '#store/store.ts'
import { BACKUP, MANAGED, ORIGIN, PRIMARY } from './bench-zone.ts'
import type { ClosedLoopData, FromClosedLoop } from './closed-loop.ts'
import { Stage } from './stage.ts'

export interface SwitchFigures {
  /** From the outcome's arrival to the receipt of the first changed answer, in milliseconds. */
  readonly switchMs: readonly number[]
  /** From the outcome's arrival to the board: the part of it that control takes. */
  readonly boardMs: readonly number[]
  /** How fine the client sees: from a query to its answer, the next query following at once. */
  readonly roundTripsMs: readonly number[]
  readonly lost: number
  readonly udpWhy: string
}

const ZONE = `zone: ${ORIGIN}
nameservers: { ns1: ${PRIMARY} }
checks:
  web: { type: http, port: 80, fall: 1, rise: 1 }
pools:
  www:
    check: web
    endpoints:
      - { name: primary, address: ${PRIMARY} }
      - { name: backup, address: ${BACKUP} }
names:
  www: { pool: www }
`
const CHANGE_LIMIT_MS = 5000
const SHORTEST_PAUSE_MS = 1
const LONGEST_PAUSE_MS = 4

/** Throws if an answer does not change. */
export async function measureSwitch(count: number): Promise<SwitchFigures> {
  await using stage = await Stage.open()
  const boardMs: number[] = []
  const { judging, listeners, close } = await startParts(await load(stage), seconds =>
    boardMs.push(seconds * 1000),
  )
  const port = listeners.bound[0]?.port ?? 0
  const client = new ClosedLoop({ port, name: MANAGED })
  try {
    judgeAll(judging, 'pass')
    await client.sees(PRIMARY)
    boardMs.length = 0
    const switchMs = await switchTimes(judging, client, count)
    return { switchMs, boardMs, ...(await client.end()), udpWhy: listeners.udpWhy }
  } finally {
    await client.stop()
    await close()
  }
}

async function switchTimes(judging: Judging, client: ClosedLoop, count: number): Promise<number[]> {
  const random = seededRandom(count)
  const times: number[] = []
  for (let i = 0; i < count; i++) {
    await pause(SHORTEST_PAUSE_MS + random() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS))
    const away = i % 2 === 0
    const seen = client.sees(away ? BACKUP : PRIMARY)
    const arrivedNs = process.hrtime.bigint()
    judge(judging, PRIMARY, away ? 'fail' : 'pass')
    times.push(Number((await seen) - arrivedNs) / 1e6)
  }
  return times
}

function judgeAll(judging: Judging, kind: 'pass' | 'fail'): void {
  for (const address of [PRIMARY, BACKUP]) judge(judging, address, kind)
}

function judge(judging: Judging, address: string, kind: 'pass' | 'fail'): void {
  const key = judging.targets.find(target => target.address === address)?.key
  if (key === undefined) throw new Error(`${address} is no target`)
  const outcome = { kind, reason: kind === 'pass' ? 'ok' : 'refused', detail: 'by hand', latencyMs: 0 }
  judging.take({ key, outcome, startedMs: systemClock.monotonicMs(), endedWallMs: systemClock.wallMs() })
}

async function load(stage: Stage): Promise<Configuration> {
  await stage.file(`zones/${ORIGIN}.yaml`, ZONE)
  const places = { zones: `${stage.folder}/zones`, state: `${stage.folder}/state/understudy.db` }
  const request = { ...places, listen: ['127.0.0.1:0'], admin: '127.0.0.1:0', cwd: stage.folder, env: {} }
  const { configuration, complaints } = await loadConfiguration(request)
  if (configuration === undefined) throw new Error(complaints.map(formatComplaint).join('\n'))
  return configuration
}

async function startParts(configuration: Configuration, switched: (seconds: number) => void) {
  const nothing = (): void => undefined
  const store = await openStore({
    path: configuration.settings.statePath,
    onFault: nothing,
    onRecovered: nothing,
  })
  const generations = new Generations()
  const judging = new Judging({
    book: new OverrideBook({ clock: systemClock, store, onFault: nothing }, []),
    clock: systemClock,
    knownHostname: () => ({ addresses: [] }),
    write: (slotId, content) => generations.write(slotId, content),
    pace: nothing,
    store,
    events: { probe: nothing, transition: nothing, switched, failover: nothing, reload: nothing },
    log: { info: nothing, warn: nothing, error: nothing },
  })
  const policy = new PolicyMaker('0').policyOf(configuration.settings)
  const generation = createGeneration(configuration, policy)
  generations.add(generation)
  judging.adopt(configuration)
  const {
    dns,
    udp,
    answering: { tcp },
  } = configuration.settings
  const onRestart = (what: string, why: string): void => void process.stderr.write(`${what}: ${why}\n`)
  const listeners = await startListeners({ dns, udp, responders: 1, tcp, answering: generation, onRestart })
  const close = async (): Promise<void> => {
    await listeners.close()
    await store.close()
  }
  return { judging, listeners, close }
}

/** The client's thread, as this one sees it. */
class ClosedLoop {
  readonly #worker: Worker
  #address: string | undefined
  #expected: { address: string; resolve(atNs: bigint): void } | undefined

  constructor(data: ClosedLoopData) {
    this.#worker = new Worker(new URL('./closed-loop.ts', import.meta.url), { workerData: data })
    this.#worker.on('message', (message: FromClosedLoop) => {
      if (message.kind !== 'changed') return
      this.#address = message.address
      const expected = this.#expected
      if (expected !== undefined && expected.address === message.address) expected.resolve(message.atNs)
    })
  }

  /** When the first answer with the address was received, in monotonic nanoseconds; now, if it is the one seen already. */
  async sees(address: string): Promise<bigint> {
    if (this.#address === address) return process.hrtime.bigint()
    const { promise, resolve, reject } = Promise.withResolvers<bigint>()
    const timer = setTimeout(() => reject(new Error(`no answer with ${address}`)), CHANGE_LIMIT_MS)
    this.#expected = { address, resolve }
    return promise.finally(() => clearTimeout(timer))
  }

  async end(): Promise<{ roundTripsMs: readonly number[]; lost: number }> {
    this.#worker.postMessage('stop')
    for (;;) {
      const [message] = (await once(this.#worker, 'message')) as [FromClosedLoop]
      if (message.kind === 'ended') return message
    }
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
