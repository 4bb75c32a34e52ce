/**
 * Tokens of the admin listener, and what is kept of them. A token is `us_` and 32 random bytes in base64url. Its first characters are no secret:
 * by them it is found, so that a request costs one scrypt at most and a guess none. The other 208 bits are hashed (RFC 7914):
 *
 *   scrypt$14$8$1$FIRST$SALT$KEY        14: log2 of N, then r and p; SALT and KEY in base64url
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

export interface TokenHash {
  /** Binary logarithm of the cost N. */
  readonly costBits: number
  readonly blockSize: number
  readonly parallelization: number
  /** The characters of the token behind `us_` that are no secret. */
  readonly first: string
  readonly salt: Uint8Array
  readonly key: Uint8Array
}

const PREFIX = 'us_'
const TOKEN_BYTES = 32
const FIRST_CHARACTERS = 8
const SALT_BYTES = 16
const KEY_BYTES = 32
const DEFAULT_COST = { costBits: 14, blockSize: 8, parallelization: 1 } as const
/** Of one verification. */
const MAX_MEMORY_BYTES = 64 << 20
const MAX_PARALLELIZATION = 4

const TOKEN = new RegExp(`^${PREFIX}[A-Za-z0-9_-]{43}$`)
const HASH =
  /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d)\$([A-Za-z0-9_-]{8})\$([A-Za-z0-9_-]{22,86})\$([A-Za-z0-9_-]{43})$/

/** A new token, and its hash as text. The token is nowhere else: whoever loses it makes another. */
export async function makeToken(): Promise<{ readonly token: string; readonly hash: string }> {
  const token = `${PREFIX}${randomBytes(TOKEN_BYTES).toString('base64url')}`
  const salt = randomBytes(SALT_BYTES)
  const key = await derive(token, { ...DEFAULT_COST, salt })
  return { token, hash: formatTokenHash({ ...DEFAULT_COST, first: firstOf(token) ?? '', salt, key }) }
}

/** The text that `parseTokenHash` reads. */
function formatTokenHash({ costBits, blockSize, parallelization, first, salt, key }: TokenHash): string {
  const texts = [salt, key].map(bytes => Buffer.from(bytes).toString('base64url'))
  return ['scrypt', costBits, blockSize, parallelization, first, ...texts].join('$')
}

/** Reads a hash, or says what is wrong with it, in words that never repeat it: it may be a token in the wrong place. */
export function parseTokenHash(text: string): { readonly hash: TokenHash } | { readonly problem: string } {
  if (text.startsWith(PREFIX))
    return { problem: 'is a token, not its hash; whoever has read it may use it: make another' }
  const [, cost, block, parallel, first = '', salt = '', key = ''] = HASH.exec(text) ?? []
  if (first === '') return { problem: 'is no hash of a token; "understudy token NAME" makes one' }
  const [costBits, blockSize, parallelization] = [Number(cost), Number(block), Number(parallel)]
  const isBounded =
    costBits >= 10 &&
    blockSize >= 1 &&
    parallelization >= 1 &&
    parallelization <= MAX_PARALLELIZATION &&
    128 * blockSize * 2 ** costBits <= MAX_MEMORY_BYTES
  if (!isBounded)
    return {
      problem: `has a cost out of bounds: N from 2^10, at most ${MAX_MEMORY_BYTES >> 20} MiB, p at most ${MAX_PARALLELIZATION}`,
    }
  const bytes = (part: string): Uint8Array => Buffer.from(part, 'base64url')
  return {
    hash: { costBits, blockSize, parallelization, first, salt: bytes(salt), key: bytes(key) },
  }
}

/** The characters by which a token is found; undefined for what cannot be a token. */
export function firstOf(token: string): string | undefined {
  return TOKEN.test(token) ? token.slice(PREFIX.length, PREFIX.length + FIRST_CHARACTERS) : undefined
}

/** Whether this is the token, after some 30 ms on a thread of the pool; compared in constant time. */
export async function isTokenOf(hash: TokenHash, token: string): Promise<boolean> {
  return timingSafeEqual(await derive(token, hash), hash.key)
}

type Cost = Pick<TokenHash, 'costBits' | 'blockSize' | 'parallelization' | 'salt'>

function derive(token: string, { costBits, blockSize, parallelization, salt }: Cost): Promise<Uint8Array> {
  const N = 2 ** costBits
  const maxmem = 256 * blockSize * N
  return new Promise((resolve, reject) => {
    scrypt(token, salt, KEY_BYTES, { N, r: blockSize, p: parallelization, maxmem }, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}
