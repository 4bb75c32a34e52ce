/** When, how and from whom a query has come: one object for each thread that answers, used over and over. */
import type { Transport } from './counters.ts'

export class Arrival {
  readonly transport: Transport
  /** Monotonic milliseconds: TTLs are reckoned from it. */
  monotonicMs = 0
  /** Milliseconds since 1970, and the whole seconds of it, as they stand in cookies. */
  wallMs = 0
  wallSeconds = 0
  /** The client's address is `bytes[at, at + length)`: 4 bytes, 16, or 0 where it is not known. */
  bytes: Uint8Array = new Uint8Array(16)
  at = 0
  length = 0

  constructor(transport: Transport) {
    this.transport = transport
  }

  /** Sets the time, once for all queries that are answered together. */
  tick(monotonicMs: number, wallMs: number): void {
    this.monotonicMs = monotonicMs
    this.wallMs = wallMs
    this.wallSeconds = Math.floor(wallMs / 1000)
  }

  /** Sets the client. The bytes are not copied. */
  from(bytes: Uint8Array, at: number, length: number): void {
    this.bytes = bytes
    this.at = at
    this.length = length
  }
}
