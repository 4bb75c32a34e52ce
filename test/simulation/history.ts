/** What an onlooker remembers of verdicts and selections, and what may follow from it: how soon an endpoint comes back, and whether a restart has changed anything. */
import assert from 'node:assert/strict'
import { keyOf } from '#control/called.ts'
import { answered, type PoolState } from '#control/pool-state.ts'
import type { Verdict } from '#health/verdict.ts'
import type { AnswerKind, PoolEndpoint } from '#steering/pool.ts'
import type { Selection } from '#steering/selection.ts'
import { standingIn } from './invariants.ts'
import type { SimulatedNode } from './node.ts'

/** The store rounds times, and its restored ones too. */
const ROUNDED_MS = 2000

interface SeenVerdict {
  readonly verdict: Verdict
  /** Undefined where it was so at the first look. */
  readonly sinceMs: number | undefined
  readonly wentDownMs: number
  readonly penalty: number
  readonly penaltyAtMs: number
}

interface SeenSelection {
  readonly selection: Selection
  readonly sinceMs: number
}

/** What a pool answers, and all the addresses that its endpoints have. */
interface SeenAnswer {
  readonly answer: string
  readonly reach: string
}

export class History {
  #verdicts = new Map<string, SeenVerdict>()
  #selections = new Map<string, SeenSelection>()

  /** Nothing that was seen counts any more. */
  forget(): void {
    this.#verdicts = new Map()
    this.#selections = new Map()
  }

  /** What was seen since then may be lost. */
  forgetSince(ms: number): void {
    for (const [key, { sinceMs = 0 }] of this.#verdicts) if (sinceMs >= ms) this.#verdicts.delete(key)
    for (const [key, { sinceMs }] of this.#selections) if (sinceMs >= ms) this.#selections.delete(key)
  }

  /** Addresses that have gone are judged from the beginning should they come back. */
  keepOnly(pools: readonly PoolState[]): void {
    const keys = new Set(pools.flatMap(({ states }) => states.map(({ key }) => key)))
    for (const key of this.#verdicts.keys()) if (!keys.has(key)) this.#verdicts.delete(key)
  }

  /**
   * Takes note of the pool as it is now, and throws where that may not follow from what was.
   *
   * @param byItself whether nobody has just decided anything
   */
  see(node: SimulatedNode, pool: PoolState, nowMs: number, byItself: boolean): void {
    for (const { key, verdict } of pool.states) this.#noteVerdict(pool, key, verdict, nowMs)
    for (const address of pool.pool.endpoints.flatMap(({ addresses }) => addresses))
      this.#checkDamping(pool, address, nowMs)
    for (const kind of pool.kinds) {
      const selection = pool.selection(kind)
      if (selection === undefined) continue
      const key = `${pool.pool.name} ${kind}`
      const before = this.#selections.get(key)
      if (before?.selection === selection) continue
      if (before !== undefined && byItself && !node.book.concerns(keyOf(pool)))
        this.#checkReturn(pool, kind, before.selection, selection, nowMs)
      this.#selections.set(key, { selection, sinceMs: nowMs })
    }
  }

  /** Who is up and preferred is served, as soon as the pool says. */
  checkFailback(node: SimulatedNode, nowMs: number): void {
    for (const pool of node.judging.pools) {
      const { failback, policy, endpoints, families } = pool.pool
      if (policy !== 'failover' || families === 'together' || failback.kind === 'manual') continue
      if (node.book.concerns(keyOf(pool))) continue
      for (const kind of pool.kinds) {
        const [served] = pool.selection(kind)?.endpoints ?? []
        const place = endpoints.findIndex(({ name }) => name === served)
        for (const one of endpoints.slice(0, Math.max(0, place))) {
          if (one.pool !== undefined || standingIn(pool, one, kind, nowMs) !== 'up') continue
          const upMs: number =
            failback.kind === 'auto' ? Number.POSITIVE_INFINITY : this.#upMs(pool, one, kind, nowMs)
          const needed: number = failback.kind === 'auto' ? 0 : failback.afterMs + ROUNDED_MS
          assert.ok(upMs < needed, `${pool.pool.name} ${kind}: ${one.name} is up and preferred to ${served}`)
        }
      }
    }
  }

  /** What every pool answers, by pool and kind; without what was decided since then. */
  answersBefore(
    node: SimulatedNode,
    ms: number,
    isMeant: (pool: PoolState) => boolean,
  ): Map<string, SeenAnswer> {
    const all = new Map<string, SeenAnswer>()
    for (const pool of node.judging.pools) {
      if (!isMeant(pool)) continue
      for (const kind of pool.kinds) {
        const key = `${pool.pool.name} ${kind}`
        const selection = pool.selection(kind)
        if (selection === undefined || (this.#selections.get(key)?.sinceMs ?? 0) > ms) continue
        const reached = pool.pool.endpoints.map(one => [...pool.reachOf(one)].sort())
        // What two of them have in common stands for both after a restart.
        const isClear = new Set(reached.flat()).size === reached.flat().length
        const answer = `${selection.mode} ${isClear ? selection.endpoints : ''} ${answered(selection)}`
        all.set(key, { answer, reach: reached.join(' ') })
      }
    }
    return all
  }

  /** A restart without a pause has changed nothing. */
  checkAnswers(node: SimulatedNode, before: ReadonlyMap<string, SeenAnswer>): void {
    const after = this.answersBefore(node, Number.POSITIVE_INFINITY, () => true)
    for (const [key, { answer, reach }] of before) {
      const now = after.get(key)
      // Names are resolved at each start: it may be the one to take other addresses over.
      if (now?.reach !== reach) continue
      assert.equal(now.answer, answer, `a restart has changed what ${key} answers`)
    }
  }

  #noteVerdict(pool: PoolState, key: string, verdict: Verdict, nowMs: number): void {
    const before = this.#verdicts.get(key)
    if (before?.verdict === verdict) return
    const first = { sinceMs: undefined, wentDownMs: Number.NEGATIVE_INFINITY, penalty: 0, penaltyAtMs: nowMs }
    if (before === undefined) {
      this.#verdicts.set(key, { verdict, ...first })
      return
    }
    const isFlip = before.verdict !== 'unknown' && verdict !== 'unknown'
    const flap = pool.pool.check?.damping.flap
    const penalty =
      isFlip && flap !== undefined ? Math.min(4 * flap.limit, decayed(before, flap.halfLifeMs, nowMs) + 1) : 0
    this.#verdicts.set(key, {
      verdict,
      sinceMs: nowMs,
      wentDownMs: isFlip && verdict === 'down' ? nowMs : before.wentDownMs,
      ...(isFlip
        ? { penalty, penaltyAtMs: nowMs }
        : { penalty: before.penalty, penaltyAtMs: before.penaltyAtMs }),
    })
  }

  /** Who has just gone down, or flaps, is not up. */
  #checkDamping(pool: PoolState, address: PoolEndpoint['addresses'][number], nowMs: number): void {
    const rule = pool.pool.check?.damping
    const state = pool.stateOf(address)
    const seen = state === undefined ? undefined : this.#verdicts.get(state.key)
    if (rule === undefined || seen === undefined || pool.standingOf(address, nowMs).standing !== 'up') return
    const where = `${pool.pool.name} ${address.text}`
    assert.ok(nowMs - seen.wentDownMs >= rule.dwellMs - ROUNDED_MS, `${where}: up before its dwell is over`)
    if (rule.flap === undefined) return
    const penalty = decayed(seen, rule.flap.halfLifeMs, nowMs)
    assert.ok(penalty < rule.flap.limit + 0.01, `${where}: up while it flaps (${penalty.toFixed(2)})`)
  }

  /** The pool returns to who is preferred only as it says. */
  #checkReturn(pool: PoolState, kind: AnswerKind, before: Selection, after: Selection, nowMs: number): void {
    const { failback, policy, families, endpoints } = pool.pool
    if (
      policy !== 'failover' ||
      families === 'together' ||
      before.mode !== 'serving' ||
      after.mode !== 'serving'
    )
      return
    const place = (one: Selection): number => endpoints.findIndex(({ name }) => name === one.endpoints[0])
    const [left, entered] = [endpoints[place(before)], endpoints[place(after)]]
    if (left === undefined || entered === undefined || place(after) >= place(before)) return
    if (standingIn(pool, left, kind, nowMs) !== 'up') return
    const where = `${pool.pool.name} ${kind}: from ${left.name} to ${entered.name}`
    assert.ok(failback.kind !== 'manual', `${where}, which is up, and nobody has asked for it`)
    if (failback.kind !== 'after' || entered.pool !== undefined) return
    const upMs = this.#upMs(pool, entered, kind, nowMs)
    assert.ok(upMs < 0 || upMs >= failback.afterMs - ROUNDED_MS, `${where} after ${upMs / 1000} s of health`)
  }

  /** For how long it has been up; -1 where nobody knows. */
  #upMs(pool: PoolState, { addresses }: PoolEndpoint, kind: AnswerKind, nowMs: number): number {
    if (kind === 'cname') return -1
    const own = addresses.filter(one => one.family === kind)
    const seen = own.map(one => this.#verdicts.get(pool.stateOf(one)?.key ?? ''))
    const times = seen.flatMap(one => (one?.verdict === 'up' ? [one.sinceMs] : []))
    if (times.length === 0 || times.includes(undefined)) return -1
    return Math.max(...times.map(ms => nowMs - (ms ?? nowMs)))
  }
}

function decayed({ penalty, penaltyAtMs }: SeenVerdict, halfLifeMs: number, nowMs: number): number {
  return penalty * 2 ** ((penaltyAtMs - nowMs) / halfLifeMs)
}
