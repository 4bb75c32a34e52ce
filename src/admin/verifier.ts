/** Finds out whose a token is, in bounded time and memory however many requests come. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { firstOf, isTokenOf } from '#config/token-hash.ts'
import type { AdminToken } from '#config/tokens.ts'

/** Each keeps a thread of the pool and some 16 MiB busy for 30 ms; the pool has four, and files need them too. */
const MAX_AT_ONCE = 2
const MAX_WAITING = 32

export type Verified =
  | { readonly kind: 'good'; readonly token: AdminToken }
  | { readonly kind: 'wrong' }
  /** Too many are being looked at. */
  | { readonly kind: 'busy' }

export class Verifier {
  /** A digest of the token by its hash, for those that were good: nothing but these is kept. */
  readonly #known = new Map<string, Buffer>()
  /** Digests are of no use outside of this process. */
  readonly #digestKey = randomBytes(32)
  readonly #waiting: (() => void)[] = []
  #running = 0

  /** Whose the token is if it was good before; costs microseconds. */
  remembered(tokens: readonly AdminToken[], secret: string): AdminToken | undefined {
    const token = candidate(tokens, secret)
    const known = token === undefined ? undefined : this.#known.get(keyOf(token))
    return known !== undefined && timingSafeEqual(known, this.#digest(secret)) ? token : undefined
  }

  /** One scrypt where the token may be one of these, none where it cannot. */
  async verify(tokens: readonly AdminToken[], secret: string): Promise<Verified> {
    const token = candidate(tokens, secret)
    if (token === undefined) return { kind: 'wrong' }
    if (!(await this.#turn())) return { kind: 'busy' }
    try {
      if (this.remembered(tokens, secret) !== undefined) return { kind: 'good', token }
      if (!(await isTokenOf(token.hash, secret))) return { kind: 'wrong' }
      this.#remember(tokens, token, secret)
      return { kind: 'good', token }
    } finally {
      const next = this.#waiting.shift()
      // The turn is handed on, so that nobody comes in between.
      if (next === undefined) this.#running--
      else next()
    }
  }

  /** Of tokens that are configured no more nothing is kept. */
  #remember(tokens: readonly AdminToken[], token: AdminToken, secret: string): void {
    const kept = new Set(tokens.map(keyOf))
    for (const key of this.#known.keys()) if (!kept.has(key)) this.#known.delete(key)
    this.#known.set(keyOf(token), this.#digest(secret))
  }

  async #turn(): Promise<boolean> {
    if (this.#running < MAX_AT_ONCE) {
      this.#running++
      return true
    }
    if (this.#waiting.length >= MAX_WAITING) return false
    await new Promise<void>(resolve => this.#waiting.push(resolve))
    return true
  }

  #digest(secret: string): Buffer {
    return createHmac('sha256', this.#digestKey).update(secret).digest()
  }
}

function candidate(tokens: readonly AdminToken[], secret: string): AdminToken | undefined {
  const first = firstOf(secret)
  return first === undefined ? undefined : tokens.find(({ hash }) => hash.first === first)
}

function keyOf({ hash: { salt, key } }: AdminToken): string {
  return `${Buffer.from(salt).toString('base64')} ${Buffer.from(key).toString('base64')}`
}
