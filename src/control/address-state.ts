/** One address as pools judge it: the verdict of its check, simple or composite, and what damping makes of it. */
import { createHash } from 'node:crypto'
import {
  afterChange,
  CALM,
  type Damping,
  type DampingRule,
  type HoldCause,
  holdCause,
  isHeld,
} from '#health/damping.ts'
import type { Verdict } from '#health/verdict.ts'
import type { AddressStanding } from '#steering/standing.ts'
import type { StoredVerdict } from '#store/records.ts'
import { type JudgedCheck, judgedPart, shapeOf, targetsIn } from './judged-check.ts'
import type { TargetState } from './target-state.ts'

export class AddressState {
  readonly key: string
  readonly check: JudgedCheck
  readonly targets: readonly TargetState[]
  readonly #rule: DampingRule
  #verdict: Verdict
  /** Monotonic: since when the verdict stands. */
  #sinceMs: number
  #damping: Damping = CALM

  constructor(key: string, check: JudgedCheck, rule: DampingRule, nowMs: number) {
    this.key = key
    this.check = check
    this.targets = targetsIn(check)
    this.#rule = rule
    this.#verdict = judgedPart(check).verdict
    this.#sinceMs = nowMs
  }

  /** The same for the same parts and rule on the same address, after every restart. */
  static keyOf(check: JudgedCheck, rule: DampingRule): string {
    const text = JSON.stringify({ check: shapeOf(check), dwellMs: rule.dwellMs, flap: rule.flap })
    return createHash('sha256').update(text).digest('hex').slice(0, 32)
  }

  get verdict(): Verdict {
    return this.#verdict
  }

  /** Since when the verdict stands, monotonic. */
  get sinceMs(): number {
    return this.#sinceMs
  }

  /** When it could be down at the earliest, monotonic; undefined while nothing points to that. */
  get earliestDownMs(): number | undefined {
    return this.#verdict === 'down' ? undefined : judgedPart(this.check).earliestDownMs
  }

  /** How it stands with policies now. */
  standing(nowMs: number): AddressStanding {
    const verdict = this.#verdict
    if (verdict !== 'up') return { standing: verdict, upSinceMs: nowMs }
    const upSinceMs = this.#sinceMs
    if (!isHeld(this.#damping, nowMs)) return { standing: 'up', upSinceMs }
    return { standing: 'held', upSinceMs, heldUntilMs: this.#damping.heldUntilMs }
  }

  /** Until when it is held because it flaps, monotonic; undefined where it is not. */
  latchedUntilMs(nowMs: number): number | undefined {
    return holdCause(this.#damping, this.#rule, nowMs) === 'flap' ? this.#damping.heldUntilMs : undefined
  }

  /** Why it is held, while its verdict is up; undefined if it is not. */
  holdCause(nowMs: number): HoldCause | undefined {
    return this.#verdict === 'up' ? holdCause(this.#damping, this.#rule, nowMs) : undefined
  }

  /** Judges again after a target's health has changed; gives the verdict before. */
  update(nowMs: number): Verdict {
    const before = this.#verdict
    const { verdict } = judgedPart(this.check)
    if (verdict === before) return before
    this.#damping = afterChange(this.#damping, this.#rule, { from: before, to: verdict, nowMs })
    this.#verdict = verdict
    this.#sinceMs = nowMs
    return before
  }

  /** Takes up what an earlier run has stored. That it flaps, or has only just gone down, counts also where its verdict is another one now, or forgotten. */
  restore({ health, past }: StoredVerdict, nowMs: number, wallMs: number): void {
    if (past === undefined) return
    // A wall clock that was set back makes nothing longer than it was to be.
    const monotonic = (storedMs: number): number => nowMs - Math.max(0, wallMs - storedMs)
    if (health.verdict === this.#verdict) this.#sinceMs = monotonic(past.sinceMs)
    const held = past.heldUntilMs === undefined ? undefined : nowMs + (past.heldUntilMs - wallMs)
    this.#damping = {
      penalty: past.penalty,
      atMs: monotonic(past.penaltyAtMs),
      heldUntilMs:
        held === undefined ? Number.NEGATIVE_INFINITY : Math.min(held, nowMs + this.#longestHoldMs),
    }
  }

  /** What is known, for the store; undefined before anything has been decided. */
  record(nowMs: number, wallMs: number): StoredVerdict | undefined {
    if (this.#verdict === 'unknown' && this.#damping === CALM) return undefined
    const wall = (monotonicMs: number): number => wallMs + (monotonicMs - nowMs)
    const { penalty, atMs, heldUntilMs } = this.#damping
    return {
      key: this.key,
      health: { verdict: this.#verdict, passes: 0, fails: 0 },
      past: {
        sinceMs: wall(this.#sinceMs),
        penalty,
        penaltyAtMs: wall(penalty === 0 ? nowMs : atMs),
        ...(heldUntilMs > nowMs ? { heldUntilMs: wall(heldUntilMs) } : {}),
      },
      atMs: wallMs,
    }
  }

  get #longestHoldMs(): number {
    // The penalty stops at four times the limit, which is three half-lives above half of it.
    return Math.max(this.#rule.dwellMs, 3 * (this.#rule.flap?.halfLifeMs ?? 0))
  }
}
