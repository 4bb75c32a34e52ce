/** How a pool stands as the endpoint of another one. Pure. */
import type { Candidate, Group } from './candidates.ts'
import type { Choice } from './choice.ts'
import type { Pool } from './pool.ts'
import type { Selection } from './selection.ts'
import { compareStandings, type PoolStanding, type Standing } from './standing.ts'

/**
 * As the best of what it serves; down where it serves nothing that can be, whatever its rule for all being down answers then. It has been up for as long as enough of
 * its endpoints have been, each without a break: which of them it served meanwhile does not count.
 */
export function poolStanding(
  pool: Pool,
  { candidates }: Group,
  choice: Choice | undefined,
  selection: Selection,
  nowMs: number,
): PoolStanding {
  const { addresses, hostnames, pick } = selection
  const answer = {
    addresses,
    ...(hostnames === undefined ? {} : { hostnames }),
    ...(pick === undefined ? {} : { pick }),
  }
  const isFailed = selection.mode === 'servfail'
  if (choice === undefined || selection.mode !== 'serving')
    return { standing: 'down', upSinceMs: nowMs, answer, isFailed }
  const served = candidates.filter(({ endpoint }) => choice.endpoints.includes(endpoint))
  const standing = served.map(pinnedOrOwn).sort(compareStandings)[0] ?? 'down'
  return { standing, upSinceMs: upSince(candidates, pool, nowMs), answer, isFailed }
}

/** What is drained is served only where a pin stands above that. */
function pinnedOrOwn({ standing }: Candidate): Exclude<Standing, 'drained'> {
  return standing === 'drained' ? 'up' : standing
}

function upSince(candidates: readonly Candidate[], { policy, minHealthy }: Pool, nowMs: number): number {
  const times = candidates
    .filter(({ standing }) => standing === 'up')
    .map(({ upSinceMs }) => upSinceMs)
    .sort((a, b) => a - b)
  return times[policy === 'failover' ? 0 : minHealthy - 1] ?? nowMs
}
