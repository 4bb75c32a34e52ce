/** A thread that answers, as its listener sees it: started again when it dies, told of new answers, ended. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { type Counters, newCounters } from '#answer/counters.ts'
import { queryLogMemory } from '#answer/query-log.ts'
import type { SocketAddr } from '#base/address.ts'
import type { Answering, FromThread, ThreadData, ToThread } from './messages.ts'

/** A thread that lived for so long died of something new: the next is started at once. */
const STABLE_MS = 10_000
const FIRST_DELAY_MS = 50
const LONGEST_DELAY_MS = 1000
/** A thread that is being started again takes the newest answers when it starts; one that cannot be started must not hold up a reload for ever. */
const PUBLISH_LIMIT_MS = 10_000
/** A responder sees that it is to stop after 100 ms at most. */
const STOP_LIMIT_MS = 1000

export interface ThreadOptions {
  readonly name: string
  readonly script: URL
  /** What this kind of thread needs beside `ThreadData`. */
  readonly data: object
  readonly addresses: readonly SocketAddr[]
  onRestart(what: string, why: string): void
}

interface Waiting {
  readonly number: number
  readonly timer: NodeJS.Timeout
  resolve(): void
}

export class ServingThread {
  readonly counters: Counters = newCounters()
  readonly queryLog = queryLogMemory()
  readonly #options: ThreadOptions
  readonly #started = Promise.withResolvers<void>()
  #waiting: readonly Waiting[] = []
  readonly #pinged = new Map<number, () => void>()
  #pings = 0
  #running: { worker: Worker; posted: Int32Array<SharedArrayBuffer> } | undefined
  #current: Extract<ToThread, { kind: 'use' }>
  #bound: readonly SocketAddr[]
  #state: 'starting' | 'started' | 'stopping' = 'starting'
  #startedMs = 0
  #restarts = 0
  #earlyDeaths = 0
  #restartTimer: NodeJS.Timeout | undefined

  private constructor(options: ThreadOptions, answering: Answering) {
    this.#options = options
    this.#bound = options.addresses
    this.#current = useMessage(1, answering)
    this.#start()
  }

  /** Resolves when the thread answers; rejects with its error if it cannot. */
  static async start(options: ThreadOptions, answering: Answering): Promise<ServingThread> {
    const thread = new ServingThread(options, answering)
    await thread.#started.promise
    return thread
  }

  get restarts(): number {
    return this.#restarts
  }

  /** The addresses of its options, with the ports as they are. */
  get bound(): readonly SocketAddr[] {
    return this.#bound
  }

  /** Resolves when the thread, or the one that has taken its place, uses these or newer ones. */
  publish(answering: Answering): Promise<void> {
    const number = this.#current.number + 1
    this.#current = useMessage(number, answering)
    this.#post(this.#current)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter(waiting => waiting.number !== number)
        reject(new Error(`${this.#options.name} has not taken the new answers within ${PUBLISH_LIMIT_MS} ms`))
      }, PUBLISH_LIMIT_MS)
      this.#waiting = [...this.#waiting, { number, timer, resolve }]
    })
  }

  /** Whether it answers, and takes what it is told, within that time. */
  isAlive(limitMs: number): Promise<boolean> {
    const number = ++this.#pings
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => resolve(false), limitMs)
    this.#pinged.set(number, () => resolve(true))
    this.#post({ kind: 'ping', number })
    return promise.finally(() => {
      clearTimeout(timer)
      this.#pinged.delete(number)
    })
  }

  /** Ends the thread for good. Whoever waits for new answers to be used is let go. */
  async stop(): Promise<void> {
    this.#state = 'stopping'
    clearTimeout(this.#restartTimer)
    this.#letGo(Number.POSITIVE_INFINITY)
    if (this.#running === undefined) return
    const { worker } = this.#running
    const exited = once(worker, 'exit')
    this.#post({ kind: 'stop' })
    const timer = setTimeout(() => void worker.terminate(), STOP_LIMIT_MS)
    await exited
    clearTimeout(timer)
  }

  #start(): void {
    const { name, script, data } = this.#options
    const posted = new Int32Array(new SharedArrayBuffer(4))
    const { counters, queryLog } = this
    const common: ThreadData = { addresses: this.#bound, counters: counters.buffer, queryLog, posted }
    const worker = new Worker(script, { name, workerData: { ...data, ...common } })
    this.#running = { worker, posted }
    this.#startedMs = performance.now()
    let why: unknown = new Error('it has ended')
    worker.on('message', (message: FromThread) => this.#receive(message))
    worker.on('error', error => {
      why = error
    })
    worker.on('exit', () => this.#exited(why))
    // By message, not in workerData: that would keep the first table alive as long as the thread.
    this.#post(this.#current)
  }

  #post(message: ToThread): void {
    if (this.#running === undefined) return
    const { worker, posted } = this.#running
    worker.postMessage(message)
    Atomics.add(posted, 0, 1)
    Atomics.notify(posted, 0)
  }

  #receive(message: FromThread): void {
    if (message.kind === 'using') {
      this.#letGo(message.number)
      return
    }
    if (message.kind === 'alive') {
      this.#pinged.get(message.number)?.()
      return
    }
    this.#bound = this.#bound.map(({ address, port }, i) => ({ address, port: message.ports[i] ?? port }))
    if (this.#state === 'starting') this.#state = 'started'
    this.#started.resolve()
  }

  #letGo(upTo: number): void {
    for (const { number, timer, resolve } of this.#waiting) {
      if (number > upTo) continue
      clearTimeout(timer)
      resolve()
    }
    this.#waiting = this.#waiting.filter(({ number }) => number > upTo)
  }

  #exited(why: unknown): void {
    this.#running = undefined
    if (this.#state === 'starting') this.#started.reject(why)
    if (this.#state !== 'started') return
    this.#restarts++
    this.#earlyDeaths = performance.now() - this.#startedMs < STABLE_MS ? this.#earlyDeaths + 1 : 0
    const delayMs =
      this.#earlyDeaths <= 1 ? 0 : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#earlyDeaths - 2))
    this.#restartTimer = setTimeout(() => this.#start(), delayMs)
    this.#options.onRestart(this.#options.name, why instanceof Error ? why.message : String(why))
  }
}

/** Starts them all; if one cannot be started the others are ended, and its error is thrown. */
export async function startThreads(
  all: readonly ThreadOptions[],
  answering: Answering,
): Promise<ServingThread[]> {
  const settled = await Promise.allSettled(all.map(options => ServingThread.start(options, answering)))
  const threads = settled.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
  const failed = settled.find(result => result.status === 'rejected')
  if (failed === undefined) return threads
  await Promise.all(threads.map(thread => thread.stop()))
  throw failed.reason
}

/** Without whatever else the object may carry: not everything can be sent to a thread. */
function useMessage(
  number: number,
  { table, board, policy, why }: Answering,
): Extract<ToThread, { kind: 'use' }> {
  return { kind: 'use', number, answering: { table, board, policy, why } }
}
