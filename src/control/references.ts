/** The references of this node: probed like endpoints, but they decide only whether fails are believed. */
import { FAMILIES, type Family } from '#base/address.ts'
import type { Reference } from '#config/configuration.ts'
import { isCutOff, type MayFall, mayFall } from '#health/cut-off.ts'
import type { Outcome } from '#health/outcome.ts'
import type { Pace } from '#health/timing.ts'
import { probeKey } from '#probe/probe-key.ts'
import type { ProbeTarget } from '#probe/spec.ts'

interface ReferenceState {
  readonly name: string
  readonly family: Family
  readonly target: ProbeTarget
  lastPassMs: number | undefined
  lastFailMs: number | undefined
  detail: string
}

interface Follower {
  readonly keys: readonly string[]
  readonly pace: Pace
}

export class References {
  readonly #byKey = new Map<string, ReferenceState>()
  readonly #byFamily = new Map<Family, ReferenceState[]>()
  /** When a family was last known to be cut off, monotonic. */
  readonly #cutOffMs: Map<Family, number>
  /** Targets with something undecided, by family: while there are any, references are probed as fast. */
  readonly #undecided = new Map<Family, Set<string>>()

  /** What was known of the same references goes on. */
  constructor(references: readonly Reference[], before?: References) {
    this.#cutOffMs = new Map(before === undefined ? [] : before.#cutOffMs)
    for (const { name, spec, address, timing } of references) {
      // A pool may probe the very same address, and would share the key.
      const key = `reference-${probeKey(spec, timing, address.text)}`
      const known = before === undefined ? undefined : before.#byKey.get(key)
      const state = known ?? {
        name,
        family: address.family,
        target: { key, spec, timing, address: address.text },
        lastPassMs: undefined,
        lastFailMs: undefined,
        detail: '',
      }
      this.#byKey.set(key, state)
      this.#byFamily.set(state.family, [...(this.#byFamily.get(state.family) ?? []), state])
    }
  }

  get targets(): readonly ProbeTarget[] {
    return Array.from(this.#byKey.values(), ({ target }) => target)
  }

  /** Those that cannot be reached while others of the family are judged, in words; undefined while this node is not cut off. */
  get cutOff(): string | undefined {
    const families = FAMILIES.filter(family => isCutOff(this.#of(family)))
    if (families.length === 0) return undefined
    const seen = families.flatMap(family => this.#of(family).map(({ name, detail }) => `${name} ${detail}`))
    return `no reference is reached (${seen.join('; ')}): this node is cut off, and takes no endpoint for down`
  }

  /** Whether no family with references has one that is reached. */
  get isWhollyCutOff(): boolean {
    const families = [...this.#byFamily.values()]
    return families.length > 0 && families.every(isCutOff)
  }

  /** False if the key is of no reference. */
  take(key: string, outcome: Outcome, startedMs: number): boolean {
    const state = this.#byKey.get(key)
    if (state === undefined) return false
    const wasCutOff = isCutOff(this.#of(state.family))
    // Who refuses a connection is there.
    const isReached = outcome.kind === 'pass' || outcome.reason === 'refused'
    if (isReached) state.lastPassMs = startedMs
    else if (outcome.kind === 'fail') state.lastFailMs = startedMs
    state.detail = outcome.detail
    if (wasCutOff || isCutOff(this.#of(state.family))) this.#cutOffMs.set(state.family, startedMs)
    return true
  }

  /** Whether fails since then may make down what has addresses in these families. */
  mayFall(families: readonly Family[], firstFailMs: number): MayFall {
    return mayFall(
      families.flatMap(family => this.#of(family)),
      firstFailMs,
    )
  }

  /** When all of the families that have references were last known to be cut off, monotonic; endless in the past if never. */
  cutOffMs(families: readonly Family[]): number {
    const watched = families.filter(family => this.#of(family).length > 0)
    if (watched.length === 0) return Number.NEGATIVE_INFINITY
    return Math.min(...watched.map(family => this.#cutOffMs.get(family) ?? Number.NEGATIVE_INFINITY))
  }

  /** Whoever still has something undecided is told anew, by `follow`. */
  startOver(): void {
    this.#undecided.clear()
  }

  /** Takes note of a target's pace; gives the references whose own is another one from now on. */
  follow(key: string, families: readonly Family[], pace: Pace): readonly Follower[] {
    return families.map(family => this.#follow(key, family, pace))
  }

  #follow(key: string, family: Family, pace: Pace): Follower {
    const references = this.#of(family)
    if (references.length === 0) return { keys: [], pace: 'normal' }
    const undecided = this.#undecided.get(family) ?? new Set<string>()
    this.#undecided.set(family, undecided)
    const was = undecided.size > 0
    if (pace === 'fast') undecided.add(key)
    else undecided.delete(key)
    const is = undecided.size > 0
    return {
      keys: was === is ? [] : references.map(({ target }) => target.key),
      pace: is ? 'fast' : 'normal',
    }
  }

  #of(family: Family): readonly ReferenceState[] {
    return this.#byFamily.get(family) ?? []
  }
}
