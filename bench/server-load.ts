/** One load on one server: what it costs in processor time, and whether the answers are those that are to be measured. */
import type { ChildProcess } from 'node:child_process'
import { cpuSeconds, processTree } from './cpu-time.ts'
import { type Load, runDnsperf } from './dnsperf.ts'

export interface Rounds {
  readonly rounds: number
  readonly seconds: number
  readonly warmUpSeconds: number
}

export interface LoadFigures {
  /** Queries answered per second of processor time. */
  readonly perCpuSecond: number
  /** Queries that were not answered, or with another code than expected. */
  readonly unanswered: number
}

/** At most this part of a load's queries may go unanswered or be answered with another code. */
const TOLERANCE = 0.001

/** Throws if the server leaves more queries unanswered, answers with another code than `rcode`, or closes connections. */
export async function measureLoad(
  { name, child }: { name: string; child: ChildProcess },
  load: Load,
  rcode: string,
): Promise<LoadFigures> {
  const pids = processTree(child.pid ?? 0)
  const before = cpuSeconds(pids)
  const { sent, completed, rcodes, reconnects } = await runDnsperf(load)
  const used = cpuSeconds(pids) - before
  const expected = rcodes.get(rcode) ?? 0
  if (expected < sent * (1 - TOLERANCE))
    throw new Error(`${name} answered ${expected} of ${sent} queries with ${rcode}`)
  if (reconnects > 0) throw new Error(`${name} closed ${reconnects} connections`)
  return { perCpuSecond: completed / used, unanswered: sent - expected }
}

/** Each round begins with another one. */
export function rotated<T>(list: readonly T[], by: number): T[] {
  const at = by % list.length
  return [...list.slice(at), ...list.slice(0, at)]
}
