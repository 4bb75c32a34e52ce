/** One pool of one zone: what it answers now, since when and why, and what that puts on the board. */
import type { SlotContent } from '#answer/board.ts'
import { ExtendedError } from '#answer/extended-error.ts'
import type { Address, Family } from '#base/address.ts'
import type { ConfiguredPool, ConfiguredZone, ManagedName } from '#config/configuration.ts'
import type { PoolOverrides } from '#steering/override.ts'
import { type Decision, type Selections, selectPool } from '#steering/select.ts'
import type { Selection } from '#steering/selection.ts'
import { type AddressStanding, ALWAYS_UP } from '#steering/standing.ts'
import { type AnswerTtl, answerTtl } from '#steering/ttl.ts'
import type { AddressState } from './address-state.ts'
import { ADDRESS_TYPE, familiesOf, plainName, slotId } from './plan.ts'

export interface SelectionChange {
  readonly family: Family
  readonly before: Selection | undefined
  readonly after: Selection
}

/** By what the pool selects, beside the verdicts. */
export interface SelectNow {
  readonly wallMs: number
  /** Monotonic. */
  readonly nowMs: number
  readonly overrides: PoolOverrides
  /** Whether an operator asks for the failback now. */
  readonly asked?: boolean
}

interface Published {
  readonly selection: Selection
  readonly ttl: AnswerTtl
  readonly isSilent: boolean
}

const SILENCE: SlotContent = { kind: 'servfail', error: ExtendedError.cutOff }

export class PoolState {
  readonly zone: ConfiguredZone
  /** Without the final dot. */
  readonly zoneName: string
  readonly pool: ConfiguredPool
  readonly families: readonly Family[]
  /** The managed names that it answers for. */
  readonly names: readonly ManagedName[]
  readonly #addresses: ReadonlyMap<string, AddressState>
  readonly #published = new Map<string, Published>()
  readonly #since = new Map<Family, number>()
  #selections: Selections = {}
  #wakeMs: number | undefined

  /** @param addresses by the text of the address; none for a pool without a health check */
  constructor(zone: ConfiguredZone, pool: ConfiguredPool, addresses: ReadonlyMap<string, AddressState>) {
    this.zone = zone
    this.zoneName = plainName(zone.zone.origin)
    this.pool = pool
    this.families = familiesOf(pool)
    this.names = zone.names.filter(name => name.pool === pool.name)
    this.#addresses = addresses
  }

  /** Undefined for a pool without a health check. */
  stateOf(address: Address): AddressState | undefined {
    return this.#addresses.get(address.text)
  }

  /** Monotonic time at which it must select again even if nothing happens; undefined for never. */
  get wakeMs(): number | undefined {
    return this.#wakeMs
  }

  selection(family: Family): Selection | undefined {
    return this.#selections[family]
  }

  /** Wall clock at which the selection was made. */
  sinceMs(family: Family): number {
    return this.#since.get(family) ?? 0
  }

  /** Goes on with a selection that was made before a restart or a reload. */
  resume(family: Family, selection: Selection, sinceMs: number): void {
    this.#selections = { ...this.#selections, [family]: selection }
    this.#since.set(family, sinceMs)
  }

  /**
   * The first selection after a start or a reload. Where nothing is known of any endpoint, or what was known of one has been forgotten, the earlier
   * answer stays: it was decided by somebody who knew more.
   */
  selectAtStart(now: SelectNow): SelectionChange[] {
    const states = [...this.#addresses.values()]
    const hasForgotten = states.some(({ targets }) => targets.some(({ isForgotten }) => isForgotten))
    const knowsLess =
      states.every(({ verdict }) => verdict === 'unknown') || (hasForgotten && !this.#servesWhatIsDown)
    const resumed = this.families.every(family => this.#isStillPossible(this.#selections[family]))
    const stays = knowsLess && resumed && !this.#contradicts(now.overrides)
    return states.length > 0 && stays ? [] : this.select(now)
  }

  standingOf(address: Address, nowMs: number): AddressStanding {
    return this.stateOf(address)?.standing(nowMs) ?? ALWAYS_UP
  }

  /** What `select` would select. */
  preview(now: SelectNow): Selections {
    return this.#decide(now).selections
  }

  #decide({ nowMs, overrides, asked = false }: SelectNow): Decision {
    const standingOf = (address: Address): AddressStanding => this.standingOf(address, nowMs)
    return selectPool(this.pool, { standingOf, overrides, nowMs, asked }, this.#selections)
  }

  /** Selects by the verdicts as they are; gives what has changed. */
  select(now: SelectNow): SelectionChange[] {
    const { wallMs } = now
    const before = this.#selections
    const { selections, wakeMs } = this.#decide(now)
    this.#selections = selections
    this.#wakeMs = wakeMs
    const changes: SelectionChange[] = []
    for (const family of this.families) {
      const after = this.#selections[family]
      if (after === undefined || after === before[family]) continue
      this.#since.set(family, wallMs)
      changes.push({ family, before: before[family], after })
    }
    return changes
  }

  /**
   * Writes to the board what has changed since it was last written.
   *
   * @param isSilent whether SERVFAIL is answered whatever is selected
   */
  publish(write: (slotId: string, content: SlotContent) => void, isSilent: boolean): void {
    for (const family of this.families) {
      const selection = this.#selections[family]
      if (selection === undefined) continue
      for (const name of this.names) {
        const id = slotId(this.zone.zone.origin, name, family)
        const ttl = this.ttlOf(name, selection)
        const last = this.#published.get(id)
        if (last?.selection === selection && last.isSilent === isSilent && sameTtl(last.ttl, ttl)) continue
        write(id, isSilent ? SILENCE : contentOf(selection, family, ttl))
        this.#published.set(id, { selection, ttl, isSilent })
      }
    }
  }

  /** The limits of the TTL that the name's answer bears, and when that answer could change. */
  ttlOf({ ttlSeconds, ttlMinSeconds }: ManagedName, selection: Selection): AnswerTtl {
    const times = selection.addresses.map(address => this.stateOf(address)?.earliestDownMs)
    return answerTtl(selection, { ttlSeconds, ttlMinSeconds }, times)
  }

  /** Whether operators or maintenance windows want another answer than that of before. */
  #contradicts({ pin, effectOn }: PoolOverrides): boolean {
    return this.families.some(family => {
      const { mode, endpoints = [] } = this.#selections[family] ?? {}
      if (pin !== undefined) return endpoints.join() !== pin
      const forcesUp = this.pool.endpoints.some(({ name }) => effectOn(name) === 'forced-up')
      if (forcesUp && mode !== 'serving') return true
      return endpoints.some(name => effectOn(name) === 'drained' || effectOn(name) === 'forced-down')
    })
  }

  get #servesWhatIsDown(): boolean {
    return this.families.some(family => {
      const selection = this.#selections[family]
      return (
        selection?.mode === 'serving' &&
        selection.addresses.some(address => this.stateOf(address)?.verdict === 'down')
      )
    })
  }

  /** Whether the endpoints that it names have the addresses that it answers. */
  #isStillPossible(selection: Selection | undefined): boolean {
    if (selection === undefined) return false
    const endpoints = this.pool.endpoints.filter(({ name }) => selection.endpoints.includes(name))
    const addresses = new Set(endpoints.flatMap(endpoint => endpoint.addresses.map(({ text }) => text)))
    return selection.addresses.every(({ text }) => addresses.has(text))
  }
}

function contentOf(selection: Selection, family: Family, ttl: AnswerTtl): SlotContent {
  const error = selection.reason.kind === 'all-down' ? ExtendedError.allDown : ExtendedError.none
  if (selection.mode === 'servfail') return { kind: 'servfail', error }
  if (selection.addresses.length === 0) return { kind: 'nodata', error }
  const data = selection.addresses.map(address => address.bytes)
  const { pick } = selection
  return {
    kind: 'records',
    type: ADDRESS_TYPE[family],
    data,
    ttl,
    ...(pick === undefined ? {} : { pick }),
    error,
  }
}

function sameTtl(a: AnswerTtl, b: AnswerTtl): boolean {
  return a.nextChangeMs === b.nextChangeMs && a.minSeconds === b.minSeconds && a.maxSeconds === b.maxSeconds
}
