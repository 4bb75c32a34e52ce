/** Operators who decide at random, and what they have been told is done. */
import assert from 'node:assert/strict'
import type { Random } from '#base/random.ts'
import { Refusal } from '#control/refusals.ts'
import { OVERRIDE_KINDS, type Override, slotOf } from '#steering/override.ts'
import type { SimulatedNode } from './node.ts'

const HOUR_MS = 3_600_000
/** Whose decisions the process does not live to acknowledge. */
const UNHEARD = 'bob'

/** What was in force when the process ended, and has to be again. */
export interface InForce {
  readonly kept: readonly Override[]
  readonly hasVolatile: boolean
}

export class Operator {
  readonly #onLine: (line: string) => void
  /** Those in force at the last look, and those that ended while the disk refused to forget them: a restart may bring these back. */
  #list: readonly Override[] = []
  readonly #returning = new Set<string>()

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  /** An override, a release or a failback. */
  async decide(node: SimulatedNode, random: Random): Promise<void> {
    const mark = random()
    // Rather where a drill runs, since that has the most to lose.
    const target = targetIn(node, random, random() < 0.6 ? drilledIn(node) : undefined)
    if (target === undefined) return
    const { pool, endpoint } = target
    await this.#heeding(async () => {
      if (mark < 0.15) await node.operations.release(endpoint, 'alice')
      else if (mark < 0.3) node.operations.failBack(pool)
      else await node.operations.override(this.#request(endpoint, 'alice', random))
    })
  }

  /** Begins something of which the process will not tell any more. */
  async decideUnheard(node: SimulatedNode, random: Random): Promise<void> {
    const target = targetIn(node, random)
    if (target === undefined) return
    node.disk.fate = random() < 0.5 ? 'lost' : 'kept'
    this.#onLine(`an override by ${UNHEARD}, which is ${node.disk.fate}`)
    void this.#heeding(() => node.operations.override(this.#request(target.endpoint, UNHEARD, random)))
    await new Promise(resolve => setImmediate(resolve))
  }

  /** Begins a drill, or ends one. Gives the pool in which one has begun. */
  async drill(node: SimulatedNode, random: Random): Promise<string | undefined> {
    const target = targetIn(node, random)
    const running = node.drills.list.find(({ state }) => state === 'running')
    const [mark, forMs] = [random(), (2 + random() * 18) * HOUR_MS]
    let begun: string | undefined
    await this.#heeding(async () => {
      if (running !== undefined && mark < 0.3) node.drills.stop(running.id, 'alice')
      else if (target !== undefined) {
        const request = { forMs, reason: '', author: 'alice' }
        begun = node.drills.start(target.pool, request, []).pool
        this.#onLine(`drill of ${begun} for ${Math.round(forMs / 60_000)} min`)
      }
    })
    return begun
  }

  /** Takes note of what is in force. */
  look(node: SimulatedNode): void {
    const now = node.book.list
    if (now.length === 0 && this.#list.length === 0) return
    if (node.disk.isRefusing)
      for (const one of this.#list) if (!one.volatile && !now.includes(one)) this.#returning.add(one.id)
    this.#list = now
  }

  inForce(node: SimulatedNode): InForce {
    this.look(node)
    const kept = this.#list.filter(one => !one.volatile)
    return { kept, hasVolatile: kept.length < this.#list.length }
  }

  /** What was acknowledged is in force, unless its time is over; and nothing else but what nobody was told of. */
  checkKept(node: SimulatedNode, { kept }: InForce, wallMs: number): void {
    const now = node.book.list
    const before = new Set(kept.map(({ id }) => id))
    const more = now.filter(({ id }) => !before.has(id) && !this.#returning.has(id))
    assert.ok(
      more.every(({ author }) => author === UNHEARD),
      `a restart has brought ${textOf(more)}`,
    )
    const slots = new Set(more.map(slotOf))
    const present = new Set(now.map(({ id }) => id))
    const lost = kept.filter(one => one.expiresMs > wallMs && !present.has(one.id) && !slots.has(slotOf(one)))
    assert.equal(textOf(lost), '', 'a restart has lost what was acknowledged')
    this.#list = now
  }

  #request(target: string, author: string, random: Random) {
    const kind = OVERRIDE_KINDS[Math.floor(random() * OVERRIDE_KINDS.length)] ?? 'drain'
    const forMs = 60_000 + random() * 12 * HOUR_MS
    return { kind, target, forMs, reason: '', author, force: random() < 0.5, volatile: random() < 0.2 }
  }

  async #heeding(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.#onLine(`refused: ${error.message.split('\n')[0]}`)
    }
  }
}

function drilledIn({ drills }: SimulatedNode): string | undefined {
  return drills.list.find(({ state }) => state === 'running')?.pool
}

/** @param wanted a pool; any where that is undefined */
function targetIn(
  node: SimulatedNode,
  random: Random,
  wanted?: string,
): { pool: string; endpoint: string } | undefined {
  const pools = node.judging.pools.filter(({ pool }) => wanted === undefined || pool.name === wanted)
  const pool = pools[Math.floor(random() * pools.length)]
  const endpoints = pool?.pool.endpoints ?? []
  const endpoint = endpoints[Math.floor(random() * endpoints.length)]
  if (pool === undefined || endpoint === undefined) return undefined
  const name = `${pool.zoneName}/${pool.pool.name}`
  return { pool: name, endpoint: `${name}/${endpoint.name}` }
}

function textOf(overrides: readonly Override[]): string {
  return overrides
    .map(({ kind, pool, endpoint, author }) => `${kind} ${pool}/${endpoint} by ${author}`)
    .join(', ')
}
