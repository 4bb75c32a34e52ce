/** Pools that are endpoints of others, and hostnames: what they may be made of, and how they are answered. */
import { FAMILIES, type Family } from '#base/address.ts'
import { largestSelection } from '#steering/capacity.ts'
import { type AnswerKind, ownKinds, type Pool } from '#steering/pool.ts'
import { type Name, nameToText } from '#wire/name.ts'
import type { NameDraft } from './names.ts'
import { didYouMean } from './nearest.ts'
import { PoolOrder } from './pool-order.ts'
import { addressesThatFit, type PoolDraft } from './pools.ts'
import { show } from './words.ts'
import type { Path, YamlSource } from './yaml-source.ts'

const MAX_DEPTH = 8

/** What a pool lets each query do with its answer: pick one group by weight, take all, or something that no other pool can go on with. */
type Manner = 'one' | 'all' | 'own'

export interface PoolTree {
  readonly kinds: readonly AnswerKind[]
  /** Pools below have less. */
  readonly depth: number
}

export class PoolTrees {
  readonly order: PoolOrder
  readonly #source: YamlSource
  readonly #drafts: ReadonlyMap<string, PoolDraft>
  readonly #manners = new Map<string, Set<Manner>>()

  constructor(source: YamlSource, drafts: ReadonlyMap<string, PoolDraft>) {
    this.#source = source
    this.#drafts = drafts
    this.order = new PoolOrder(drafts)
    for (const { pool } of this.order.sound) this.#manners.set(pool.name, this.#mannersOf(pool))
  }

  /** Complains of endpoints that are no pools, that go in circles, or that the policy can do nothing with. */
  complain(): void {
    for (const { pool, path } of this.#drafts.values()) {
      const seen = new Set<string>()
      for (const [index, endpoint] of pool.endpoints.entries()) {
        if (endpoint.pool === undefined) continue
        this.#complainOfPart([...path, 'endpoints', index, 'pool'], pool, endpoint.pool, seen)
        seen.add(endpoint.pool)
      }
    }
    // What goes in circles has no size.
    for (const draft of this.order.sound) this.#complainOfTree(draft)
  }

  /**
   * How each pool is answered. As a CNAME if all of it are hostnames, a response needs no more than one, and all names that it answers for, directly or as a part of others, may be
   * one; else with addresses.
   *
   * @param mayBeAlias whether nothing else stands at the name, and it is not the apex (RFC 1034 §3.6.2)
   */
  trees(names: readonly NameDraft[], mayBeAlias: (name: Name) => boolean): Map<string, PoolTree> {
    const aliases = this.#aliases(names, mayBeAlias)
    const trees = new Map<string, PoolTree>()
    for (const { pool } of this.order.sound) {
      const below = this.order.childrenOf(pool.name).flatMap(child => trees.get(child)?.kinds ?? [])
      const own: AnswerKind[] = ownKinds(pool.endpoints)
      const kinds = FAMILIES.filter(family => own.includes(family) || below.includes(family))
      const depth = this.order.depthOf(pool.name)
      trees.set(pool.name, { kinds: aliases.has(pool.name) ? ['cname'] : kinds, depth })
    }
    return trees
  }

  #complainOfPart(at: Path, pool: Pool, child: string, seen: ReadonlySet<string>): void {
    const source = this.#source
    if (!this.#drafts.has(child))
      source.complain(at, `there is no pool named ${show(child)}${didYouMean(child, this.#drafts.keys())}`)
    else if (seen.has(child)) source.complain(at, `${child} is an endpoint of this pool already`)
    else if (this.order.isCircular(pool.name, child))
      source.complain(at, `${pool.name} would be a part of itself`)
    else this.#complainOfManner(at, pool, child)
  }

  #complainOfManner(at: Path, { policy, answers }: Pool, child: string): void {
    if (policy === 'failover') return
    const manners = this.#manners.get(child) ?? new Set()
    const mayPick = policy === 'weighted' && answers === 1
    if (!manners.has('own') && (mayPick || !manners.has('one'))) return
    const within = policy === 'weighted' && !mayPick ? 'weighted with several answers' : policy
    const better = mayPick || manners.has('own') ? 'failover' : 'failover, or weighted with one answer'
    this.#source.complain(
      at,
      `${child} picks anew for each query, which it cannot as a part of policy ${within}; as a part of ${better} it can`,
    )
  }

  /** Sizes, and checks that nothing is probed by. */
  #complainOfTree({ pool, path, check }: PoolDraft): void {
    const source = this.#source
    const nested = this.order.childrenOf(pool.name)
    if (nested.length === 0) return
    const at = [...path, 'endpoints']
    if (check !== undefined && nested.length === pool.endpoints.length)
      source.complain([...path, 'check'], 'probes nothing: every endpoint is a pool, with a check of its own')
    const depth = this.order.depthOf(pool.name)
    if (depth >= MAX_DEPTH)
      source.complain(at, `pools lie ${depth + 1} deep in each other; at most ${MAX_DEPTH}`)
    else for (const family of FAMILIES) this.#complainOfSize(pool, at, family)
  }

  #complainOfSize(pool: Pool, path: Path, family: Family): void {
    const { records } = largestSelection(pool, family, name => this.#drafts.get(name)?.pool)
    const fit = addressesThatFit(family)
    if (records <= fit) return
    const what = `${records} ${family === 'ipv4' ? 'IPv4' : 'IPv6'} addresses`
    this.#source.complain(
      path,
      `${what}, with those of the pools in it, do not fit into one answer; at most ${fit}`,
    )
  }

  #aliases(names: readonly NameDraft[], mayBeAlias: (name: Name) => boolean): Set<string> {
    const others = new Set(names.filter(({ name }) => !mayBeAlias(name)).map(({ pool }) => pool))
    const aliases = new Set<string>()
    for (const { pool } of this.order.sound)
      if (isNamed(pool) && !others.has(pool.name)) aliases.add(pool.name)
    const fits = (name: string): boolean =>
      [...this.order.childrenOf(name), ...this.order.parentsOf(name)].every(one => aliases.has(one))
    // As deep as pools may lie, so often at most.
    for (let size = -1; size !== aliases.size; ) {
      size = aliases.size
      for (const name of aliases) if (!fits(name)) aliases.delete(name)
    }
    return aliases
  }

  #mannersOf({ name, policy, answers, maxAnswers }: Pool): Set<Manner> {
    if (policy === 'weighted') return new Set([answers === 1 ? 'one' : 'own'])
    if (policy === 'all') return new Set([maxAnswers === undefined ? 'all' : 'own'])
    return new Set(this.order.childrenOf(name).flatMap(child => [...(this.#manners.get(child) ?? [])]))
  }
}

/** The names that a pool answers for may not be what it leads to. */
export function complainOfLoops(source: YamlSource, { pool, path }: PoolDraft, names: readonly Name[]): void {
  const own = new Set(names.map(name => nameToText(name).slice(0, -1)))
  for (const [index, { hostname }] of pool.endpoints.entries()) {
    if (hostname !== undefined && own.has(hostname))
      source.complain([...path, 'endpoints', index, 'hostname'], `${hostname} is what this pool answers for`)
  }
}

/** Whether it is made of hostnames and other pools alone, and a response has at most one of them. */
function isNamed({ policy, answers, whenAllDown, endpoints }: Pool): boolean {
  if (policy === 'all' || (policy === 'weighted' && answers > 1)) return false
  if (whenAllDown.kind === 'addresses' || whenAllDown.kind === 'all') return false
  return endpoints.every(({ hostname, pool }) => hostname !== undefined || pool !== undefined)
}
