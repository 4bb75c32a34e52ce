/** Servers that live and die by a seed: what each does from when on, and what a probe of it would see. */
import { type Random, seededRandom } from '#base/random.ts'
import type { Report } from '#control/heartbeats.ts'
import type { Outcome } from '#health/outcome.ts'

const MODES = ['healthy', 'dead', 'refusing', 'slow', 'flaky', 'garbage'] as const
type Mode = (typeof MODES)[number]

/** How likely each mode is, and how long it lasts on average. */
const WEIGHTS: Readonly<Record<Mode, readonly [share: number, meanMs: number]>> = {
  healthy: [0.5, 80 * 3_600_000],
  dead: [0.15, 6 * 3_600_000],
  refusing: [0.1, 4 * 3_600_000],
  slow: [0.1, 2 * 3_600_000],
  flaky: [0.1, 4 * 3_600_000],
  garbage: [0.05, 1_200_000],
}

type Seen = Omit<Outcome, 'latencyMs'>

const SEEN: Readonly<Record<'pass' | 'timeout' | 'refused' | 'protocol', Seen>> = {
  pass: { kind: 'pass', reason: 'ok', detail: 'status 200' },
  timeout: { kind: 'fail', reason: 'timeout', detail: 'no answer' },
  refused: { kind: 'fail', reason: 'refused', detail: 'connection refused' },
  protocol: { kind: 'fail', reason: 'protocol', detail: 'no HTTP response' },
}

/** One address. */
export class SimulatedServer {
  readonly address: string
  mode: Mode = 'healthy'
  sinceMs = 0
  untilMs: number
  /** Of its life, and of each probe: how often it is probed makes no other life of it. */
  readonly #random: Random
  readonly #ofProbes: Random

  /** @param seed undefined for one that never fails */
  constructor(address: string, seed: number | undefined) {
    this.address = address
    this.#random = seededRandom(seed ?? 0)
    this.#ofProbes = seededRandom((seed ?? 0) + 1)
    this.untilMs = seed === undefined ? Number.POSITIVE_INFINITY : this.#lasting('healthy')
  }

  /** Goes on to what it does at that time. */
  live(nowMs: number): void {
    while (this.untilMs <= nowMs) {
      this.mode = this.#next()
      this.sinceMs = this.untilMs
      this.untilMs = this.sinceMs + this.#lasting(this.mode)
    }
  }

  /** What a probe sees that starts now, and how long it takes; not longer than the time-out. */
  probe(timeoutMs: number): { seen: Seen; tookMs: number } {
    const random = this.#ofProbes
    const quickMs = 1 + random() * 50
    switch (this.mode) {
      case 'healthy':
        return { seen: SEEN.pass, tookMs: quickMs }
      case 'dead':
        return { seen: SEEN.timeout, tookMs: timeoutMs }
      case 'refusing':
        return { seen: SEEN.refused, tookMs: quickMs }
      case 'slow':
        return random() < 0.2
          ? { seen: SEEN.timeout, tookMs: timeoutMs }
          : { seen: SEEN.pass, tookMs: timeoutMs * (0.5 + random() / 2) }
      case 'flaky':
        return { seen: random() < 0.5 ? SEEN.pass : SEEN.refused, tookMs: quickMs }
      case 'garbage':
        return { seen: SEEN.protocol, tookMs: quickMs }
      default:
        return this.mode satisfies never
    }
  }

  /** What it says of itself now; undefined for nothing. */
  report(): Report | undefined {
    switch (this.mode) {
      case 'healthy':
      case 'slow':
        return { status: 'pass' }
      case 'flaky':
        return this.#ofProbes() < 0.5 ? { status: 'pass' } : undefined
      case 'garbage':
        return { status: 'fail', detail: 'no database' }
      case 'dead':
      case 'refusing':
        return undefined
      default:
        return this.mode satisfies never
    }
  }

  #next(): Mode {
    let mark = this.#random()
    for (const mode of MODES) {
      mark -= WEIGHTS[mode][0]
      if (mark < 0) return mode
    }
    return 'healthy'
  }

  #lasting(mode: Mode): number {
    return -Math.log(1 - this.#random()) * WEIGHTS[mode][1]
  }
}
