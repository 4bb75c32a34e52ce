/** Two replays of one target beside each other, in numbers. Pure. */
import type { Replay, VerdictChange } from './replay.ts'

/** Times from the first fail of an outage to the verdict down, in milliseconds. */
export interface Tally {
  /** How often it went from up to down. */
  readonly failovers: number
  readonly detectMs: readonly number[]
  /** Failovers within ten minutes after it had come back from the one before. */
  readonly flaps: number
  /** Failovers that were over within the given time, and that the others did not make. */
  readonly falseAlarms: number
  /** What the others took for an outage and these did not. */
  readonly missed: number
  /** Failovers that rest on probes that were not made. */
  readonly unsure: number
  readonly heldMs: number
}

interface Outage {
  /** From the first fail on. */
  readonly fromMs: number
  readonly downMs: number
  /** Endless while it lasts. */
  readonly upMs: number
  readonly isSure: boolean
}

const FLAP_MS = 600_000

/** @param shortMs an outage that is over within this, and that the others did not see, is a false alarm */
export function tally(one: Replay, other: Replay, shortMs: number): Tally {
  const outages = outagesOf(one.changes)
  const others = outagesOf(other.changes)
  const isSeenBy = (outage: Outage, all: readonly Outage[]): boolean =>
    all.some(({ fromMs, upMs }) => fromMs <= outage.upMs && outage.fromMs <= upMs)
  const before = new Map(outages.slice(1).map((outage, index) => [outage, outages[index]]))
  return {
    failovers: outages.length,
    detectMs: outages.map(({ fromMs, downMs }) => downMs - fromMs),
    flaps: outages.filter(outage => {
      const last = before.get(outage)
      return last !== undefined && outage.downMs - last.upMs < FLAP_MS
    }).length,
    falseAlarms: outages.filter(outage => outage.upMs - outage.downMs < shortMs && !isSeenBy(outage, others))
      .length,
    missed: others.filter(outage => !isSeenBy(outage, outages)).length,
    unsure: outages.filter(({ isSure }) => !isSure).length,
    heldMs: one.heldMs,
  }
}

export function sumOf(tallies: readonly Tally[]): Tally {
  const sum = (count: (tally: Tally) => number): number => tallies.reduce((all, one) => all + count(one), 0)
  return {
    failovers: sum(one => one.failovers),
    detectMs: tallies.flatMap(one => one.detectMs),
    flaps: sum(one => one.flaps),
    falseAlarms: sum(one => one.falseAlarms),
    missed: sum(one => one.missed),
    unsure: sum(one => one.unsure),
    heldMs: sum(one => one.heldMs),
  }
}

/** Going down counts where it was up: what was down from the first is no failover. */
function outagesOf(changes: readonly VerdictChange[]): Outage[] {
  return changes.flatMap(({ from, to, atMs, firstFailMs, isSure }, index) => {
    if (from !== 'up' || to !== 'down') return []
    const upMs = changes[index + 1]?.atMs ?? Number.POSITIVE_INFINITY
    return [{ fromMs: firstFailMs, downMs: atMs, upMs, isSure }]
  })
}
