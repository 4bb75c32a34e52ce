/** Whether what somebody was alerted of is still so. */
import { type AlertEvent, poolOf } from '#alert/event.ts'
import type { AnswerKind } from '#steering/pool.ts'
import type { PoolState } from './pool-state.ts'

export interface NowStanding {
  readonly pools: readonly PoolState[]
  readonly cutOff: string | undefined
  readonly storeFault: string | undefined
}

/** By what is the case now; to be asked while the configuration in force has been read without a fault. */
export function isStill({ pools, cutOff, storeFault }: NowStanding): (event: AlertEvent) => boolean {
  const byName = new Map(pools.map(state => [`${state.zoneName}/${state.pool.name}`, state]))
  return event => {
    switch (event.kind) {
      case 'cut-off':
        return cutOff !== undefined
      case 'store-fault':
        return storeFault !== undefined
      case 'reload-failed':
        return false
      default: {
        const state = byName.get(poolOf(event))
        return state !== undefined && isStillOf(state, event)
      }
    }
  }
}

function isStillOf(state: PoolState, { kind, family, endpoint }: AlertEvent): boolean {
  if (kind === 'certificate-expires') return endpoint !== undefined && certificateExpires(state, endpoint)
  if (family === undefined) return false
  const selection = state.selection(family)
  if (kind === 'all-down') return selection?.reason.kind === 'all-down'
  const expected = endpoint ?? firstOf(state, family)
  if (endpoint !== undefined && !state.pool.endpoints.some(({ name }) => name === endpoint)) return false
  return expected !== undefined && !(selection?.mode === 'serving' && selection.endpoints.includes(expected))
}

function firstOf(state: PoolState, family: AnswerKind): string | undefined {
  return state.first(family)?.name
}

/** Where no probe has passed since, nobody knows better. */
function certificateExpires(state: PoolState, endpoint: string): boolean {
  const addresses = state.pool.endpoints.find(({ name }) => name === endpoint)?.addresses ?? []
  return addresses
    .flatMap(address => state.stateOf(address)?.targets ?? [])
    .some(({ lastOutcome }) => {
      const outcome = lastOutcome?.outcome
      return outcome?.kind !== 'pass' || outcome.reason === 'certificate-expires'
    })
}
