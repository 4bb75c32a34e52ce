/** Which connections are open and which must go: the idle ones, and where there are too many the one that has been idle for longest (RFC 7766 §6.2). */
import type { Clock } from '#base/clock.ts'

export interface StreamLimits {
  /** A connection without progress for so long is closed. */
  readonly idleMs: number
  readonly connections: number
  /** A client is what `clientOf` says. */
  readonly connectionsPerClient: number
}

export const DEFAULT_STREAM_LIMITS: StreamLimits = {
  idleMs: 10_000,
  connections: 1000,
  connectionsPerClient: 100,
}

/** Bytes of an address: of IPv6 those of the /64 in which one host has all the addresses that it wants. */
const CLIENT_BYTES = 8

/** Whose connections count together, by the bytes of the address (RFC 7766 §6.2.2). */
export function clientOf(address: Uint8Array): string {
  return address.subarray(0, CLIENT_BYTES).join('.')
}

interface Closable {
  destroy(): void
}

interface Entry {
  readonly client: string
  activeMs: number
}

export class OpenConnections<C extends Closable> {
  readonly #limits: StreamLimits
  readonly #clock: Clock
  /** The one that has been idle for longest comes first, here and below. */
  readonly #all = new Map<C, Entry>()
  readonly #byClient = new Map<string, Set<C>>()
  #cancelTimer: (() => void) | undefined

  constructor(limits: StreamLimits, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
  }

  /** Takes it in, and closes another one if there is no place. */
  add(connection: C, client: string): void {
    const siblings = this.#byClient.get(client) ?? new Set()
    if (siblings.size >= this.#limits.connectionsPerClient) this.#close(siblings.keys().next().value)
    else if (this.#all.size >= this.#limits.connections) this.#close(this.#all.keys().next().value)
    this.#byClient.set(client, siblings.add(connection))
    this.#all.set(connection, { client, activeMs: this.#clock.monotonicMs() })
    this.#cancelTimer ??= this.#clock.at(this.#clock.monotonicMs() + this.#limits.idleMs, () =>
      this.#closeIdle(),
    )
  }

  /** It is not idle. */
  touch(connection: C): void {
    const entry = this.#all.get(connection)
    const siblings = this.#byClient.get(entry?.client ?? '')
    if (entry === undefined || siblings === undefined) return
    entry.activeMs = this.#clock.monotonicMs()
    this.#all.delete(connection)
    this.#all.set(connection, entry)
    siblings.delete(connection)
    siblings.add(connection)
  }

  /** It is closed. */
  remove(connection: C): void {
    const client = this.#all.get(connection)?.client
    if (client === undefined) return
    this.#all.delete(connection)
    const siblings = this.#byClient.get(client)
    siblings?.delete(connection)
    if (siblings?.size === 0) this.#byClient.delete(client)
  }

  closeAll(): void {
    this.#cancelTimer?.()
    for (const connection of [...this.#all.keys()]) this.#close(connection)
  }

  #close(connection: C | undefined): void {
    if (connection === undefined) return
    this.remove(connection)
    connection.destroy()
  }

  #closeIdle(): void {
    this.#cancelTimer = undefined
    const limitMs = this.#clock.monotonicMs() - this.#limits.idleMs
    for (const [connection, { activeMs }] of this.#all) {
      if (activeMs > limitMs) {
        this.#cancelTimer = this.#clock.at(activeMs + this.#limits.idleMs, () => this.#closeIdle())
        return
      }
      this.#close(connection)
    }
  }
}
