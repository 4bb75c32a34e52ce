/** A prober with so many targets, and what it has seen in so many seconds. Argument: the load as JSON. */
import { probeKey } from '#probe/probe-key.ts'
import { startProber } from '#probe/prober.ts'
import type { ProbeSpec, ProbeTarget } from '#probe/spec.ts'
import { endpointAddress } from './endpoint-address.ts'
import type { Rounds } from './server-load.ts'
import { quantile } from './statistics.ts'

export interface ProbeLoad extends Rounds {
  readonly spec: ProbeSpec
  readonly endpoints: number
  readonly intervalMs: number
}

export interface ProbeLoadSeen {
  readonly rounds: readonly ProbeRound[]
  readonly lagP99Ms: number
  /** Why the first that did not pass has not. */
  readonly failure?: string
}

export interface ProbeRound {
  readonly probes: number
  readonly passed: number
  /** Of the whole process, control's side of a report included. */
  readonly cpuSeconds: number
  readonly wallSeconds: number
}

/** All begin within one interval. */
const WARM_UP_INTERVALS = 1.2

const load = JSON.parse(process.argv[2] ?? '') as ProbeLoad
const { spec, endpoints, intervalMs } = load
const timing = { intervalMs, fastIntervalMs: intervalMs, timeoutMs: intervalMs * 0.9, rise: 2, fall: 3 }
let [probes, passed] = [0, 0]
let failure: string | undefined
/** As of each report: a timer to look at it would cost as much as many probes. */
let lags: number[] = []

const prober = startProber({
  targets: Array.from({ length: endpoints }, (_, i): ProbeTarget => {
    const address = endpointAddress(i)
    return { key: probeKey(spec, timing, address), spec, address, timing }
  }),
  seed: 1,
  userAgent: 'Understudy/0 (bench)',
  onReport({ outcome }) {
    probes++
    lags.push(prober.lagMs)
    if (outcome.kind === 'pass') passed++
    else failure ??= `${outcome.kind}: ${outcome.detail}`
  },
  onRestart: why => process.stderr.write(`${why}\n`),
})

await pause(Math.max(WARM_UP_INTERVALS * intervalMs, load.warmUpSeconds * 1000))
failure = undefined
lags = []
const rounds: ProbeRound[] = []
for (let i = 0; i < load.rounds; i++) rounds.push(await oneRound())
process.send?.({
  rounds,
  lagP99Ms: quantile(lags, 0.99),
  ...(failure === undefined ? {} : { failure }),
} satisfies ProbeLoadSeen)
await prober.close()
process.exit()

async function oneRound(): Promise<ProbeRound> {
  ;[probes, passed] = [0, 0]
  const cpu = process.cpuUsage()
  const startedMs = performance.now()
  await pause(load.seconds * 1000)
  const { user, system } = process.cpuUsage(cpu)
  const wallSeconds = (performance.now() - startedMs) / 1000
  return { probes, passed, cpuSeconds: (user + system) / 1e6, wallSeconds }
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, ms)
  })
}
