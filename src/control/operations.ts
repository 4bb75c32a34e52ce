/** What operators ask for: checked, stored, put in force; or refused, with the reason and what can be done. */
import type { Override, OverrideKind } from '#steering/override.ts'
import type { AnswerKind } from '#steering/pool.ts'
import { isUsable } from '#steering/standing.ts'
import { allCalled, endpointNames, findCalled, fullName, isCalled, keyOf } from './called.ts'
import type { Judging } from './judging.ts'
import type { OverrideBook, PoolKey } from './overrides.ts'
import type { PoolState } from './pool-state.ts'
import { Refusal, refusalOfStore, standingText } from './refusals.ts'
import { selectionToText } from './transitions.ts'
import type { OperationResult } from './view.ts'

export interface OverrideRequest {
  readonly kind: OverrideKind
  /** `ZONE/POOL/ENDPOINT` or `POOL/ENDPOINT`. */
  readonly target: string
  readonly forMs: number
  readonly reason: string
  readonly author: string
  /** Not on disk: a restart forgets it. */
  readonly volatile: boolean
  /** Also where nothing usable is left then. */
  readonly force: boolean
}

export class Operations {
  readonly #judging: Judging
  readonly #book: OverrideBook
  #turn: Promise<unknown> = Promise.resolve()

  constructor(judging: Judging, book: OverrideBook) {
    this.#judging = judging
    this.#book = book
  }

  /** Puts an override in force; it is stored when this resolves. Rejects with a `Refusal`. */
  override(request: OverrideRequest): Promise<OperationResult> {
    return this.#inTurn(() => this.#override(request))
  }

  /**
   * Takes back what is on an endpoint, or on a whole pool. Rejects with a `Refusal` if there is nothing.
   *
   * @param isVolatile whether a restart may bring back what the disk does not forget
   */
  release(target: string, author: string, isVolatile = false): Promise<OperationResult> {
    return this.#inTurn(() => this.#release(target, author, isVolatile))
  }

  /** Returns to an endpoint of higher preference. Rejects with a `Refusal` that has the evidence if none of those is up. */
  failBack(target: string): OperationResult {
    const pool = this.findPool(target)
    if (pool.pool.policy !== 'failover')
      throw new Refusal(
        'conflict',
        `${nameOf(pool)} has policy ${pool.pool.policy}; only failover has a primary`,
      )
    const changes = this.#judging.failBack(pool)
    const served = new Set(pool.kinds.flatMap(kind => pool.selection(kind)?.endpoints ?? []))
    if (changes.length > 0) {
      const evidence = this.#evidence(pool, name => served.has(name))
      return { ...this.#resultOf(keyOf(pool), `failed back ${nameOf(pool)}`), evidence }
    }
    const [primary] = pool.pool.endpoints
    if (primary !== undefined && served.size === 1 && served.has(primary.name))
      throw new Refusal('conflict', `${nameOf(pool)} answers with ${primary.name} already`)
    const evidence = this.#evidence(pool, name => !served.has(name))
    throw new Refusal('conflict', `no endpoint of higher preference is up:\n${evidence.join('\n')}`)
  }

  /**
   * Returns to the primary; if that is refused since nothing is up, forces the primary up for so long. Rejects with a `Refusal` where
   * that does not help: a pinned pool, or one without a primary.
   */
  async forceBack(
    target: string,
    decision: Omit<OverrideRequest, 'kind' | 'target' | 'force'>,
  ): Promise<OperationResult> {
    try {
      return this.failBack(target)
    } catch (error) {
      const pool = this.findPool(target)
      const [primary] = pool.pool.endpoints
      const isPinned = this.#book.of(keyOf(pool)).pin !== undefined
      const isServed = pool.kinds.every(kind => servesFirst(pool, kind))
      if (isPinned || isServed || primary === undefined || pool.pool.policy !== 'failover') throw error
      const forced = `${nameOf(pool)}/${primary.name}`
      const result = await this.override({ ...decision, kind: 'force-up', target: forced, force: true })
      const now = this.#poolNow(keyOf(pool))
      if (now === undefined) return result
      this.#judging.failBack(now)
      const evidence = this.#evidence(now, name => name === primary.name)
      return { ...this.#resultOf(keyOf(now), result.done), evidence }
    }
  }

  async #override(request: OverrideRequest): Promise<OperationResult> {
    const { pool, endpoint } = this.#endpoint(request.target)
    const { kind, forMs, reason, author, volatile, force } = request
    const { wallMs } = this.#judging.now()
    const key = keyOf(pool)
    const wanted = { kind, ...key, endpoint, reason, author, expiresMs: wallMs + forMs, volatile }
    if (!force) this.#refuseUnusable(pool, { ...wanted, id: '', createdMs: wallMs })
    const override = await this.#book.set(wanted).catch((error: unknown) => {
      throw refusalOfStore(error)
    })
    this.#judging.recorder.override(override, 'set')
    this.#judging.heedOverrides()
    const until = new Date(override.expiresMs).toISOString()
    return this.#resultOf(key, `${kind} ${fullName(key, endpoint)} until ${until}`)
  }

  async #release(target: string, author: string, isVolatile: boolean): Promise<OperationResult> {
    const { key, endpoint } = this.#releasable(target)
    const released = await this.#book.release(key, endpoint, isVolatile).catch((error: unknown) => {
      throw refusalOfStore(error)
    })
    if (released.length === 0)
      throw new Refusal(
        'conflict',
        `nothing to release: no override is in force on ${target}; understudy status shows those that are`,
      )
    for (const one of released) this.#judging.recorder.override({ ...one, author }, 'released')
    this.#judging.heedOverrides()
    const what = released.map(({ kind, endpoint: on }) => `${kind} ${fullName(key, on)}`).join(', ')
    return this.#resultOf(key, `released ${what}`)
  }

  /** A pool or endpoint; by its full name also one that the configuration has no more. */
  #releasable(target: string): { key: PoolKey; endpoint?: string | undefined } {
    const { pools } = this.#judging
    for (const { zone, pool, endpoint } of allCalled(target, pools).length > 0 ? [] : this.#book.list) {
      const key = { zone, pool }
      if (isCalled(target, key)) return { key }
      if (isCalled(target, key, endpoint)) return { key, endpoint }
    }
    const { pool, endpoint } = findCalled(target, pools)
    return { key: keyOf(pool), endpoint }
  }

  /** A reload may have gone by while the disk was waited for. */
  #poolNow(key: PoolKey): PoolState | undefined {
    return this.#judging.pools.find(one => nameOf(one) === fullName(key))
  }

  #resultOf(key: PoolKey, done: string): OperationResult {
    const pool = this.#poolNow(key)
    const answers = (pool?.kinds ?? []).map(kind => ({
      family: kind,
      selected: selectionToText(pool?.selection(kind)),
    }))
    return { done, answers }
  }

  #evidence(pool: PoolState, isMeant: (name: string) => boolean): string[] {
    return pool.pool.endpoints
      .filter(({ name }) => isMeant(name))
      .map(endpoint => standingText(pool, endpoint, this.#judging.now()))
  }

  /** One decision after the other, so that each is made by what the one before has left. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  /** What leaves a family without any usable endpoint is done only if that is said. */
  #refuseUnusable(pool: PoolState, more: Override): void {
    const after = this.#judging.preview(pool, more)
    const name = nameOf(pool)
    for (const kind of pool.kinds) {
      if (pool.selection(kind)?.mode !== 'serving' || after[kind]?.mode === 'serving') continue
      throw new Refusal(
        'conflict',
        `${more.endpoint} is the last usable endpoint of ${name}: ${selectionToText(after[kind])} would be answered; --force does it all the same`,
      )
    }
    const pinned = pool.pool.endpoints.find(endpoint => endpoint.name === more.endpoint)
    if (more.kind !== 'pin' || pinned === undefined) return
    if (!isUsable(pool.endpointStanding(pinned, this.#judging.now().nowMs)))
      throw new Refusal(
        'conflict',
        `${standingText(pool, pinned, this.#judging.now())}; --force pins ${name} to it all the same`,
      )
  }

  #endpoint(target: string): { pool: PoolState; endpoint: string } {
    const { pool, endpoint } = findCalled(target, this.#judging.pools)
    if (endpoint === undefined)
      throw new Refusal(
        'not-found',
        `${target} is a pool; say which endpoint: ${endpointNames(pool).join(', ')}`,
      )
    return { pool, endpoint }
  }

  /** The pool that is called so. Throws a `Refusal`. */
  findPool(target: string): PoolState {
    const { pool, endpoint } = findCalled(target, this.#judging.pools)
    if (endpoint !== undefined)
      throw new Refusal('not-found', `${target} is an endpoint; say its pool: ${nameOf(pool)}`)
    return pool
  }
}

/** Whether the first endpoint that can be answered so is in service. */
function servesFirst(state: PoolState, kind: AnswerKind): boolean {
  const selection = state.selection(kind)
  return selection?.mode === 'serving' && selection.endpoints[0] === state.first(kind)?.name
}

function nameOf(pool: PoolState): string {
  return fullName(keyOf(pool))
}
