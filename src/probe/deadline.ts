/** The one time limit of a whole probe: libraries' own time-outs are coarse and begin anew at each stage. */
import { formatDuration } from '#base/duration.ts'
import { type Finding, fail } from './finding.ts'

export class Deadline implements Disposable {
  /** What is being waited for, in words that go after "no": `connection`, `response`. */
  awaited = 'connection'
  readonly #timeoutMs: number
  readonly #timer: NodeJS.Timeout
  #expire: (() => void) | undefined

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
    this.#timer = setTimeout(() => this.#expire?.(), timeoutMs)
  }

  /** Calls back once, when the time is over; takes the place of an earlier call. */
  onExpired(call: () => void): void {
    this.#expire = call
  }

  /** The finding of a probe that has run out of time. */
  get finding(): Finding {
    return fail('timeout', `no ${this.awaited} within ${formatDuration(this.#timeoutMs)}`)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}
