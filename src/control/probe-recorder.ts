/** Keeps what probes saw as runs, and hands these on when they have ended, and from time to time while they go on. */
import { extended, type ProbeRun, runOf, type SeenOutcome } from '#health/probe-run.ts'

/** A steady run is stored so often: what a killed process loses of it. */
const SAVE_EVERY_MS = 300_000
/** So many outcomes of a run that did not pass are stored as they come. */
const SAVED_SINGLY = 8
/** More than that before the last one, and the wall clock was set back. */
const SAME_TIME_MS = 1000

interface OpenRun {
  readonly run: ProbeRun
  /** When it was stored last, in the time of its probes; endless in the past if never. */
  readonly savedMs: number
  readonly isSaved: boolean
}

export class ProbeRecorder {
  readonly #save: (key: string, run: ProbeRun) => void
  /** By key of the target. */
  readonly #open = new Map<string, OpenRun>()

  /** @param save in the place of what was given before with the same first time */
  constructor(save: (key: string, run: ProbeRun) => void) {
    this.#save = save
  }

  take(key: string, outcome: SeenOutcome): void {
    const open = this.#open.get(key)
    const run = open === undefined ? undefined : extended(open.run, outcome)
    if (run !== undefined && open !== undefined) {
      this.#keep(key, { run, savedMs: open.savedMs, isSaved: false })
      return
    }
    if (open !== undefined && !open.isSaved) this.#save(key, open.run)
    // The first time is what a run is known by.
    const behindMs = (open?.run.firstMs ?? Number.NEGATIVE_INFINITY) + 1
    const isTaken = outcome.startMs < behindMs && behindMs - outcome.startMs < SAME_TIME_MS
    const begun = runOf(isTaken ? { ...outcome, startMs: behindMs } : outcome)
    this.#keep(key, { run: begun, savedMs: begun.firstMs, isSaved: false })
  }

  /** Hands on all that was not yet; of these targets, or of all. */
  flush(keys: Iterable<string> = this.#open.keys()): void {
    for (const key of keys) {
      const open = this.#open.get(key)
      if (open !== undefined && !open.isSaved) this.#saved(key, open.run)
    }
  }

  /** Others are not probed any more. */
  keepOnly(targets: { has(key: string): boolean }): void {
    for (const key of this.#open.keys()) {
      if (targets.has(key)) continue
      this.flush([key])
      this.#open.delete(key)
    }
  }

  #keep(key: string, open: OpenRun): void {
    const { run, savedMs } = open
    const isSingle = run.seen !== 'pass' && run.count <= SAVED_SINGLY
    if (isSingle || run.lastMs - savedMs >= SAVE_EVERY_MS) this.#saved(key, run)
    else this.#open.set(key, open)
  }

  #saved(key: string, run: ProbeRun): void {
    this.#open.set(key, { run, savedMs: run.lastMs, isSaved: true })
    this.#save(key, run)
  }
}
