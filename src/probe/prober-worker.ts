/** The prober's thread: the scheduler with real clock and real probes. */
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '#base/clock.ts'
import { seededRandom } from '#base/random.ts'
import { CommandTurns } from './command-turns.ts'
import { KeptLinks } from './kept-links.ts'
import type { ProberData, ToProber } from './messages.ts'
import { ReportBatch } from './report-batch.ts'
import { runProbe } from './run-probe.ts'
import { Scheduler } from './scheduler.ts'
import { StallMeter } from './stall.ts'
import { BEATS, LAG_MICROSECONDS, type WatchedData } from './watched-thread.ts'

const LARGEST = 2 ** 31 - 1

// Ending a connection makes an error each time; nothing in this thread looks at where it was made, and finding that out costs a tenth of a probe.
Error.stackTraceLimit = 0

const { seed, userAgent, maxRunning, commandGroups, words, beatMs } = workerData as ProberData & WatchedData
const reports = new ReportBatch(batch => parentPort?.postMessage(batch))
const kept = new KeptLinks()
const commands = new CommandTurns(commandGroups)
const meter = new StallMeter(systemClock)

const scheduler = new Scheduler({
  clock: systemClock,
  random: seededRandom(seed),
  maxRunning,
  nextTurn: call => void setImmediate(call),
  stalledMs: () => meter.totalMs,
  run: target => runProbe(target, userAgent, commands, kept),
  report(target, outcome, startedMs) {
    reports.add({ key: target.key, outcome, startedMs, endedWallMs: systemClock.wallMs() })
    tellLag()
  },
})

function tellLag(): void {
  Atomics.store(words, LAG_MICROSECONDS, Math.min(LARGEST, Math.round(scheduler.lagMs * 1000)))
}

setInterval(() => Atomics.add(words, BEATS, 1), beatMs)

parentPort?.on('message', (message: ToProber) => {
  if (message.kind === 'targets') {
    kept.retain(message.targets)
    scheduler.setTargets(message.targets)
  } else scheduler.setPace(message.key, message.pace)
})
