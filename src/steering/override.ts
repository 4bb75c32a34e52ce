/**
 * Overrides: what operators decide against the verdicts. Pure.
 *
 * A pin outranks a force, that a drain, and that a maintenance window, which drains too. Of the same kind on the same target only the newest
 * counts; force-up and force-down are of one kind.
 */
import { isOpen, type MaintenanceWindow, nextChangeMs } from './maintenance.ts'

export const OVERRIDE_KINDS = ['drain', 'force-up', 'force-down', 'pin'] as const

export type OverrideKind = (typeof OVERRIDE_KINDS)[number]

export interface Override {
  readonly id: string
  readonly kind: OverrideKind
  /** Without the final dot. */
  readonly zone: string
  readonly pool: string
  /** For a pin the one that is pinned. */
  readonly endpoint: string
  /** May be empty. */
  readonly reason: string
  readonly author: string
  /** Wall time, milliseconds since 1970. */
  readonly createdMs: number
  /** In force before this wall time. */
  readonly expiresMs: number
  /** Not on disk: a restart forgets it. */
  readonly volatile: boolean
}

/** A window with the zone that it is configured for. */
export interface ZoneWindow extends MaintenanceWindow {
  /** Without the final dot. */
  readonly zone: string
}

/** What becomes of an endpoint's verdict. */
export type Effect = 'none' | 'drained' | 'forced-up' | 'forced-down' | 'drilled'

/** What overrides and windows say of one pool now. */
export interface PoolOverrides {
  /** The only endpoint that may be answered. */
  readonly pin: string | undefined
  effectOn(endpoint: string): Effect
}

export const NO_OVERRIDES: PoolOverrides = { pin: undefined, effectOn: () => 'none' }

const RANKS = { pin: 3, 'force-up': 2, 'force-down': 2, drain: 1 } as const
const EFFECTS = {
  pin: 'none',
  'force-up': 'forced-up',
  'force-down': 'forced-down',
  drain: 'drained',
} as const satisfies Record<OverrideKind, Effect>

/** The same for two overrides of which the newer replaces the older. */
export function slotOf({ kind, zone, pool, endpoint }: Omit<Override, 'id'>): string {
  return kind === 'pin' ? `pin ${zone}/${pool}` : `${RANKS[kind]} ${zone}/${pool}/${endpoint}`
}

export function isInForce({ expiresMs }: Override, wallMs: number): boolean {
  return wallMs < expiresMs
}

/** The one of highest rank that is in force on the endpoint itself; a pin is on the endpoint that it pins. */
export function overrideOn(
  overrides: readonly Override[],
  zone: string,
  pool: string,
  endpoint: string,
  wallMs: number,
): Override | undefined {
  const pin = pinIn(overrides, zone, pool, wallMs)
  if (pin?.endpoint === endpoint) return pin
  return newestOfHighestRank(
    overrides.filter(
      one =>
        one.kind !== 'pin' &&
        one.zone === zone &&
        one.pool === pool &&
        one.endpoint === endpoint &&
        isInForce(one, wallMs),
    ),
  )
}

/** The windows that are open now and drain the endpoint. */
export function windowsOn(
  windows: readonly ZoneWindow[],
  zone: string,
  pool: string,
  endpoint: string,
  wallMs: number,
): ZoneWindow[] {
  return windows.filter(
    window =>
      window.zone === zone &&
      window.pool === pool &&
      window.endpoints.includes(endpoint) &&
      isOpen(window, wallMs),
  )
}

/** What overrides and windows make of the endpoint's verdict; a pin of its pool stands above that (`pinOf`). */
export function effectOn(
  overrides: readonly Override[],
  windows: readonly ZoneWindow[],
  zone: string,
  pool: string,
  endpoint: string,
  wallMs: number,
): Effect {
  const others = overrides.filter(({ kind }) => kind !== 'pin')
  const override = overrideOn(others, zone, pool, endpoint, wallMs)
  if (override !== undefined) return EFFECTS[override.kind]
  return windowsOn(windows, zone, pool, endpoint, wallMs).length > 0 ? 'drained' : 'none'
}

/** The endpoint to which the pool is pinned. */
export function pinOf(
  overrides: readonly Override[],
  zone: string,
  pool: string,
  wallMs: number,
): string | undefined {
  return pinIn(overrides, zone, pool, wallMs)?.endpoint
}

/** The next wall time at which an override expires or a window opens or closes; undefined if none will. */
export function nextOverrideChangeMs(
  overrides: readonly Override[],
  windows: readonly MaintenanceWindow[],
  wallMs: number,
): number | undefined {
  let next: number | undefined
  const times = [
    ...overrides.map(({ expiresMs }) => (expiresMs > wallMs ? expiresMs : undefined)),
    ...windows.map(window => nextChangeMs(window, wallMs)),
  ]
  for (const time of times) if (time !== undefined && (next === undefined || time < next)) next = time
  return next
}

function pinIn(
  overrides: readonly Override[],
  zone: string,
  pool: string,
  wallMs: number,
): Override | undefined {
  return newestOfHighestRank(
    overrides.filter(
      one => one.kind === 'pin' && one.zone === zone && one.pool === pool && isInForce(one, wallMs),
    ),
  )
}

/** Of two made in the same millisecond the later in the list. */
function newestOfHighestRank(overrides: readonly Override[]): Override | undefined {
  let best: Override | undefined
  for (const one of overrides) {
    const above = best === undefined ? 1 : RANKS[one.kind] - RANKS[best.kind]
    if (best === undefined || above > 0 || (above === 0 && one.createdMs >= best.createdMs)) best = one
  }
  return best
}
