/** What a probe costs, here and in gdnsd, how many endpoints one prober holds, and what probes do to queries. */
import { once } from 'node:events'
import { cpuSeconds, processTree } from './cpu-time.ts'
import { ENDPOINT_KINDS, type EndpointKind, Endpoints } from './endpoints.ts'
import { gdnsd, SHORTEST_INTERVAL_MS, startGdnsdProbing } from './peers/gdnsd.ts'
import { freePort } from './ports.ts'
import { endpointKind, PROBE_KINDS, type ProbeKind, specOf } from './probe-kinds.ts'
import type { ProbeLoad, ProbeLoadSeen, ProbeRound } from './probe-load.ts'
import { measureProbedQueries, type ProbedQueries } from './probed-queries.ts'
import { chooseProcessors, pinned } from './processors.ts'
import type { Rounds } from './server-load.ts'
import { Stage } from './stage.ts'

export interface ProbeFigures {
  readonly rounds: Rounds
  readonly kinds: readonly {
    readonly kind: ProbeKind
    /** Of each round. */
    readonly cpuMicroseconds: readonly number[]
    /** Endpoints at an interval of 1 s, the most that were tried with a lag p99 below the limit. */
    readonly held: number
  }[]
  /** Undefined where gdnsd is not installed. */
  readonly gdnsd: { readonly version: string; readonly cpuMicroseconds: readonly number[] } | undefined
  /** Processors used for 10,000 `http` endpoints at 10 s. */
  readonly manyCores: { readonly fresh: number; readonly kept: number }
  readonly queries: ProbedQueries
}

export const LAG_LIMIT_MS = 100
/** For the cost of one probe: 1,000 a second, as often as gdnsd can. */
export const COST_LOAD = { endpoints: 2000, intervalMs: SHORTEST_INTERVAL_MS } as const
/** With a handshake for each probe 1,000 a second are all that a processor can do. */
export const HANDSHAKE_LOAD = { ...COST_LOAD, endpoints: 1000 } as const
/** The warm-up before it is seen whether endpoints are held: those that are kept have first to be connected to. */
const HELD_WARM_UP_SECONDS: Readonly<Record<ProbeKind, number>> = {
  tcp: 3,
  http: 3,
  'http, kept': 5,
  https: 3,
  'https, kept': 15,
}
const STEPS = [500, 1000, 2000, 3000, 4000, 6000, 8000, 12_000, 16_000] as const
const TOLERANCE = 0.001

/** Throws if probes fail. */
export async function measureProbes(rounds: Rounds): Promise<ProbeFigures> {
  await using stage = await Stage.open()
  const endpoints = new Map<EndpointKind, Endpoints>()
  for (const kind of ENDPOINT_KINDS) endpoints.set(kind, await Endpoints.start(stage, kind))
  const specFor = (kind: ProbeKind) => specOf(kind, endpoints.get(endpointKind(kind))?.port ?? 0)
  const costs = new Map<ProbeKind, readonly number[]>()
  let peer: ProbeFigures['gdnsd']
  for (const kind of PROBE_KINDS) {
    const load = kind === 'https' ? HANDSHAKE_LOAD : COST_LOAD
    const seen = await run(stage, { spec: specFor(kind), ...load, ...rounds })
    costs.set(kind, seen.map(microseconds))
    if (kind === 'http') peer = await measureGdnsd(stage, endpoints.get('http'), rounds)
    process.stderr.write(`${kind}: ${Math.round(costs.get(kind)?.[0] ?? 0)} µs a probe\n`)
  }
  const many = async (kind: ProbeKind): Promise<number> => {
    const load = { spec: specFor(kind), endpoints: 10_000, intervalMs: 10_000 }
    const [seen] = await run(stage, { ...load, rounds: 1, seconds: 5, warmUpSeconds: 12 })
    return seen === undefined ? Number.NaN : seen.cpuSeconds / seen.wallSeconds
  }
  const manyCores = { fresh: await many('http'), kept: await many('http, kept') }
  const queries = await measureProbedQueries(rounds.rounds, endpoints.get('http')?.port ?? 0)
  const kinds = []
  for (const kind of PROBE_KINDS) {
    const warmUpSeconds = HELD_WARM_UP_SECONDS[kind]
    const load = { spec: specFor(kind), intervalMs: 1000, rounds: 1, seconds: 2, warmUpSeconds }
    const held = await mostHeld(kind, count => start(stage, { ...load, endpoints: count }))
    kinds.push({ kind, cpuMicroseconds: costs.get(kind) ?? [], held })
  }
  return { rounds, kinds, gdnsd: peer, manyCores, queries }
}

function microseconds({ cpuSeconds: used, probes }: Pick<ProbeRound, 'cpuSeconds' | 'probes'>): number {
  return (used * 1e6) / probes
}

/** Undefined if it is not installed. Throws if it does not probe. */
async function measureGdnsd(
  stage: Stage,
  endpoints: Endpoints | undefined,
  { rounds, seconds, warmUpSeconds }: Rounds,
): Promise<ProbeFigures['gdnsd']> {
  const version = gdnsd.version()
  if (version === undefined || endpoints === undefined) return undefined
  const targets = { port: endpoints.port, count: COST_LOAD.endpoints }
  const child = await startGdnsdProbing(stage, await freePort(), targets)
  const atLeast = (COST_LOAD.endpoints / COST_LOAD.intervalMs) * 1000 * seconds * (1 - 10 * TOLERANCE)
  await pause(warmUpSeconds * 1000)
  const pids = processTree(child.pid ?? 0)
  const cpuMicroseconds: number[] = []
  for (let i = 0; i < rounds; i++) {
    const [before, cpuBefore] = [await endpoints.accepted(), cpuSeconds(pids)]
    await pause(seconds * 1000)
    const probes = (await endpoints.accepted()) - before
    if (probes < atLeast)
      throw new Error(`gdnsd probed ${probes} times in ${seconds} s\n${stage.log('gdnsd-probing')}`)
    cpuMicroseconds.push(microseconds({ cpuSeconds: cpuSeconds(pids) - cpuBefore, probes }))
  }
  await stage.stop(child)
  return { version, cpuMicroseconds }
}

/** The last of the steps that is held; those below it are taken to be so. */
async function mostHeld(kind: ProbeKind, load: (count: number) => Promise<ProbeLoadSeen>): Promise<number> {
  let from = 0
  let to: number = STEPS.length
  while (from < to) {
    const middle = (from + to) >> 1
    const count = STEPS[middle] ?? 0
    const { rounds, lagP99Ms } = await load(count)
    const enough = rounds.every(({ probes, wallSeconds }) => probes > count * wallSeconds * 0.85)
    process.stderr.write(`${kind}: ${count} endpoints, lag p99 ${Math.round(lagP99Ms)} ms\n`)
    if (lagP99Ms < LAG_LIMIT_MS && enough) from = middle + 1
    else to = middle
  }
  return STEPS[from - 1] ?? 0
}

/** Throws if more than a few probes do not pass. */
async function run(stage: Stage, load: ProbeLoad): Promise<readonly ProbeRound[]> {
  const { rounds, failure } = await start(stage, load)
  for (const { probes, passed } of rounds) {
    if (probes === 0 || passed < probes * (1 - TOLERANCE))
      throw new Error(`${passed} of ${probes} ${load.spec.type} probes passed: ${failure}`)
  }
  return rounds
}

async function start(stage: Stage, load: ProbeLoad): Promise<ProbeLoadSeen> {
  const script = new URL('./probe-load.ts', import.meta.url).pathname
  const command = pinned(chooseProcessors().server, [process.execPath, script, JSON.stringify(load)])
  const child = stage.start('prober', command, { ipc: true })
  const [seen] = (await once(child, 'message')) as [ProbeLoadSeen]
  await once(child, 'exit')
  return seen
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
