/** Takes what the threads that answer tell of single queries, and writes it to the log. */
import { type QueryLogEntry, readQueryLog } from '#answer/query-log.ts'
import type { Log } from '#base/log.ts'

const INTERVAL_MS = 250

export class QueryLogDrain {
  readonly #log: Log
  readonly #memories: () => readonly SharedArrayBuffer[]
  readonly #timer: NodeJS.Timeout
  #lost = 0

  /** @param memories where each thread writes; they may come and go */
  constructor(memories: () => readonly SharedArrayBuffer[], log: Log) {
    this.#memories = memories
    this.#log = log
    this.#timer = setInterval(() => this.#drain(), INTERVAL_MS)
  }

  /** Writes what is there, and stops. */
  close(): void {
    clearInterval(this.#timer)
    this.#drain()
  }

  #drain(): void {
    let lost = 0
    for (const memory of this.#memories()) {
      const read = readQueryLog(memory)
      for (const entry of read.entries) this.#write(entry)
      lost += read.lost
    }
    if (lost > this.#lost)
      this.#log.warn({ lost }, `query log: ${lost} queries lost since the start: it is read too slowly`)
    this.#lost = Math.max(lost, this.#lost)
  }

  #write(entry: QueryLogEntry): void {
    const { client, name, class: rrClass, type, transport, rcode, responseBytes } = entry
    const question = `${name} ${rrClass} ${type}`
    if (entry.why === 'limited') {
      this.#log.warn(
        { query: entry },
        `rate limit: too many equal responses to ${client} and its network; the latest is to ${question}`,
      )
    } else {
      const answer = responseBytes === 0 ? 'no response' : `${rcode}, ${responseBytes} bytes`
      this.#log.info({ query: entry }, `query: ${client} ${transport} ${question}: ${answer}`)
    }
  }
}
