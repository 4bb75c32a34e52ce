/** What the benchmark asks of each server that it measures. */
import type { ChildProcess } from 'node:child_process'
import { spawnSync } from 'node:child_process'
import type { Processors } from '../processors.ts'
import type { Stage } from '../stage.ts'

interface Site {
  readonly stage: Stage
  readonly processors: Processors
  /** Where the endpoints of the managed name are served by HTTP, at `PRIMARY` and `BACKUP`. */
  readonly webPort: number
}

export interface Peer {
  /** In lower case the name of its log. */
  readonly name: string
  /** Whether the managed name's answer depends on health checks; else it is one more static name. */
  readonly checksHealth: boolean
  /** Undefined where the program is not installed. */
  version(): string | undefined
  /** Starts it on the server's processor, with one thread for UDP. */
  start(site: Site, port: number): Promise<ChildProcess>
}

/** The version that a program tells of itself; undefined if it cannot be started. */
export function versionFrom(program: string, args: readonly string[]): string | undefined {
  const { stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 5000 })
  if (error !== undefined) return undefined
  return /version (\d[\w.]*\w)/i.exec(`${stdout}\n${stderr}`)?.[1] ?? /(\d+\.\d+[\w.]*)/.exec(stdout)?.[1]
}
