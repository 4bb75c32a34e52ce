/** What operators and maintenance windows say, as the admin listener shows it. */
import type { Override } from '#steering/override.ts'
import type { OverrideBook } from './overrides.ts'
import type { PoolState } from './pool-state.ts'
import type { OverrideView, PlacedOverrideView } from './view.ts'

/** All that is said of one pool, also of endpoints that it has no more. */
export function overrideViews({ zoneName: zone, pool }: PoolState, book: OverrideBook): OverrideView[] {
  const key = { zone, pool: pool.name }
  if (!book.concerns(key)) return []
  const ours = book.list.filter(one => one.zone === zone && one.pool === pool.name)
  const windows = pool.endpoints.flatMap(({ name: endpoint }) =>
    book.windowsOn(key, endpoint).map(({ reason }) => ({
      kind: 'maintenance' as const,
      endpoint,
      reason,
      author: 'configuration',
      volatile: false,
    })),
  )
  const isGone = ({ endpoint }: Override): boolean => pool.endpoints.every(({ name }) => name !== endpoint)
  return [
    ...ours.map(one => overrideView(one, isGone(one) ? 'there is no such endpoint' : undefined)),
    ...windows,
  ]
}

/** All that is said of anything: of the pools in their order, then of those that the configuration has no more. */
export function allOverrideViews(pools: readonly PoolState[], book: OverrideBook): PlacedOverrideView[] {
  const known = new Set(pools.map(({ zoneName, pool }) => `${zoneName}/${pool.name}`))
  const placed = pools.flatMap(state =>
    overrideViews(state, book).map(one => ({ zone: state.zoneName, pool: state.pool.name, ...one })),
  )
  const lost = book.list
    .filter(({ zone, pool }) => !known.has(`${zone}/${pool}`))
    .map(one => ({ zone: one.zone, pool: one.pool, ...overrideView(one, 'there is no such pool') }))
  return [...placed, ...lost]
}

function overrideView(
  { kind, endpoint, reason, author, createdMs, expiresMs, volatile }: Override,
  noEffect: string | undefined,
): OverrideView {
  return {
    kind,
    endpoint,
    reason,
    author,
    since: new Date(createdMs).toISOString(),
    expires: new Date(expiresMs).toISOString(),
    volatile,
    ...(noEffect === undefined ? {} : { noEffect }),
  }
}
