/**
 * Response rate limiting: so many equal responses a second to one network, whoever the queries claim to come from. In fixed memory that all
 * responders share, since forged source ports spread over their sockets.
 *
 *   memory    ROWS x CELLS words, each the microsecond (modulo 2^32) up to which the cell's account is overdrawn
 *
 * Each pair of network and response has one cell in every row, by a seeded hash. A response costs one interval (1 s / rate) and is granted while
 * the better of its accounts is less than a second ahead of now. Others that fall into the same cell can only make one of them worse.
 */
import type { Arrival } from './arrival.ts'
import { type ClientNetwork, isInNetworks } from './client-networks.ts'

const ROWS = 2
const CELL_BITS = 17
const CELLS = 1 << CELL_BITS
const WINDOW_US = 1_000_000

export interface RateLimit {
  /** What is over the limit is dropped or truncated, or only counted. */
  readonly enforced: boolean
  /** Equal responses a second to one network, and at once after a second of silence. */
  readonly perSecond: number
  /** Every so many-th response over the limit is sent truncated, so that a real client comes back by TCP; 0 for none, 1 for all. */
  readonly slip: number
  /** Bits of an address that make its network. */
  readonly ipv4Prefix: number
  readonly ipv6Prefix: number
  readonly exempt: readonly ClientNetwork[]
  readonly memory: SharedArrayBuffer
  readonly seed: number
}

/** The accounts, for `RateLimit.memory`. */
export function rateLimitMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(ROWS * CELLS * 4)
}

export class RateLimiter {
  readonly enforced: boolean
  readonly #cells: Int32Array
  readonly #intervalUs: number
  readonly #slip: number
  readonly #seed: number
  readonly #exempt: readonly ClientNetwork[]
  /** By the length of the address: its prefix, as masks for its 32-bit words. */
  readonly #masks4: Int32Array
  readonly #masks16: Int32Array
  #limited = 0

  constructor({ enforced, perSecond, slip, ipv4Prefix, ipv6Prefix, exempt, memory, seed }: RateLimit) {
    this.enforced = enforced
    this.#cells = new Int32Array(memory)
    this.#intervalUs = Math.max(1, Math.round(WINDOW_US / perSecond))
    this.#slip = slip
    this.#seed = seed
    this.#exempt = exempt
    this.#masks4 = masks(ipv4Prefix, 1)
    this.#masks16 = masks(ipv6Prefix, 4)
  }

  /** Whether the response that `key` stands for may go to the client; if so it is charged for. */
  grants(key: number, arrival: Arrival): boolean {
    const nowUs = (arrival.monotonicMs * 1000) | 0
    const hash = this.#hash(key, arrival)
    const first = hash & (CELLS - 1)
    const second = CELLS + (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> (32 - CELL_BITS))
    const one = this.#ahead(first, nowUs)
    const other = this.#ahead(second, nowUs)
    const after = Math.min(one, other) + this.#intervalUs
    if (after > WINDOW_US) return isInNetworks(arrival, this.#exempt)
    // Only what is behind is raised: so a cell shared with others grows no more than it must.
    if (one < after) Atomics.store(this.#cells, first, (nowUs + after) | 0)
    if (other < after) Atomics.store(this.#cells, second, (nowUs + after) | 0)
    return true
  }

  /** Whether this response over the limit is one that is sent, truncated. */
  slips(): boolean {
    if (this.#slip === 0) return false
    this.#limited = (this.#limited + 1) % this.#slip
    return this.#limited === 0
  }

  /** Microseconds by which the cell is ahead of now. More than the window it can only be by going round the clock. */
  #ahead(cell: number, nowUs: number): number {
    const ahead = (Atomics.load(this.#cells, cell) - nowUs) | 0
    return ahead > 0 && ahead <= WINDOW_US ? ahead : 0
  }

  #hash(key: number, { bytes, at, length }: Arrival): number {
    const masks = length === 4 ? this.#masks4 : this.#masks16
    let hash = mix(this.#seed ^ key)
    for (let word = 0; word * 4 < length; word++) {
      const from = at + word * 4
      const value =
        (bytes[from]! << 24) | (bytes[from + 1]! << 16) | (bytes[from + 2]! << 8) | bytes[from + 3]!
      hash = mix(hash ^ (value & masks[word]!))
    }
    return hash
  }
}

function masks(bits: number, words: number): Int32Array {
  return Int32Array.from({ length: words }, (_, word) => {
    const left = Math.min(32, Math.max(0, bits - 32 * word))
    return left === 0 ? 0 : -1 << (32 - left)
  })
}

/** A finalizer with good avalanche (Murmur3's). */
function mix(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
