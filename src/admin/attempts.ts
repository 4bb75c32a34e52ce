/** How often a client may come with a wrong token: some at once, then one every so often. */
import { addressFromBytes, parseAddress } from '#base/address.ts'

const AT_ONCE = 10
const REFILL_MS = 6000
/** More clients than that are forgotten, the longest silent first. */
const MAX_CLIENTS = 2000

interface Spent {
  /** Attempts not yet made good by time. */
  readonly count: number
  readonly atMs: number
}

export class Attempts {
  /** In the order of the last attempt. */
  readonly #spent = new Map<string, Spent>()
  readonly #nowMs: () => number

  /** @param nowMs monotonic */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** Seconds until the client may try again; 0 if it may now. */
  waitSeconds(client: string): number {
    const over = this.#count(networkOf(client)) - AT_ONCE + 1
    return over <= 0 ? 0 : Math.ceil((over * REFILL_MS) / 1000)
  }

  failed(client: string): void {
    const key = networkOf(client)
    const count = this.#count(key) + 1
    this.#spent.delete(key)
    this.#spent.set(key, { count, atMs: this.#nowMs() })
    const [oldest] = this.#spent.keys()
    if (this.#spent.size > MAX_CLIENTS && oldest !== undefined) this.#spent.delete(oldest)
  }

  #count(key: string): number {
    const { count, atMs } = this.#spent.get(key) ?? { count: 0, atMs: 0 }
    return Math.max(0, count - (this.#nowMs() - atMs) / REFILL_MS)
  }
}

/** Whoever has an IPv6 address has all of its /64. */
function networkOf(client: string): string {
  const address = parseAddress(client)
  if (address?.family !== 'ipv6' || client.startsWith('::ffff:')) return client
  return addressFromBytes(address.bytes.map((byte, index) => (index < 8 ? byte : 0))).text
}
