/** A prober with so many targets, and what it has seen in so many seconds. Argument: the load as JSON. */
import { probeKey } from '#probe/probe-key.ts'
import { startProber } from '#probe/prober.ts'
import type { ProbeSpec, ProbeTarget } from '#probe/spec.ts'
import { quantile } from './statistics.ts'

export interface ProbeLoad {
  readonly spec: ProbeSpec
  readonly endpoints: number
  readonly intervalMs: number
  /** At least so long before the counted time; never shorter than it takes until each target has been probed once. */
  readonly warmUpSeconds: number
  readonly seconds: number
}

export interface ProbeLoadSeen {
  readonly probes: number
  readonly passed: number
  /** Of the whole process, control's side of a report included. */
  readonly cpuSeconds: number
  readonly wallSeconds: number
  readonly lagP99Ms: number
  /** Why the first that did not pass has not. */
  readonly failure?: string
}

/** All begin within one interval. */
const WARM_UP_INTERVALS = 1.2

const { spec, endpoints, intervalMs, warmUpSeconds, seconds } = JSON.parse(process.argv[2] ?? '') as ProbeLoad
const timing = { intervalMs, fastIntervalMs: intervalMs, timeoutMs: intervalMs * 0.9, rise: 2, fall: 3 }
let [probes, passed] = [0, 0]
let failure: string | undefined
/** As of each report: a timer to look at it would cost as much as many probes. */
let lags: number[] = []

const prober = startProber({
  targets: Array.from({ length: endpoints }, (_, i): ProbeTarget => {
    const address = `127.1.${i >> 7}.${1 + (i & 127)}`
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

await pause(Math.max(WARM_UP_INTERVALS * intervalMs, warmUpSeconds * 1000))
;[probes, passed, failure, lags] = [0, 0, undefined, []]
const cpu = process.cpuUsage()
const startedMs = performance.now()
await pause(seconds * 1000)
const { user, system } = process.cpuUsage(cpu)
const seen: ProbeLoadSeen = {
  probes,
  passed,
  cpuSeconds: (user + system) / 1e6,
  wallSeconds: (performance.now() - startedMs) / 1000,
  lagP99Ms: quantile(lags, 0.99),
  ...(failure === undefined ? {} : { failure }),
}
process.send?.(seen)
await prober.close()
process.exit()

function pause(ms: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, ms)
  })
}
