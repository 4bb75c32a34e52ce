/** The lines that a child process writes: kept, and waited for. */
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

const PATIENCE_MS = 20_000

interface Waiter {
  readonly matches: (line: string) => boolean
  readonly resolve: (line: string) => void
  readonly reject: (error: Error) => void
}

export class Lines {
  readonly all: string[] = []
  readonly #waiters = new Set<Waiter>()
  #ended = false

  constructor(stream: Readable) {
    const reader = createInterface({ input: stream })
    reader.on('line', line => this.#take(line))
    reader.on('close', () => this.#end())
  }

  get text(): string {
    return this.all.join('\n')
  }

  /** The first line from the number `from` on that matches, now or later. Rejects when the stream ends without one, or none comes. */
  find(matches: (line: string) => boolean, from = 0, patienceMs = PATIENCE_MS): Promise<string> {
    const known = this.all.slice(from).find(matches)
    if (known !== undefined) return Promise.resolve(known)
    if (this.#ended) return Promise.reject(this.#missing())
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const waiter: Waiter = { matches, resolve, reject }
    this.#waiters.add(waiter)
    const timer = setTimeout(() => reject(this.#missing()), patienceMs)
    return promise.finally(() => {
      clearTimeout(timer)
      this.#waiters.delete(waiter)
    })
  }

  #take(line: string): void {
    this.all.push(line)
    for (const waiter of this.#waiters) {
      if (waiter.matches(line)) waiter.resolve(line)
    }
  }

  #end(): void {
    this.#ended = true
    for (const { reject } of this.#waiters) reject(this.#missing())
  }

  #missing(): Error {
    return new Error(`the awaited line did not come:\n${this.text}`)
  }
}
