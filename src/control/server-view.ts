/** The server as a whole, as the admin listener shows it. */
import { type Counts, readCounters } from '#answer/counters.ts'
import { formatDuration } from '#base/duration.ts'
import type { Configuration } from '#config/configuration.ts'
import { longestGapMs } from '#health/verdict.ts'
import type { Prober } from '#probe/prober.ts'
import type { Listeners } from '#serve/listeners.ts'
import type { Store } from '#store/store.ts'
import type { Hostnames } from './hostnames.ts'
import { plainName } from './plan.ts'
import type { PoolState } from './pool-state.ts'
import type { TargetState } from './target-state.ts'
import type { ServerView, ZoneView } from './view.ts'

export interface ServerParts {
  readonly configuration: Configuration
  readonly version: string
  readonly listeners: Listeners | undefined
  readonly prober: Prober | undefined
  readonly store: Store
  readonly pools: readonly PoolState[]
  readonly hostnames: Pick<Hostnames, 'alarms'>
  /** Why no endpoint is taken for down now. */
  readonly cutOff: string | undefined
  readonly lastReloadMs: number | undefined
  /** Why what the files say is not in force. */
  readonly reloadFault: string | undefined
  readonly wallMs: number
}

/** A verdict older than so many of the intervals in force is an alarm. */
const STALE_INTERVALS = 3

const NO_COUNTS: Counts = { queries: [], responses: [], dropped: [], refused: [], limited: [] }

export function serverView(parts: ServerParts): ServerView {
  const { configuration, version, listeners, prober, store, lastReloadMs, cutOff } = parts
  return {
    node: configuration.settings.node,
    version,
    configDigest: configuration.digest,
    zones: zoneViews(configuration),
    ...(listeners === undefined ? NO_COUNTS : readCounters(listeners.counters())),
    socketDrops: listeners?.socketDrops() ?? 0,
    responderRestarts: listeners?.restarts ?? 0,
    storeErrors: store.errors,
    probeLagSeconds: (prober?.lagMs ?? 0) / 1000,
    ...(lastReloadMs === undefined ? {} : { lastReloadSuccessSeconds: lastReloadMs / 1000 }),
    frozen: cutOff !== undefined,
    ready: listeners !== undefined,
    alarms: alarms(parts),
  }
}

function zoneViews({ zones, broken }: Configuration): ZoneView[] {
  const served = zones.map(({ zone, file }) => ({
    zone: plainName(zone.origin),
    file,
    ...(zone.serial === undefined ? {} : { serial: zone.serial }),
    records: zone.recordCount,
    broken: false,
  }))
  return [
    ...served,
    ...broken.map(({ origin, file }) => ({ zone: plainName(origin), file, records: 0, broken: true })),
  ]
}

function alarms(parts: ServerParts): string[] {
  const { configuration, store, pools, hostnames, cutOff, reloadFault, wallMs } = parts
  const found = configuration.broken.map(
    ({ origin, file }) => `zone ${plainName(origin)} could not be read from ${file}: answered SERVFAIL`,
  )
  if (cutOff !== undefined) found.push(cutOff)
  if (reloadFault !== undefined) found.push(reloadFault)
  found.push(...hostnames.alarms)
  if (store.fault !== undefined) found.push(`state is not stored: ${store.fault}`)
  for (const pool of pools) {
    for (const address of pool.pool.endpoints.flatMap(endpoint => endpoint.addresses)) {
      for (const target of pool.stateOf(address)?.targets ?? []) {
        const stale = staleness(target, wallMs)
        if (stale !== undefined) found.push(`${pool.zoneName}/${pool.pool.name} ${address.text}: ${stale}`)
      }
    }
  }
  return found
}

function staleness(target: TargetState, wallMs: number): string | undefined {
  const { health, target: judged } = target
  const limitMs = STALE_INTERVALS * longestGapMs(health, judged.timing) + judged.timing.timeoutMs
  const ageMs = wallMs - (target.decidedWallMs ?? target.sinceWallMs)
  if (ageMs < limitMs) return undefined
  const why =
    target.lastOutcome?.outcome.kind === 'inconclusive' ? `: ${target.lastOutcome.outcome.detail}` : ''
  return `no probe has decided for ${formatDuration(Math.round(ageMs / 1000) * 1000)}${why}`
}
