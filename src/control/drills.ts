/** Drills: begun where something else can take over, one at a time for each pool, and remembered. */
import { randomUUID } from 'node:crypto'
import type { Clock } from '#base/clock.ts'
import type { AnyCheck } from '#config/configuration.ts'
import type { PoolEndpoint } from '#steering/pool.ts'
import type { StoredTransition } from '#store/records.ts'
import type { Store } from '#store/store.ts'
import { Drill, type DrillRequest, hasOtherUp, longestTtlMs, type Watcher } from './drill.ts'
import type { Judging } from './judging.ts'
import type { OverrideBook } from './overrides.ts'
import type { PoolState } from './pool-state.ts'
import { Refusal } from './refusals.ts'
import type { DrillView } from './view.ts'
import { slowestOf, worstOf } from './worst-case.ts'

/** The latest that are remembered. */
const KEPT = 50

export interface DrillsOptions {
  readonly clock: Clock
  readonly judging: Judging
  readonly book: OverrideBook
  readonly store: Pick<Store, 'transitions'>
  /** The pool that is called so. Throws a `Refusal`. */
  pool(target: string): PoolState
  /** Those who are asked, this server first; none for a pool without a name of its own. */
  watchers(pool: PoolState, others: readonly string[]): readonly Watcher[]
  /** Told of one that is over, to be stored. */
  onEnd(transition: StoredTransition, drill: DrillView): void
}

export class Drills {
  readonly #options: DrillsOptions
  readonly #running = new Set<Drill>()
  /** The newest first. */
  #past: readonly DrillView[] = []

  constructor(options: DrillsOptions) {
    this.#options = options
  }

  /** Takes up what is stored of earlier ones. */
  async restore(): Promise<void> {
    const stored = await this.#options.store.transitions({ kind: 'drill', limit: KEPT }).catch(() => [])
    this.#past = [...this.#past, ...stored.map(({ reason }) => reason as DrillView)].slice(0, KEPT)
  }

  /** The running ones and the latest, the newest first. */
  get list(): readonly DrillView[] {
    return [...Array.from(this.#running, ({ view }) => view).reverse(), ...this.#past]
  }

  /**
   * Takes what the pool serves as failed for so long. Throws a `Refusal` where nothing else is up, a drill is running, or the time is too short to keep
   * what is promised.
   *
   * @param others `address:port` of other servers to watch
   */
  start(target: string, request: DrillRequest, others: readonly string[]): DrillView {
    const { clock, judging, book, pool: find, watchers } = this.#options
    const pool = find(target)
    const called = `${pool.zoneName}/${pool.pool.name}`
    for (const one of this.#running)
      if (one.zone === pool.zoneName && one.name === pool.pool.name)
        throw new Refusal('conflict', `a drill of ${called} is running already`)
    const endpoints = servedOf(pool)
    this.#refuse(pool, endpoints)
    const promisedMs = promisedOf(pool)
    const watching = watchers(pool, others)
    const neededMs = promisedMs + longestTtlMs(watching)
    if (request.forMs < neededMs)
      throw new Refusal(
        'conflict',
        `a failover of ${called} may take ${Math.ceil(neededMs / 1000)} s${neededMs > promisedMs ? ', with the TTL for those who are watched' : ''}: a drill must last at least as long`,
        'for',
      )
    const drill = new Drill(randomUUID(), pool, endpoints, request, {
      clock,
      judging,
      book,
      promisedMs,
      watchers: watching,
      pool: () =>
        judging.pools.find(one => one.zoneName === pool.zoneName && one.pool.name === pool.pool.name),
      onEnd: one => this.#ended(one),
    })
    if (drill.isRunning) this.#running.add(drill)
    judging.onOutcome = (seen, outcome, startedMs) => {
      for (const one of this.#running) {
        one.take(seen, outcome, startedMs)
        one.look()
      }
    }
    judging.onHeeded = () => this.look()
    return drill.view
  }

  /** Ends the drill at once. Throws a `Refusal` if there is none that runs. */
  stop(id: string, author: string): DrillView {
    const drill = [...this.#running].find(one => one.id === id)
    if (drill === undefined) throw new Refusal('not-found', `no drill ${id} is running`)
    drill.stop(author)
    return drill.view
  }

  /** After a reload, and when an override or a window begins or ends: what is drilled may be gone, or all that could take over. */
  look(): void {
    for (const drill of this.#running) drill.look()
  }

  /** Nothing is taken as failed any more. */
  close(): void {
    for (const drill of this.#running) drill.stop('the end of the server')
  }

  /** Whether another endpoint is up that would take over. */
  #refuse(pool: PoolState, endpoints: readonly PoolEndpoint[]): void {
    const { judging, book } = this.#options
    const called = `${pool.zoneName}/${pool.pool.name}`
    if (endpoints.length === 0) throw new Refusal('conflict', `${called} serves nothing that could fail`)
    const names = new Set(endpoints.map(({ name }) => name))
    const kinds = pool.kinds.filter(kind => pool.selection(kind)?.mode === 'serving')
    if (!hasOtherUp(pool, kinds, names, { judging, book }))
      throw new Refusal(
        'conflict',
        `no other endpoint of ${called} is up: without ${[...names].join(', ')} nothing would be left to serve`,
      )
  }

  #ended(drill: Drill): void {
    const { onEnd } = this.#options
    this.#running.delete(drill)
    const { view } = drill
    this.#past = [view, ...this.#past].slice(0, KEPT)
    const transition: StoredTransition = {
      atMs: this.#options.clock.wallMs(),
      kind: 'drill',
      zone: drill.zone,
      pool: drill.name,
      from: 'running',
      to: view.state,
      why: `drill by ${view.author}${view.reason === '' ? '' : ` (${view.reason})`}: ${view.verdict}`,
      reason: view,
    }
    onEnd(transition, view)
  }
}

/** What is drilled: what serves; of a pool that serves several at once the first of them. */
function servedOf(pool: PoolState): PoolEndpoint[] {
  const names = pool.kinds.flatMap(kind => {
    const selection = pool.selection(kind)
    if (selection?.mode !== 'serving') return []
    return pool.pool.policy === 'failover' ? selection.endpoints : selection.endpoints.slice(0, 1)
  })
  return pool.pool.endpoints.filter(({ name }) => names.includes(name))
}

function promisedOf(pool: PoolState): number {
  return Math.max(0, ...checksOf(pool).map(check => worstOf(slowestOf(check), 0)))
}

function checksOf({ pool: { check } }: PoolState): AnyCheck[] {
  return check === undefined ? [] : [check]
}
