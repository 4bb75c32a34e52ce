/** Reports on their way out of the prober's thread, several in one message: waking the other thread costs as much as a probe over a kept connection. */
import type { ProbeReport } from './messages.ts'

/** What has passed waits for others for so long at most; what has not goes at once. */
const PATIENCE_MS = 10

export class ReportBatch {
  readonly #post: (reports: readonly ProbeReport[]) => void
  #waiting: ProbeReport[] = []
  #timer: NodeJS.Timeout | undefined

  /** @param post takes over the list; reports are in the order of their probes' ends */
  constructor(post: (reports: readonly ProbeReport[]) => void) {
    this.#post = post
  }

  add(report: ProbeReport): void {
    this.#waiting.push(report)
    if (report.outcome.kind !== 'pass') this.#flush()
    else this.#timer ??= setTimeout(() => this.#flush(), PATIENCE_MS)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const reports = this.#waiting
    this.#waiting = []
    this.#post(reports)
  }
}
