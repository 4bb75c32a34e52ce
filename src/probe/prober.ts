/** The prober: what is to be probed goes in, what probes saw comes out. The probing itself goes on in a thread of its own. */

import { moduleBeside } from '#base/module-beside.ts'
import type { Pace } from '#health/timing.ts'
import { openFilesLimit } from '#os/open-files.ts'
import { probesAtOnce } from './at-once.ts'
import { killCommandGroups, newCommandGroups } from './command-turns.ts'
import type { ProbeReport, ProberData, ToProber } from './messages.ts'
import type { ProbeTarget } from './spec.ts'
import { WatchedThread } from './watched-thread.ts'

export type { ProbeReport } from './messages.ts'

const STALL_LIMIT_MS = 5000

export interface ProberOptions {
  readonly targets: readonly ProbeTarget[]
  readonly seed: number
  readonly userAgent: string
  /** A thread that has been silent for longer is replaced. Default 5 s. */
  readonly stallLimitMs?: number
  /** When a probe has ended; `inconclusive` ones too. At once where it did not pass, else within 10 ms. */
  onReport(report: ProbeReport): void
  /** The thread died or stood still and is started again, with the targets and paces it had. */
  onRestart(why: string): void
}

export interface Prober {
  /** Those that are there already keep their phase and pace. */
  setTargets(targets: readonly ProbeTarget[]): void
  /** Nothing happens if there is no such target. */
  setPace(key: string, pace: Pace): void
  /** How late the latest probe was started; while the thread is silent, for how long it has been so. */
  readonly lagMs: number
  /** How often the thread had to be started again. */
  readonly restarts: number
  /** Probes that are running end at once, commands with their children too, and are not reported. */
  close(): Promise<void>
}

export function startProber(options: ProberOptions): Prober {
  const { seed, userAgent, stallLimitMs = STALL_LIMIT_MS, onReport, onRestart } = options
  let { targets } = options
  /** Those that are not normal; a new thread is told of them. */
  const paces = new Map<string, Pace>()
  const commandGroups = newCommandGroups()
  const data: ProberData = { seed, userAgent, maxRunning: probesAtOnce(openFilesLimit()), commandGroups }
  const killCommands = (): void => killCommandGroups(commandGroups)
  process.on('exit', killCommands)
  const thread = new WatchedThread({
    name: 'prober',
    script: moduleBeside(import.meta.url, 'prober-worker'),
    data,
    stallLimitMs,
    onStart(post) {
      post({ kind: 'targets', targets } satisfies ToProber)
      for (const [key, pace] of paces) post({ kind: 'pace', key, pace } satisfies ToProber)
    },
    onMessage(message) {
      for (const report of message as readonly ProbeReport[]) onReport(report)
    },
    onRestart(why) {
      killCommands()
      onRestart(why)
    },
  })
  const post = (message: ToProber): void => thread.post(message)
  return {
    setTargets(next) {
      targets = next
      const keys = new Set(next.map(target => target.key))
      for (const key of paces.keys()) if (!keys.has(key)) paces.delete(key)
      post({ kind: 'targets', targets })
    },
    setPace(key, pace) {
      if (pace === 'normal') paces.delete(key)
      else paces.set(key, pace)
      post({ kind: 'pace', key, pace })
    },
    get lagMs() {
      return thread.lagMs
    },
    get restarts() {
      return thread.restarts
    },
    async close() {
      await thread.close()
      killCommands()
      process.off('exit', killCommands)
    },
  }
}
