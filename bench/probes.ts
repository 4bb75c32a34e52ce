/** What a probe costs, and how many endpoints one prober holds. */
import { once } from 'node:events'
import type { ProbeSpec } from '#probe/spec.ts'
import { freePort } from './ports.ts'
import type { ProbeLoad, ProbeLoadSeen } from './probe-load.ts'
import { chooseProcessors } from './processors.ts'
import { Stage } from './stage.ts'

const ENDPOINTS = ['tcp', 'http', 'https'] as const
type Endpoint = (typeof ENDPOINTS)[number]

/** Those that are kept use one connection for all probes of an endpoint. */
const PROBE_KINDS = ['tcp', 'http', 'http, kept', 'https', 'https, kept'] as const
type ProbeKind = (typeof PROBE_KINDS)[number]

export interface ProbeRounds {
  readonly rounds: number
  readonly seconds: number
}

export interface ProbeFigures {
  readonly rounds: ProbeRounds
  readonly kinds: readonly {
    readonly kind: ProbeKind
    /** Of each round. */
    readonly cpuMicroseconds: readonly number[]
    /** Endpoints at an interval of 1 s, the most that were tried with a lag p99 below the limit. */
    readonly held: number
  }[]
  /** Processors used for 10,000 `http` endpoints at 10 s. */
  readonly manyCores: { readonly fresh: number; readonly kept: number }
}

export const LAG_LIMIT_MS = 100
export const PER_ROUND = 200
/** Tried one after the other, until one is too many. */
const STEPS = [1000, 2000, 3000, 4000, 6000, 8000, 12_000, 16_000] as const
const TOLERANCE = 0.001

/** Throws if probes fail. */
export async function measureProbes(rounds: ProbeRounds): Promise<ProbeFigures> {
  await using stage = await Stage.open()
  const ports = new Map<Endpoint, number>()
  for (const kind of ENDPOINTS) ports.set(kind, await startEndpoints(stage, kind))
  const specOf = (kind: ProbeKind): ProbeSpec => specAt(kind, ports.get(endpointOf(kind)) ?? 0)
  const costs = new Map<ProbeKind, number[]>(PROBE_KINDS.map(kind => [kind, []]))
  for (let round = 0; round < rounds.rounds; round++) {
    for (const kind of PROBE_KINDS) {
      const spec = specOf(kind)
      const load = { spec, endpoints: PER_ROUND, intervalMs: 1000, seconds: rounds.seconds }
      const { cpuSeconds, probes } = await run(stage, load)
      costs.get(kind)?.push((cpuSeconds * 1e6) / probes)
    }
  }
  const kinds = []
  for (const kind of PROBE_KINDS) {
    const held = await mostHeld(stage, specOf(kind), rounds.seconds)
    kinds.push({ kind, cpuMicroseconds: costs.get(kind) ?? [], held })
  }
  const many = async (kind: ProbeKind): Promise<number> => {
    const load = { spec: specOf(kind), endpoints: 10_000, intervalMs: 10_000, seconds: 10 }
    const { cpuSeconds, wallSeconds } = await run(stage, load)
    return cpuSeconds / wallSeconds
  }
  return { rounds, kinds, manyCores: { fresh: await many('http'), kept: await many('http, kept') } }
}

async function mostHeld(stage: Stage, spec: ProbeSpec, seconds: number): Promise<number> {
  let held = 0
  for (const endpoints of STEPS) {
    const seen = await start(stage, { spec, endpoints, intervalMs: 1000, seconds })
    const isKept = seen.lagP99Ms < LAG_LIMIT_MS && seen.probes > endpoints * seconds * 0.85
    process.stderr.write(`${spec.type}: ${endpoints} endpoints, lag p99 ${Math.round(seen.lagP99Ms)} ms\n`)
    if (!isKept) break
    held = endpoints
  }
  return held
}

async function startEndpoints(stage: Stage, kind: Endpoint): Promise<number> {
  const port = await freePort()
  const { load } = chooseProcessors()
  const script = new URL('./probe-endpoints.ts', import.meta.url).pathname
  const command = ['taskset', '-c', String(load), process.execPath, script, kind, String(port)]
  const child = stage.start(`endpoints-${kind}`, command, { ipc: true })
  await once(child, 'message')
  return port
}

/** Throws if more than a few probes do not pass. */
async function run(stage: Stage, load: ProbeLoad): Promise<ProbeLoadSeen> {
  const seen = await start(stage, load)
  if (seen.passed < seen.probes * (1 - TOLERANCE))
    throw new Error(`${seen.passed} of ${seen.probes} ${load.spec.type} probes passed: ${seen.failure}`)
  return seen
}

async function start(stage: Stage, load: ProbeLoad): Promise<ProbeLoadSeen> {
  const { server } = chooseProcessors()
  const script = new URL('./probe-load.ts', import.meta.url).pathname
  const command = ['taskset', '-c', String(server), process.execPath, script, JSON.stringify(load)]
  const child = stage.start('prober', command, { ipc: true })
  const [seen] = (await once(child, 'message')) as [ProbeLoadSeen]
  await once(child, 'exit')
  return seen
}

function endpointOf(kind: ProbeKind): Endpoint {
  return ENDPOINTS.find(endpoint => endpoint === kind.split(',')[0]) ?? 'tcp'
}

function specAt(kind: ProbeKind, port: number): ProbeSpec {
  const type = endpointOf(kind)
  if (type === 'tcp') return { type, port }
  return {
    type,
    port,
    method: 'GET',
    path: '/health',
    host: 'www.probe.test',
    headers: {},
    status: [[200, 299]],
    maxBodyBytes: 65_536,
    redirects: 0,
    verify: false,
    keepAlive: kind.endsWith('kept'),
  }
}
