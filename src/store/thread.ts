/** The store's thread as control sees it: started again when it dies, asked with a deadline. */
import { Worker } from 'node:worker_threads'
import { moduleBeside } from '#base/module-beside.ts'
import type { Found, FromWorker, Request, ToWorker } from './messages.ts'
import type { HistoryLimits } from './probe-history.ts'

/** After a thread that lived for less than this, the next is started only when this has passed again. */
const RESTART_MS = 1000

type Message = Exclude<FromWorker, { kind: 'done' | 'refused' }>

export interface ThreadEvents {
  message(message: Message): void
  /** Nothing that was posted and not acknowledged will be; another is started. */
  died(why: string): void
  restarted(): void
}

interface Asked {
  readonly resolve: (found: Found) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

export class StoreThread {
  readonly #data: { readonly path: string; readonly history: HistoryLimits }
  readonly #events: ThreadEvents
  readonly #asked = new Map<number, Asked>()
  #worker: Worker | undefined
  #startedMs = Number.NEGATIVE_INFINITY
  #restart: NodeJS.Timeout | undefined
  #nextId = 1
  #ended = false

  constructor(path: string, history: HistoryLimits, events: ThreadEvents) {
    this.#data = { path, history }
    this.#events = events
    this.#start()
  }

  /** Whether there is a thread to post to. */
  get running(): boolean {
    return this.#worker !== undefined
  }

  post(message: ToWorker): void {
    this.#worker?.postMessage(message)
  }

  /** Rejects if the thread refuses, dies, or does not answer in time. */
  ask(want: Request, deadlineMs: number): Promise<Found> {
    return new Promise((resolve, reject) => {
      if (!this.running) return reject(new Error('the thread of the store is being started again'))
      const id = this.#nextId++
      const late = (): void =>
        this.#take(id)?.reject(new Error(`the store has not answered for ${deadlineMs} ms`))
      const timer = setTimeout(late, deadlineMs)
      this.#asked.set(id, { resolve, reject, timer })
      // It ends by itself, perhaps before anybody has heard its answer.
      if (want.kind === 'close') this.#ended = true
      this.post({ kind: 'request', id, want })
    })
  }

  /** Ends the thread. One that is stuck in a call to the disk ends with that call: it is only waited for if asked to. */
  async end(wait: boolean): Promise<void> {
    this.#ended = true
    clearTimeout(this.#restart)
    this.#rejectAll('the store is closed')
    this.#worker?.unref()
    const ended = this.#worker?.terminate()
    if (wait) await ended
  }

  #start(): void {
    this.#startedMs = performance.now()
    const worker = new Worker(moduleBeside(import.meta.url, 'store-worker'), {
      workerData: this.#data,
    })
    let why = 'the thread of the store has ended'
    worker.on('message', (message: FromWorker) => this.#receive(message))
    worker.on('error', error => {
      why = `the thread of the store has died: ${error instanceof Error ? error.message : String(error)}`
    })
    worker.on('exit', () => this.#exited(why))
    this.#worker = worker
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'done') this.#take(message.id)?.resolve(message.found)
    else if (message.kind === 'refused') this.#take(message.id)?.reject(new Error(message.message))
    else this.#events.message(message)
  }

  #take(id: number): Asked | undefined {
    const asked = this.#asked.get(id)
    this.#asked.delete(id)
    clearTimeout(asked?.timer)
    return asked
  }

  #exited(why: string): void {
    this.#worker = undefined
    this.#rejectAll(why)
    if (this.#ended) return
    this.#events.died(why)
    const lived = performance.now() - this.#startedMs
    this.#restart = setTimeout(
      () => {
        this.#start()
        this.#events.restarted()
      },
      lived < RESTART_MS ? RESTART_MS : 0,
    )
  }

  #rejectAll(why: string): void {
    for (const { reject, timer } of this.#asked.values()) {
      clearTimeout(timer)
      reject(new Error(why))
    }
    this.#asked.clear()
  }
}
