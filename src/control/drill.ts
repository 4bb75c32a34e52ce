/**
 * One drill: what a pool serves is taken as failed, by its own probes and thresholds, and it is measured when the answer is another one. The verdicts stay the real ones.
 *
 *   start ── each probe that begins counts as a fail ── `fall` of them: down ── the pool selects anew ── seen in answers ── end
 */
import type { Clock } from '#base/clock.ts'
import type { Outcome } from '#health/outcome.ts'
import { type Health, judge, paceOf } from '#health/verdict.ts'
import type { AnswerKind, PoolEndpoint } from '#steering/pool.ts'
import type { Selection } from '#steering/selection.ts'
import { typeToText } from '#wire/types.ts'
import { keyOf } from './called.ts'
import { verdictBy } from './judged-check.ts'
import { isProbed } from './judged-target.ts'
import type { Judging } from './judging.ts'
import type { OverrideBook } from './overrides.ts'
import { ANSWER_TYPE } from './plan.ts'
import { answered, type PoolState } from './pool-state.ts'
import type { TargetState } from './target-state.ts'
import { selectionToText } from './transitions.ts'
import type { DrillView } from './view.ts'

export interface DrillRequest {
  readonly forMs: number
  readonly reason: string
  readonly author: string
}

/** Somebody who answers for the pool's name; undefined where there is no answer. */
export interface Watcher {
  readonly by: string
  /** How old its answers may be: nothing for whoever keeps none. */
  readonly ttlMs: number
  ask(): Promise<readonly string[] | undefined>
}

export interface DrillParts {
  readonly clock: Clock
  readonly judging: Judging
  readonly book: OverrideBook
  /** The pool as it is now; undefined once a reload has taken it away. */
  pool(): PoolState | undefined
  readonly watchers: readonly Watcher[]
  /** Without the TTL. */
  readonly promisedMs: number
  onEnd(drill: Drill): void
}

/** From one question of a watcher to the next. */
const ASK_EVERY_MS = 50
const MAX_TIMELINE = 200

interface Seen {
  readonly by: string
  readonly ttlMs: number
  atMs: number | undefined
}

export class Drill {
  readonly id: string
  readonly zone: string
  readonly name: string
  readonly endpoints: readonly string[]
  readonly #request: DrillRequest
  readonly #parts: DrillParts
  readonly #startedMs: number
  readonly #startedWallMs: number
  /** What served before, with what clients got of it. */
  readonly #before: ReadonlySet<string>
  readonly #seen: readonly Seen[]
  readonly #timeline: { seconds: number; what: string }[] = []
  /** Those in which something was served that could fail. */
  readonly #kinds: readonly AnswerKind[]
  readonly #healths = new Map<TargetState, Health>()
  /** Keys of targets that are probed faster. */
  readonly #hurried = new Set<string>()
  readonly #down = new Set<string>()
  #switchedMs: number | undefined
  #state: DrillView['state'] = 'running'
  #verdict = 'running'
  #cancel: () => void

  constructor(
    id: string,
    pool: PoolState,
    endpoints: readonly PoolEndpoint[],
    request: DrillRequest,
    parts: DrillParts,
  ) {
    const { clock } = parts
    this.id = id
    this.zone = pool.zoneName
    this.name = pool.pool.name
    this.endpoints = endpoints.map(({ name }) => name)
    this.#kinds = pool.kinds.filter(kind => pool.selection(kind)?.mode === 'serving')
    this.#request = request
    this.#parts = parts
    this.#startedMs = clock.monotonicMs()
    this.#startedWallMs = clock.wallMs()
    this.#before = new Set(endpoints.flatMap(endpoint => [...pool.reachOf(endpoint)]))
    this.#seen = parts.watchers.map(({ by, ttlMs }) => ({ by, ttlMs, atMs: undefined }))
    this.#cancel = clock.at(this.#startedMs + request.forMs, () => this.#over())
    this.#note(
      `${this.endpoints.join(', ')} of ${this.zone}/${this.name} taken as failed from the next probe on`,
    )
    // Without a health check there is nothing to wait for.
    this.#judge()
    for (const [i, watcher] of parts.watchers.entries()) this.#watch(watcher, i)
  }

  get isRunning(): boolean {
    return this.#state === 'running'
  }

  get view(): DrillView {
    const { forMs, author, reason } = this.#request
    const secondsAt = (ms: number | undefined): number | undefined =>
      ms === undefined ? undefined : round(ms - this.#startedMs)
    const switched = secondsAt(this.#switchedMs)
    return {
      id: this.id,
      zone: this.zone,
      pool: this.name,
      endpoints: this.endpoints,
      author,
      reason,
      started: new Date(this.#startedWallMs).toISOString(),
      ends: new Date(this.#startedWallMs + forMs).toISOString(),
      state: this.#state,
      verdict: this.#verdict,
      promisedSeconds: round(this.#parts.promisedMs),
      ...(switched === undefined ? {} : { switchedSeconds: switched }),
      seen: this.#seen.map(({ by, atMs }) => {
        const seconds = secondsAt(atMs)
        return seconds === undefined ? { by } : { by, seconds }
      }),
      timeline: this.#timeline,
    }
  }

  /** A probe has ended: what began before the drill says nothing. */
  take(target: TargetState, { kind }: Outcome, startedMs: number): void {
    if (!this.isRunning || kind === 'inconclusive' || startedMs < this.#startedMs) return
    if (!this.#targets.has(target)) return
    const before = this.#healthOf(target)
    const after = judge(before, 'fail', target.target.timing)
    this.#healths.set(target, after)
    if (after.fails > before.fails || after.verdict !== before.verdict)
      this.#note(
        `${isProbed(target.target) ? `a probe of ${target.target.address}` : 'a report'} (${kind}) counts as a fail${after.verdict === 'down' ? ': down' : ''}`,
      )
    this.#hurry(target.target.key, paceOf(after) === 'fast')
    this.#judge()
  }

  /** Something may have changed that ends it: looks whether what serves now, or would without what is drilled, is up. */
  look(): void {
    const { pool } = this.#parts
    const state = pool()
    if (!this.isRunning) return
    if (state === undefined) this.#end('aborted', 'the pool is no longer configured')
    else if (!(this.#switchedMs === undefined ? this.#hasOtherUp(state) : this.#isServedUp(state)))
      this.#end('aborted', NOTHING_LEFT)
  }

  stop(by: string): void {
    if (this.isRunning) this.#end('stopped', `stopped by ${by}`)
  }

  get #targets(): ReadonlySet<TargetState> {
    const pool = this.#parts.pool()
    const addresses = pool?.pool.endpoints.filter(({ name }) => this.endpoints.includes(name)) ?? []
    return new Set(
      addresses.flatMap(one => one.addresses.flatMap(address => pool?.stateOf(address)?.targets ?? [])),
    )
  }

  #healthOf = (target: TargetState): Health => this.#healths.get(target) ?? target.health

  /** Takes out of service what would be down by now. */
  #judge(): void {
    const pool = this.#parts.pool()
    if (pool === undefined) return
    const fresh = pool.pool.endpoints.filter(
      one => this.endpoints.includes(one.name) && !this.#down.has(one.name) && this.#isDown(pool, one),
    )
    if (fresh.length === 0) return
    // Looked at before, since nobody is to see an answer of a pool that has nothing left.
    if (!this.#hasOtherUp(pool)) {
      this.#end('aborted', NOTHING_LEFT)
      return
    }
    for (const { name } of fresh) this.#down.add(name)
    this.#overrule(pool)
    this.#note(`${fresh.map(({ name }) => name).join(', ')} down: the answer is ${answerToText(pool)}`)
    if (this.#down.size === this.endpoints.length) this.#switchedMs = this.#parts.clock.monotonicMs()
    this.look()
  }

  #isDown(pool: PoolState, { addresses }: PoolEndpoint): boolean {
    return addresses.every(address => {
      const state = pool.stateOf(address)
      return state === undefined || verdictBy(state.check, this.#healthOf) === 'down'
    })
  }

  /** @param pool undefined where it is gone: should it come back, nothing of it is taken as failed */
  #overrule(pool: PoolState | undefined): void {
    this.#parts.book.drill({ zone: this.zone, pool: this.name }, this.isRunning ? this.#down : new Set())
    if (pool !== undefined) this.#parts.judging.reselect(pool)
  }

  #hurry(key: string, hurries: boolean): void {
    if (hurries) this.#hurried.add(key)
    else this.#hurried.delete(key)
    this.#parts.judging.hurry(key, hurries)
  }

  /** Also those in which what is drilled has come up since, and would be served; families that the pool has lost say nothing. */
  #kindsOf(pool: PoolState): AnswerKind[] {
    const { judging, book } = this.#parts
    const { pin, effectOn } = book.of(keyOf(pool))
    const real = judging.previewWith(pool, {
      pin,
      effectOn: name => {
        const effect = effectOn(name)
        return effect === 'drilled' ? 'none' : effect
      },
    })
    const { nowMs } = judging.now()
    return pool.kinds.filter(kind => this.#kinds.includes(kind) || isUpIn(pool, real[kind], nowMs))
  }

  #isServedUp(pool: PoolState): boolean {
    const { nowMs } = this.#parts.judging.now()
    return this.#kindsOf(pool).every(kind => isUpIn(pool, pool.selection(kind), nowMs))
  }

  #hasOtherUp(pool: PoolState): boolean {
    return hasOtherUp(pool, this.#kindsOf(pool), new Set(this.endpoints), this.#parts)
  }

  async #watch(watcher: Watcher, index: number): Promise<void> {
    const seen = this.#seen[index]
    const { clock } = this.#parts
    while (this.isRunning && seen !== undefined && seen.atMs === undefined) {
      const answer = await watcher.ask()
      const isOther = answer !== undefined && answer.length > 0 && !answer.some(one => this.#before.has(one))
      if (isOther && this.isRunning) {
        seen.atMs = clock.monotonicMs()
        this.#note(`${watcher.by} answers ${answer.join(' ')}`)
        return
      }
      await new Promise<void>(resolve => {
        clock.at(clock.monotonicMs() + ASK_EVERY_MS, resolve)
      })
    }
  }

  #over(): void {
    const { promisedMs } = this.#parts
    const ttlMs = longestTtlMs(this.#seen)
    const withTtl = ttlMs === 0 ? '' : `, and ${round(promisedMs + ttlMs)} s where the TTL counts`
    const promised = `promised are ${round(promisedMs)} s${withTtl}`
    const unseen = this.#seen.filter(({ atMs }) => atMs === undefined).map(({ by }) => by)
    const last = Math.max(this.#switchedMs ?? 0, ...this.#seen.map(({ atMs }) => atMs ?? 0)) - this.#startedMs
    const dueMs = this.#startedMs + promisedMs + SLACK_MS
    const isKept =
      (this.#switchedMs ?? 0) <= dueMs && this.#seen.every(({ atMs = 0, ttlMs }) => atMs <= dueMs + ttlMs)
    if (this.#switchedMs === undefined) this.#end('late', `nothing was switched; ${promised}`)
    else if (unseen.length > 0)
      this.#end('late', `never seen in the answers of ${unseen.join(', ')}; ${promised}`)
    else this.#end(isKept ? 'kept' : 'late', `switched and seen after ${round(last)} s; ${promised}`)
  }

  #end(state: Exclude<DrillView['state'], 'running'>, verdict: string): void {
    this.#cancel()
    this.#state = state
    this.#verdict = verdict
    for (const key of this.#hurried) this.#hurry(key, false)
    const pool = this.#parts.pool()
    this.#overrule(pool)
    const now = pool === undefined ? '' : `; the answer is ${answerToText(pool)}`
    this.#note(`over: ${state}, ${verdict}${now}`)
    this.#parts.onEnd(this)
  }

  #note(what: string): void {
    if (this.#timeline.length < MAX_TIMELINE)
      this.#timeline.push({ seconds: round(this.#parts.clock.monotonicMs() - this.#startedMs), what })
  }
}

/** Between the switch and the moment at which somebody sees it, who asks now and then. */
const SLACK_MS = 1000

const NOTHING_LEFT = 'nothing else is up any more'

/** For so long after a switch some of them may not see it. */
export function longestTtlMs(watchers: readonly Pick<Watcher, 'ttlMs'>[]): number {
  return Math.max(0, ...watchers.map(({ ttlMs }) => ttlMs))
}

/** Whether in all of these kinds something else would be served, and is up, if these endpoints had failed. */
export function hasOtherUp(
  pool: PoolState,
  kinds: readonly AnswerKind[],
  endpoints: ReadonlySet<string>,
  { judging, book }: Pick<DrillParts, 'judging' | 'book'>,
): boolean {
  const now = book.of(keyOf(pool))
  const after = judging.previewWith(pool, {
    pin: now.pin,
    effectOn: name => (endpoints.has(name) ? 'drilled' : now.effectOn(name)),
  })
  const { nowMs } = judging.now()
  return kinds.every(
    kind =>
      after[kind]?.endpoints.every(name => !endpoints.has(name)) === true && isUpIn(pool, after[kind], nowMs),
  )
}

/** Whether something is served by that selection, and is up. */
function isUpIn(pool: PoolState, selection: Selection | undefined, nowMs: number): boolean {
  if (selection?.mode !== 'serving' || answered(selection).length === 0) return false
  const served = pool.pool.endpoints.filter(({ name }) => selection.endpoints.includes(name))
  return served.some(endpoint => pool.endpointStanding(endpoint, nowMs) === 'up')
}

function round(ms: number): number {
  return Math.round(ms) / 1000
}

/** `A backup, AAAA none` */
function answerToText(pool: PoolState): string {
  const texts = pool.kinds.map(
    kind => `${typeToText(ANSWER_TYPE[kind])} ${selectionToText(pool.selection(kind))}`,
  )
  return texts.join(', ')
}
