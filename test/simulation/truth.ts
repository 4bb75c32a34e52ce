/** What the node must have seen, by one who knows the servers. */
import type { JudgedCheck } from '#control/judged-check.ts'
import { isProbed } from '#control/judged-target.ts'
import type { Verdict } from '#health/verdict.ts'
import type { SimulatedNode } from './node.ts'
import type { SimulatedWorld } from './world.ts'
import { BEAT_MS, FALL, FAST_MS, GRACE_MS, INTERVAL_MS, TIMEOUT_MS } from './zone.ts'

/** References have to be asked too. */
const SLACK_MS = 480_000
const PROBED_MS = INTERVAL_MS + 1000 + TIMEOUT_MS + FALL * Math.max(FAST_MS, TIMEOUT_MS) + SLACK_MS
const REPORTED_MS = 3 * (BEAT_MS + GRACE_MS)

/** The verdict that the check must come to; undefined where nobody knows that yet. */
function truthOf(
  check: JudgedCheck,
  address: string,
  world: SimulatedWorld,
  sinceMs: number,
  nowMs: number,
): Verdict | undefined {
  if ('target' in check) {
    const { target } = check.target
    const server = world.serverAt(isProbed(target) ? target.address : address)
    if (server === undefined || server.mode === 'slow' || server.mode === 'flaky') return undefined
    const forMs = nowMs - Math.max(server.sinceMs, sinceMs)
    if (forMs < (isProbed(target) ? PROBED_MS : REPORTED_MS)) return undefined
    return (server.mode === 'healthy') === (target.spec.inverted !== true) ? 'up' : 'down'
  }
  const parts = check.of.map(one => truthOf(one, address, world, sinceMs, nowMs))
  if (parts.includes(undefined)) return undefined
  const isUp = parts.filter(one => one === 'up').length >= check.needed
  return isUp === !check.inverted ? 'up' : 'down'
}

interface Frozen {
  readonly verdict: Verdict
  /** Since when the server has been what it is. */
  readonly sinceMs: readonly number[]
}

export class Truth {
  readonly #world: SimulatedWorld
  /** Since when nothing has kept the node from seeing it. */
  #sinceMs = 0
  /** What was known for certain when the node went blind, and must stay so for as long as it is. */
  #frozen: Map<string, Frozen> | undefined

  constructor(world: SimulatedWorld) {
    this.#world = world
  }

  disturbed(nowMs: number): void {
    this.#sinceMs = nowMs
  }

  /** Other things are judged, or what was known is lost. */
  unfreeze(): void {
    this.#frozen = undefined
  }

  /** The node goes blind, and knows it: nothing that it sees from now on says anything. */
  freeze(node: SimulatedNode, nowMs: number): void {
    const frozen = new Map<string, Frozen>()
    for (const { name, where, check, verdict } of judgedIn(node)) {
      if (truthOf(check, where, this.#world, this.#sinceMs, nowMs) !== verdict) continue
      frozen.set(name, { verdict, sinceMs: this.#sinces() })
    }
    this.#frozen = frozen
  }

  /** Throws where what has been so for long is not known. */
  check(node: SimulatedNode, nowMs: number): void {
    const world = this.#world
    for (const server of world.servers) server.live(nowMs)
    for (const { name, where, check, verdict } of judgedIn(node)) {
      const truth = world.host === 'fine' ? truthOf(check, where, world, this.#sinceMs, nowMs) : undefined
      if (truth !== undefined && truth !== verdict)
        throw new Error(`${name} has been ${truth} for long, and is taken for ${verdict}`)
      const frozen = this.#frozen?.get(name)
      if (frozen === undefined || frozen.verdict === verdict) continue
      if (this.#sinces().join() === frozen.sinceMs.join())
        throw new Error(`${name} was ${frozen.verdict}, and became ${verdict} by what a blind node has seen`)
      this.#frozen?.delete(name)
    }
  }

  #sinces(): number[] {
    return this.#world.servers.map(({ sinceMs }) => sinceMs)
  }
}

interface Judged {
  readonly name: string
  readonly where: string
  readonly check: JudgedCheck
  readonly verdict: Verdict
}

function judgedIn(node: SimulatedNode): Judged[] {
  return node.judging.pools.flatMap(pool =>
    pool.pool.endpoints.flatMap(({ name, addresses }) =>
      addresses.flatMap(address => {
        const state = pool.stateOf(address)
        if (state === undefined) return []
        const { check, verdict } = state
        return [{ name: `${pool.pool.name}/${name} ${address.text}`, where: address.text, check, verdict }]
      }),
    ),
  )
}
