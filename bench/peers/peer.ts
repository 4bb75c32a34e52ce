/** What the benchmark asks of each server that it measures. */
import type { ChildProcess } from 'node:child_process'
import { spawnSync } from 'node:child_process'
import type { Processors } from '../processors.ts'
import type { Stage } from '../stage.ts'

interface Program {
  /** In lower case the name of its log. */
  readonly name: string
  /** Undefined where the program is not installed. */
  version(): string | undefined
}

interface Site {
  readonly stage: Stage
  readonly processors: Processors
  /** Where the endpoints of the managed name are served by HTTP, at `PRIMARY` and `BACKUP`. */
  readonly webPort: number
}

/** Serves the zone with the managed name. */
export interface Peer extends Program {
  /** Whether the managed name's answer depends on health checks; else it is one more static name. */
  readonly checksHealth: boolean
  /** Starts it on the server's processor, with one thread for UDP. */
  start(site: Site, port: number): Promise<ChildProcess>
}

export interface StaticSite {
  readonly stage: Stage
  readonly processors: Processors
  /** Text of the zone's master file. */
  readonly zone: string
  readonly cookies: boolean
  /** Equal responses a second to one client's network, all over it dropped; undefined for no limit and no accounts. */
  readonly responsesPerSecond: number | undefined
}

/** Serves a zone of static names, with cookies and rate limiting as wanted. */
export interface StaticPeer extends Program {
  /** Starts it on the server's processor, with one thread for UDP and one for TCP. */
  startStatic(site: StaticSite, port: number): Promise<ChildProcess>
}

/** The version that a program tells of itself; undefined if it cannot be started. */
export function versionFrom(program: string, args: readonly string[]): string | undefined {
  const { stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 5000 })
  if (error !== undefined) return undefined
  return /version (\d[\w.]*\w)/i.exec(`${stdout}\n${stderr}`)?.[1] ?? /(\d+\.\d+[\w.]*)/.exec(stdout)?.[1]
}
