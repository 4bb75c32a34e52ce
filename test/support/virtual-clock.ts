/** A clock that stands still until it is told to go on: years of timers in seconds. */
import type { Clock } from '#base/clock.ts'

interface Timer {
  readonly atMs: number
  readonly call: () => void
}

/** The wall clock at the virtual origin: 2026-01-01. */
const ORIGIN_WALL_MS = Date.UTC(2026, 0, 1)

export class VirtualClock implements Clock {
  #nowMs = 0
  #setBackMs = 0
  readonly #timers = new Set<Timer>()

  monotonicMs(): number {
    return this.#nowMs
  }

  wallMs(): number {
    return ORIGIN_WALL_MS + this.#nowMs - this.#setBackMs
  }

  /** Somebody sets the wall clock back; monotonic time goes on as before. */
  setWallBack(ms: number): void {
    this.#setBackMs += ms
  }

  at(atMs: number, call: () => void): () => void {
    const timer = { atMs, call }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** How many calls are still to come. */
  get pending(): number {
    return this.#timers.size
  }

  /** A promise that resolves when the time has come. */
  wait(ms: number): Promise<void> {
    return new Promise(resolve => {
      this.at(this.#nowMs + ms, resolve)
    })
  }

  /** Lets so much time pass, running what falls due in order, each with its own time; promises settle in between. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms
    await turn()
    for (let timer = this.#next(); timer !== undefined && timer.atMs <= untilMs; timer = this.#next()) {
      this.#timers.delete(timer)
      this.#nowMs = Math.max(this.#nowMs, timer.atMs)
      timer.call()
      await settle()
    }
    this.#nowMs = untilMs
    await turn()
  }

  /** Time passes and nothing can run, as when the process is stopped. What fell due runs at the next `advance`, late. */
  stall(ms: number): void {
    this.#nowMs += ms
  }

  /** The earliest; of several at one time the one that was set first. */
  #next(): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) if (next === undefined || timer.atMs < next.atMs) next = timer
    return next
  }
}

/** All microtasks run before the next tick, and the loop of events, which is dear, is not gone round for it. */
function settle(): Promise<void> {
  return new Promise(resolve => {
    process.nextTick(resolve)
  })
}

/** What other threads have said meanwhile is taken as well. */
function turn(): Promise<void> {
  return new Promise(resolve => {
    setImmediate(resolve)
  })
}
