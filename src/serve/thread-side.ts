/** The inside of a thread that answers: its responder, and what control tells it. */
import { randomInt } from 'node:crypto'
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { countersOn } from '#answer/counters.ts'
import { Responder } from '#answer/respond.ts'
import { collectGarbage } from '#base/garbage.ts'
import { seededRandom } from '#base/random.ts'
import type { FromThread, ThreadData, ToThread } from './messages.ts'

export class ThreadSide {
  readonly responder: Responder
  readonly #port: MessagePort
  readonly #posted: Int32Array<SharedArrayBuffer>
  #seen = 0
  #using = 0
  #hasStarted = false

  /** Waits until there is something to answer from. */
  constructor() {
    if (parentPort === null) throw new Error('not in a worker thread')
    const { counters, posted, queryLog } = workerData as ThreadData
    this.#port = parentPort
    this.#posted = posted
    this.responder = new Responder(countersOn(counters), queryLog, seededRandom(randomInt(2 ** 32)))
    Atomics.wait(posted, 0, 0)
    this.proceed()
  }

  /** Says that queries are answered from now on, on these ports. */
  started(ports: readonly number[]): void {
    this.#hasStarted = true
    this.#report({ kind: 'started', ports })
    this.#report({ kind: 'using', number: this.#using })
  }

  /** Takes what control has posted since the last call, if anything; false when the thread is to end. For threads that block. */
  proceed(): boolean {
    const posted = Atomics.load(this.#posted, 0)
    if (posted === this.#seen) return true
    this.#seen = posted
    for (;;) {
      const received = receiveMessageOnPort(this.#port)
      if (received === undefined) return true
      if (!this.#take(received.message as ToThread)) return false
    }
  }

  /** Takes what control posts whenever it does. For threads with an event loop; `stop` ends what keeps it going. */
  follow(stop: () => void): void {
    this.#port.on('message', (message: ToThread) => {
      if (this.#take(message)) return
      stop()
      this.#port.close()
    })
  }

  /** Waits that long, or until control posts something. */
  pause(ms: number): void {
    Atomics.wait(this.#posted, 0, this.#seen, ms)
  }

  #take(message: ToThread): boolean {
    if (message.kind === 'stop') return false
    if (message.kind === 'ping') {
      if (this.#hasStarted) this.#report({ kind: 'alive', number: message.number })
      return true
    }
    this.responder.use(message.answering)
    // The old table is large and this thread makes next to no garbage that would have it collected.
    collectGarbage()
    this.#using = message.number
    // Who has published may ask at once: it must not find the sockets of a new thread still closed.
    if (this.#hasStarted) this.#report({ kind: 'using', number: message.number })
    return true
  }

  #report(message: FromThread): void {
    this.#port.postMessage(message)
  }
}
