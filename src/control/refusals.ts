/** The words in which operators are told why something was not done, or what spoke for it. */
import type { PoolEndpoint } from '#steering/pool.ts'
import { isProbed } from './judged-target.ts'
import type { PoolState } from './pool-state.ts'

/** Why something was not done. */
export class Refusal extends Error {
  readonly kind: 'not-found' | 'conflict' | 'store'
  /** What of the request is refused, where that is not what it is about. */
  readonly what: 'for' | 'watch' | 'after' | undefined

  constructor(kind: Refusal['kind'], message: string, what?: Refusal['what']) {
    super(message)
    this.kind = kind
    this.what = what
  }
}

/** One moment by both clocks. */
export interface Now {
  readonly wallMs: number
  readonly nowMs: number
}

/** What is known of the endpoint: its verdicts and since when, and what its last probes have seen. */
export function standingText(pool: PoolState, endpoint: PoolEndpoint, now: Now): string {
  const { name, addresses, hostname } = endpoint
  if (addresses.length === 0) {
    const what = endpoint.pool === undefined ? `hostname ${hostname}` : `pool ${endpoint.pool}`
    return `${name}: ${what} ${pool.endpointStanding(endpoint, now.nowMs)}`
  }
  const parts = addresses.map(address => {
    const state = pool.stateOf(address)
    if (state === undefined) return `${address.text} up (no health check)`
    const seen = state.targets.flatMap(({ target, lastOutcome, health }) => {
      if (lastOutcome === undefined) return [isProbed(target) ? 'not probed yet' : 'no report yet']
      const agoSeconds = Math.max(0, Math.round((now.wallMs - lastOutcome.wallMs) / 1000))
      const { kind, detail } = lastOutcome.outcome
      return [`${kind} ${agoSeconds} s ago: ${detail} (passes ${health.passes}, fails ${health.fails})`]
    })
    const since = new Date(now.wallMs - (now.nowMs - state.sinceMs)).toISOString()
    return `${address.text} ${state.verdict} since ${since}, ${seen.join('; ')}`
  })
  return `${name}: ${parts.join('; ')}`
}

export function refusalOfStore(error: unknown): Refusal {
  const why = error instanceof Error ? error.message : String(error)
  const message = `not stored, and so not done: ${why}; --volatile does it without the disk, until a restart`
  return new Refusal('store', message)
}
