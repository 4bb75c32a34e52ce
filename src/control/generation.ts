/**
 * A generation is what one configuration is answered from: an immutable table and the board that belongs to it. Around a reload there are two: a selection
 * is written to both until every responder has gone over to the new one.
 */
import { randomInt } from 'node:crypto'
import { BoardWriter, createBoard, type SlotContent } from '#answer/board.ts'
import { Catalog } from '#answer/catalog.ts'
import { compileCatalog } from '#answer/compile.ts'
import type { AnswerPolicy } from '#answer/policy.ts'
import type { Answering } from '#answer/respond.ts'
import { createWhyBoard, whyContent } from '#answer/why-board.ts'
import type { Configuration } from '#config/configuration.ts'
import { type PlannedSlot, planAnswers } from './plan.ts'

export interface Generation extends Answering {
  /** The name of this node. */
  readonly node: string
  /** What the table was compiled from. */
  readonly catalog: Catalog
  /** Writes to the slot of that id, if this generation has it. False if it is too small: the pool has grown since. */
  write(slotId: string, content: SlotContent): boolean
  /** Writes why the pool of that id answers what it does, if this generation has it and anybody may know. */
  tell(poolId: string, lines: readonly string[]): void
}

export function createGeneration(
  { zones, broken, settings }: Configuration,
  policy: AnswerPolicy,
): Generation {
  const { served, slots } = planAnswers(zones)
  const { minimalResponses: minimal } = settings.answering
  const catalog = new Catalog(served, broken)
  const table = compileCatalog(catalog, { seed: randomInt(2 ** 32), minimal })
  const board = createBoard(slots.map(slot => slot.capacityBytes))
  const writer = new BoardWriter(board)
  const numbers = new Map(slots.map((slot, number) => [slot.id, number]))
  const why = settings.answering.introspectionFrom.length === 0 ? undefined : whyBoardOf(slots)
  return {
    table,
    board,
    policy,
    why: why?.board,
    node: settings.node,
    catalog,
    write(slotId, content) {
      const number = numbers.get(slotId)
      return number === undefined || writer.publish(number, content)
    },
    tell: (pool, lines) => why?.tell(pool, lines),
  }
}

function whyBoardOf(slots: readonly PlannedSlot[]): {
  readonly board: SharedArrayBuffer
  tell(pool: string, lines: readonly string[]): void
} {
  const pools = new Map(
    slots.map((slot, number) => [slot.pool, { slot: number, capacity: slot.whyBytes }] as const),
  )
  const places = new Map(Array.from(pools.keys(), (pool, place) => [pool, place]))
  const capacities = Array.from(pools.values(), ({ capacity }) => capacity)
  const board = createWhyBoard(
    capacities,
    slots.map(slot => places.get(slot.pool) ?? 0),
  )
  const writer = new BoardWriter(board)
  return {
    board,
    tell(pool, lines) {
      const known = pools.get(pool)
      if (known !== undefined) writer.publish(known.slot, whyContent(lines, known.capacity))
    },
  }
}

/** The generations in use, the newest last. */
export class Generations {
  #live: readonly Generation[] = []

  /** The newest: what is answered from as soon as all have gone over to it. Throws before there is one. */
  get current(): Generation {
    const current = this.#live.at(-1)
    if (current === undefined) throw new Error('nothing is answered yet')
    return current
  }

  write(slotId: string, content: SlotContent): void {
    for (const generation of this.#live) {
      const written = generation.write(slotId, content)
      if (!written && generation === this.#live.at(-1))
        throw new RangeError('a slot is smaller than its largest selection')
    }
  }

  /** Whether anybody may know why pools answer what they do. */
  get isTold(): boolean {
    return this.#live.some(({ why }) => why !== undefined)
  }

  tell(poolId: string, lines: readonly string[]): void {
    for (const generation of this.#live) generation.tell(poolId, lines)
  }

  add(generation: Generation): void {
    this.#live = [...this.#live, generation]
  }

  /** Nobody answers from any other one any more. */
  keepOnly(generation: Generation): void {
    this.#live = [generation]
  }
}
