/** Which maintenance windows are open. Each is looked at only when its own time has come. */
import type { ConfiguredZone } from '#config/configuration.ts'
import { isOpen, nextChangeMs } from '#steering/maintenance.ts'
import type { ZoneWindow } from '#steering/override.ts'
import { plainName } from './plan.ts'

interface Watched {
  readonly window: ZoneWindow
  readonly isOpen: boolean
  /** Wall time at which it opens or closes next; infinite if it never does again. */
  readonly nextMs: number
}

export class WindowWatch {
  #watched: readonly Watched[] = []
  #open: readonly ZoneWindow[] = []
  /** Wall time of the last look. */
  #lookedMs = Number.NEGATIVE_INFINITY

  get all(): readonly ZoneWindow[] {
    return this.#watched.map(({ window }) => window)
  }

  get open(): readonly ZoneWindow[] {
    return this.#open
  }

  /** Wall time at which the next one opens or closes; infinite if none does. */
  get nextMs(): number {
    return this.#watched.reduce((least, { nextMs }) => Math.min(least, nextMs), Number.POSITIVE_INFINITY)
  }

  adopt(zones: readonly ConfiguredZone[], wallMs: number): void {
    const windows = zones.flatMap(({ zone, maintenance }) =>
      maintenance.map(window => ({ ...window, zone: plainName(zone.origin) })),
    )
    this.#watch(
      windows.map(window => watched(window, wallMs)),
      wallMs,
    )
  }

  look(wallMs: number): void {
    const isSetBack = wallMs < this.#lookedMs
    this.#watch(
      this.#watched.map(one => (isSetBack || one.nextMs <= wallMs ? watched(one.window, wallMs) : one)),
      wallMs,
    )
  }

  #watch(all: readonly Watched[], wallMs: number): void {
    this.#watched = all
    this.#open = all.filter(one => one.isOpen).map(({ window }) => window)
    this.#lookedMs = wallMs
  }
}

function watched(window: ZoneWindow, wallMs: number): Watched {
  return {
    window,
    isOpen: isOpen(window, wallMs),
    nextMs: nextChangeMs(window, wallMs) ?? Number.POSITIVE_INFINITY,
  }
}
