/**
 * Keeps the board of reasons: when something has been judged anew in a pool, what it says of itself is written in a later turn of the loop, and a few pools at a time,
 * so that no answer and no verdict waits for words.
 */
import type { Clock } from '#base/clock.ts'
import type { PoolSources } from './explain-pool.ts'
import type { Generations } from './generation.ts'
import type { Judging } from './judging.ts'
import { poolId } from './plan.ts'
import type { PoolState } from './pool-state.ts'
import { whyLines } from './why-text.ts'

/** Where very many pools change at once, their words take no more than a part of the loop's time. */
const POOLS_A_TURN = 20
const TURN_MS = 10

export interface WhyTellerOptions {
  readonly clock: Clock
  readonly judging: Judging
  readonly generations: Generations
  readonly sources: Omit<PoolSources, 'now'>
}

export class WhyTeller {
  readonly #options: WhyTellerOptions
  /** By `poolId`, those that have waited for longest first. */
  readonly #due = new Map<string, PoolState>()
  #cancelTimer: (() => void) | undefined

  constructor(options: WhyTellerOptions) {
    this.#options = options
    options.judging.onJudged = pools => this.#judged(pools)
  }

  /** Writes no more. */
  stop(): void {
    this.#options.judging.onJudged = () => undefined
    this.#due.clear()
    this.#cancelTimer?.()
  }

  #judged(pools: readonly PoolState[]): void {
    if (!this.#options.generations.isTold) return
    for (const pool of pools) this.#due.set(poolId(pool.zone.zone.origin, pool.pool.name), pool)
    if (this.#due.size > 0) this.#cancelTimer ??= this.#at(0)
  }

  #at(inMs: number): () => void {
    const { clock } = this.#options
    return clock.at(clock.monotonicMs() + inMs, () => this.#tellSome())
  }

  #tellSome(): void {
    const { judging, generations, sources } = this.#options
    const { node } = generations.current
    const now = { ...sources, now: judging.now(), node, isSilent: judging.isSilent }
    let left = POOLS_A_TURN
    for (const [id, pool] of this.#due) {
      this.#due.delete(id)
      generations.tell(id, whyLines(pool, now))
      if (--left === 0) break
    }
    this.#cancelTimer = this.#due.size === 0 ? undefined : this.#at(TURN_MS)
  }
}
