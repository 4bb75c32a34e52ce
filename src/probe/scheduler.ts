/**
 * Decides when each target is probed. Free of I/O: clock, randomness and the probes themselves are given.
 *
 *             due, fewer than maxRunning run, and fewer than BURST were started in this turn
 *   waiting ------------------------------------> running
 *      ^  in the heap, by its due time               |
 *      +---------------------------------------------+
 *        ended: the next is due after interval + jitter from this one's start; at fast pace after fast-interval, at that of one that is down after down-interval; never before now
 */
import type { Clock } from '#base/clock.ts'
import type { Random } from '#base/random.ts'
import type { Outcome } from '#health/outcome.ts'
import { jitterMs, type Pace, paceMs } from '#health/timing.ts'
import { type Due, DueHeap } from './due-heap.ts'
import { spreadPhases } from './phases.ts'
import type { ProbeTarget } from './spec.ts'
import { unlessStalled } from './stall.ts'

export interface SchedulerOptions {
  readonly clock: Clock
  readonly random: Random
  /** At most so many probes run at once; those that are due wait, the longest due first. */
  readonly maxRunning: number
  /** For how many milliseconds in all this thread has stood still. */
  stalledMs(): number
  /** Calls back when this thread has looked at what has come in by then. */
  nextTurn(call: () => void): void
  /** Carries out one probe; must end, a little after the target's time-out at the latest. */
  run(target: ProbeTarget): Promise<Outcome>
  /** @param startedMs monotonic */
  report(target: ProbeTarget, outcome: Outcome, startedMs: number): void
}

/**
 * Probes at normal pace start together on these beats, which the random part of an interval leaves room for: to wake the thread costs as much
 * as a probe over a kept connection.
 */
const BEAT_MS = 20

/** So many are started in one turn of this thread: thousands would hold it up for longer than a probe is allowed to be. */
const BURST = 256

interface Entry extends Due {
  target: ProbeTarget
  pace: Pace
  /** False once it has been taken away while its probe was running. */
  wanted: boolean
  running: boolean
  /** Monotonic start of the latest probe; undefined before the first. */
  startedMs: number | undefined
  /** From the start of the latest probe to that of the next at normal pace. */
  gapMs: number
}

export class Scheduler {
  readonly #options: SchedulerOptions
  readonly #entries = new Map<string, Entry>()
  readonly #waiting = new DueHeap<Entry>()
  #running = 0
  #startedInTurn = 0
  #lagMs = 0
  #timer: { readonly atMs: number; cancel(): void } | undefined

  constructor(options: SchedulerOptions) {
    this.#options = options
  }

  /** How late the latest probe was started, in milliseconds. */
  get lagMs(): number {
    return this.#lagMs
  }

  /** Probes these from now on. Those that are there already keep their phase and pace, and get their new secrets; what a running probe of another one sees is ignored. */
  setTargets(targets: readonly ProbeTarget[]): void {
    const keys = new Set(targets.map(target => target.key))
    for (const entry of this.#entries.values()) if (!keys.has(entry.target.key)) this.#drop(entry)
    const added = new Map<string, ProbeTarget>()
    for (const target of targets) {
      const entry = this.#entries.get(target.key)
      if (entry === undefined) added.set(target.key, target)
      else {
        entry.wanted = true
        // Its secrets may be others.
        entry.target = target
      }
    }
    this.#add([...added.values()])
    this.#proceed()
  }

  /** Nothing happens if there is no such target. A change to `fast` never puts the next probe off. */
  setPace(key: string, pace: Pace): void {
    const entry = this.#entries.get(key)
    if (entry === undefined || !entry.wanted) return
    entry.pace = pace
    if (entry.running || entry.startedMs === undefined) return
    const wishMs = wishedMs(entry, entry.startedMs)
    const pulledMs = Math.min(entry.dueMs, Math.max(wishMs, this.#options.clock.monotonicMs()))
    this.#waiting.move(entry, wishMs > entry.dueMs ? wishMs : pulledMs)
    this.#proceed()
  }

  #add(targets: readonly ProbeTarget[]): void {
    const { clock, random } = this.#options
    const nowMs = clock.monotonicMs()
    const phases = spreadPhases(
      targets.map(target => target.timing),
      random,
    )
    for (const [i, target] of targets.entries()) {
      const { firstMs = 0, gapMs = target.timing.intervalMs } = phases[i] ?? {}
      const state = { pace: 'normal', wanted: true, running: false, startedMs: undefined } as const
      const entry: Entry = { ...state, target, gapMs, dueMs: nowMs + firstMs, place: -1 }
      this.#entries.set(target.key, entry)
      this.#waiting.add(entry)
    }
  }

  /** One that is being probed stays until that has ended: should it come back meanwhile, its probes must not overlap. */
  #drop(entry: Entry): void {
    entry.wanted = false
    entry.pace = 'normal'
    if (entry.running) return
    this.#waiting.remove(entry)
    this.#entries.delete(entry.target.key)
  }

  /** Starts what is due, as far as there is room, and waits for the next. */
  #proceed(): void {
    const { clock, maxRunning } = this.#options
    while (this.#running < maxRunning && this.#startedInTurn < BURST) {
      const first = this.#waiting.first
      const nowMs = clock.monotonicMs()
      if (first === undefined || first.dueMs > nowMs) break
      this.#lagMs = nowMs - first.dueMs
      this.#waiting.remove(first)
      this.#start(first, nowMs)
    }
    this.#wait()
  }

  #endTurn(): void {
    const wasFull = this.#startedInTurn >= BURST
    this.#startedInTurn = 0
    if (wasFull) this.#proceed()
  }

  #wait(): void {
    const { clock, maxRunning } = this.#options
    const hasRoom = this.#running < maxRunning && this.#startedInTurn < BURST
    const atMs = hasRoom ? this.#waiting.first?.dueMs : undefined
    if (this.#timer?.atMs === atMs) return
    this.#timer?.cancel()
    this.#timer = undefined
    if (atMs === undefined) return
    const cancel = clock.at(atMs, () => {
      this.#timer = undefined
      this.#proceed()
    })
    this.#timer = { atMs, cancel }
  }

  #start(entry: Entry, nowMs: number): void {
    const { run, stalledMs } = this.#options
    const { target } = entry
    const stalledBeforeMs = stalledMs()
    if (entry.startedMs !== undefined) entry.gapMs = this.#normalGapMs(target, nowMs)
    entry.startedMs = nowMs
    entry.running = true
    this.#running++
    if (this.#startedInTurn++ === 0) this.#options.nextTurn(() => this.#endTurn())
    const end = (outcome: Outcome): void => this.#end(entry, nowMs, stalledBeforeMs, outcome)
    run(target).then(end, error => end(brokenProbe(error, this.#options.clock.monotonicMs() - nowMs)))
  }

  /** Ends on a beat where the random part has one after the point that was drawn. */
  #normalGapMs({ timing }: ProbeTarget, startedMs: number): number {
    const mostMs = timing.intervalMs + jitterMs(timing)
    const drawnMs = timing.intervalMs + this.#options.random() * jitterMs(timing)
    const onBeatMs = Math.ceil((startedMs + drawnMs) / BEAT_MS) * BEAT_MS - startedMs
    return onBeatMs <= mostMs ? onBeatMs : drawnMs
  }

  #end(entry: Entry, startedMs: number, stalledBeforeMs: number, outcome: Outcome): void {
    const { clock, stalledMs, report } = this.#options
    const { target } = entry
    const nowMs = clock.monotonicMs()
    this.#running--
    entry.running = false
    if (entry.wanted) {
      entry.dueMs = Math.max(nowMs, wishedMs(entry, startedMs))
      this.#waiting.add(entry)
      const { timeoutMs } = target.timing
      const { latencyLimitMs, inverted } = target.spec
      const overdueMs = nowMs - startedMs - timeoutMs
      const heldUpMs = Math.max(overdueMs, stalledMs() - stalledBeforeMs)
      report(target, unlessStalled(outcome, heldUpMs, { timeoutMs, latencyLimitMs, inverted }), startedMs)
    } else {
      this.#entries.delete(target.key)
    }
    this.#proceed()
  }
}

/** When the next probe should start by the pace alone. */
function wishedMs({ target, pace, gapMs }: Entry, startedMs: number): number {
  const { timing } = target
  if (pace === 'fast') return startedMs + Math.min(gapMs, timing.fastIntervalMs)
  return startedMs + gapMs - timing.intervalMs + paceMs(timing, pace)
}

/** A probe that throws is a mistake of this program, never the endpoint's. */
function brokenProbe(error: unknown, latencyMs: number): Outcome {
  const detail = `the probe itself broke: ${error instanceof Error ? error.name : typeof error}`
  return { kind: 'inconclusive', reason: 'internal', detail, latencyMs }
}
