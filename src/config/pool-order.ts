/** The order of pools that are endpoints of others: those below first. */
import type { PoolDraft } from './pools.ts'

export class PoolOrder {
  /** Those of which all parts are there and none leads back, each behind its parts. */
  readonly sound: readonly PoolDraft[]
  readonly #drafts: ReadonlyMap<string, PoolDraft>
  readonly #depths = new Map<string, number>()
  readonly #parents = new Map<string, string[]>()
  readonly #circular: ReadonlySet<string>

  constructor(drafts: ReadonlyMap<string, PoolDraft>) {
    this.#drafts = drafts
    for (const name of drafts.keys())
      for (const child of this.childrenOf(name))
        this.#parents.set(child, [...(this.#parents.get(child) ?? []), name])
    const children = (name: string): readonly string[] => this.childrenOf(name)
    const parents = (name: string): readonly string[] => this.parentsOf(name)
    this.sound = peel([...drafts.keys()], children, parents).flatMap(name => drafts.get(name) ?? [])
    for (const { pool } of this.sound)
      this.#depths.set(
        pool.name,
        Math.max(0, ...this.childrenOf(pool.name).map(child => this.depthOf(child) + 1)),
      )
    const left = [...drafts.keys()].filter(name => !this.#depths.has(name))
    const isLeft = new Set(left)
    const leftParents = (name: string): string[] => this.parentsOf(name).filter(one => isLeft.has(one))
    const above = new Set(peel(left, leftParents, children))
    this.#circular = new Set(left.filter(name => !above.has(name)))
  }

  /** How many pools lie below each other in it; 0 for one without pools. Of a sound one. */
  depthOf(name: string): number {
    return this.#depths.get(name) ?? 0
  }

  /** Whether the first is a part of itself by way of the second, or between two that are. */
  isCircular(name: string, child: string): boolean {
    return this.#circular.has(name) && this.#circular.has(child)
  }

  childrenOf(name: string): string[] {
    return this.#drafts.get(name)?.pool.endpoints.flatMap(({ pool }) => pool ?? []) ?? []
  }

  parentsOf(name: string): readonly string[] {
    return this.#parents.get(name) ?? []
  }

  /** These, and all pools below them. */
  reach(names: Iterable<string>): Set<string> {
    const found = new Set(names)
    for (const one of found) for (const child of this.childrenOf(one)) found.add(child)
    return found
  }
}

/** Takes off, again and again, those of which nothing is left that they need; what goes in circles stays. In the order in which they were taken. */
function peel(
  names: readonly string[],
  neededBy: (name: string) => readonly string[],
  needing: (name: string) => readonly string[],
): string[] {
  const counts = new Map(names.map(name => [name, neededBy(name).length]))
  const taken = names.filter(name => counts.get(name) === 0)
  for (const name of taken) {
    for (const other of needing(name)) {
      const left = (counts.get(other) ?? 0) - 1
      counts.set(other, left)
      if (left === 0) taken.push(other)
    }
  }
  return taken
}
