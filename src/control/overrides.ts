/**
 * What operators have decided, with the maintenance windows of the configuration: kept on disk, put in force, and over in time. Overrides end by
 * the wall clock and by the monotonic one: a wall clock that is set back makes none of them last longer.
 */
import { randomUUID } from 'node:crypto'
import type { Clock } from '#base/clock.ts'
import type { ConfiguredZone } from '#config/configuration.ts'
import {
  effectOn as effectOf,
  isInForce,
  NO_OVERRIDES,
  nextOverrideChangeMs,
  type Override,
  type PoolOverrides,
  pinOf,
  slotOf,
  type ZoneWindow,
} from '#steering/override.ts'
import type { Store } from '#store/store.ts'
import { type WindowChanges, WindowWatch } from './window-watch.ts'

const MAX_OVERRIDES = 1000
/** The wall clock may be set: what depends on it is looked at again after so long. */
const LONGEST_WAIT_MS = 60_000

export interface OverrideBookOptions {
  readonly clock: Clock
  readonly store: Pick<Store, 'saveOverride' | 'dropOverrides'>
  /** Told where an override could not be taken off the disk. */
  onFault(message: string): void
}

export interface PoolKey {
  readonly zone: string
  readonly pool: string
}

/** What time has changed. */
export interface BookChanges {
  readonly expired: readonly Override[]
  readonly windows: WindowChanges
}

export class OverrideBook {
  readonly #options: OverrideBookOptions
  #overrides: readonly Override[]
  /** Monotonic time at which each is over at the latest, by id. */
  readonly #untilMs = new Map<string, number>()
  readonly #windows = new WindowWatch()
  /** By `zone/pool`: what a drill takes as failed. */
  readonly #drilled = new Map<string, ReadonlySet<string>>()
  /** Those that are being taken off the disk, by id. */
  readonly #leaving = new Set<string>()
  /** Of which anything is said; most pools are not there. */
  #concerned = new Set<string>()

  /** @param restored what an earlier run has stored */
  constructor(options: OverrideBookOptions, restored: readonly Override[]) {
    this.#options = options
    this.#overrides = restored
    for (const one of restored) this.#note(one)
    this.look()
  }

  /** Takes the maintenance windows of a configuration, and looks as `look` does. */
  adopt(zones: readonly ConfiguredZone[]): BookChanges {
    const windows = this.#windows.adopt(zones, this.#options.clock.wallMs())
    return { expired: this.#takeExpired(), windows }
  }

  /** Looks which windows are open now, and takes out what has expired. */
  look(): BookChanges {
    const windows = this.#windows.look(this.#options.clock.wallMs())
    return { expired: this.#takeExpired(), windows }
  }

  #takeExpired(): readonly Override[] {
    const wallMs = this.#options.clock.wallMs()
    const nowMs = this.#options.clock.monotonicMs()
    const over = this.#overrides.filter(
      one => !isInForce(one, wallMs) || (this.#untilMs.get(one.id) ?? 0) <= nowMs,
    )
    this.#keep(this.#overrides.filter(one => !over.includes(one)))
    this.#forget(over)
    return over
  }

  /** Everything in force now, the newest first. */
  get list(): readonly Override[] {
    const wallMs = this.#options.clock.wallMs()
    return this.#overrides.filter(one => isInForce(one, wallMs)).reverse()
  }

  /** What is said of the pool now, with one more override if that is given. */
  of({ zone, pool }: PoolKey, more?: Override): PoolOverrides {
    if (more === undefined && !this.concerns({ zone, pool })) return NO_OVERRIDES
    const wallMs = this.#options.clock.wallMs()
    const all = more === undefined ? this.#overrides : [...this.#overrides, more]
    const drilled = this.#drilled.get(`${zone}/${pool}`)
    return {
      pin: pinOf(all, zone, pool, wallMs),
      effectOn: endpoint => {
        const effect = effectOf(all, [], zone, pool, endpoint, wallMs)
        if (effect !== 'none') return effect
        if (this.windowsOn({ zone, pool }, endpoint).length > 0) return 'drained'
        return drilled?.has(endpoint) === true ? 'drilled' : 'none'
      },
    }
  }

  /** Takes these endpoints of the pool as failed, in place of those of before. */
  drill({ zone, pool }: PoolKey, endpoints: ReadonlySet<string>): void {
    if (endpoints.size === 0) this.#drilled.delete(`${zone}/${pool}`)
    else this.#drilled.set(`${zone}/${pool}`, endpoints)
  }

  /** The open windows that drain the endpoint. */
  windowsOn({ zone, pool }: PoolKey, endpoint: string): readonly ZoneWindow[] {
    return this.#windows.open.filter(
      one => one.zone === zone && one.pool === pool && one.endpoints.includes(endpoint),
    )
  }

  /** Whether an override or a window, open or not, is on the pool. */
  concerns({ zone, pool }: PoolKey): boolean {
    return this.#concerned.has(`${zone}/${pool}`) || this.#drilled.has(`${zone}/${pool}`)
  }

  /** Monotonic time at which to look again; undefined where nothing depends on time. */
  get wakeMs(): number | undefined {
    const { clock } = this.#options
    const wallMs = clock.wallMs()
    const next = Math.min(
      this.#windows.nextMs,
      nextOverrideChangeMs(this.#overrides, [], wallMs) ?? Number.POSITIVE_INFINITY,
    )
    if (next === Number.POSITIVE_INFINITY) return undefined
    const nowMs = clock.monotonicMs()
    return Math.min(nowMs + Math.min(next - wallMs, LONGEST_WAIT_MS), ...this.#untilMs.values())
  }

  /**
   * Puts it in force in place of an earlier one of the same kind on the same target. Resolves once it is on disk and the other is not, and it is in
   * force only then; rejects if the disk refuses, unless it is `volatile`.
   */
  async set(wanted: Omit<Override, 'id' | 'createdMs'>): Promise<Override> {
    const override = { ...wanted, id: randomUUID(), createdMs: this.#options.clock.wallMs() }
    const isReplaced = (one: Override): boolean => slotOf(one) === slotOf(override)
    const replaced = this.#overrides.filter(isReplaced)
    if (replaced.length === 0 && this.list.length >= MAX_OVERRIDES)
      throw new Error(`there are ${MAX_OVERRIDES} overrides already; release some`)
    if (override.volatile) this.#forget(replaced)
    else await this.#save(override, replaced)
    this.#note(override)
    this.#keep([...this.#overrides.filter(one => !isReplaced(one)), override])
    return override
  }

  /**
   * Takes back all on the endpoint, or on the whole pool, the pin included. Resolves with them once the disk has forgotten them; with `isVolatile` at
   * once, whatever the disk does: what it has kept a restart brings back.
   */
  async release(
    { zone, pool }: PoolKey,
    endpoint: string | undefined,
    isVolatile: boolean,
  ): Promise<readonly Override[]> {
    const found = this.list.filter(
      one => one.zone === zone && one.pool === pool && (endpoint === undefined || one.endpoint === endpoint),
    )
    const stored = found.filter(one => !one.volatile)
    if (isVolatile) this.#forget(found)
    else if (stored.length > 0)
      await this.#replacing(stored, () => this.#options.store.dropOverrides(stored.map(({ id }) => id)))
    this.#keep(this.#overrides.filter(one => !found.includes(one)))
    return found
  }

  /** Stores all again, after the database was lost. */
  saveAgain(): void {
    for (const one of this.#overrides.filter(({ volatile, id }) => !volatile && !this.#leaving.has(id)))
      this.#options.store.saveOverride(one).catch((error: unknown) => this.#options.onFault(String(error)))
  }

  async #save(override: Override, replaced: readonly Override[]): Promise<void> {
    const { store } = this.#options
    const ids = replaced.map(({ id }) => id)
    const stored = replaced.filter(({ volatile }) => !volatile)
    await this.#replacing(stored, () => store.saveOverride(override, ids)).catch((error: unknown) => {
      store.dropOverrides([override.id]).catch(() => undefined)
      throw error
    })
  }

  /** What the work takes off the disk is not stored again meanwhile. */
  async #replacing(overrides: readonly Override[], work: () => Promise<void>): Promise<void> {
    const { store } = this.#options
    for (const { id } of overrides) this.#leaving.add(id)
    try {
      await work()
    } catch (error) {
      // A disk that has only not answered in time may yet write what is refused here.
      for (const one of overrides) store.saveOverride(one).catch(() => undefined)
      throw error
    } finally {
      for (const { id } of overrides) this.#leaving.delete(id)
    }
  }

  #note({ id, createdMs, expiresMs }: Override): void {
    const { clock } = this.#options
    const leftMs = Math.min(expiresMs - clock.wallMs(), expiresMs - createdMs)
    this.#untilMs.set(id, clock.monotonicMs() + leftMs)
  }

  #keep(overrides: readonly Override[]): void {
    this.#overrides = overrides
    const kept = new Set(overrides.map(({ id }) => id))
    for (const id of this.#untilMs.keys()) if (!kept.has(id)) this.#untilMs.delete(id)
    this.#concerned = new Set([...overrides, ...this.#windows.all].map(({ zone, pool }) => `${zone}/${pool}`))
  }

  /** What is over does no harm on the disk: it is not taken up again. */
  #forget(overrides: readonly Override[]): void {
    const ids = overrides.filter(({ volatile }) => !volatile).map(({ id }) => id)
    if (ids.length === 0) return
    this.#options.store.dropOverrides(ids).catch((error: unknown) => this.#options.onFault(String(error)))
  }
}
