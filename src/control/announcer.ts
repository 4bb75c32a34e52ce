/** Announces what judging has decided, for those who are to be alerted. */
import type { Announcement } from '#alert/announcement.ts'
import type { Outcome } from '#health/outcome.ts'
import type { AnswerKind } from '#steering/pool.ts'
import type { Selection } from '#steering/selection.ts'
import type { Use } from './judged-state.ts'
import type { PoolState, SelectionChange } from './pool-state.ts'
import { evidence, selectionToText, type VerdictChange } from './transitions.ts'
import type { DrillView } from './view.ts'
import { whySelected } from './why-selected.ts'

const EXPIRES = 'certificate-expires'

export class Announcer {
  readonly #announce: (announcement: Announcement) => void
  #isCutOff = false

  constructor(announce: (announcement: Announcement) => void) {
    this.#announce = announce
  }

  selection(state: PoolState, { family, before, after }: SelectionChange): void {
    this.#announce({
      kind: 'selection',
      zone: state.zoneName,
      pool: state.pool.name,
      family,
      from: selectionToText(before),
      to: selectionToText(after),
      endpoints: after.endpoints,
      why: whySelected(state, family, after),
      reason: after.reason,
      several: state.pool.policy !== 'failover',
      servedFirst: servesFirst(state, family, before),
      servesFirst: servesFirst(state, family, after),
    })
  }

  /** Tells of it if the endpoint has flapped once too often. */
  verdict({ zoneName, pool }: PoolState, change: VerdictChange, nowMs: number, wallMs: number): void {
    const { endpoint, address, state, target, before } = change
    const latchedMs = state.latchedUntilMs(nowMs)
    if (latchedMs === undefined) return
    this.#announce({
      kind: 'flapping',
      zone: zoneName,
      pool: pool.name,
      endpoint,
      address: address.text,
      why: `${change.from} -> ${state.verdict}: ${evidence(target, before)}`,
      heldUntil: new Date(wallMs + latchedMs - nowMs).toISOString(),
    })
  }

  /** Tells of it if the certificate that was seen is about to expire, or is not any more. */
  certificate(uses: readonly Use[], before: Outcome | undefined, { kind, reason, detail }: Outcome): void {
    const expires = reason === EXPIRES
    if (kind !== 'pass' || (before?.kind === 'pass' && (before.reason === EXPIRES) === expires)) return
    // What has nothing to say of certificates is told of neither.
    if (before === undefined && !expires) return
    for (const { pool, endpoint, address } of uses) {
      const of = { zone: pool.zoneName, pool: pool.pool.name, endpoint, address: address.text }
      this.#announce({ kind: 'certificate', ...of, expires, detail })
    }
  }

  /** Tells of one that has not shown what it was to show; one that somebody has stopped shows nothing. */
  drill({ id, zone, pool, state, verdict, endpoints, author, reason }: DrillView): void {
    if (state !== 'late' && state !== 'aborted') return
    const why = reason === '' ? '' : ` (${reason})`
    const detail = `${endpoints.join(', ')} taken as failed by ${author}${why}`
    this.#announce({ kind: 'drill', zone, pool, id, verdict, detail })
  }

  /** @param why undefined while this node is not cut off */
  cutOff(why: string | undefined): void {
    const isCutOff = why !== undefined
    if (isCutOff === this.#isCutOff) return
    this.#isCutOff = isCutOff
    this.#announce({ kind: 'cut-off', why })
  }
}

function servesFirst(state: PoolState, family: AnswerKind, selection: Selection | undefined): boolean {
  const first = state.first(family)?.name
  return first !== undefined && selection?.mode === 'serving' && selection.endpoints.includes(first)
}
