/** A worker thread that is started again when it dies or falls silent. */
import { Worker } from 'node:worker_threads'

/** Two words that the thread shares with whoever watches it. */
export const BEATS = 0
export const LAG_MICROSECONDS = 1
const WORDS = 2

/** A thread is silent when so many looks in a row have found no beat; if this whole process stood still, that is one look. */
const LOOKS = 5
/** What a thread may need to load its modules on a busy machine. */
const START_LIMIT_MS = 15_000
/** A thread that lived for so long died of something new: the next is started at once. */
const STABLE_MS = 10_000
const FIRST_DELAY_MS = 50
const LONGEST_DELAY_MS = 1000

export interface WatchedThreadOptions {
  readonly name: string
  readonly script: URL
  /** What the script gets beside `WatchedData`. */
  readonly data: object
  readonly stallLimitMs: number
  /** Each time a thread begins, before anything else is sent to it. */
  onStart(post: (message: unknown) => void): void
  onMessage(message: unknown): void
  onRestart(why: string): void
}

/** The part of `workerData` that makes a thread watched: it adds to the beats at least this often. */
export interface WatchedData {
  readonly words: Int32Array<SharedArrayBuffer>
  readonly beatMs: number
}

export class WatchedThread {
  readonly #options: WatchedThreadOptions
  readonly #watch: NodeJS.Timeout
  readonly #lookMs: number
  #worker: Worker | undefined
  #words = new Int32Array(new SharedArrayBuffer(4 * WORDS))
  #beats = 0
  #silentLooks = 0
  #startedMs = 0
  #earlyEnds = 0
  #restarts = 0
  #restartTimer: NodeJS.Timeout | undefined

  constructor(options: WatchedThreadOptions) {
    this.#options = options
    this.#lookMs = options.stallLimitMs / LOOKS
    this.#watch = setInterval(() => this.#look(), this.#lookMs)
    this.#start()
  }

  get restarts(): number {
    return this.#restarts
  }

  /** What the thread has last written for its lag; while it is silent, for how long it has been so. */
  get lagMs(): number {
    const silentMs = this.#silentLooks * this.#lookMs
    return Math.max(Atomics.load(this.#words, LAG_MICROSECONDS) / 1000, silentMs)
  }

  /** To the running thread; the one after it is told by `onStart`. */
  post(message: unknown): void {
    this.#worker?.postMessage(message)
  }

  /** Ends the thread in whatever state it is. */
  async close(): Promise<void> {
    clearInterval(this.#watch)
    clearTimeout(this.#restartTimer)
    await this.#abandon()?.terminate()
  }

  #start(): void {
    const { name, script, data, stallLimitMs, onMessage, onStart } = this.#options
    this.#words = new Int32Array(new SharedArrayBuffer(4 * WORDS))
    this.#beats = 0
    this.#silentLooks = 0
    this.#startedMs = performance.now()
    const watched: WatchedData = { words: this.#words, beatMs: stallLimitMs / LOOKS / 2 }
    const worker = new Worker(script, { name, workerData: { ...data, ...watched } })
    this.#worker = worker
    let why = 'its thread has ended'
    worker.on('message', onMessage)
    worker.on('error', error => {
      why = `its thread died: ${error instanceof Error ? error.message : String(error)}`
    })
    worker.on('exit', () => this.#ended(why))
    onStart(message => worker.postMessage(message))
  }

  #look(): void {
    if (this.#worker === undefined) return
    const beats = Atomics.load(this.#words, BEATS)
    this.#silentLooks = beats === this.#beats ? this.#silentLooks + 1 : 0
    this.#beats = beats
    const limitMs = beats === 0 ? START_LIMIT_MS : 0
    if (this.#silentLooks < Math.max(LOOKS, limitMs / this.#lookMs)) return
    // Not waited for: a thread that hangs in foreign code may never end.
    const stuck = this.#abandon()
    void stuck?.terminate()
    this.#ended(`its thread has been silent for ${Math.round(this.#silentLooks * this.#lookMs)} ms`)
  }

  /** Nothing that the thread may still do is heard from now on. */
  #abandon(): Worker | undefined {
    const worker = this.#worker
    this.#worker = undefined
    worker?.removeAllListeners()
    worker?.on('error', () => undefined)
    return worker
  }

  #ended(why: string): void {
    this.#worker = undefined
    this.#restarts++
    this.#earlyEnds = performance.now() - this.#startedMs < STABLE_MS ? this.#earlyEnds + 1 : 0
    const delayMs =
      this.#earlyEnds <= 1 ? 0 : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#earlyEnds - 2))
    this.#restartTimer = setTimeout(() => this.#start(), delayMs)
    this.#options.onRestart(why)
  }
}
