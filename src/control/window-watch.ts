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

/** An endpoint that windows drain: from the first that opens to the last that closes. */
export interface Maintenance {
  readonly zone: string
  readonly pool: string
  readonly endpoint: string
  /** Of the window that closes last. May be empty. */
  readonly reason: string
  /** Wall time; infinite if that window never closes. */
  readonly untilMs: number
}

/** What has opened and closed since the last look. */
export interface WindowChanges {
  readonly opened: readonly Maintenance[]
  readonly closed: readonly Maintenance[]
}

const NO_CHANGES: WindowChanges = { opened: [], closed: [] }

export class WindowWatch {
  #watched: readonly Watched[] = []
  #open: readonly ZoneWindow[] = []
  /** What the open windows drain, by its full name; undefined before the first configuration. */
  #drained: ReadonlyMap<string, Maintenance> | undefined
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

  /** What the first configuration finds open has not opened now, and what was closed meanwhile nobody knows. */
  adopt(zones: readonly ConfiguredZone[], wallMs: number): WindowChanges {
    const windows = zones.flatMap(({ zone, maintenance }) =>
      maintenance.map(window => ({ ...window, zone: plainName(zone.origin) })),
    )
    this.#lookedMs = wallMs
    return this.#watch(windows.map(window => watched(window, wallMs)))
  }

  look(wallMs: number): WindowChanges {
    const isSetBack = wallMs < this.#lookedMs
    this.#lookedMs = wallMs
    const isDue = ({ nextMs }: Watched): boolean => isSetBack || nextMs <= wallMs
    if (!this.#watched.some(isDue)) return NO_CHANGES
    return this.#watch(this.#watched.map(one => (isDue(one) ? watched(one.window, wallMs) : one)))
  }

  #watch(all: readonly Watched[]): WindowChanges {
    const before = this.#drained
    this.#watched = all
    this.#open = all.filter(one => one.isOpen).map(({ window }) => window)
    this.#drained = this.#drainedNow()
    if (before === undefined) return NO_CHANGES
    return { opened: onlyIn(this.#drained, before), closed: onlyIn(before, this.#drained) }
  }

  #drainedNow(): ReadonlyMap<string, Maintenance> {
    const drained = new Map<string, Maintenance>()
    for (const { window, isOpen, nextMs: untilMs } of this.#watched) {
      const { zone, pool, reason } = window
      for (const endpoint of isOpen ? window.endpoints : []) {
        const name = `${zone}/${pool}/${endpoint}`
        if (untilMs > (drained.get(name)?.untilMs ?? Number.NEGATIVE_INFINITY))
          drained.set(name, { zone, pool, endpoint, reason, untilMs })
      }
    }
    return drained
  }
}

function onlyIn<T>(one: ReadonlyMap<string, T>, other: ReadonlyMap<string, T>): T[] {
  return [...one].filter(([name]) => !other.has(name)).map(([, value]) => value)
}

function watched(window: ZoneWindow, wallMs: number): Watched {
  return {
    window,
    isOpen: isOpen(window, wallMs),
    nextMs: nextChangeMs(window, wallMs) ?? Number.POSITIVE_INFINITY,
  }
}
