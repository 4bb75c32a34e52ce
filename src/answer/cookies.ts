/**
 * DNS cookies (RFC 7873) that all nodes with the same secret understand (RFC 9018).
 *
 *   option           client cookie 8 bytes, server cookie 16 bytes
 *   server cookie    version 1, reserved 3, timestamp 4, hash 8
 *   hash             SipHash-2-4 over client cookie, version, reserved, timestamp and client address
 */
import type { Arrival } from './arrival.ts'
import { sipHash24 } from './siphash.ts'

export const CLIENT_COOKIE_BYTES = 8
export const SERVER_COOKIE_BYTES = 16
export const COOKIE_SECRET_BYTES = 16

const VERSION = 1
const TIMESTAMP_AT = 12
const HASH_AT = 16
/** RFC 9018 §4.3: not older than an hour, not more than five minutes ahead, and made anew after half an hour. */
const MAX_AGE_SECONDS = 3600
const MAX_AHEAD_SECONDS = 300
const RENEW_AGE_SECONDS = 1800

export class Cookies {
  /** The server cookie that goes back to the client whose cookie was checked last. */
  readonly answer = new Uint8Array(SERVER_COOKIE_BYTES)
  readonly #keys: readonly Uint32Array[]
  /** What is hashed: client cookie, the first half of a server cookie, client address. */
  readonly #input = new Uint8Array(CLIENT_COOKIE_BYTES + 8 + 16)
  readonly #hash = new Uint32Array(2)

  /** @param secrets of 16 bytes; the first makes cookies, all are accepted, so that a new one can be brought in */
  constructor(secrets: readonly Uint8Array[]) {
    this.#keys = secrets.map(keyOf)
  }

  /**
   * Takes the cookie option that came with the query: whether its server cookie is one of ours, for this client, and not too old. Leaves in `answer` what
   * the client is to use from now on.
   *
   * @param option client cookie, and behind it the server cookie if there was one
   * @param length 8, or 16 to 40
   */
  check(option: Uint8Array, length: number, arrival: Arrival): boolean {
    const nowSeconds = arrival.wallSeconds
    const age = length === CLIENT_COOKIE_BYTES + SERVER_COOKIE_BYTES ? ageOf(option, nowSeconds) : undefined
    const key = age === undefined ? -1 : this.#keyThatMade(option, arrival)
    if (age !== undefined && key === 0 && age < RENEW_AGE_SECONDS) {
      for (let i = 0; i < SERVER_COOKIE_BYTES; i++) this.answer[i] = option[CLIENT_COOKIE_BYTES + i]!
    } else {
      this.#make(option, nowSeconds, arrival)
    }
    return key !== -1
  }

  /** Its place among the secrets; −1 if it was none of them. */
  #keyThatMade(option: Uint8Array, arrival: Arrival): number {
    for (let i = 0; i < this.#keys.length; i++) {
      this.#hashOf(option, arrival, this.#keys[i]!)
      if (this.#hash[0] === u32le(option, HASH_AT) && this.#hash[1] === u32le(option, HASH_AT + 4)) return i
    }
    return -1
  }

  #make(option: Uint8Array, nowSeconds: number, arrival: Arrival): void {
    const [key] = this.#keys
    const { answer } = this
    answer.fill(0)
    if (key === undefined) return
    answer[0] = VERSION
    for (let i = 0; i < 4; i++) answer[4 + i] = nowSeconds >>> (24 - 8 * i)
    const made = this.#input
    for (let i = 0; i < CLIENT_COOKIE_BYTES; i++) made[i] = option[i]!
    for (let i = 0; i < 8; i++) made[CLIENT_COOKIE_BYTES + i] = answer[i]!
    this.#hashOf(made, arrival, key)
    for (let i = 0; i < 8; i++) answer[8 + i] = this.#hash[i >> 2]! >>> (8 * (i & 3))
  }

  /** Of client cookie and the first half of the server cookie, as they stand in the option, with the client's address. */
  #hashOf(option: Uint8Array, { bytes, at, length }: Arrival, key: Uint32Array): void {
    const input = this.#input
    const head = CLIENT_COOKIE_BYTES + 8
    for (let i = 0; i < head; i++) input[i] = option[i]!
    for (let i = 0; i < length; i++) input[head + i] = bytes[at + i]!
    sipHash24(key, input, head + length, this.#hash)
  }
}

/** Seconds, negative for one from the future; undefined where it is out of bounds or of another version. Serial arithmetic (RFC 1982). */
function ageOf(option: Uint8Array, nowSeconds: number): number | undefined {
  if (option[CLIENT_COOKIE_BYTES] !== VERSION) return undefined
  const made =
    (option[TIMESTAMP_AT]! << 24) |
    (option[TIMESTAMP_AT + 1]! << 16) |
    (option[TIMESTAMP_AT + 2]! << 8) |
    option[TIMESTAMP_AT + 3]!
  const age = (nowSeconds - made) | 0
  return age <= MAX_AGE_SECONDS && age >= -MAX_AHEAD_SECONDS ? age : undefined
}

function keyOf(secret: Uint8Array): Uint32Array {
  if (secret.length !== COOKIE_SECRET_BYTES) throw new RangeError('a cookie secret has 16 bytes')
  return Uint32Array.from({ length: 4 }, (_, i) => u32le(secret, 4 * i))
}

function u32le(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}
