/** The words in which operators are told why something was not done. */
import type { PoolEndpoint } from '#steering/pool.ts'
import type { PoolState } from './pool-state.ts'

/** What is known of the endpoint: its verdicts, and what its last probes have seen. */
export function standingText(pool: PoolState, { name, addresses }: PoolEndpoint, wallMs: number): string {
  const parts = addresses.map(address => {
    const state = pool.stateOf(address)
    if (state === undefined) return `${address.text} up (no health check)`
    const seen = state.targets.flatMap(({ lastOutcome, health }) => {
      if (lastOutcome === undefined) return ['not probed yet']
      const agoSeconds = Math.max(0, Math.round((wallMs - lastOutcome.wallMs) / 1000))
      const { kind, detail } = lastOutcome.outcome
      return [`${kind} ${agoSeconds} s ago: ${detail} (passes ${health.passes}, fails ${health.fails})`]
    })
    return `${address.text} ${state.verdict}, ${seen.join('; ')}`
  })
  return `${name}: ${parts.join('; ')}`
}

export function reasonOfRefusal(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error)
  return `not stored, and so not done: ${why}; --volatile does it without the disk, until a restart`
}
