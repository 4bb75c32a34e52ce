/** From a configuration to what is compiled: the zones with their managed names, and a slot of the board for each managed RRset. */

import { slotBytes } from '#answer/board.ts'
import type { ServedZone } from '#answer/catalog.ts'
import { FAMILIES, type Family } from '#base/address.ts'
import type { ConfiguredPool, ConfiguredZone, ManagedName } from '#config/configuration.ts'
import { addressesOf } from '#steering/pool.ts'
import { type Name, nameToText } from '#wire/name.ts'
import { RrType } from '#wire/types.ts'

export const ADDRESS_TYPE = { ipv4: RrType.A, ipv6: RrType.AAAA } as const
const ADDRESS_BYTES = { ipv4: 4, ipv6: 16 } as const

/** One managed RRset. */
export interface PlannedSlot {
  /** The same before and after a reload. */
  readonly id: string
  readonly capacityBytes: number
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
      const numbers = (pool === undefined ? [] : familiesOf(pool)).map(family => {
        const capacityBytes = pool === undefined ? 0 : capacity(pool, family)
        const slot = slots.push({ id: slotId(zone.origin, name, family), capacityBytes }) - 1
        return { type: ADDRESS_TYPE[family], slot }
      })
      return { name: name.name, negativeTtl: name.ttlMinSeconds, slots: numbers }
    })
    return { zone, managed }
  })
  return { served, slots }
}

export function slotId(origin: Name, name: ManagedName, family: Family): string {
  return `${origin}/${name.name}/${family}`
}

/** The address families in which the pool has anything to answer. */
export function familiesOf(pool: ConfiguredPool): Family[] {
  return FAMILIES.filter(family => pool.endpoints.some(endpoint => addressesOf(endpoint, family).length > 0))
}

/** A domain name as people read it in metrics, logs and the API: without the final dot. */
export function plainName(name: Name): string {
  return name.length === 1 ? '.' : nameToText(name).slice(0, -1)
}

/** The largest selection that is possible: every address of the family, or those that are answered when all are down. */
function capacity({ endpoints, whenAllDown, policy }: ConfiguredPool, family: Family): number {
  const count = endpoints.reduce((sum, endpoint) => sum + addressesOf(endpoint, family).length, 0)
  const given = whenAllDown.kind === 'addresses' ? whenAllDown.addresses : []
  const others = given.filter(address => address.family === family).length
  const groups = policy === 'weighted' ? endpoints.length : 0
  return slotBytes(Math.max(count, others), ADDRESS_BYTES[family], groups)
}
