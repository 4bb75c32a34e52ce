/** Waits for packets on several sockets at once, by poll(2). */
import type { Libc } from './libc.ts'

/** struct pollfd { descriptor i32, wanted events i16, found events i16 } */
const ENTRY_WORDS = 2
const POLLIN = 1

export class ReadableSet {
  readonly #libc: Libc
  readonly #entries: Int32Array
  readonly #address: bigint
  readonly #count: number

  constructor(libc: Libc, fds: readonly number[]) {
    this.#libc = libc
    this.#entries = new Int32Array(fds.flatMap(fd => [fd, POLLIN]))
    this.#address = libc.addressOf(new Uint8Array(this.#entries.buffer))
    this.#count = fds.length
  }

  /** Waits until at least one socket has something to receive, or for that long. */
  wait(timeoutMs: number): void {
    const { length } = this.#entries
    // After an error the system has written nothing.
    for (let at = 1; at < length; at += ENTRY_WORDS) this.#entries[at] = POLLIN
    this.#libc.poll(this.#address, this.#count, timeoutMs)
  }

  /** Whether receiving from the `i`-th socket gives packets or an error. */
  isReadable(i: number): boolean {
    return this.#entries[i * ENTRY_WORDS + 1]! >>> 16 !== 0
  }
}
