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

export class References {
  readonly #byKey = new Map<string, ReferenceState>()
  readonly #byFamily = new Map<Family, ReferenceState[]>()
  /** Targets with something undecided, by family: while there are any, references are probed as fast. */
  readonly #undecided = new Map<Family, Set<string>>()

  /** What was known of the same references goes on. */
  constructor(references: readonly Reference[], before?: References) {
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
    // Who refuses a connection is there.
    const isReached = outcome.kind === 'pass' || outcome.reason === 'refused'
    if (isReached) state.lastPassMs = startedMs
    else if (outcome.kind === 'fail') state.lastFailMs = startedMs
    state.detail = outcome.detail
    return true
  }

  /** Whether fails since then may make an address down. */
  mayFall(address: string, firstFailMs: number): MayFall {
    return mayFall(this.#of(familyOf(address)), firstFailMs)
  }

  /** Takes note of a target's pace; gives the references whose own is another one from now on, and which. */
  follow(
    key: string,
    address: string,
    pace: Pace,
  ): { readonly keys: readonly string[]; readonly pace: Pace } {
    const family = familyOf(address)
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

function familyOf(address: string): Family {
  return address.includes(':') ? 'ipv6' : 'ipv4'
}
