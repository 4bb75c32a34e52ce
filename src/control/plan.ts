/** From a configuration to what is compiled: the zones with their managed names, and a slot of the board for each managed RRset. */

import { slotBytes } from '#answer/board.ts'
import type { ServedZone } from '#answer/catalog.ts'
import type { ConfiguredPool, ConfiguredZone, ManagedName } from '#config/configuration.ts'
import { largestSelection } from '#steering/capacity.ts'
import type { AnswerKind } from '#steering/pool.ts'
import { MAX_NAME_BYTES, type Name, nameToText } from '#wire/name.ts'
import { RrType } from '#wire/types.ts'

export const ANSWER_TYPE = { ipv4: RrType.A, ipv6: RrType.AAAA, cname: RrType.CNAME } as const
/** For the pool itself and some overrides, and for each further line. */
const WHY_HEAD_BYTES = 384
const WHY_LINE_BYTES = 192
const DATA_BYTES = { ipv4: 4, ipv6: 16, cname: MAX_NAME_BYTES } as const

/** One managed RRset. */
export interface PlannedSlot {
  /** The same before and after a reload. */
  readonly id: string
  readonly capacityBytes: number
  /** As `poolId` has it. */
  readonly pool: string
  /** For what is told of the pool. */
  readonly whyBytes: number
}

export interface AnswerPlan {
  readonly served: readonly ServedZone[]
  /** By slot number. */
  readonly slots: readonly PlannedSlot[]
}

export function planAnswers(zones: readonly ConfiguredZone[]): AnswerPlan {
  const slots: PlannedSlot[] = []
  const served = zones.map(({ zone, pools, names }) => {
    const byName = new Map(pools.map(pool => [pool.name, pool]))
    const managed = names.map(name => {
      const pool = byName.get(name.pool)
      const negativeTtl = name.ttlMinSeconds
      if (pool === undefined) return { name: name.name, negativeTtl, slots: [] }
      const numbers = pool.kinds.map(kind => {
        const capacityBytes = capacity(pool, kind, byName)
        const id = slotId(zone.origin, name, kind)
        const told = { pool: poolId(zone.origin, pool.name), whyBytes: whyBytes(pool) }
        return { kind, slot: slots.push({ id, capacityBytes, ...told }) - 1 }
      })
      const alias = numbers.find(({ kind }) => kind === 'cname')?.slot
      if (alias !== undefined) return { name: name.name, negativeTtl, slots: [], alias }
      const typed = numbers.map(({ kind, slot }) => ({ type: ANSWER_TYPE[kind], slot }))
      return { name: name.name, negativeTtl, slots: typed }
    })
    return { zone, managed }
  })
  return { served, slots }
}

export function slotId(origin: Name, name: ManagedName, kind: AnswerKind): string {
  return `${origin}/${name.name}/${kind}`
}

/** The same before and after a reload. */
export function poolId(origin: Name, pool: string): string {
  return `${origin}/${pool}`
}

/** A domain name as people read it in metrics, logs and the API: without the final dot. */
export function plainName(name: Name): string {
  return name.length === 1 ? '.' : nameToText(name).slice(0, -1)
}

/** For the largest selection that is possible. */
function capacity(
  pool: ConfiguredPool,
  kind: AnswerKind,
  pools: ReadonlyMap<string, ConfiguredPool>,
): number {
  const { records, groups } = largestSelection(pool, kind, name => pools.get(name))
  return slotBytes(records, DATA_BYTES[kind], groups)
}

/** For a line about each kind of answer and each address, as long as they mostly are. */
function whyBytes({ kinds, endpoints }: ConfiguredPool): number {
  const addresses = endpoints.reduce((sum, one) => sum + Math.max(1, one.addresses.length), 0)
  return WHY_HEAD_BYTES + WHY_LINE_BYTES * (kinds.length + addresses)
}
