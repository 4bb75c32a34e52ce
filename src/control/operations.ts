/** What operators ask for: checked, stored, put in force; or refused, with the reason and what can be done. */
import type { Override, OverrideKind } from '#steering/override.ts'
import type { AnswerKind } from '#steering/pool.ts'
import { isUsable } from '#steering/standing.ts'
import type { Judging } from './judging.ts'
import type { OverrideBook } from './overrides.ts'
import type { PoolState } from './pool-state.ts'
import { reasonOfRefusal, standingText } from './refusals.ts'
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

/** Why something was not done. */
export class Refusal extends Error {
  readonly kind: 'not-found' | 'conflict' | 'store'

  constructor(kind: Refusal['kind'], message: string) {
    super(message)
    this.kind = kind
  }
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
      return { ...resultOf(pool, `failed back ${nameOf(pool)}`), evidence }
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
      const isPinned = this.#book.of({ zone: pool.zoneName, pool: pool.pool.name }).pin !== undefined
      const isServed = pool.kinds.every(kind => servesFirst(pool, kind))
      if (isPinned || isServed || primary === undefined || pool.pool.policy !== 'failover') throw error
      const forced = `${nameOf(pool)}/${primary.name}`
      const result = await this.override({ ...decision, kind: 'force-up', target: forced, force: true })
      this.#judging.failBack(this.findPool(target))
      const now = this.findPool(target)
      return { ...resultOf(now, result.done), evidence: this.#evidence(now, name => name === primary.name) }
    }
  }

  async #override(request: OverrideRequest): Promise<OperationResult> {
    const { pool, endpoint } = this.#endpoint(request.target)
    const { kind, forMs, reason, author, volatile, force } = request
    const { wallMs } = this.#judging.now()
    const wanted = {
      kind,
      zone: pool.zoneName,
      pool: pool.pool.name,
      endpoint,
      reason,
      author,
      expiresMs: wallMs + forMs,
      volatile,
    }
    if (!force) this.#refuseUnusable(pool, { ...wanted, id: '', createdMs: wallMs })
    let override: Override
    try {
      override = await this.#book.set(wanted)
    } catch (error) {
      throw new Refusal('store', reasonOfRefusal(error))
    }
    this.#judging.announceOverride(override, 'set')
    this.#judging.heedOverrides()
    const until = new Date(override.expiresMs).toISOString()
    return resultOf(pool, `${kind} ${nameOf(pool)}/${endpoint} until ${until}`)
  }

  async #release(target: string, author: string, isVolatile: boolean): Promise<OperationResult> {
    const found = this.#poolOrEndpoint(target)
    const { pool, endpoint } = found
    const key = { zone: pool.zoneName, pool: pool.pool.name }
    let released: readonly Override[]
    try {
      released = await this.#book.release(key, endpoint, isVolatile)
    } catch (error) {
      throw new Refusal('store', reasonOfRefusal(error))
    }
    if (released.length === 0)
      throw new Refusal(
        'conflict',
        `nothing to release: no override is in force on ${target}; understudy status shows those that are`,
      )
    for (const one of released) this.#judging.announceOverride({ ...one, author }, 'released')
    this.#judging.heedOverrides()
    const what = released.map(({ kind, endpoint: on }) => `${kind} ${nameOf(pool)}/${on}`).join(', ')
    return resultOf(pool, `released ${what}`)
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
    const { pool, endpoint } = this.#poolOrEndpoint(target)
    if (endpoint === undefined)
      throw new Refusal(
        'not-found',
        `${target} is a pool; say which endpoint: ${endpointNames(pool).join(', ')}`,
      )
    return { pool, endpoint }
  }

  /** The pool that is called so. Throws a `Refusal`. */
  findPool(target: string): PoolState {
    const { pool, endpoint } = this.#poolOrEndpoint(target)
    if (endpoint !== undefined)
      throw new Refusal('not-found', `${target} is an endpoint; say its pool: ${nameOf(pool)}`)
    return pool
  }

  /** Names are taken apart from the right: that of a zone may hold a slash. */
  #poolOrEndpoint(target: string): { pool: PoolState; endpoint?: string } {
    const found = this.#judging.pools.flatMap(pool => {
      const full = nameOf(pool)
      if (isCalled(target, full)) return [{ pool }]
      return endpointNames(pool)
        .filter(endpoint => [full, pool.pool.name].some(name => isCalled(target, `${name}/${endpoint}`)))
        .map(endpoint => ({ pool, endpoint }))
    })
    const [first, ...others] = found
    if (first === undefined)
      throw new Refusal('not-found', `nothing is called ${target}; ${this.#hint(target)}`)
    if (others.length > 0) {
      const names = found.map(one => `${nameOf(one.pool)}${'endpoint' in one ? `/${one.endpoint}` : ''}`)
      throw new Refusal('not-found', `${target} may be ${names.join(' or ')}; say which`)
    }
    return first
  }

  #hint(target: string): string {
    const last = target.split('/').at(-1) ?? ''
    const near = this.#judging.pools.filter(
      ({ pool, zoneName }) => target.includes(pool.name) || target.includes(zoneName) || pool.name === last,
    )
    const shown = (near.length > 0 ? near : this.#judging.pools).slice(0, 10)
    const names = shown.flatMap(pool => endpointNames(pool).map(endpoint => `${nameOf(pool)}/${endpoint}`))
    return names.length === 0 ? 'there are no pools' : `there are: ${names.slice(0, 20).join(', ')}`
  }
}

/** Whether the first endpoint that can be answered so is in service. */
function servesFirst(state: PoolState, kind: AnswerKind): boolean {
  const selection = state.selection(kind)
  return selection?.mode === 'serving' && selection.endpoints[0] === state.first(kind)?.name
}

function isCalled(target: string, name: string): boolean {
  return target.toLowerCase() === name.toLowerCase()
}

function nameOf({ zoneName, pool }: PoolState): string {
  return `${zoneName}/${pool.name}`
}

function endpointNames({ pool }: PoolState): string[] {
  return pool.endpoints.map(({ name }) => name)
}

function resultOf(pool: PoolState, done: string): OperationResult {
  const answers = pool.kinds.map(kind => ({ family: kind, selected: selectionToText(pool.selection(kind)) }))
  return { done, answers }
}
