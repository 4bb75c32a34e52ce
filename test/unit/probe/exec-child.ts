/** A prober whose process exits, with 7, while a command of its runs. Argument: a mark by which the command is known. */
import { startProber } from '#probe/prober.ts'
import { runningWith, until } from '#test/processes.ts'
import { AMPLE_MS, targetOf, USER_AGENT } from './targets.ts'

const mark = process.argv[2] ?? ''
const command = ['sh', '-c', `sh -c 'sleep 1000; true' ${mark} & wait`, mark]
startProber({
  targets: [
    targetOf({ type: 'exec', command, environment: {}, inherit: [] }, '192.0.2.1', { timeoutMs: AMPLE_MS }),
  ],
  seed: 1,
  userAgent: USER_AGENT,
  onReport: () => undefined,
  onRestart: () => undefined,
})
// This process has the mark among its arguments too.
await until(() => runningWith(mark).length === 3)
process.exit(7)
